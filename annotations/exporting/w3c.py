"""W3C Web Annotation: one annotation a claim, both selectors always."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from django.utils.crypto import salted_hmac

from annotations.domain.spans import context
from annotations.models import Article, ArticleText, Corpus, Evidence, User

from .base import checked_quote, claim_text
from .finding import finding_of

CONTEXT = "http://www.w3.org/ns/anno.jsonld"


class WebAnnotation:
    """One ``AnnotationCollection`` whose only page is written as it is read."""

    name = "w3c"
    media_type = "application/ld+json"
    extension = "jsonld"

    def write(self, corpus: Corpus, articles: Iterable[Article]) -> Iterator[bytes]:
        collection = f"urn:factcheck:corpus:{corpus.pk}:claims"
        page = f"{collection}:page:1"
        head = {
            "@context": CONTEXT,
            "id": collection,
            "type": "AnnotationCollection",
            "label": corpus.name,
        }
        start = {"id": page, "type": "AnnotationPage", "startIndex": 0}
        yield orjson.dumps(head)[:-1] + b',"first":' + orjson.dumps(start)[:-1] + b',"items":['
        total = 0
        for article in articles:
            # One piece an article; its annotations come apart only in the file.
            lines = []
            for claim in article.standing_claims:  # type: ignore[attr-defined]
                lines.append(
                    (b",\n" if total else b"\n") + orjson.dumps(annotation(article, claim))
                )
                total += 1
            if lines:
                yield b"".join(lines)
        # Only now is it known how many there are.
        yield b"\n]}," + orjson.dumps({"last": page, "total": total})[1:] + b"\n"


def reviewer_urn(user: User) -> str:
    """The same for all that a person did in this installation, and not to be led back to them."""
    digest = salted_hmac("annotations.exporting.reviewer", str(user.pk), algorithm="sha256")
    return f"urn:reviewer:{digest.hexdigest()[:16]}"


def annotation(article: Article, claim: Any) -> dict[str, Any]:
    text = claim_text(claim, article)
    finding = finding_of(verdict for verdict in claim.all_verdicts if verdict.stands)
    body: list[dict[str, Any]] = [
        _words("classifying", claim_type.label) for claim_type in claim.types.all()
    ]
    body += [_words("tagging", tag.name) for tag in claim.tags.all()]
    if claim.normalised:
        body.append({**_words("describing", claim.normalised), "language": article.language})
    if finding.rating:
        body.append(_words("assessing", finding.rating.label))
    body += [_link(e) for e in claim.standing_evidence if e.url and not e.protected]
    source = article.url or f"urn:factcheck:article:{article.pk}"
    targets = [
        {"source": source, "selector": _selectors(text, span.start, span.end, span.quote, claim)}
        for span in claim.spans.all()
    ]
    return {
        "@context": CONTEXT,
        "id": f"urn:uuid:{claim.uid}",
        "type": "Annotation",
        "motivation": "assessing",
        "creator": {"id": reviewer_urn(claim.created_by), "type": "Person"},
        "created": _time(claim.created_at),
        "modified": _time(claim.updated_at),
        "body": body,
        "target": targets[0] if len(targets) == 1 else targets,
    }


def _words(purpose: str, value: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "value": value}


def _link(evidence: Evidence) -> dict[str, Any]:
    """A source on the web; with the moment of its saved copy, where there is one."""
    link: dict[str, Any] = {
        "type": "SpecificResource",
        "purpose": "linking",
        "source": evidence.url,
    }
    copy = evidence.snapshot
    if copy and copy.fetched_at:
        link["state"] = {"type": "TimeState", "sourceDate": _time(copy.fetched_at)}
    return link


def _selectors(
    text: ArticleText, start: int, end: int, quote: str, claim: Any
) -> list[dict[str, Any]]:
    prefix, suffix = context(text.text, start, end)
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "prefix": prefix,
            "exact": checked_quote(text, start, end, quote, f"claim {claim.pk}"),
            "suffix": suffix,
        },
    ]


def _time(moment: Any) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
