"""Who is asked to review which article."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import policies
from annotations.errors import InvalidInput
from annotations.models import Article, Assignment, User
from annotations.services.assignments import assignment_add, assignment_remove

from ..filters import FilterSet, IdFilter
from ..serializers.assignments import AssignmentCreateSerializer, AssignmentSerializer
from .base import ViewSet, seen


class AssignmentFilters(FilterSet):
    article = IdFilter()
    corpus = IdFilter(field_name="article__corpus")
    user = IdFilter()


class AssignmentViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    serializer_class = AssignmentSerializer
    filterset_class = AssignmentFilters

    def get_queryset(self) -> QuerySet[Assignment]:
        visible = Assignment.objects.filter(article__in=Article.objects.visible_to(self.caller))
        rows = visible.select_related("article", "user", "assigned_by")
        return rows.select_related("article__corpus") if self.action == "remove" else rows

    @extend_schema(
        request=AssignmentCreateSerializer,
        responses={201: AssignmentSerializer, 200: AssignmentSerializer},
    )
    def create(self, request: Request) -> Response:
        """Ask a person to review an article (admins). 200 when they were asked already."""
        fields = self.body(AssignmentCreateSerializer)
        rows = Article.objects.visible_to(self.caller).select_related("corpus")
        article = seen(rows, fields["article"], "article")
        policies.require(self.caller, "article.assign", article.corpus)
        # Whoever works in the corpus is known to its members; nobody else is looked up here.
        user = User.objects.filter(
            pk=fields["user"], memberships__corpus=article.corpus_id, is_active=True
        ).first()
        if user is None:
            raise InvalidInput({"user": "expected the id of a person who works in this corpus"})
        known = Assignment.objects.filter(article=article, user=user).exists()
        assignment = assignment_add(actor=self.caller, article=article, user=user)
        return Response(AssignmentSerializer(assignment).data, status=200 if known else 201)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Take the article off the person's hands (admins)."""
        assignment = self.get_object()
        self.body()
        assignment_remove(actor=self.caller, assignment=assignment)
        return Response(status=204)
