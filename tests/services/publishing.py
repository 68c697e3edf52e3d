"""Short ways to a published fact-check."""

from __future__ import annotations

from typing import Any

from annotations.models import Claim, Corpus, FactCheck, Publication, User
from annotations.services.fact_check_content import Draft, claims_to_publish, draft_of
from annotations.services.fact_checks import fact_check_publish
from annotations.services.publications import publication_of, publication_update

PUBLISHER = {
    "organisation": "Ex News",
    "url": "https://ex.example",
    "corrections_policy": "https://ex.example/corrections",
    "methodology": "https://ex.example/methods",
    "licence": "https://creativecommons.org/licenses/by/4.0/",
}


def set_publisher(corpus: Corpus, **fields: str) -> Publication:
    revision = publication_of(corpus).revision
    return publication_update(
        actor=None, corpus=corpus, revision=revision, fields={**PUBLISHER, **fields}
    )


def draft(claim: Claim, **options: Any) -> Draft:
    (full,) = claims_to_publish([claim.pk])
    return draft_of(full, **options)


def publish(actor: User, claim: Claim, **options: Any) -> FactCheck:
    """With a title and the digest of what there is now, where nothing else is said."""
    choice = {k: options[k] for k in ("mask_claimant", "verdict") if k in options}
    given = {"title": "The harbour cost 12 million", "digest": draft(claim, **choice).digest}
    return fact_check_publish(actor=actor, claim=claim, **{**given, **options})
