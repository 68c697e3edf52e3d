"""A claim's fields: what a person may set, how it is checked and put on the claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

from django.db.models.functions import Lower
from django.utils.translation import gettext, gettext_noop

from annotations.domain.spans import Span, SpanError, fragments_at
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Flag
from annotations.errors import Conflict, InvalidInput
from annotations.models import ArticleText, Claim, Claimant, ClaimSpan, ClaimType, Corpus, Tag

# (start, end, quote or None): code points; the quote is checked where given.
SpanInput = tuple[int, int, str | None]
MAX_TAGS = 20
CHANGED = gettext_noop(
    "This was changed by somebody since, so it can't be taken back or done again any more."
)


class ClaimFields(TypedDict):
    """What a person may set on a claim; a key that is absent stays as it is."""

    spans: NotRequired[Sequence[SpanInput]]
    normalised: NotRequired[str]
    types: NotRequired[Sequence[str]]
    claimant: NotRequired[str | None]
    claim_date: NotRequired[dt.date | None]
    place: NotRequired[str]
    # A value of domain.vocabulary.Flag; empty takes the flag down, and its note with it.
    flag: NotRequired[str]
    flag_note: NotRequired[str]
    tags: NotRequired[Sequence[str]]


def claim_snapshot(claim: Claim) -> dict[str, Any]:
    """The claim's editable state as JSON values: what an event keeps and undo restores."""
    return {
        "spans": [[s.start, s.end] for s in ClaimSpan.objects.filter(claim=claim)],
        "normalised": claim.normalised,
        "types": sorted(claim.types.values_list("key", flat=True)),
        "claimant": claim.claimant.name if claim.claimant else None,
        "claim_date": claim.claim_date.isoformat() if claim.claim_date else None,
        "place": claim.place,
        "flag": str(claim.flag),
        "flag_note": claim.flag_note,
        "tags": sorted(claim.tags.values_list("name", flat=True)),
        "withdrawn": claim.state == ClaimState.WITHDRAWN,
    }


def claim_fields(state: dict[str, Any]) -> ClaimFields:
    """What a claim's snapshot holds, as the fields to be written."""
    date = state["claim_date"]
    plain = ("normalised", "types", "claimant", "place", "flag", "flag_note", "tags")
    fields: Any = {
        **{name: state[name] for name in plain if name in state},
        "spans": [(start, end, None) for start, end in state["spans"]],
        "claim_date": dt.date.fromisoformat(date) if date else None,
    }
    return cast(ClaimFields, fields)


def unchanged(found: dict[str, Any], known: dict[str, Any]) -> None:
    """Refuse an object that isn't as an event left it. An old event knows fewer of its fields."""
    if any(found[name] != value for name, value in known.items()):
        raise Conflict(gettext(CHANGED))


def spans_at(text: ArticleText, pairs: Sequence[SpanInput]) -> list[Span]:
    try:
        return fragments_at(text.text, pairs)
    except SpanError as error:
        raise InvalidInput({"spans": str(error)}) from error


def fields_check(claim: Claim, fields: Mapping[str, Any]) -> None:
    wrong: dict[str, str] = {}
    if len(fields.get("normalised", "")) > Claim.MAX_NORMALISED:
        wrong["normalised"] = gettext("%(max_normalised)s characters at most") % {
            "max_normalised": Claim.MAX_NORMALISED
        }
    if len(fields.get("claimant") or "") > 200:
        wrong["claimant"] = gettext("200 characters at most")
    if len(fields.get("place", "")) > 200:
        wrong["place"] = gettext("200 characters at most")
    if len(fields.get("flag_note", "")) > Claim.MAX_FLAG_NOTE:
        wrong["flag_note"] = gettext("%(max_flag_note)s characters at most") % {
            "max_flag_note": Claim.MAX_FLAG_NOTE
        }
    if fields.get("flag") and fields["flag"] not in list(Flag):
        wrong["flag"] = gettext("%(flag)r is not one of %(flag2)s") % {
            "flag": fields["flag"],
            "flag2": ", ".join(Flag),
        }
    if long := [name for name in fields.get("tags", ()) if len(name.strip()) > Tag.MAX_NAME]:
        wrong["tags"] = gettext("%(long)r… is longer than %(max_name)s characters") % {
            "long": long[0][:20],
            "max_name": Tag.MAX_NAME,
        }
    elif len(fields.get("tags", ())) > MAX_TAGS:
        wrong["tags"] = gettext("%(max_tags)s tags at most") % {"max_tags": MAX_TAGS}
    types = fields.get("types")
    if types is not None:
        corpus = claim.article.corpus
        if len(types) > 1 and not corpus.claim_types_are_several:
            wrong["types"] = gettext("this corpus's claims have one type")
        known = set(
            ClaimType.objects.filter(scheme=corpus.claim_type_scheme).values_list("key", flat=True)
        )
        if unknown := [t for t in types if t not in known]:
            wrong["types"] = gettext("%(unknown)r is not one of %(known)s") % {
                "unknown": unknown[0],
                "known": ", ".join(sorted(known)),
            }
    if wrong:
        raise InvalidInput(wrong)


def fields_apply(claim: Claim, fields: Mapping[str, Any], corpus: Corpus) -> None:
    if "normalised" in fields:
        claim.normalised = " ".join(fields["normalised"].split())
    if "claim_date" in fields:
        claim.claim_date = fields["claim_date"]
    if "claimant" in fields:
        name = " ".join((fields["claimant"] or "").split())
        claim.claimant = (
            Claimant.objects.get_or_create(corpus=corpus, name=name)[0] if name else None
        )
    if "place" in fields:
        claim.place = " ".join(fields["place"].split())
    if "flag" in fields:
        claim.flag = fields["flag"]
    if "flag_note" in fields:
        claim.flag_note = " ".join(fields["flag_note"].split())
    if not claim.flag:
        claim.flag_note = ""
    if "types" in fields:
        claim.types.set(
            ClaimType.objects.filter(scheme=corpus.claim_type_scheme, key__in=fields["types"])
        )
    if "tags" in fields:
        claim.tags.set(_tags(corpus, fields["tags"]))


def _tags(corpus: Corpus, names: Sequence[str]) -> list[Tag]:
    """The corpus's tags of these names, made where it has none; upper and lower case are one."""
    wanted = {name.casefold(): name for name in (" ".join(n.split()) for n in names) if name}
    known = {
        tag.name.casefold(): tag
        for tag in Tag.objects.annotate(folded=Lower("name")).filter(
            corpus=corpus, folded__in=[name.lower() for name in wanted.values()]
        )
    }
    return [
        known.get(folded) or Tag.objects.get_or_create(corpus=corpus, name=name)[0]
        for folded, name in wanted.items()
    ]
