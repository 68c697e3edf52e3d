"""What a search found: rows of either kind in one shape, with where the words stand."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.domain.search_query import MAX_QUERY
from annotations.search import ARTICLE, KINDS, MAX_PAGE_SIZE, PAGE_SIZE, RANKED

from ..fields import MAX_ID, one_of
from .articles import ArticleStateField
from .claims import ClaimStateField

_RANGE = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
SearchKindField = one_of("SearchKind", KINDS)


class SearchParameters(serializers.Serializer[Any]):
    """The query string."""

    q = serializers.CharField(max_length=MAX_QUERY, help_text="In the language of docs/search.md.")
    kind = SearchKindField(required=False, default=ARTICLE)
    corpus = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_ID, help_text="Default: all that you see."
    )
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=RANKED)
    page_size = serializers.IntegerField(
        required=False, default=PAGE_SIZE, min_value=1, max_value=MAX_PAGE_SIZE
    )


class ExcerptSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(
        help_text="title, author, publisher or text of an article; normalised, claimant or quote."
    )
    start = serializers.IntegerField(help_text="Where it begins in the field, in code points.")
    text = serializers.CharField()
    marks = serializers.SerializerMethodField(
        help_text="[start, end) of the words in this text, in code points."
    )

    @extend_schema_field({"type": "array", "items": _RANGE})
    def get_marks(self, excerpt: Any) -> list[list[int]]:
        return [list(mark) for mark in excerpt.marks]


class FoundArticleSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    corpus = serializers.IntegerField(source="corpus_id")
    title = serializers.CharField()
    publisher = serializers.CharField()
    published = serializers.DateField(allow_null=True)
    state = ArticleStateField()


class FoundClaimSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    quote = serializers.CharField()
    normalised = serializers.CharField()
    claimant = serializers.CharField(source="claimant.name", default=None, allow_null=True)
    state = ClaimStateField()


class HitSerializer(serializers.Serializer[Any]):
    article = FoundArticleSerializer()
    claim = FoundClaimSerializer(allow_null=True, help_text="null where articles are searched.")
    excerpts = ExcerptSerializer(many=True)


class HitsSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    more = serializers.BooleanField(
        help_text=f"More than {RANKED} were found; the best of the newest of them are shown."
    )
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HitSerializer(many=True)
