"""Full-text search."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from annotations import search
from annotations.models import Article, Claim

from ..endpoint import Endpoint
from ..serializers.search import HitsSerializer, SearchParameters


class SearchView(Endpoint):
    """Articles or claims of all corpora that the caller sees, the best first."""

    @extend_schema(parameters=[SearchParameters], responses=HitsSerializer, filters=False)
    def get(self, request: Request) -> Response:
        """A page of what was found, with the words marked in excerpts.

        For everything that a query finds, however much, send it as `q` to `articles/` or
        `claims/`.
        """
        checked = SearchParameters(data=request.query_params)
        checked.is_valid(raise_exception=True)
        asked = checked.validated_data
        user = self.caller
        query = search.read(asked["q"])
        page: dict[str, int] = {"page": asked["page"], "size": asked["page_size"]}
        hits: search.Hits[Any]
        if asked["kind"] == search.CLAIM:
            claims = Claim.objects.visible_to(user)
            if "corpus" in asked:
                claims = claims.filter(article__corpus=asked["corpus"])
            hits = search.claim_hits(claims, query, **page)
        else:
            articles = Article.objects.visible_to(user)
            if "corpus" in asked:
                articles = articles.filter(corpus=asked["corpus"])
            hits = search.article_hits(articles, query, **page)
        return Response(_answer(request, hits))


def _answer(request: Request, hits: search.Hits[Any]) -> dict[str, Any]:
    here = request.build_absolute_uri()
    following = replace_query_param(here, "page", hits.page + 1)
    before = replace_query_param(here, "page", hits.page - 1)
    if hits.page == 2:
        before = remove_query_param(here, "page")
    body = {
        "count": hits.count,
        "more": hits.more,
        "next": following if hits.page < hits.pages else None,
        "previous": before if hits.page > 1 else None,
        "results": [
            {
                "article": hit.row.article if isinstance(hit.row, Claim) else hit.row,
                "claim": hit.row if isinstance(hit.row, Claim) else None,
                "excerpts": hit.excerpts,
            }
            for hit in hits.rows
        ],
    }
    return dict(HitsSerializer(body).data)
