"""What a search finds, on both databases alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from annotations import search
from annotations.domain.search_query import WORD
from annotations.errors import InvalidInput
from annotations.models import Article, ArticleText, Claim, Claimant, Corpus, RatingScale
from annotations.search import patience, schema
from annotations.search.schema import sqlite as sqlite_schema
from annotations.services.claims import claim_update, claim_withdraw
from annotations.services.corpora import corpus_create

from .cast import Cast, judge, make_article, make_claim, make_corpus, make_evidence
from .importing import bring_in, roll_back

FILES = Path(__file__).parents[1] / "formats" / "imports"


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
    "“Vorn Ilse”": ["undated"],
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


WORLD = (
    "Новый российский мост. Київ; είπε ότι κόστος. 서울 ドイツ أحمد هذا. हिन्दी सरकार। "
    "বাংলা தமிழ் ที่ שלום Straße Đà Nẵng"
)


@pytest.mark.parametrize("word", [found.group() for found in WORD.finditer(WORLD)])
def test_words_of_every_script_are_found(corpus: Corpus, word: str) -> None:
    article = make_article(corpus, WORLD)
    make_article(corpus, "Another one, of the harbour.")

    def there(query: str) -> list[Article]:
        return list(search.articles(Article.objects.all(), query))

    assert there(word) == there(f"text:{word}") == there(f"{word[:2]}*") == [article]
    assert article not in there(f"-{word}")
    hit = search.article_hits(Article.objects.all(), search.read(word)).rows[0]
    marked = "".join(text for text, is_marked in hit.by_field["text"].segments if is_marked)
    assert word in marked


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite knows accents of Latin")
@pytest.mark.parametrize(
    ("written", "asked"),
    [("שָׁלוֹם", "שלום"), ("مُحَمَّد", "محمد"), ("أحمد", "احمد"), ("ёлка", "елка"), ("κόστος", "κοστος")],
)
def test_points_and_accents_are_nothing(corpus: Corpus, written: str, asked: str) -> None:
    article = make_article(corpus, f"So: {written}.")
    for query in (written, asked):
        assert list(search.articles(Article.objects.all(), query)) == [article]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite reads words itself")
@pytest.mark.django_db(transaction=True)
def test_an_upgrade_indexes_anew_what_it_reads_otherwise(cast: Cast) -> None:
    corpus = make_corpus(cast)
    articles = [
        make_article(corpus, text) for text in ("हिन्दी भाषा", "ガス", "café cost", "harbour")
    ]
    claims = [make_claim(cast.reviewer, a, a.text.text.split()[0]) for a in articles]
    with connection.cursor() as cursor:
        for table in ("articlesearch", "claimsearch"):
            cursor.execute(f"UPDATE annotations_{table} SET words = 'old'")  # noqa: S608  ours
    schema.refold(connection)
    # The others would be written as they are.
    for found in (
        search.articles(Article.objects.all(), "old"),
        search.claims(Claim.objects.all(), "old"),
    ):
        assert found.count() == 2
    assert set(search.articles(Article.objects.all(), "हिन्दी OR ガス")) == set(articles[:2])
    assert set(search.claims(Claim.objects.all(), "हिन्दी OR ガス")) == set(claims[:2])


def test_what_is_found_of_claims_by_claims(
    cast: Cast, corpus: Corpus, library: dict[str, Article]
) -> None:
    cost = make_claim(cast.reviewer, library["harbour"], "The harbour cost 12 million")
    fields: Any = {
        "normalised": "Building the port took twelve million",
        "claimant": "Ilse Vorn",
        "types": ["quantity"],
        "tags": ["Money"],
        "flag": "needs_expert",
    }
    cost = claim_update(actor=cast.reviewer, claim=cost, revision=cost.revision, fields=fields)
    doubled = make_claim(cast.second, library["ferry"], "Ferries doubled")
    make_evidence(cast.reviewer, doubled)
    judge(cast.reviewer, doubled, "Mostly False")
    names = {cost.pk: "cost", doubled.pk: "doubled"}

    def claims(query: str) -> set[str]:
        rows = search.claims(Claim.objects.all(), query)
        return {names[pk] for pk in rows.values_list("pk", flat=True)}

    expected = {
        "": {"cost", "doubled"},
        # The wording, the normalised claim, and who made it.
        "harbour": {"cost"},
        "ports": {"cost"},
        "port harbour vorn": {"cost"},
        "ferry": {"doubled"},
        '"twelve million Ilse"': set(),
        "claim:port": {"cost"},
        "claim:vorn": set(),
        "claimant:vorn": {"cost"},
        "-claimant:vorn": {"doubled"},
        # What is known of it, and of its article.
        "type:quantity": {"cost"},
        "type:other": set(),
        "tag:money OR ferry": {"cost", "doubled"},
        'rating:"mostly false"': {"doubled"},
        'verdict:"Mostly False" -ferry': set(),
        "state:open": {"cost"},
        "state:verified": {"doubled"},
        "state:waiting": {"cost", "doubled"},
        "flag:any": {"cost"},
        "-flag:any": {"doubled"},
        "flag:needs-expert": {"cost"},
        "publisher:mirror": {"doubled"},
        "text:boat": {"doubled"},
        "after:2026-04": {"doubled"},
        "million -publisher:post": set(),
    }
    wrong = {query: claims(query) for query, found in expected.items() if claims(query) != found}
    assert not wrong
    # An article is found by what its claims are.
    assert found("claimant:vorn", library) == {"harbour"}
    assert found("claim:port OR boat", library) == {"harbour", "ferry"}
    assert found("-claim:port boat", library) == {"ferry"}
    assert found("flag:any", library) == {"harbour"}
    assert found("state:verified harbour", library) == {"ferry"}
    # What was withdrawn is found only by whoever asks for it.
    claim_withdraw(actor=cast.reviewer, claim=cost, revision=cost.revision)
    assert claims("port") == set()
    assert claims("port state:withdrawn") == {"cost"}
    assert found("claimant:vorn", library) == set()
    assert found("state:withdrawn", library) == {"harbour"}
    everything = search.claims(Claim.objects.all(), "port", withdrawn=True)
    assert list(everything) == [cost]


def test_the_index_follows_every_change(cast: Cast, corpus: Corpus) -> None:
    article = make_article(corpus, "Old words of a harbour.")
    other = make_article(corpus, "Something else entirely.")

    def hit(query: str) -> list[Article]:
        return list(search.articles(Article.objects.all(), query))

    # Texts are never changed; a later revision stands for the article.
    ArticleText.objects.create(
        article=article, number=2, text="A fresh phrasing.", content_hash="2"
    )
    assert hit("phrasing") == [article]
    assert hit("old") == []
    ArticleText.objects.filter(article=article, number=2).delete()
    assert hit("old") == [article]
    assert hit("phrasing") == []
    Article.objects.filter(pk=article.pk).update(title="Renamed", author="Someone")
    article.refresh_from_db()
    article.publisher = "Gazette"
    article.save()
    assert hit("title:renamed author:someone publisher:gazette old") == [article]
    assert hit("title:harbour") == [other]

    claim = make_claim(cast.reviewer, article, "Old words")
    elsewhere = make_claim(cast.reviewer, other, "Something")

    def hits(query: str) -> list[Claim]:
        return list(search.claims(Claim.objects.all(), query, withdrawn=True))

    assert hits("words") == [claim]
    spans: Any = {"spans": [(13, 22, "a harbour")], "claimant": "Ilse Vorn", "normalised": "Port"}
    claim = claim_update(actor=cast.reviewer, claim=claim, revision=claim.revision, fields=spans)
    assert hits("words") == []
    assert hits("harbour vorn port") == [claim]
    Claimant.objects.filter(name="Ilse Vorn").update(name="Otto Brandt")
    assert hits("vorn") == []
    assert hits("claimant:brandt harbour") == [claim]
    Claim.objects.filter(pk=claim.pk).update(claimant=None)
    assert hits("brandt") == []

    article.delete()
    assert hit("old") == []
    assert hits("harbour") == []
    assert hits("something") == [elsewhere]
    corpus.delete()
    assert _rows() == (0, 0)


def _rows() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        counts = []
        for table in ("annotations_articlesearch", "annotations_claimsearch"):
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  names of our own
            counts.append(cursor.fetchone()[0])
    return tuple(counts)


def test_what_is_undone_was_never_found(corpus: Corpus) -> None:
    with transaction.atomic():
        make_article(corpus, "A text that will not stay.")
        assert search.articles(Article.objects.all(), "stay").exists()
        transaction.set_rollback(True)
    assert not search.articles(Article.objects.all(), "stay").exists()


def test_imports_are_found_and_found_no_more(cast: Cast) -> None:
    scale = RatingScale.objects.get(slug="averitec")
    corpus = corpus_create(
        actor=None, name="averitec", rating_scale=scale, claim_type_scheme="averitec"
    )
    source = bring_in(corpus, "averitec.json", (FILES / "averitec.json").read_bytes())
    claim = Claim.objects.get()
    assert list(search.claims(Claim.objects.all(), f'"{claim.quote}"')) == [claim]
    assert list(search.articles(Article.objects.all(), "state:verified ferries")) == [claim.article]
    roll_back(source)
    assert _rows() == (0, 0)


def test_a_text_of_any_length_is_found(corpus: Corpus) -> None:
    """PostgreSQL's vectors hold 1 MiB of words, and 16,383 places."""
    many = " ".join(f"word{n} x{n * 7919 % 1_000_003}" for n in range(60_000))
    article = make_article(corpus, f"First words here. {many[:999_000]}")
    rows = Article.objects.all()
    assert list(search.articles(rows, '"first words here"')) == [article]
    assert list(search.articles(rows, "word9000 word20000")) == [article]
    hits = search.article_hits(rows, search.read("word3000"))
    excerpt = hits.rows[0].by_field["text"]
    assert ("word3000", True) in list(excerpt.segments)
    # A single word without end, and other scripts.
    make_article(corpus, "x" * 300_000)
    cjk = make_article(corpus, "東京 タワー. Привет, мир! שלום עולם")
    assert list(search.articles(rows, "東京 привет שלום")) == [cjk]


def test_one_sees_nothing_of_other_corpora(cast: Cast, corpus: Corpus) -> None:
    hidden = make_corpus(cast, "Hidden")
    secret = make_article(hidden, "A secret plan for the ferry.")
    claim = make_claim(cast.reviewer, secret, "secret plan")
    for person, count in ((cast.reviewer, 1), (cast.outsider, 0)):
        articles = Article.objects.visible_to(person)
        claims = Claim.objects.visible_to(person)
        asked = search.read("secret OR claim:secret")
        page = search.article_hits(articles, asked)
        assert (len(page.rows), page.count, page.more) == (count, count, False)
        found = search.claim_hits(claims, asked)
        assert [hit.row for hit in found.rows] == [claim] * count
        assert found.count == count
        assert search.articles(articles, "-nothing").count() == count
        assert search.articles(articles, "").count() == count


def test_the_best_comes_first_and_says_why(cast: Cast, corpus: Corpus) -> None:
    filler = "Nothing of interest stands in this sentence at all, nor in the next. " * 12
    inside = make_article(corpus, f"{filler}A fjord is named once. {filler}")
    titled = make_article(corpus, "It is about that one.")
    Article.objects.filter(pk=titled.pk).update(title="The fjord & <b>its</b> bridge")
    often = make_article(corpus, "Fjord, fjords, and a fjord. A bridge.")

    def page(query: str, **options: Any) -> search.Hits[Article]:
        asked = search.read(query)
        return search.article_hits(Article.objects.all(), asked, **options)

    assert [hit.row for hit in page("fjord").rows] == [titled, often, inside]
    hits = page("fjord").rows
    title = hits[0].by_field["title"]
    assert list(title.segments) == [
        ("The ", False),
        ("fjord", True),
        (" & <b>its</b> bridge", False),
    ]
    assert [words for words, marked in _segments(hits[1]) if marked] == ["Fjord", "fjords", "fjord"]
    excerpt = hits[2].by_field["text"]
    assert (excerpt.cut_before, excerpt.cut_after) == (True, True)
    assert len(excerpt.text) <= 240
    text = inside.text.text
    assert text[excerpt.start : excerpt.start + len(excerpt.text)] == excerpt.text
    assert [excerpt.text[s:e] for s, e in excerpt.marks] == ["fjord"]
    # A phrase is marked where it stands as one.
    marked = [w for hit in page('"a bridge"').rows for w, mark in _segments(hit) if mark]
    assert marked == ["A bridge"]
    # Words that the search is not for are not marked there.
    (hit,) = page("title:fjord about").rows
    assert [w for w, mark in _segments(hit) if mark] == ["about"]
    # Pages, and a page beyond the last.
    pages = [page("fjord", page=number, size=2) for number in (1, 2, 3)]
    assert [[hit.row for hit in p.rows] for p in pages] == [[titled, often], [inside], []]
    assert {(p.count, p.more, p.pages) for p in pages} == {(3, False, 2)}
    # Without words: the newest first, and the beginning of each.
    assert [hit.row for hit in page("-bridge").rows] == [inside]
    newest = page("state:waiting").rows
    assert [hit.row for hit in newest] == [often, titled, inside]
    assert not any(excerpt.marks for hit in newest for excerpt in hit.excerpts)


def _segments(hit: search.Hit[Any]) -> list[tuple[str, bool]]:
    excerpt = hit.by_field["text"]
    return list(excerpt.segments)


def test_no_more_is_ranked_than_can_be_ranked_quickly(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotations.search.hits.RANKED", 3)
    articles = [make_article(corpus, f"A fjord, number {n}.") for n in range(5)]
    Article.objects.filter(pk=articles[0].pk).update(title="Fjord")
    asked = search.read("fjord")
    page = search.article_hits(Article.objects.all(), asked)
    assert (page.count, page.more) == (3, True)
    assert search.article_count(Article.objects.all(), asked) == (3, True)
    # What has it in its title is among the best, however old it is.
    assert page.rows[0].row == articles[0]
    assert [hit.row for hit in page.rows[1:]] == articles[:2:-1]
    # Phrases, which are tried among the newest first.
    for phrase, found in (('"a fjord"', articles[:1:-1]), ('"number 0"', articles[:1])):
        asked = search.read(phrase)
        page = search.article_hits(Article.objects.all(), asked)
        assert [hit.row for hit in page.rows] == found


def test_what_takes_too_long_is_given_up(corpus: Corpus) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    def ask() -> None:
        with patience.bounded(0.1), connection.cursor() as cursor:
            cursor.execute(endless)

    with pytest.raises(InvalidInput, match="takes too long"):
        ask()
    # Of what comes after, nothing is left out.
    assert make_article(corpus, "More words.").pk


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("after:soon", "“after:soon” names no date."),
        ("before:2026-13", "“before:2026-13” names no date."),
        ("a*", "“a*” is too short"),
        ("state:finished", "Expected one of: waiting, extracting"),
        ("flag:red", "Expected one of: any, unclear"),
        ('tag:""', "“tag:” has nothing to look for"),
        ("title:...", "“title:” has nothing to look for"),
        ("before: 2026", "“before:” has nothing to look for"),
        ("ferry -State:", "“state:” has nothing to look for"),
        ("ferry OR -harbour", "OR can't stand beside what is left out"),
        ("ferry -harbour OR bank", "OR can't stand beside what is left out"),
        ("x " * 33, "too many parts"),
        ("x" * 401, "too long"),
    ],
)
@pytest.mark.any_database
def test_what_cannot_be_read_is_said(query: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        search.read(query)
    assert said in refused.value.fields["q"]


def test_questions_to_the_database(
    library: dict[str, Article], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asked = search.read("harbour -bank after:2026")
    # On PostgreSQL also which languages are in use, for the condition and for the ranks, and the
    # limit of time: a savepoint, the limit set and put back.
    more = 6 if connection.vendor == "postgresql" else 0
    # Keys; titles' keys where there are too many; ranks; the page.
    with django_assert_num_queries(3 + more):
        search.article_hits(Article.objects.all(), asked)


def test_triggers_that_sqlite_dropped_are_made_again(corpus: Corpus) -> None:
    rows = Article.objects.all()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER annotations_search_text_added")
        missed = make_article(corpus, "Nobody was looking.")
        assert not search.articles(rows, "looking").exists()
        assert schema.repair(connection)
        assert list(search.articles(rows, "looking")) == [missed]
    assert not schema.repair(connection)


@pytest.mark.any_database
def test_no_trigger_names_a_table_besides_its_own() -> None:
    """SQLite would refuse the migrations that make that table anew."""
    for when, statement in sqlite_schema.TRIGGERS.values():
        named = set(re.findall(r"\bannotations_(?!\w*search)\w+", f"{when} {statement}"))
        assert len(named) == 1, when
