"""An article with a run that nobody's detector made, in which every case of the card occurs.

Called inside the site's own process: ``manage shell -c "from tests.e2e.made_up import …"``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from annotations.detection.interface import Attribution, Claimant, DatedExpression, Reason
from annotations.models import Corpus, Suggestion
from tests.factories import detected, make_article, place, run_detector

TEXT = """Jonas Vik, the Secretary-General of the Harbour Union 🚢, met reporters in Port Ellis.
“Traffic through the strait has doubled since September,” the Secretary-General said.
Two ships ran aground yesterday. Fishing will end in the spring, an official warned.

Parliament of Exland forbade night sailing in 2019. Nobody minded.
Traffic through the strait doubled, Vik said again. “It has doubled,” he added."""
PUBLISHED = dt.date(2021, 12, 1)


def make(
    *, published: dt.date | None = PUBLISHED, corpus: Corpus | None = None, mark: str = ""
) -> int:
    """The number of a new article; in one transaction, so that no worker reads it first."""
    text = f"{TEXT}\n{mark}"
    with transaction.atomic():
        article = make_article(
            corpus or Corpus.objects.order_by("pk")[0],
            text,
            title="Traffic in the strait",
            published=published,
            dateline="PORT ELLIS, 1 December",
        )
        run = run_detector(article, claims(published))
        # As a run has it that was made before detectors said more than a score and its reasons.
        Suggestion.objects.create(
            article=article,
            run=run,
            start=place(TEXT, "Nobody minded")[0],
            end=place(TEXT, "Nobody minded")[1],
            quote="Nobody minded",
            score=0.4,
            kind="other",
            claimant_name="Ana Bell",
        )
    return article.pk


def last(phrase: str) -> tuple[int, int]:
    """Where the phrase stands last."""
    start = TEXT.rindex(phrase)
    return start, start + len(phrase)


def dated(
    words: str, first: dt.date | None, to: dt.date | None, granularity: str, anchor: str
) -> DatedExpression:
    return DatedExpression(*place(TEXT, words), first, to, granularity, anchor)


def claims(published: dt.date | None) -> list[Any]:
    first = place(TEXT, "Traffic through the strait has doubled since September")
    he = TEXT.rindex("he added")
    anchor = "published" if published else ""
    yesterday = published - dt.timedelta(1) if published else None
    month = (dt.date(2021, 9, 1), dt.date(2021, 9, 30)) if published else (None, None)
    return [
        detected(
            TEXT,
            TEXT[slice(*first)],
            0.91,
            "quantity",
            kind_confidence=0.72,
            quoted=True,
            claimant=Claimant("Jonas Vik", *last("the Secretary-General")),
            attribution=Attribution(
                form="direct",
                content=(first,),
                source=last("the Secretary-General"),
                cue=place(TEXT, "said"),
                confidence=0.95,
            ),
            dates=(dated("September", *month, "month", anchor),),
            reasons=(
                Reason("bias", "bias", -1.2),
                Reason("number", "a number", 1.9, (place(TEXT, "doubled"),)),
                Reason("quoted", "somebody's words", 0.6, (first,)),
                Reason("opinion", "an opinion", -0.2),
            ),
        ),
        detected(
            TEXT,
            "Two ships ran aground yesterday",
            0.66,
            "other",
            kind_confidence=0.93,
            dates=(dated("yesterday", yesterday, yesterday, "day", anchor),),
        ),
        detected(
            TEXT,
            "Fishing will end in the spring",
            0.55,
            "prediction",
            kind_confidence=0.41,
            quoted=True,
            attribution=Attribution(
                form="indirect",
                content=(place(TEXT, "Fishing will end in the spring"),),
                source=place(TEXT, "an official"),
                cue=place(TEXT, "warned"),
                confidence=0.5,
            ),
            dates=(dated("the spring", None, None, "season", ""),),
        ),
        detected(
            TEXT,
            "Parliament of Exland forbade night sailing in 2019",
            0.6,
            "law",
            kind_confidence=0.9,
            dates=(dated("2019", dt.date(2019, 1, 1), dt.date(2019, 12, 31), "year", "text"),),
            reasons=(
                Reason("bias", "bias", -1.0),
                Reason("other", "smaller reasons together", 2.5),
                *(
                    Reason(f"made_{n}", f"made-up reason {n}", 1.0 - n / 10, (place(TEXT, "2019"),))
                    for n in range(1, 9)
                ),
            ),
        ),
        detected(
            TEXT,
            "Traffic through the strait doubled",
            0.82,
            "quantity",
            kind_confidence=0.88,
            claimant=Claimant("Jonas Vik", *last("Vik")),
            first_mention=first,
        ),
        detected(
            TEXT,
            "It has doubled",
            0.48,
            "quantity",
            kind_confidence=0.65,
            quoted=True,
            claimant=Claimant("Jonas Vik", he, he + 2),
            first_mention=first,
        ),
    ]
