"""Questions that claims raise, and their answers."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.domain.vocabulary import AnswerType
from annotations.models import Answer, Claim, Question
from annotations.services.answers import answer_add, answer_update, answer_withdraw
from annotations.services.questions import question_ask, question_update, question_withdraw

from ..filters import FilterSet, FlagFilter, IdFilter, value_filter
from ..serializers.claims import RevisionSerializer
from ..serializers.questions import (
    AnswerCreateSerializer,
    AnswerSerializer,
    AnswerUpdateSerializer,
    QuestionCreateSerializer,
    QuestionSerializer,
    QuestionUpdateSerializer,
    answer_rows,
    question_rows,
)
from .base import ByUid, ViewSet, seen


class QuestionFilters(FilterSet):
    claim = IdFilter()
    article = IdFilter(field_name="claim__article")
    corpus = IdFilter(field_name="claim__article__corpus")
    include_withdrawn = FlagFilter(method="nothing", help_text="Default: standing ones only.")

    def filter_queryset(self, queryset: QuerySet[Question]) -> QuerySet[Question]:
        rows = super().filter_queryset(queryset)
        return rows if self.chosen("include_withdrawn", False) else rows.standing()


class QuestionViewSet(ByUid, ListModelMixin, RetrieveModelMixin, ViewSet):
    """Each with its standing answers."""

    serializer_class = QuestionSerializer
    filterset_class = QuestionFilters

    def get_queryset(self) -> QuerySet[Question]:
        rows = Question.objects.visible_to(self.caller)
        if self.action in {"list", "retrieve"}:
            return question_rows(rows)
        return rows.select_related("claim")

    @extend_schema(
        request=QuestionCreateSerializer,
        responses={201: QuestionSerializer, 200: QuestionSerializer},
    )
    def create(self, request: Request) -> Response:
        """Ask what has to be known to judge a claim. 200 when its ``uid`` was sent before."""
        fields = self.body(QuestionCreateSerializer)
        claim = seen(Claim.objects.visible_to(self.caller), fields.pop("claim"), "claim")
        uid = fields.get("uid")
        known = uid is not None and Question.objects.filter(uid=uid).exists()
        question = question_ask(actor=self.caller, claim=claim, **fields)
        return self._row(question, 200 if known else 201)

    @extend_schema(request=QuestionUpdateSerializer, responses=QuestionSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Reword it. 409 with the ``current`` question when ``revision`` is no longer that."""
        question = self.get_object()
        fields = self.body(QuestionUpdateSerializer)
        return self._row(question_update(actor=self.caller, question=question, **fields))

    @extend_schema(request=RevisionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it off its claim, with its answers. 409 when somebody else has answered it."""
        question = self.get_object()
        revision = self.body(RevisionSerializer)["revision"]
        return self._row(question_withdraw(actor=self.caller, question=question, revision=revision))

    def _row(self, question: Question, status: int = 200) -> Response:
        row = question_rows(Question.objects.filter(pk=question.pk)).get()
        return Response(QuestionSerializer(row).data, status=status)


class AnswerFilters(FilterSet):
    question = IdFilter()
    claim = IdFilter(field_name="question__claim")
    article = IdFilter(field_name="question__claim__article")
    corpus = IdFilter(field_name="question__claim__article__corpus")
    answer_type = value_filter(AnswerType)
    include_withdrawn = FlagFilter(
        method="nothing", help_text="Default: standing ones of standing questions only."
    )

    def filter_queryset(self, queryset: QuerySet[Answer]) -> QuerySet[Answer]:
        rows = super().filter_queryset(queryset)
        return rows if self.chosen("include_withdrawn", False) else rows.standing()


class AnswerViewSet(ByUid, ListModelMixin, RetrieveModelMixin, ViewSet):
    serializer_class = AnswerSerializer
    filterset_class = AnswerFilters

    def get_queryset(self) -> QuerySet[Answer]:
        rows = answer_rows(Answer.objects.visible_to(self.caller))
        return rows if self.action == "list" else rows.select_related("question__claim")

    @extend_schema(
        request=AnswerCreateSerializer, responses={201: AnswerSerializer, 200: AnswerSerializer}
    )
    def create(self, request: Request) -> Response:
        """Answer a question. 200 when the ``uid`` was sent before."""
        fields = self.body(AnswerCreateSerializer)
        questions = Question.objects.visible_to(self.caller).select_related("claim")
        question = seen(questions, fields.pop("question"), "question")
        uid = fields.pop("uid", None)
        known = uid is not None and Answer.objects.filter(uid=uid).exists()
        answer = answer_add(
            actor=self.caller,
            question=question,
            fields=fields,  # type: ignore[arg-type]
            uid=uid,
        )
        return self._row(answer, 200 if known else 201)

    @extend_schema(request=AnswerUpdateSerializer, responses=AnswerSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change fields. 409 with the ``current`` answer when ``revision`` is no longer that."""
        answer = self.get_object()
        fields = self.body(AnswerUpdateSerializer)
        revision = fields.pop("revision")
        return self._row(
            answer_update(
                actor=self.caller,
                answer=answer,
                revision=revision,
                fields=fields,  # type: ignore[arg-type]
            )
        )

    @extend_schema(request=RevisionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it off its question; the row stays in the history."""
        answer = self.get_object()
        revision = self.body(RevisionSerializer)["revision"]
        return self._row(answer_withdraw(actor=self.caller, answer=answer, revision=revision))

    def _row(self, answer: Answer, status: int = 200) -> Response:
        row = answer_rows(Answer.objects.filter(pk=answer.pk)).get()
        return Response(AnswerSerializer(row).data, status=status)
