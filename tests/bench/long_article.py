"""Makes an article of many sentences, suggestions and claims on a site, through the services.

Run by ``manage.py shell``; prints the article's number.
"""

from __future__ import annotations

import random

WORDS = """
prices wages exports schools hospitals roads trains farmers doctors ministers towns rivers rose
fell doubled halved closed opened moved stayed in the last year of every third region according to
the office for figures that nobody had asked about before the spring
""".split()  # noqa: SIM905  forty words are read more easily so


def article_text(sentences: int, seed: int = 7) -> list[list[str]]:
    """Paragraphs of made-up sentences of 12 to 30 words; the same for the same seed."""
    chance = random.Random(seed)
    made = [
        f"{' '.join(chance.choices(WORDS, k=chance.randint(12, 30))).capitalize()} by "
        f"{number} percent."
        for number in range(sentences)
    ]
    return [made[i : i + 5] for i in range(0, len(made), 5)]


def make(sentences: int, suggestions: int, claims: int) -> int:
    from django.db import transaction

    from annotations.detection import DetectedClaim, Detection, Reason
    from annotations.models import Corpus, Suggestion, User
    from annotations.services.articles import article_create
    from annotations.services.leases import jobs_claim
    from annotations.services.runs import run_record
    from annotations.services.suggestions import suggestion_accept

    class Maker:
        name, version, config_hash, threshold = "bench", "1", "0" * 64, 0.5

    paragraphs = article_text(sentences)
    text = "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)
    reviewer = User.objects.get(username="reviewer")
    corpus = Corpus.objects.order_by("pk")[0]
    # At once, before the site's own worker reads it.
    with transaction.atomic():
        article = article_create(actor=None, corpus=corpus, text=text, title="A long article")
        (job,) = jobs_claim(worker="bench:0", first=article.jobs.get().pk)
    places, found, start = [], [], 0
    for sentence in (s for paragraph in paragraphs for s in paragraph):
        start = text.index(sentence, start)
        places.append((start, start + len(sentence)))
    chance = random.Random(1)
    each = -(-suggestions // sentences)
    for begin, end in places:
        cuts = [begin, *sorted(m for m in _word_starts(text, begin, end)[2::4])][:each]
        for number, cut in enumerate(cuts):
            found.append(
                DetectedClaim(
                    start=cut,
                    end=end,
                    quote=text[cut:end],
                    score=chance.uniform(0.5, 0.99),
                    kind=chance.choice(["quantity", "other", "causation"]),
                    quoted=False,
                    claimant=None,
                    kind_confidence=0.9,
                    reasons=(
                        Reason("number", "a number", 1.5, ((end - 12, end - 1),)),
                        Reason("bias", "bias", -0.5),
                    )[: 1 + number % 2],
                )
            )
    run_record(
        job=job,
        text=article.text,
        detector=Maker(),  # type: ignore[arg-type]
        detection=Detection(
            sentences=tuple(places), claims=tuple(found[:suggestions]), words=len(text.split())
        ),
        seconds=1.0,
    )
    rows = Suggestion.objects.filter(article=article).order_by("start", "-end")
    for suggestion in list(rows)[:: max(1, suggestions // claims)][:claims]:
        suggestion_accept(actor=reviewer, suggestion=suggestion)
    return int(article.pk)


def _word_starts(text: str, begin: int, end: int) -> list[int]:
    return [i + 1 for i in range(begin, end - 8) if text[i] == " "]
