"""What a search finds, on both databases alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from annotations import search
from annotations.errors import InvalidInput
from annotations.models import Article, ArticleText, Claim, Claimant, Corpus, User
from annotations.services.claims import claim_update, claim_withdraw

from .cast import Cast, judge, make_article, make_claim, make_corpus, make_evidence


@pytest.fixture
def library(cast: Cast, corpus: Corpus) -> dict[str, Article]:
    """Articles by a word of their own."""

    def add(key: str, title: str, text: str, **fields: Any) -> Article:
        article = make_article(corpus, text, **fields)
        Article.objects.filter(pk=article.pk).update(title=title)
        return article

    return {
        "harbour": add(
            "harbour",
            "The harbour opens",
            "The harbour cost 12 million. Mayor Ilse Vorn paid the workers and/or the bank.",
            author="Jan de Vries",
            publisher="The Post",
            published="2026-03-02",
        ),
        "ferry": add(
            "ferry",
            "A ferry for Exland",
            "Ferries doubled near the harbour. The café’s owner, Zoë, has a state-of-the-art boat.",
            author="Ann Vries",
            publisher="Daily Mirror",
            published="2026-04-10",
        ),
        "taxes": add(
            "taxes",
            "Taxes",
            "The cost of 12 new taxes is not a million. See www.example.org/harbour.html!",
            published="2025-12-31",
        ),
        "undated": add("undated", "Undated", "Vorn Ilse said nothing of it. U.S. rates don’t."),
    }


def found(query: str, library: dict[str, Article], rows: Any = None) -> set[str]:
    keys = {article.pk: name for name, article in library.items()}
    matching = search.articles(Article.objects.all() if rows is None else rows, query)
    return {keys[pk] for pk in matching.values_list("pk", flat=True)}


EXPECTED: dict[str, Sequence[str]] = {
    # Words, wherever they stand, in any case and with the endings of English.
    "harbour": ["harbour", "ferry", "taxes"],
    "HARBOURS": ["harbour", "ferry", "taxes"],
    "harbour vries": ["harbour", "ferry"],
    "nothing of the kind": [],
    "of": ["taxes", "undated", "ferry"],
    "tax": ["taxes"],
    # Accents are nothing, of either side; marks of punctuation part words.
    "cafe": ["ferry"],
    "ZOE": ["ferry"],
    "zöë": ["ferry"],
    "bank": ["harbour"],
    "example": ["taxes"],
    "state-of-the-art": ["ferry"],
    "art": ["ferry"],
    "don't": ["undated"],
    "u.s.": ["undated"],
    # Phrases, which no two fields share.
    '"cost 12"': ["harbour"],
    '"12 cost"': [],
    '"Ilse Vorn"': ["harbour"],
    '“Vorn Ilse”': ["undated"],
    '"Vries The Post"': [],
    '"opens Jan"': [],
    '"the harbour" -ferries': ["harbour"],
    # Without, either, beginnings.
    "harbour -ferry": ["harbour", "taxes"],
    "harbour -ferry -taxes": ["harbour"],
    "-harbour": ["undated"],
    '-"ilse vorn" -ferry': ["taxes", "undated"],
    "ferry OR taxes": ["ferry", "taxes"],
    "bank OR cafe harbour": ["harbour", "ferry"],
    "mill*": ["harbour", "taxes"],
    '"12 mil"*': ["harbour"],
    "NOT harbour": ["undated"],
    # Fields.
    "title:harbour": ["harbour"],
    "title:ferry title:exland": ["ferry"],
    "text:harbour": ["harbour", "ferry", "taxes"],
    "text:taxes": ["taxes"],
    "text:undated": [],
    "author:vries": ["harbour", "ferry"],
    'author:"jan de vries"': ["harbour"],
    'publisher:"daily mirror"': ["ferry"],
    "publisher:post OR title:taxes": ["harbour", "taxes"],
    "harbour -publisher:post": ["ferry", "taxes"],
    "-publisher:post": ["ferry", "taxes", "undated"],
    # Days.
    "after:2026-03-02": ["harbour", "ferry"],
    "before:2026-03-02": ["harbour", "taxes"],
    "published:2026-03": ["harbour"],
    "published:2026": ["harbour", "ferry"],
    "harbour after:2026-04": ["ferry"],
    "-after:2026": ["taxes", "undated"],
    "after:2026 before:2025": [],
    "published:2026-03-02 OR taxes": ["harbour", "taxes"],
    "state:waiting bank": ["harbour"],
    "state:in-review": [],
    # Nothing that can be typed is an operator of the database's.
    "": ["harbour", "ferry", "taxes", "undated"],
    "!!! & | ( ) : * ^ \\ ' ~": ["harbour", "ferry", "taxes", "undated"],
    "harbour:*": ["harbour", "ferry", "taxes"],
    "bank & !harbour": ["harbour"],
    "bank' OR 1=1 --": ["harbour"],
    'bank" NEAR(harbour, 2)': [],
    "{title} : bank": [],
    '"': ["harbour", "ferry", "taxes", "undated"],
    "bank\0": ["harbour"],
    "note:bank": [],
    "%": ["harbour", "ferry", "taxes", "undated"],
    "b_nk": [],
}


def test_what_articles_are_found(library: dict[str, Article]) -> None:
    wrong = {
        query: (found(query, library), set(expected))
        for query, expected in EXPECTED.items()
        if found(query, library) != set(expected)
    }
    assert not wrong
