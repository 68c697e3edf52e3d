"""Label Studio JSON: a task a text, people's claims as annotations, the detector's as predictions.

A region is a fragment; results with the same ``id`` are about one region, and fragments of one
claim are tied by relations. Offsets are code points, as Label Studio's own exports have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import DETAILS, Context, Format, Record, array
from .documents import LABEL, Document, Mark, about, documents
from .judging import shown

EARLIER = "suggestions in another revision"
# The labelling configuration that shows all of it.
CONFIG = """<View>
  <Labels name="label" toName="text"><Label value="CLAIM"/></Labels>
  <Text name="text" value="$text"/>
  <TextArea name="normalised" toName="text" perRegion="true"/>
  <TextArea name="claimant" toName="text" perRegion="true"/>
  <TextArea name="type" toName="text" perRegion="true"/>
  <TextArea name="verdict" toName="text" perRegion="true"/>
</View>"""


class LabelStudio(Format):
    name = "label-studio"
    label = "Label Studio"
    about = _("JSON tasks: claims as annotations, the detector's suggestions as predictions.")
    media_type = "application/json"
    extension = "json"
    unit = "texts"
    needs_suggestions = True
    loses = frozenset(
        {
            "earlier texts", "claim date", "place", "flags", "tags", "rationales", "evidence",
            "sets", "copies", "questions", "discussions", "guidelines", "fact-checks", "roles",
        }
    ) | DETAILS  # fmt: skip

    reasons = {EARLIER: _("suggestions in an earlier text in which no claim stands")}

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        predicted = not article["suggestions"]
        for document in documents(article):
            predictions = _predictions(document)
            predicted = predicted or bool(predictions)
            yield {
                "data": {"text": document.text, "name": document.name, **about(article)},
                "annotations": [{"result": _results(document, context)}],
                "predictions": predictions,
            }
        if not predicted:
            context.leave_out(EARLIER, len(article["suggestions"]))

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        pieces = (list(self.counted(article, context)) for article in articles)
        return array(pieces, context)


def _results(document: Document, context: Context) -> list[Record]:
    results: list[Record] = []
    for mark in document.marks:
        place = {"start": mark.start, "end": mark.end, "text": mark.quote}
        region = {"id": _region(mark), "to_name": "text"}
        results.append(
            {
                **region,
                "from_name": "label",
                "type": "labels",
                "value": {**place, "labels": [LABEL]},
            }
        )
        for name, words in _said(mark.claim, context).items():
            if words and not mark.fragment:
                results.append(
                    {
                        **region,
                        "from_name": name,
                        "type": "textarea",
                        "value": {**place, "text": words},
                    }
                )
        if mark.fragment:
            results.append(
                {
                    "type": "relation",
                    "from_id": _region(mark, 0),
                    "to_id": _region(mark),
                    "direction": "right",
                }
            )
    return results


def _region(mark: Mark, fragment: int | None = None) -> str:
    return f"{mark.claim['uid']}-{mark.fragment if fragment is None else fragment}"


def _said(claim: Record, context: Context) -> dict[str, list[str]]:
    found = claim["verdict"]
    verdicts = [found["rating"]] if found and found["rating"] else []
    verdicts += [
        f"{v['reviewer']['username']} ({v['kind']}): {v['rating']}"
        for v in shown(claim, context)
        if v["stands"]
    ]
    return {
        "normalised": [claim["normalised"]] if claim["normalised"] else [],
        "claimant": [claim["claimant"]] if claim["claimant"] else [],
        "type": list(claim["types"]),
        "verdict": verdicts,
    }


def _predictions(document: Document) -> list[Record]:
    run: Any = document.article["run"]
    if run is None or run["text_revision"] != document.text_revision:
        return []
    suggestions = document.article["suggestions"]
    return [
        {
            "model_version": f"{run['detector']} {run['version']}",
            "score": max((s["score"] for s in suggestions), default=0.0),
            "result": [
                {
                    "id": f"suggestion-{s['start']}-{s['end']}",
                    "from_name": "label",
                    "to_name": "text",
                    "type": "labels",
                    "score": s["score"],
                    "value": {
                        "start": s["start"],
                        "end": s["end"],
                        "text": s["quote"],
                        "labels": [LABEL],
                    },
                }
                for s in suggestions
            ],
        }
    ]
