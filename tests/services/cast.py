"""The people of the tests, and short ways to the states that tests begin from.

Everything is made through the services, so that no test begins in a state that the product
can't reach.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from annotations.detection import DetectedClaim, Detection, Reason
from annotations.models import (
    Answer,
    Article,
    Claim,
    Corpus,
    DetectionRun,
    Event,
    Evidence,
    Job,
    Question,
    Rating,
    Suggestion,
    User,
    Verdict,
)
from annotations.services.answers import answer_add
from annotations.services.articles import article_create
from annotations.services.claims import claim_create
from annotations.services.corpora import corpus_create, membership_set
from annotations.services.evidence import evidence_add
from annotations.services.jobs import extraction_request
from annotations.services.leases import job_fail, jobs_claim
from annotations.services.questions import question_ask
from annotations.services.runs import run_record
from annotations.services.verdicts import verdict_give

# Emoji, a flag, a combining mark and right-to-left words: offsets in any unit but code points
# point at other words.
TEXT = (
    "The harbour 🚢 cost 12 million. Mayor Ilse Vorn said it would pay for itself.\n"
    "A 👩‍👩‍👧 family in שלום street and one in مدينة square disagreed: cafe\u0332 sales fell 5%.\n"
    "🇳🇴 Ferries doubled, she added."
)


@dataclass(frozen=True)
class Cast:
    """A reviewer, a second one, an adjudicator, an admin; and one who must see nothing."""

    reviewer: User
    second: User
    adjudicator: User
    admin: User
    outsider: User


@dataclass(frozen=True)
class FakeDetector:
    """Names a run. Finds nothing itself."""

    name: str = "fake"
    version: str = "1"
    config_hash: str = "0" * 64
    threshold: float = 0.5

    def at(self, threshold: float | None) -> FakeDetector:
        return self if threshold is None else replace(self, threshold=threshold)


def make_cast() -> Cast:
    return Cast(
        *(
            User.objects.create_user(name, f"{name}@example.org", "a long password")
            for name in ("rita", "sven", "adja", "alma", "odd")
        )
    )


def make_corpus(cast: Cast, name: str = "Harbour", **options: Any) -> Corpus:
    corpus = corpus_create(actor=None, name=name, **options)
    roles = {
        cast.reviewer: "reviewer",
        cast.second: "reviewer",
        cast.adjudicator: "adjudicator",
        cast.admin: "admin",
    }
    for user, role in roles.items():
        membership_set(actor=None, corpus=corpus, user=user, role=role)
    return corpus


def make_article(corpus: Corpus, text: str = TEXT, **options: Any) -> Article:
    return article_create(actor=None, corpus=corpus, text=text, title="The harbour", **options)


def make_unread(corpus: Corpus, text: str = TEXT) -> Article:
    """One whose extraction failed for good, as in a language that the detector can't read."""
    made = make_article(corpus, text)
    (job,) = jobs_claim(worker="test:1", first=Job.objects.get(article=made).pk)
    job_fail(job=job, error="small reads 'en', not 'de'", permanent=True)
    return Article.objects.get(pk=made.pk)


def at(text: str, words: str) -> tuple[int, int, str]:
    """Where the words stand in the text, as a span's input."""
    start = text.index(words)
    return start, start + len(words), words


def detection(text: str, *quotes: str) -> Detection:
    spans = [at(text, quote) for quote in quotes]
    return Detection(
        sentences=((0, len(text)),),
        claims=tuple(
            DetectedClaim(
                start, end, quote, 0.8, "quantity", False, None, (Reason("bias", "bias", 1.4),)
            )
            for start, end, quote in spans
        ),
        words=len(text.split()),
    )


def extract(article: Article, *quotes: str) -> DetectionRun:
    """Run the article's waiting job, or a new one, with these suggestions as the result."""
    return extract_claims(article, *detection(article.text.text, *quotes).claims)


def extract_claims(article: Article, *claims: DetectedClaim) -> DetectionRun:
    """The same with what the detector says of each."""
    extraction_request(actor=None, article=article)
    job = Job.objects.active().get(article=article)
    claimed = next(
        job for job in jobs_claim(worker="here:1", first=job.pk) if job.article_id == article.pk
    )
    found = detection(article.text.text)
    run = run_record(
        job=claimed,
        text=article.text,
        detector=FakeDetector(),  # type: ignore[arg-type]
        detection=replace(found, claims=claims),
        seconds=0.1,
    )
    article.refresh_from_db()
    return run


def suggestion_of(article: Article, quote: str) -> Suggestion:
    return Suggestion.objects.current().get(article=article, quote=quote)


def make_claim(actor: User, article: Article, quote: str = "cost 12 million") -> Claim:
    return claim_create(
        actor=actor, article=article, fields={"spans": [at(article.text.text, quote)]}
    )


def make_evidence(actor: User, claim: Claim, **fields: Any) -> Evidence:
    given: Any = {"url": "https://ledger.example/2021", "stance": "SUPPORTS", **fields}
    return evidence_add(actor=actor, claim=claim, fields=given)


def make_question(actor: User, claim: Claim, text: str = "What did it cost?") -> Question:
    return question_ask(actor=actor, claim=claim, text=text)


def make_answer(actor: User, question: Question, **fields: Any) -> Answer:
    given: Any = {
        "answer_type": "Extractive",
        "text": "12,000,000",
        "source_url": "https://ledger.example/2021",
        **fields,
    }
    return answer_add(actor=actor, question=question, fields=given)


def rating(corpus: Corpus, label: str) -> Rating:
    return Rating.objects.get(scale=corpus.rating_scale, label=label)


def judge(actor: User, claim: Claim, label: str = "True", **more: Any) -> Verdict:
    claim.refresh_from_db()
    return verdict_give(
        actor=actor,
        claim=claim,
        rating=rating(claim.article.corpus, label),
        rationale="The ledger says so.",
        claim_revision=claim.revision,
        **more,
    )


def kinds(article: Article) -> list[str]:
    """The kinds of the article's events, oldest first."""
    return list(Event.objects.filter(article=article).order_by("id").values_list("kind", flat=True))


def last_event() -> Any:
    """The newest event; untyped, because a test knows which of its sides are there."""
    return Event.objects.latest("id")
