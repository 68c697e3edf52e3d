"""A corpus made as the header of an export of ours describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from annotations.errors import InvalidInput
from annotations.models import Corpus, Rating, RatingScale

from .corpora import corpus_create, guidelines_restore
from .publications import FIELDS, publication_update

Record = Mapping[str, Any]


@transaction.atomic
def corpus_restore(*, name: str, described: Record) -> tuple[Corpus, list[str]]:
    """A new corpus, and what of the description can't be had here.

    ``described`` is ``corpus`` of the header, of any version: what it doesn't say is as usual.
    """
    notes: list[str] = []
    configuration: dict[str, Any] = {
        "description": described.get("description") or "",
        "language": described.get("language") or "en",
        "claim_type_scheme": described.get("claim_type_scheme") or "fullfact",
        "requires_evidence": bool(described.get("requires_evidence", True)),
        "rating_scale": rating_scale_restore(described.get("rating_scale") or {}),
        "threshold": described.get("threshold"),
    }
    if len(configuration["description"]) > Corpus.MAX_DESCRIPTION:
        configuration["description"] = configuration["description"][: Corpus.MAX_DESCRIPTION]
        notes.append(f"the description was cut to {Corpus.MAX_DESCRIPTION:,} characters")
    detector = described.get("detector") or ""
    try:
        with transaction.atomic():
            corpus = corpus_create(actor=None, name=name, detector=detector, **configuration)
    except InvalidInput as error:
        if "detector" not in error.fields:
            raise
        notes.append(f"the detector “{detector}” isn't installed here; the usual one is taken")
        corpus = corpus_create(actor=None, name=name, **configuration)
    guidelines_restore(corpus=corpus, records=described.get("guidelines") or [])
    if publisher := described.get("publisher"):
        fields = {field: str(publisher.get(field) or "") for field in FIELDS}
        publication_update(actor=None, corpus=corpus, revision=0, fields=fields)
    return corpus, notes


def rating_scale_restore(described: Record) -> RatingScale | None:
    """The site's scale of that name and version; made where there is none. None: none is named.

    ``described`` is ``{"slug", "version", "name", "ratings": [{"label", "number", "meaning",
    "retired"}]}``.
    """
    slug, version = described.get("slug"), described.get("version") or 0
    if not slug:
        return None
    known = RatingScale.objects.filter(slug=slug, version=version).first()
    if known is not None or not described.get("ratings"):
        return known
    scale = RatingScale.objects.create(
        slug=str(slug)[:50], version=int(version), name=str(described.get("name") or slug)[:100]
    )
    Rating.objects.bulk_create(
        Rating(
            scale=scale,
            position=position,
            label=str(rating["label"])[:100],
            number=rating.get("number"),
            meaning=str(rating.get("meaning") or "")[:300],
            retired=bool(rating.get("retired")),
        )
        for position, rating in enumerate(described["ratings"], start=1)
    )
    return scale
