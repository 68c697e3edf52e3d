"""Articles: a line of a list, the whole, its creation, and the page's cheap poll."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.domain.texts import MAX_CHARACTERS
from annotations.domain.transitions import ArticleState, JobState
from annotations.models import Article

from ..fields import StrictDate, StrictString, WriteSerializer, one_of, reference, uid

ArticleStateField = one_of("ArticleState", ArticleState)
JobStateField = one_of("JobState", JobState)


class ArticleSerializer(serializers.Serializer[Any]):
    """What a list shows, from ``ArticleQuerySet.with_progress``."""

    id = serializers.IntegerField()
    corpus = serializers.IntegerField(source="corpus_id")
    title = serializers.CharField()
    author = serializers.CharField()
    publisher = serializers.CharField()
    url = serializers.CharField()
    published = serializers.DateField(allow_null=True)
    dateline = serializers.CharField()
    language = serializers.CharField()
    source_name = serializers.CharField()
    state = ArticleStateField()
    created_at = serializers.DateTimeField()
    suggestion_count = serializers.IntegerField(help_text="Of the current run.")
    decided_count = serializers.IntegerField(help_text="Of those, the decided ones.")
    claim_count = serializers.IntegerField(help_text="Withdrawn ones left out.")


class RunSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    detector = serializers.CharField()
    version = serializers.CharField()
    config_hash = serializers.CharField()
    threshold = serializers.FloatField()
    words = serializers.IntegerField()
    suggestion_count = serializers.IntegerField()
    finished_at = serializers.DateTimeField()
    text_revision = serializers.IntegerField(source="text.number")


class ArticleDetailSerializer(ArticleSerializer):
    text = serializers.CharField(source="latest_text.text")
    text_revision = serializers.IntegerField(source="latest_text.number")
    sentences = serializers.SerializerMethodField(
        help_text="[start, end) of each sentence of the current run, in code points."
    )
    run = RunSerializer(source="current_run", allow_null=True)

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "array",
                "items": {"type": "integer"},
                "minItems": 2,
                "maxItems": 2,
            },
        }
    )
    def get_sentences(self, article: Article) -> list[list[int]]:
        return article.current_run.sentences if article.current_run else []


class ArticleCreateSerializer(WriteSerializer):
    """The text may begin with a ``date YYYY-MM-DD`` header, as in an imported file."""

    corpus = reference()
    # An article is code points; JSON's escapes don't count.
    text = StrictString(max_length=MAX_CHARACTERS, trim_whitespace=False)
    title = StrictString(max_length=500, required=False, allow_blank=True)
    published = StrictDate(required=False, allow_null=True)
    author = StrictString(max_length=300, required=False, allow_blank=True)
    publisher = StrictString(max_length=300, required=False, allow_blank=True)
    url = StrictString(max_length=2000, required=False, allow_blank=True)
    dateline = StrictString(max_length=200, required=False, allow_blank=True)
    source_name = StrictString(max_length=500, required=False, allow_blank=True)


class StatusJobSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = JobStateField()
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ahead = serializers.IntegerField(help_text="Queued jobs that come before it.")


class ArticleStatusSerializer(serializers.Serializer[Any]):
    state = ArticleStateField()
    job = StatusJobSerializer(allow_null=True, help_text="The article's latest job.")
    run = serializers.IntegerField(allow_null=True)
    workers_alive = serializers.IntegerField(help_text="Of those that would take the job.")
    suggestion_count = serializers.IntegerField()


class ActionSerializer(serializers.Serializer[Any]):
    """An action in the history, named."""

    id = serializers.IntegerField(help_text="The event's.")
    kind = serializers.CharField()
    target_type = serializers.CharField()
    target_id = serializers.IntegerField()


class LeftSerializer(serializers.Serializer[Any]):
    """An object and its revision: what the next write to it has to name."""

    uid = serializers.UUIDField()
    revision = serializers.IntegerField()


LEFT = "What it was about, as it is now; null where that has no revision, or was changed since."


class UndoneSerializer(serializers.Serializer[Any]):
    undone = ActionSerializer()
    target = LeftSerializer(allow_null=True, help_text=LEFT)
    next = ActionSerializer(allow_null=True, help_text="What the next undo would take back.")


class RedoneSerializer(serializers.Serializer[Any]):
    redone = ActionSerializer()
    target = LeftSerializer(allow_null=True, help_text=LEFT)
    next = ActionSerializer(allow_null=True, help_text="What the next redo would do again.")


class UndoSerializer(WriteSerializer):
    """The body of an undo or a redo."""

    uid = uid()
