"""Who publishes a corpus's fact-checks: the organisation and its policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.errors import InvalidInput, StaleRevision
from annotations.models import Corpus, Publication, User

from .events import event_record

FIELDS = ("organisation", "url", "logo", "corrections_policy", "methodology", "licence")


def publication_of(corpus: Corpus) -> Publication:
    """The corpus's publisher; one that isn't saved, with revision 0, where nobody has set it."""
    found = Publication.objects.filter(corpus=corpus).first()
    return found or Publication(corpus=corpus, revision=0)


def publication_snapshot(publication: Publication) -> dict[str, str]:
    return {name: getattr(publication, name) for name in FIELDS}


@transaction.atomic
def publication_update(
    *, actor: User | None, corpus: Corpus, revision: int, fields: Mapping[str, str]
) -> Publication:
    """Set some of ``FIELDS`` of the publisher that is still at ``revision``, 0 for none yet.

    What published fact-checks rest on can be changed, but not emptied.
    """
    policies.require(actor, "publication.update", corpus)
    # The row may not be there yet, so it is the corpus that two who set it meet at.
    Corpus.objects.select_for_update(of=("self",), no_key=True).get(pk=corpus.pk)
    publication = publication_of(corpus)
    if publication.revision != revision:
        raise StaleRevision(current=publication, expected=revision)
    before = publication_snapshot(publication) if publication.pk else None
    for name in FIELDS:
        if name in fields:
            setattr(publication, name, fields[name].strip())
    try:
        publication.clean_fields(exclude=["corpus"])
    except ValidationError as error:
        raise InvalidInput({k: " ".join(v) for k, v in error.message_dict.items()}) from error
    wrong = {
        name: gettext("expected an address that begins with http:// or https://")
        for name in FIELDS
        if name != "organisation" and not _leads_somewhere(getattr(publication, name))
    }
    if before and corpus.fact_checks.exists():
        emptied = [name for name in publication.missing if before[name]]
        wrong |= dict.fromkeys(emptied, gettext("published fact-checks need it"))
    if wrong:
        raise InvalidInput(wrong)
    after = publication_snapshot(publication)
    if after == before:
        return publication
    publication.revision += 1
    publication.save()
    event_record(
        kind="publication.updated",
        actor=actor,
        target=publication,
        corpus=corpus,
        before=before,
        after=after,
    )
    return publication


def missing_words(publication: Publication) -> str:
    """What keeps the corpus from publishing, in words; empty where nothing does."""
    labels = [str(Publication.NEEDED[name]) for name in publication.missing]
    if not labels:
        return ""
    return gettext("Nothing can be published before the publisher has: %(missing)s.") % {
        "missing": ", ".join(labels)
    }


def _leads_somewhere(url: Any) -> bool:
    return not url or url.lower().startswith(("http://", "https://"))
