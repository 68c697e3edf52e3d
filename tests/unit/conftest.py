"""How the generated inputs of these tests are tried."""

from hypothesis import settings

# No deadline for a single example: on a busy machine that would fail what is right.
settings.register_profile("factcheck", deadline=None)
settings.load_profile("factcheck")
