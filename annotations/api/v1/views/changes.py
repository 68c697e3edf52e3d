"""A corpus's change feed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from annotations.errors import InvalidInput
from annotations.services.changes import changes_after, last_number

from ..serializers.changes import ChangeParameters, ChangesSerializer, change_answer


class ChangeActions:
    """A part of the corpora's view set."""

    @extend_schema(parameters=[ChangeParameters], responses=ChangesSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def changes(self: Any, request: Request, pk: str) -> Response:
        """What changed since a cursor, in order; ids and kinds only.

        Nothing is missed and nothing comes twice, whatever is written meanwhile.
        """
        corpus = self.get_object()
        asked = ChangeParameters(data=request.query_params)
        asked.is_valid(raise_exception=True)
        limit: int = asked.validated_data["limit"]
        last = last_number(corpus)
        sent = asked.validated_data["since"]
        since = last if sent == "latest" else int(sent)
        if since > last:
            raise InvalidInput(
                {"since": f"expected a cursor of this corpus, which has come to {last}"}
            )
        found = changes_after(corpus=corpus, since=since, limit=limit)
        cursor = found[-1].number if found else since
        body = {
            "results": [change_answer(change) for change in found],
            "cursor": cursor,
            "next": replace_query_param(request.build_absolute_uri(), "since", cursor),
            "more": cursor < last,
        }
        return Response(body)
