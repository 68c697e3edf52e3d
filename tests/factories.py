"""The shared cast, and the things they work on, all made through the services.

A corpus has a reviewer, a second reviewer, an adjudicator and an admin; the outsider works in
another corpus and must see nothing of this one.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Sum

from annotations.detection import Claimant, DetectedClaim, Detection, Reason
from annotations.domain.texts import normalise
from annotations.domain.vocabulary import Role
from annotations.fetching import Fetched, Page
from annotations.models import (
    Answer,
    Article,
    Claim,
    Corpus,
    DetectionRun,
    Evidence,
    Job,
    Question,
    Rating,
    Snapshot,
    Suggestion,
    Tally,
    Thread,
    User,
    Verdict,
)
from annotations.services.answers import answer_add
from annotations.services.articles import article_create
from annotations.services.claims import claim_create
from annotations.services.corpora import corpus_create, membership_set
from annotations.services.discussion import comment_add, thread_start
from annotations.services.evidence import evidence_add
from annotations.services.jobs import extraction_request
from annotations.services.leases import jobs_claim
from annotations.services.questions import question_ask
from annotations.services.runs import run_record
from annotations.services.snapshots import snapshot_record, snapshot_request
from annotations.services.verdicts import verdict_give

# Code points and UTF-16 units part at the first emoji; é is two code points before NFC.
TEXT = normalise(
    "🌍 “Unemployment doubled in 2025,” the minister said.\n\n"
    "Emissions fell by 4 % last year 👩🏽‍🚀 while prices rose.\n"
    "The cafe\u0301 closed. Nobody knows why."
)
# Phrases that the made-up detector finds, with a score and a kind each.
FOUND = [
    ("Unemployment doubled in 2025", 0.91, "quantity"),
    ("Emissions fell by 4 % last year", 0.74, "quantity"),
    ("prices rose", 0.42, "other"),
]
DETECTOR: Any = SimpleNamespace(name="made-up", version="1.0", config_hash="c" * 64, threshold=0.4)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Cast:
    """A corpus and its people, and an outsider with a corpus of their own."""

    corpus: Corpus
    other_corpus: Corpus
    reviewer: User
    second_reviewer: User
    adjudicator: User
    admin: User
    superuser: User
    outsider: User
    stranger: User

    @property
    def everybody(self) -> dict[str, User]:
        """Name → person, for tests that walk all roles."""
        names = ["reviewer", "second_reviewer", "adjudicator", "admin", "superuser"]
        return {name: getattr(self, name) for name in [*names, "outsider", "stranger"]}


def make_user(username: str, **fields: Any) -> User:
    return User.objects.create_user(username, password=None, **fields)


def make_corpus(name: str = "", **options: Any) -> Corpus:
    return corpus_create(actor=None, name=name or f"Corpus {next(_numbers)}", **options)


def make_cast(**corpus_options: Any) -> Cast:
    corpus = make_corpus("Elections", **corpus_options)
    other = make_corpus("Elsewhere")
    people = {
        "reviewer": make_user("rita", display_name="Rita Reviewer"),
        "second_reviewer": make_user("sam"),
        "adjudicator": make_user("ada"),
        "admin": make_user("olga"),
        "outsider": make_user("oscar"),
        # An account that is a member of nothing.
        "stranger": make_user("stella"),
    }
    roles = {
        "reviewer": Role.REVIEWER,
        "second_reviewer": Role.REVIEWER,
        "adjudicator": Role.ADJUDICATOR,
        "admin": Role.ADMIN,
    }
    for name, role in roles.items():
        membership_set(actor=None, corpus=corpus, user=people[name], role=role)
    # The most that a member of another corpus can be.
    membership_set(actor=None, corpus=other, user=people["outsider"], role=Role.ADMIN)
    superuser = make_user("root", is_superuser=True, is_staff=True)
    return Cast(corpus=corpus, other_corpus=other, superuser=superuser, **people)


def make_article(corpus: Corpus, text: str = "", **fields: Any) -> Article:
    """An article with its queued job. Without a text, one that no other article has."""
    fields.setdefault("title", "The minister on work")
    return article_create(
        actor=None, corpus=corpus, text=text or f"{TEXT}\nCopy {next(_numbers)}.", **fields
    )


def detected(
    text: str, phrase: str, score: float = 0.8, kind: str = "quantity", **fields: Any
) -> DetectedClaim:
    """What the made-up detector says of the first place where the phrase stands."""
    start = text.index(phrase)
    fields = {
        "start": start,
        "end": start + len(phrase),
        "quote": phrase,
        "quoted": start < 5,
        "claimant": Claimant("the minister") if start < 5 else None,
        "reasons": (Reason("number", "a number", 1.25, ((start, start + 4),)),),
        **fields,
    }
    return DetectedClaim(score=score, kind=kind, **fields)


def place(text: str, phrase: str) -> tuple[int, int]:
    """Where the phrase stands first."""
    start = text.index(phrase)
    return start, start + len(phrase)


def run_detector(
    article: Article, found: Sequence[tuple[str, float, str] | DetectedClaim] = tuple(FOUND)
) -> DetectionRun:
    """Finish the article's job (a new one where none is active) with what was found."""
    job = Job.objects.active().filter(article=article).first()
    job = job or extraction_request(actor=None, article=article)
    (held,) = jobs_claim(worker="test:1", first=job.pk, limit=1)
    text = article.text
    claims = tuple(
        item if isinstance(item, DetectedClaim) else detected(text.text, *item) for item in found
    )
    detection = Detection(sentences=((0, text.text.index("\n")),), claims=claims, words=20)
    return run_record(job=held, text=text, detector=DETECTOR, detection=detection, seconds=0.1)


def make_extracted(corpus: Corpus, text: str = "", **fields: Any) -> Article:
    """An article that is ready to review, with the suggestions of ``FOUND``."""
    article = make_article(corpus, text, **fields)
    run_detector(article)
    article.refresh_from_db()
    return article


def suggestions_of(article: Article) -> list[Suggestion]:
    return list(Suggestion.objects.current().filter(article=article).order_by("start"))


def make_claim(
    article: Article, actor: User, phrase: str = "Nobody knows why", **fields: Any
) -> Claim:
    start = article.text.text.index(phrase)
    fields.setdefault("spans", [(start, start + len(phrase), phrase)])
    return claim_create(actor=actor, article=article, fields=fields)  # type: ignore[arg-type]


def make_evidence(claim: Claim, actor: User, **fields: Any) -> Evidence:
    fields = {
        "url": f"https://statistics.example/{next(_numbers)}",
        "stance": "REFUTES",
        "published": dt.date(2026, 3, 1),
        **fields,
    }
    return evidence_add(actor=actor, claim=claim, fields=fields)  # type: ignore[arg-type]


def make_snapshot(
    claim: Claim, actor: User, body: bytes = b"<title>Figures</title>", **fields: Any
) -> Snapshot:
    """A finished copy of a page; ``fields`` are the page's own."""
    url = fields.pop("url", f"https://statistics.example/{next(_numbers)}")
    snapshot = snapshot_request(actor=actor, claim=claim, url=url, uid=fields.pop("uid", None))
    (held,) = jobs_claim(worker="test:1", first=snapshot.job_id, kind="fetch")
    fetched = Fetched(url, fields.pop("final_url", url), "text/html", "", body)
    return snapshot_record(job=held, fetched=fetched, page=Page(**fields))


def make_question(claim: Claim, actor: User, text: str = "How much was it?") -> Question:
    return question_ask(actor=actor, claim=claim, text=text)


def make_answer(question: Question, actor: User, **fields: Any) -> Answer:
    fields = {
        "answer_type": "Extractive",
        "text": "12 percent",
        "source_url": f"https://statistics.example/{next(_numbers)}",
        **fields,
    }
    return answer_add(actor=actor, question=question, fields=fields)  # type: ignore[arg-type]


def rating_of(corpus: Corpus, label: str) -> Rating:
    return corpus.rating_scale.ratings.get(label=label)


def make_verdict(claim: Claim, actor: User, label: str = "False", **more: Any) -> Verdict:
    """A verdict, with the evidence that it needs where the claim has none."""
    claim.refresh_from_db()
    if not claim.evidence.standing().exists():
        make_evidence(claim, actor)
    return verdict_give(
        actor=actor,
        claim=claim,
        rating=rating_of(claim.article.corpus, label),
        rationale=f"It is {label.lower()}, as the figures show.",
        claim_revision=claim.revision,
        **more,
    )


def make_thread(claim: Claim, actor: User, *answers: User, text: str = "Which year?") -> Thread:
    """A discussion that ``actor`` starts, with an answer of each of the others."""
    thread = thread_start(actor=actor, claim=claim, text=text)
    for person in answers:
        comment_add(actor=person, thread=thread, text=f"So says {person.username}.")
    return thread


def tallied() -> Counter[tuple[int, str, str]]:
    """Corpus, what, state → the count that the database's triggers keep."""
    rows = Tally.objects.order_by().values_list("corpus_id", "what", "state")
    sums = rows.annotate(sum=Sum("n"))
    return Counter({(corpus, what, state): n for corpus, what, state, n in sums if n})


def counted() -> Counter[tuple[int, str, str]]:
    """The same, by counting the rows."""
    found: Counter[tuple[int, str, str]] = Counter()
    for what, corpus, rows in (
        ("articles", "corpus", Article.objects.all()),
        ("claims", "article__corpus", Claim.objects.all()),
        ("extractions", "corpus", Job.objects.active().filter(kind="extraction")),
    ):
        for key, state, n in rows.order_by().values_list(corpus, "state").annotate(Count("pk")):
            found[key, what, state] = n
    return found
