"""What the admins of a corpus do with it as a whole, below its address."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import policies
from annotations.domain.vocabulary import Role
from annotations.errors import InvalidInput, NotAllowed
from annotations.models import Article, BulkAction, Corpus, RatingScale, User
from annotations.services import statistics
from annotations.services.bulk_actions import articles_change, bulk_request
from annotations.services.corpora import corpus_create, corpus_update
from annotations.services.corpus_states import corpus_archive, corpus_clone, corpus_unarchive
from annotations.services.deletion import corpus_delete, corpus_restore
from annotations.services.extraction_rates import extraction_rates
from annotations.services.queue import Queue

from ..serializers.corpora import CorpusSerializer, corpus_rows
from ..serializers.corpus_admin import (
    BulkCreateSerializer,
    BulkSerializer,
    ConfirmSerializer,
    CorpusCloneSerializer,
    CorpusCreateSerializer,
    CorpusUpdateSerializer,
    DeletedArticleSerializer,
    DeletedCorpusSerializer,
    RestoreSerializer,
    StatisticsParameters,
    StatisticsSerializer,
)


class CorpusAdminActions:
    """For the view set of corpora."""

    @extend_schema(request=CorpusCreateSerializer, responses={201: CorpusSerializer})
    def create(self: Any, request: Request) -> Response:
        """A new corpus, whose admin the caller becomes. Who may: see the guide of corpora."""
        made = corpus_create(actor=self.caller, **_fields(self.body(CorpusCreateSerializer)))
        return self._corpus(made, 201)

    @extend_schema(request=CorpusUpdateSerializer, responses=CorpusSerializer)
    def partial_update(self: Any, request: Request, pk: str) -> Response:
        """Change its configuration (admins)."""
        corpus = self.get_object()
        fields = _fields(self.body(CorpusUpdateSerializer))
        revision = fields.pop("revision")
        changed = corpus_update(actor=self.caller, corpus=corpus, revision=revision, fields=fields)
        return self._corpus(changed)

    @extend_schema(request=None, responses=CorpusSerializer)
    @action(detail=True, methods=["post"])
    def archive(self: Any, request: Request, pk: str) -> Response:
        """Make it read only (admins)."""
        corpus = self.get_object()
        self.body()
        return self._corpus(corpus_archive(actor=self.caller, corpus=corpus))

    @extend_schema(request=None, responses=CorpusSerializer)
    @action(detail=True, methods=["post"])
    def unarchive(self: Any, request: Request, pk: str) -> Response:
        """Open it again (admins)."""
        corpus = self.get_object()
        self.body()
        return self._corpus(corpus_unarchive(actor=self.caller, corpus=corpus))

    @extend_schema(request=CorpusCloneSerializer, responses={201: CorpusSerializer})
    @action(detail=True, methods=["post"])
    def clone(self: Any, request: Request, pk: str) -> Response:
        """A new corpus with its configuration and guidelines, without articles (admins)."""
        corpus = self.get_object()
        fields = self.body(CorpusCloneSerializer)
        return self._corpus(corpus_clone(actor=self.caller, corpus=corpus, **fields), 201)

    @extend_schema(request=ConfirmSerializer, responses=DeletedCorpusSerializer)
    @action(detail=True, methods=["post"], url_path="delete")
    def remove(self: Any, request: Request, pk: str) -> Response:
        """Delete it (admins). It can be restored for a time."""
        corpus = self.get_object()
        fields = self.body(ConfirmSerializer)
        gone = corpus_delete(actor=self.caller, corpus=corpus, **fields)
        return Response(DeletedCorpusSerializer(gone).data)

    @extend_schema(responses=DeletedCorpusSerializer(many=True), filters=False)
    @action(detail=False)
    def deleted(self: Any, request: Request) -> Response:
        """Deleted corpora that the caller may restore, newest first."""
        self.keyset = "-id"
        rows = Corpus.everything.deleted().administered_by(self.caller)
        page = self.paginate_queryset(rows.select_related("deleted_by"))
        return self.get_paginated_response(DeletedCorpusSerializer(page, many=True).data)

    @extend_schema(request=RestoreSerializer, responses=CorpusSerializer)
    @action(detail=True, methods=["post"])
    def restore(self: Any, request: Request, pk: str) -> Response:
        """Bring a deleted one back (admins)."""
        corpus = self.get_object()
        fields = self.body(RestoreSerializer)
        return self._corpus(corpus_restore(actor=self.caller, corpus=corpus, **fields))

    @extend_schema(
        request=BulkCreateSerializer,
        responses={200: BulkSerializer, 202: BulkSerializer},
        filters=False,
    )
    @action(detail=True, methods=["post"])
    def bulk(self: Any, request: Request, pk: str) -> Response:
        """Change many articles (admins): the named ones at once, a queue's by a worker (202)."""
        corpus = self.get_object()
        fields = self.body(BulkCreateSerializer)
        given: dict[str, Any] = {
            "actor": self.caller,
            "corpus": corpus,
            "action": fields["action"],
            "confirm": fields.get("confirm", ""),
            "person": _person(corpus, fields.get("person")),
        }
        if "articles" in fields:
            done = articles_change(articles=fields["articles"], **given)
            answer = {"id": None, "job": None, "action": fields["action"]}
            answer |= {"changed": done.changed, "left": done.left}
            return Response(BulkSerializer(answer).data)
        made = bulk_request(queue=_queue(fields["queue"]), **given)
        return Response(BulkSerializer(made).data, status=202)

    @extend_schema(responses=BulkSerializer, filters=False)
    @action(detail=True, url_path="bulk/(?P<bulk_id>[0-9]{1,18})")
    def bulk_action(self: Any, request: Request, pk: str, bulk_id: str) -> Response:
        """How a change by a worker goes on (admins). Its job can be cancelled, and retried."""
        corpus = _administered(self.caller, self.get_object())
        rows = BulkAction.objects.filter(corpus=corpus).select_related("job__created_by")
        made = rows.filter(pk=bulk_id).first()
        if made is None:
            raise Http404
        return Response(BulkSerializer(made).data)

    @extend_schema(responses=DeletedArticleSerializer(many=True), filters=False)
    @action(detail=True, url_path="deleted-articles")
    def deleted_articles(self: Any, request: Request, pk: str) -> Response:
        """Articles that can be restored, by ``bulk`` (admins); newest first."""
        corpus = _administered(self.caller, self.get_object())
        self.keyset = "-id"
        rows = Article.everything.deleted().filter(corpus=corpus)
        page = self.paginate_queryset(rows.select_related("deleted_by"))
        return self.get_paginated_response(DeletedArticleSerializer(page, many=True).data)

    @extend_schema(parameters=[StatisticsParameters], responses=StatisticsSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def statistics(self: Any, request: Request, pk: str) -> Response:
        """What the dashboard shows. Days are those of UTC."""
        corpus = self.get_object()
        asked = StatisticsParameters(data=request.query_params)
        asked.is_valid(raise_exception=True)
        days = asked.validated_data["days"]
        return Response(StatisticsSerializer(_statistics(corpus, days)).data)

    def _corpus(self: Any, corpus: Corpus, status: int = 200) -> Response:
        row = corpus_rows(self.caller).get(pk=corpus.pk)
        context = self.get_serializer_context()
        return Response(CorpusSerializer(row, context=context).data, status=status)


def _administered(user: User, corpus: Corpus) -> Corpus:
    if policies.role_in(user, corpus) is not Role.ADMIN:
        raise NotAllowed("Only admins of the corpus see this.")
    return corpus


def _fields(fields: dict[str, Any]) -> dict[str, Any]:
    slug = fields.get("rating_scale")
    if slug is not None:
        scale = RatingScale.objects.filter(slug=slug).order_by("-version").first()
        if scale is None:
            known = sorted(set(RatingScale.objects.values_list("slug", flat=True)))
            raise InvalidInput({"rating_scale": f"expected one of {', '.join(known)}"})
        fields["rating_scale"] = scale
    return fields


def _person(corpus: Corpus, number: int | None) -> User | None:
    if number is None:
        return None
    # Who isn't a member, and who isn't there, are one and the same.
    found = User.objects.filter(memberships__corpus=corpus, pk=number).first()
    if found is None:
        raise InvalidInput({"person": f"no member of the corpus has the id {number}"})
    return found


def _queue(given: dict[str, str]) -> Queue:
    """Unlike an address, which leaves out what it can't mean, a body must mean all that it says:
    a mistyped choice would be a choice of everything.
    """
    queue = Queue.read(given)
    understood = queue.said()
    wrong = {
        f"queue.{name}": "not a value that this choice has"
        for name, value in given.items()
        if understood.get(name, "") != value
    }
    if queue.problem:
        wrong["queue.q"] = queue.problem
    if wrong:
        raise InvalidInput(wrong)
    return queue


def _statistics(corpus: Corpus, days: int) -> dict[str, Any]:
    by_state = statistics.articles_by_state(corpus)
    scores = statistics.suggestions_by_score(corpus)
    claims = statistics.claims_by_type_and_verdict(corpus)
    work = statistics.work_by_day_and_person(corpus, zone=ZoneInfo("UTC"), days=days)
    labels = {key: label or key for key, label in claims.columns}
    people = dict(work.people)
    return {
        "articles": by_state,
        "claims": claims.total,
        "scores": {
            "articles": scores.articles,
            "bins": [
                {
                    "start": at / statistics.BINS,
                    "accepted": scores.accepted[at],
                    "rejected": scores.rejected[at],
                    "undecided": scores.undecided[at],
                }
                for at in range(statistics.BINS)
            ],
        },
        "claims_by_type_and_verdict": [
            {"type": key or None, "verdict": labels[column], "claims": n}
            for (key, column), n in sorted(claims.counts.items())
        ],
        "work": [
            {
                "day": day,
                "user": {"id": person, "name": people[person]},
                "measure": measure,
                "actions": n,
            }
            for measure, counts in work.counts.items()
            for (day, person), n in sorted(counts.items())
        ],
        "extraction": {
            **asdict(statistics.extraction_backlog(corpus, by_state)),
            **asdict(extraction_rates(corpus)),
        },
    }
