"""Imports: what was sent, how far it is, what became of its rows."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.importing import FORMATS
from annotations.importing.options import CHOICES, COLUMNS, MAX_ANNOTATOR
from annotations.models import ImportState

from ..fields import MAX_ID, WriteSerializer, one_of
from .people import PersonSerializer

ImportStateField = one_of("ImportState", ImportState)
SeverityField = one_of("ProblemSeverity", ["rejected", "misplaced", "duplicate", "note"])

# Of one request; more of them come as an archive.
MAX_FILES = 1000
_OPTIONS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "format": {"type": "string", "enum": ["", *sorted(FORMATS)]},
        "encoding": {"type": "string"},
        "annotations": {"type": "string", "enum": list(CHOICES["annotations"])},
        "annotator": {"type": "string", "maxLength": MAX_ANNOTATOR},
        "misplaced": {"type": "string", "enum": list(CHOICES["misplaced"])},
        "unit": {"type": "string", "enum": list(CHOICES["unit"])},
        "all_or_nothing": {"type": "boolean"},
        "extract": {"type": "boolean"},
        "near_duplicates": {"type": "boolean"},
        "people": {"type": "string", "enum": list(CHOICES["people"])},
        "language": {"type": "string", "maxLength": 16},
        "columns": {
            "type": "object",
            "description": f"Field → heading. Fields: {', '.join(COLUMNS)}.",
            "additionalProperties": {"type": "string"},
        },
        "delimiter": {"type": "string", "maxLength": 1},
        "sheet": {"type": "string"},
        "fetch": {"type": "boolean"},
    },
}
_COUNTED = {"type": "object", "additionalProperties": {"type": "integer"}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list(items: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {
        "type": "array",
        "items": items,
        **({"description": description} if description else {}),
    }


_WORDS = {"type": "string"}
_NUMBER = {"type": "integer"}
_DAY = {"type": "string", "format": "date", "nullable": True}
_PREVIEW = _object(
    columns=_list(_WORDS, "The headings of a table."),
    rows=_list(
        _object(
            article={**_NUMBER, "nullable": True, "description": "Of one that is there already."},
            title=_WORDS,
            author=_WORDS,
            publisher=_WORDS,
            url=_WORDS,
            published=_DAY,
            dateline=_WORDS,
            language=_WORDS,
            characters=_NUMBER,
            text={**_WORDS, "description": "Its beginning."},
            claims={**_NUMBER, "description": "How many."},
            suggestions={**_NUMBER, "description": "How many."},
            first_claims=_list(
                _object(
                    words={**_WORDS, "description": "Of its spans, joined by an ellipsis."},
                    normalised=_WORDS,
                    labels=_list(_WORDS, "Claim types, then tags."),
                    claimant=_WORDS,
                    claim_date=_DAY,
                    ratings=_list(_WORDS),
                    annotator=_WORDS,
                )
            ),
            first_suggestions=_list(
                _object(words=_WORDS, kind=_WORDS, claimant=_WORDS, score={"type": "number"})
            ),
        )
    ),
)


@extend_schema_field(_OPTIONS)
class OptionsField(serializers.Field):
    """An object; in a form, the object as JSON. What it may hold is the service's business."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, str):
            try:
                data = json.loads(data)
            except ValueError as error:
                raise serializers.ValidationError(f"Not JSON: {error}") from error
        if not isinstance(data, dict):
            raise serializers.ValidationError("Expected an object.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(_COUNTED)
class CountedField(serializers.JSONField):
    """Name → number."""


@extend_schema_field(_PREVIEW)
class PreviewField(serializers.JSONField):
    """The first rows as they will be, and a table's headings."""


class ImportSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    corpus = serializers.IntegerField(source="corpus_id")
    state = ImportStateField()
    file_name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(help_text="Of the file.")
    has_file = serializers.BooleanField(
        help_text="Whether the file is still kept; without it nothing can be checked or started."
    )
    options = OptionsField(help_text="Those that differ from the defaults.")
    formats = CountedField(help_text="Format → files.")
    encodings = CountedField(
        help_text="Encoding → files, with “ (guessed)” behind one that was guessed."
    )
    counts = CountedField(help_text="Of the latest run or check.")
    progress = serializers.FloatField(help_text="The share that is done, 0 to 1.")
    items_a_second = serializers.FloatField(allow_null=True)
    seconds_left = serializers.FloatField(allow_null=True, help_text="An estimate.")
    job = serializers.IntegerField(source="job_id", allow_null=True)
    error = serializers.CharField(source="job.error", default="")
    created_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()


class ImportDetailSerializer(ImportSerializer):
    preview = PreviewField(help_text="Of the latest check.")
    search_left = serializers.IntegerField(
        help_text="Articles and claims that are in the corpus and that search doesn't find yet."
    )


class ImportCreateSerializer(WriteSerializer):
    """A form: ``file`` once or several times, ``options`` as JSON."""

    corpus = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    file = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), min_length=1, max_length=MAX_FILES
    )
    options = OptionsField(required=False)
    uid = serializers.UUIDField(
        required=False,
        help_text="Chosen by the client: sending the request again makes nothing new.",
    )


class ImportUpdateSerializer(WriteSerializer):
    options = OptionsField(help_text="All of them; what isn't named is the default.")


class ImportProblemSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    severity = SeverityField()
    file = serializers.CharField(help_text="In an archive.")
    line = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    article = serializers.IntegerField(
        source="article_id", allow_null=True, help_text="Of a duplicate: the one that is there."
    )


class NearDuplicateSerializer(serializers.Serializer[Any]):
    article = serializers.IntegerField(help_text="The other one.")
    title = serializers.CharField()
    similarity = serializers.FloatField(help_text="0 to 1, estimated.")
    earlier = serializers.BooleanField(help_text="Was the other one there first?")
