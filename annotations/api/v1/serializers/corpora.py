"""Corpora: what may be said in them, and how far the work is."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.domain.transitions import ArticleState, ClaimState
from annotations.domain.vocabulary import Role
from annotations.models import ClaimType, Corpus, Membership, User
from annotations.tallies import ARTICLES, CLAIMS, tallied

from .people import RoleField


def corpus_rows(user: User) -> models.QuerySet[Corpus]:
    """Visible corpora with ``caller_role`` and the counts, each a subquery a row."""
    here = models.OuterRef("pk")
    standing = [state for state in ClaimState if state is not ClaimState.WITHDRAWN]
    return (
        Corpus.objects.visible_to(user)
        .select_related("rating_scale")
        .prefetch_related("rating_scale__ratings")
        .annotate(
            member_role=models.Subquery(
                Membership.objects.filter(corpus=here, user=user.pk).values("role")[:1]
            ),
            article_count=tallied(ARTICLES),
            reviewed_count=tallied(ARTICLES, ArticleState.REVIEWED),
            claim_count=tallied(CLAIMS, *standing),
            open_claim_count=tallied(CLAIMS, ClaimState.OPEN),
        )
    )


class RatingSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    number = serializers.IntegerField(
        allow_null=True, help_text="1 (false) to 5 (true); null off that axis."
    )
    meaning = serializers.CharField(help_text="What readers are told that it means.")
    retired = serializers.BooleanField()


class RatingScaleSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    ratings = RatingSerializer(many=True, source="ratings.all")


class ClaimTypeSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class CountsSerializer(serializers.Serializer[Any]):
    articles = serializers.IntegerField(source="article_count")
    reviewed = serializers.IntegerField(source="reviewed_count")
    claims = serializers.IntegerField(source="claim_count")
    open_claims = serializers.IntegerField(source="open_claim_count")


class CorpusListSerializer(serializers.ListSerializer[Any]):
    def to_representation(self, data: Any) -> Any:
        # One query for the types of all schemes, however many corpora there are.
        self.child.types = _types()  # type: ignore[union-attr]
        return super().to_representation(data)


class CorpusSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    language = serializers.CharField()
    role = serializers.SerializerMethodField(help_text="The caller's.")
    rating_scale = RatingScaleSerializer()
    claim_type_scheme = serializers.CharField()
    claim_types_are_several = serializers.BooleanField(help_text="May a claim have several?")
    claim_types = serializers.SerializerMethodField()
    requires_evidence = serializers.BooleanField()
    detector = serializers.CharField(help_text="Empty: the site's.")
    threshold = serializers.FloatField(
        allow_null=True, help_text="What a score has to reach; null: the detector's own."
    )
    archived_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when it is read only."
    )
    revision = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    counts = CountsSerializer(source="*")

    types: dict[str, list[ClaimType]] | None = None

    class Meta:
        list_serializer_class = CorpusListSerializer

    @extend_schema_field(RoleField())
    def get_role(self, corpus: Any) -> str:
        request = self.context.get("request")
        user: User = request.user if request is not None else self.context["user"]
        return str(Role.ADMIN) if user.is_superuser else corpus.member_role

    @extend_schema_field(ClaimTypeSerializer(many=True))
    def get_claim_types(self, corpus: Corpus) -> Any:
        types = _types() if self.types is None else self.types
        return ClaimTypeSerializer(types[corpus.claim_type_scheme], many=True).data


def _types() -> dict[str, list[ClaimType]]:
    types = defaultdict(list)
    for claim_type in ClaimType.objects.filter(retired=False).order_by("scheme", "position"):
        types[claim_type.scheme].append(claim_type)
    return types
