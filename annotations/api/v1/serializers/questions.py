"""Questions that a claim raises, with their answers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from annotations.domain.vocabulary import AnswerType
from annotations.models import Answer, Question

from ..fields import IdOrUid, StrictString, WriteSerializer, one_of, reference, revision, uid
from .evidence import MAX_TEXT, SavedCopySerializer, SourceMediumField
from .people import PersonSerializer

AnswerTypeField = one_of("AnswerType", AnswerType)


def question_rows(rows: QuerySet[Question]) -> QuerySet[Question]:
    return rows.with_answers()  # type: ignore[attr-defined]


def answer_rows(rows: QuerySet[Answer]) -> QuerySet[Answer]:
    return rows.with_details()  # type: ignore[attr-defined]


class AnswerSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    question = serializers.IntegerField(source="question_id")
    answer_type = AnswerTypeField()
    text = serializers.CharField(
        help_text="Yes or No where the type is Boolean; empty where it is Unanswerable."
    )
    boolean_explanation = serializers.CharField()
    source_url = serializers.CharField()
    source_medium = SourceMediumField()
    snapshot = serializers.IntegerField(source="snapshot_id", allow_null=True)
    saved_copy = SavedCopySerializer(source="snapshot", allow_null=True)
    withdrawn = serializers.BooleanField()
    added_by = PersonSerializer()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    revision = serializers.IntegerField()


class QuestionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    claim = serializers.IntegerField(source="claim_id")
    text = serializers.CharField()
    withdrawn = serializers.BooleanField()
    asked_by = PersonSerializer()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    answers = AnswerSerializer(many=True, source="standing_answers")


class QuestionCreateSerializer(WriteSerializer):
    claim = IdOrUid()
    text = StrictString(max_length=Question.MAX_TEXT)
    uid = uid()


class QuestionUpdateSerializer(WriteSerializer):
    revision = revision()
    text = StrictString(max_length=Question.MAX_TEXT)


class AnswerFieldsSerializer(WriteSerializer):
    """Extractive and Abstractive need a source, Boolean an explanation, Unanswerable nothing."""

    text = StrictString(max_length=MAX_TEXT, required=False, allow_blank=True)
    boolean_explanation = StrictString(max_length=MAX_TEXT, required=False, allow_blank=True)
    source_url = StrictString(max_length=2000, required=False, allow_blank=True)
    source_medium = SourceMediumField(required=False)
    snapshot = reference(
        required=False,
        allow_null=True,
        help_text="A saved copy that was made for the question's claim; left out with another "
        "source_url, there is none.",
    )


class AnswerCreateSerializer(AnswerFieldsSerializer):
    question = IdOrUid()
    answer_type = AnswerTypeField()
    uid = uid()


class AnswerUpdateSerializer(AnswerFieldsSerializer):
    revision = revision()
    answer_type = AnswerTypeField(required=False)
