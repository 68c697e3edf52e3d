"""What a fact-check's page shows, as JSON values: taken from the claim, frozen when published.

``Content`` is the material of the claim with the wording that the admin chose. It is put together
here alone; pages, markup and the API read it.

    {"title", "summary", "language",
     "claim": {"text", "date", "place"},
     "context": [{"text": str | null, "quoted": bool}],
     "source": {"title", "url", "publisher", "published", "language"},
     "claimant": {"name", "role", "wikidata_id", "organisation"} | null, "masked": bool,
     "rating": {"label", "number", "meaning"}, "scale": {"name", "ratings": [{same, "given"}]},
     "rationale" (Markdown), "verdict" (its uid), "strategies": [str],
     "evidence": [{"uid", "protected", "stance", "set", "url", "citation", "title", "publisher",
                   "published", "quote", "medium", "post_claim": bool | null, "copy"}],
     "questions": [{"text", "answers": [{"type", "text", "explanation", "url", "medium", "copy"}]}]}

``copy`` is ``{"fetched_at", "sha256", "led_to": [address]}`` or null; an answer
without one has no key for it. Of a protected source there are ``uid``, ``protected``, ``stance``
and ``set`` only. Reviewers' names and notes stay inside.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import orjson
from django.db import models
from django.utils.translation import gettext

from annotations.domain.excerpts import excerpt
from annotations.domain.finding import Finding, finding_of
from annotations.domain.pages import ADDRESS, PageKey, address_in, page_among, pages_of
from annotations.domain.publishing import MASK, NameMask, masked
from annotations.domain.spans import Span
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Flag, VerdictKind
from annotations.models import Claim, Corpus, Evidence, Rating, Snapshot, Verdict

Content = dict[str, Any]
_ADDRESSES = frozenset({"url", "led_to"})
_WITH_WORDS = ("claim", "context", "source", "rationale", "evidence", "questions")
_PROTECTED_KEEPS = ("uid", "stance", "set")


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be published of a claim as it is now.

    ``material`` is None where nothing can be; ``problem`` then says why. ``verdicts`` are those
    whose rationale can be shown, the one that is shown first.
    """

    finding: Finding
    material: Content | None
    digest: str
    verdicts: list[Verdict]
    problem: str = ""


class Guard:
    """Keeps protected sources of a corpus out of what was published before they were protected."""

    def __init__(self, corpus: Corpus | int) -> None:
        rows = Evidence.objects.filter(claim__article__corpus=corpus, protected=True)
        found = list(rows.order_by().values_list("uid", "url"))
        self.uids = {str(uid) for uid, _url in found}
        self.pages: set[PageKey] = pages_of(url for _uid, url in found)

    def text(self, text: str) -> str:
        """The text without addresses of protected sources."""
        if not self.pages:
            return text
        return ADDRESS.sub(self._masked, text)

    def content(self, content: Content) -> Content:
        """The content as it may leave now."""
        if not self.uids:
            return content
        evidence = [
            {**{key: piece[key] for key in _PROTECTED_KEEPS}, "protected": True}
            if self._covers(piece)
            else piece
            for piece in content["evidence"]
        ]
        questions = [
            {**question, "answers": [self._answer(answer) for answer in question["answers"]]}
            for question in content["questions"]
        ]
        cleaned: Content = self._clean({**content, "evidence": evidence, "questions": questions})
        return cleaned

    def _masked(self, found: re.Match[str]) -> str:
        address = address_in(found[0])
        if not page_among(address, self.pages):
            return found[0]
        return MASK + found[0][len(address) :]

    def _covers(self, piece: dict[str, Any]) -> bool:
        return piece["protected"] or piece["uid"] in self.uids or self._leads_there(piece)

    def _leads_there(self, row: dict[str, Any]) -> bool:
        led_to = copy["led_to"] if (copy := row.get("copy")) else []
        return any(page_among(url, self.pages) for url in (row["url"], *led_to))

    def _answer(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Of a protected page neither the address nor what its saved copy tells."""
        if not self._leads_there(answer):
            return answer
        return {**{key: answer[key] for key in answer if key != "copy"}, "url": ""}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._clean(item) for item in value]
        if isinstance(value, dict):
            return {
                key: ""
                if key in _ADDRESSES and isinstance(item, str) and page_among(item, self.pages)
                else self._clean(item)
                for key, item in value.items()
            }
        return value


class Guards(dict[int, Guard]):
    """The guard of each corpus by its id, looked up when it is first asked for."""

    def __missing__(self, corpus: int) -> Guard:
        self[corpus] = Guard(corpus)
        return self[corpus]


def draft_of(
    claim: Claim,
    *,
    mask_claimant: bool | None = None,
    verdict: uuid.UUID | None = None,
    guard: Guard | None = None,
) -> Draft:
    """What a claim fetched ``with_details`` would be published as.

    ``verdict`` is the uid of the one whose rationale is shown, where several reviewers agree;
    ``mask_claimant`` defaults to whether the claim is flagged as about a private person.
    """
    standing: list[Verdict] = claim.standing_verdicts  # type: ignore[attr-defined]
    finding = finding_of(cast(Any, standing))
    if problem := _problem(claim, finding):
        return Draft(finding, None, "", [], problem)
    # The lack of a problem says that there is one.
    rating = cast(Rating, finding.rating)
    kind = VerdictKind.ADJUDICATION if finding.basis == "adjudication" else VerdictKind.REVIEW
    fitting = [v for v in standing if v.kind == kind and v.rating_id == rating.pk]
    # The newest first, unless another one was chosen.
    fitting.sort(key=lambda v: (v.uid == verdict, v.pk), reverse=True)
    if kind == VerdictKind.ADJUDICATION:
        del fitting[1:]
    hide = claim.flag == Flag.PRIVATE_PERSON if mask_claimant is None else mask_claimant
    material = _material(claim, rating, fitting[0], hide)
    material = (guard or Guard(claim.article.corpus_id)).content(material)
    return Draft(finding, material, digest_of(material), fitting)


def digest_of(material: Content) -> str:
    return hashlib.sha256(orjson.dumps(material, option=orjson.OPT_SORT_KEYS)).hexdigest()


def content_of(material: Content, *, title: str, summary: str) -> Content:
    """The material with the words that the admin chose, masked as the rest is."""
    claimant = material.get("hidden_name")
    words = {"title": title, "summary": summary}
    if claimant:
        words = masked(words, NameMask(claimant))
    kept = {key: value for key, value in material.items() if key != "hidden_name"}
    return {**words, **kept}


def differences(one: Content, other: Content) -> list[str]:
    """The keys of the parts in which two contents differ."""
    ignored = {"verdict", "masked"}
    keys = [key for key in one if key not in ignored]
    return [key for key in keys if one[key] != other.get(key)]


def _problem(claim: Claim, finding: Finding) -> str:
    if claim.state == ClaimState.WITHDRAWN:
        return gettext("The claim is withdrawn.")
    if finding.tie:
        return gettext("The verdicts are tied: an adjudicator has to settle the claim first.")
    if finding.rating is None:
        return gettext("The claim has no verdict yet.")
    return ""


def _material(claim: Claim, rating: Rating, verdict: Verdict, hide: bool) -> Content:
    article = claim.article
    spans = [Span(s.start, s.end, s.quote) for s in claim.spans.all()]
    scale = rating.scale
    name = claim.claimant.name if claim.claimant else ""
    material: Content = {
        "language": article.corpus.language,
        "claim": {
            "text": claim.normalised or claim.quote,
            "date": _day(claim.claim_date),
            "place": claim.place,
        },
        "context": [
            {"text": piece.text, "quoted": piece.quoted}
            for piece in excerpt(claim.text.text, spans)
        ],
        "source": {
            "title": article.title,
            "url": article.url,
            "publisher": article.publisher,
            "published": _day(article.published),
            "language": article.language,
        },
        "claimant": _claimant(claim),
        "masked": False,
        "rating": _rating(rating),
        "scale": {
            "name": scale.name,
            "ratings": [
                {**_rating(other), "given": other.pk == rating.pk}
                for other in scale.ratings.all()
                if not other.retired or other.pk == rating.pk
            ],
        },
        "rationale": verdict.rationale,
        "verdict": str(verdict.uid),
        "strategies": list(verdict.strategies),
        "evidence": [
            _evidence(piece, claim)
            for piece in claim.standing_evidence  # type: ignore[attr-defined]
        ],
        "questions": [
            {
                "text": question.text,
                "answers": [_answer(answer) for answer in question.standing_answers],
            }
            for question in claim.standing_questions  # type: ignore[attr-defined]
        ],
    }
    if hide and name:
        mask = NameMask(name)
        material |= {part: masked(material[part], mask) for part in _WITH_WORDS}
        # Needed for the admin's own words; it is not published.
        material |= {"claimant": None, "masked": True, "hidden_name": name}
    return material


def _claimant(claim: Claim) -> dict[str, Any] | None:
    claimant = claim.claimant
    if claimant is None:
        return None
    outlet = claim.article.publisher.strip().casefold()
    return {
        "name": claimant.name,
        "role": claimant.role,
        "wikidata_id": claimant.wikidata_id,
        # The outlet's own voice; of others nobody has said what they are.
        "organisation": bool(outlet) and claimant.name.strip().casefold() == outlet,
    }


def _rating(rating: Rating) -> dict[str, Any]:
    return {"label": rating.label, "number": rating.number, "meaning": rating.meaning}


def _evidence(piece: Evidence, claim: Claim) -> dict[str, Any]:
    kept = {"uid": str(piece.uid), "stance": piece.stance, "set": piece.set_number}
    if piece.protected:
        return {**kept, "protected": True}
    piece.claim = claim
    return {
        **kept,
        "protected": False,
        "url": piece.url,
        "citation": piece.citation,
        "title": piece.title,
        "publisher": piece.publisher,
        "published": _day(piece.published),
        "quote": piece.quote,
        "medium": piece.source_medium,
        "post_claim": piece.is_post_claim,
        "copy": _copy(piece.snapshot),
    }


def _answer(answer: Any) -> dict[str, Any]:
    copy = _copy(answer.snapshot)
    return {
        "type": answer.answer_type,
        "text": answer.text,
        "explanation": answer.boolean_explanation,
        "url": answer.source_url,
        "medium": answer.source_medium,
        **({"copy": copy} if copy else {}),
    }


def _copy(snapshot: Snapshot | None) -> dict[str, Any] | None:
    if snapshot is None or snapshot.fetched_at is None:
        return None
    return {
        "fetched_at": snapshot.fetched_at.isoformat(timespec="seconds"),
        "sha256": snapshot.sha256,
        "led_to": sorted({snapshot.url, snapshot.final_url} - {""}),
    }


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def claims_to_publish(claims: Iterable[int]) -> list[Claim]:
    """Claims by their ids, with all that a draft of each needs, in a fixed number of queries."""
    rows = (
        Claim.objects.filter(pk__in=list(claims))
        .with_details()
        .select_related("article__corpus", "claimant", "text")
    )
    found: list[Claim] = list(rows)
    verdicts = [v for c in found for v in c.standing_verdicts]  # type: ignore[attr-defined]
    models.prefetch_related_objects([v.rating for v in verdicts], "scale__ratings")
    return sorted(found, key=lambda claim: claim.pk)
