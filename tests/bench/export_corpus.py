"""A large corpus for the benchmark of exports, written as an import writes one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from annotations.domain.texts import content_hash
from annotations.domain.transitions import ArticleState
from annotations.models import (
    Article,
    ArticleText,
    Claim,
    Claimant,
    ClaimSpan,
    ClaimType,
    Corpus,
    Evidence,
    User,
    Verdict,
)
from annotations.services.bulk import rows_insert
from annotations.services.corpora import corpus_create

SENTENCE = (
    "In {year} the ministry spent {n} million euros on ferries, {k} percent more than before."
)
FILLER = " Nobody at the harbour — neither the crews nor the “café” owners — expected as much."
BATCH = 1000


def corpus_of(articles: int, claims: int, *, judged: bool) -> Corpus:
    """Articles of about 1,500 characters. ``judged``: each claim has evidence and a verdict."""
    corpus = corpus_create(actor=None, name=f"Bench {articles} {judged}")
    person = User.objects.create_user(f"bench-{corpus.pk}", password=None)
    claimant = Claimant.objects.create(corpus=corpus, name="the minister")
    kind = ClaimType.objects.get(scheme=corpus.claim_type_scheme, key="quantity")
    rating = corpus.rating_scale.ratings.order_by("position")[0]
    for start in range(0, articles, BATCH):
        with transaction.atomic():
            _write(
                corpus, person, claimant, kind, rating if judged else None,
                range(start, min(start + BATCH, articles)), claims,
            )  # fmt: skip
    return Corpus.objects.select_related("rating_scale").get(pk=corpus.pk)


def _write(
    corpus: Corpus,
    person: User,
    claimant: Claimant,
    kind: ClaimType,
    rating: Any,
    numbers: range,
    claims: int,
) -> None:
    now = timezone.now()
    articles, texts, made, spans = [], [], [], []
    evidence, verdicts, types = [], [], []
    through = Claim.types.through
    for number in numbers:
        words, places = [], []
        length = 0
        for k in range(claims):
            sentence = SENTENCE.format(year=1990 + k, n=number, k=k)
            places.append((length, length + len(sentence), sentence))
            words += [sentence, FILLER, " "]
            length += len(sentence) + len(FILLER) + 1
        text = "".join(words).strip()
        article = Article(
            corpus=corpus,
            title=f"Ferries, part {number}",
            content_hash=content_hash(text),
            state=ArticleState.IN_REVIEW,
        )
        revision = ArticleText(article=article, text=text, content_hash=article.content_hash)
        articles.append(article)
        texts.append(revision)
        for start, end, sentence in places:
            claim = Claim(
                article=article, text=revision, normalised=sentence, claimant=claimant,
                created_by=person, created_at=now, updated_at=now,
            )  # fmt: skip
            made.append(claim)
            spans.append(ClaimSpan(claim=claim, start=start, end=end, quote=sentence))
            types.append(through(claim=claim, claimtype=kind))
            if rating is not None:
                url = f"https://statistics.example/{number}"
                evidence.append(Evidence(claim=claim, url=url, stance="REFUTES", added_by=person))
                verdicts.append(
                    Verdict(
                        claim=claim,
                        rating=rating,
                        rationale="As the figures show.",
                        claim_revision=1,
                        reviewer=person,
                    )
                )
    for rows in (articles, texts, made, spans, types, evidence, verdicts):
        rows_insert(rows)  # type: ignore[type-var]
