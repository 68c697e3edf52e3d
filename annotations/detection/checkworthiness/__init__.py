"""Check-worthiness of sentences: a sum of contributions, each of which points at its words.

``vocabulary`` and ``ngrams`` turn words into columns, ``dense`` names what else is seen in a
sentence, ``sheet`` holds both for a document. ``model`` is the weights, ``debates`` what the lines
around a line add, ``reasons`` the account given to people, ``component`` the spaCy component.
``training`` learns the weights and ``validation`` cross-validates them.
"""

# Components import each other through their package, so that must come first.
from annotations.detection import components as _components  # noqa: F401
