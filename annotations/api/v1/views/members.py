"""Who works in a corpus, and invitations, below its address."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import policies
from annotations.domain.vocabulary import Scope
from annotations.models import Corpus, Invitation, Membership
from annotations.services.corpora import membership_remove, membership_set
from annotations.services.memberships import (
    invitation_accept,
    invitation_create,
    invitation_revoke,
    member_add,
)

from ..endpoint import Endpoint
from ..serializers.corpus_admin import (
    AcceptedSerializer,
    InvitationAcceptSerializer,
    InvitationCreateSerializer,
    InvitationSerializer,
    MemberAddSerializer,
    MemberSerializer,
    MemberUpdateSerializer,
    NewInvitationSerializer,
)


class MemberActions:
    """For the view set of corpora."""

    @extend_schema(responses=MemberSerializer(many=True), filters=False)
    @action(detail=True)
    def members(self: Any, request: Request, pk: str) -> Response:
        """The members and their roles."""
        page = self.paginate_queryset(_members(self.get_object()))
        return self.get_paginated_response(MemberSerializer(page, many=True).data)

    @extend_schema(request=MemberAddSerializer, responses={201: MemberSerializer}, filters=False)
    @members.mapping.post
    def member_add(self: Any, request: Request, pk: str) -> Response:
        """Add a person who has an account (admins)."""
        corpus = self.get_object()
        made = member_add(actor=self.caller, corpus=corpus, **self.body(MemberAddSerializer))
        return Response(MemberSerializer(made).data, status=201)

    @extend_schema(request=MemberUpdateSerializer, responses=MemberSerializer)
    @action(detail=True, methods=["patch"], url_path="members/(?P<member>[0-9]{1,18})")
    def member(self: Any, request: Request, pk: str, member: str) -> Response:
        """Another role (admins)."""
        corpus = self.get_object()
        membership = _one(_members(corpus), member)
        role = self.body(MemberUpdateSerializer)["role"]
        changed = membership_set(actor=self.caller, corpus=corpus, user=membership.user, role=role)
        return Response(MemberSerializer(changed).data)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="members/(?P<member>[0-9]{1,18})/remove")
    def member_remove(self: Any, request: Request, pk: str, member: str) -> Response:
        """End a membership (admins; one's own everybody). What the person did stays."""
        membership = _one(_members(self.get_object()), member)
        self.body()
        membership_remove(actor=self.caller, membership=membership)
        return Response(status=204)

    @extend_schema(responses=InvitationSerializer(many=True), filters=False)
    @action(detail=True)
    def invitations(self: Any, request: Request, pk: str) -> Response:
        """Invitations, newest first (admins)."""
        corpus = self.get_object()
        policies.require(self.caller, "corpus.members", corpus)
        self.keyset = "-id"
        page = self.paginate_queryset(_invitations(corpus))
        return self.get_paginated_response(InvitationSerializer(page, many=True).data)

    @extend_schema(
        request=InvitationCreateSerializer,
        responses={201: NewInvitationSerializer},
        filters=False,
    )
    @invitations.mapping.post
    def invitation_create(self: Any, request: Request, pk: str) -> Response:
        """A link that makes whoever follows it a member (admins)."""
        corpus = self.get_object()
        fields = self.body(InvitationCreateSerializer)
        made, key = invitation_create(actor=self.caller, corpus=corpus, **fields)
        url = request.build_absolute_uri(reverse("join", args=[key]))
        return Response({**InvitationSerializer(made).data, "url": url}, status=201)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(
        detail=True,
        methods=["post"],
        url_path="invitations/(?P<invitation>[0-9]{1,18})/revoke",
    )
    def invitation_revoke(self: Any, request: Request, pk: str, invitation: str) -> Response:
        """End an invitation (admins). Who came in by it stays."""
        found = _one(_invitations(self.get_object()), invitation)
        self.body()
        revoked = invitation_revoke(actor=self.caller, invitation=found)
        return Response(InvitationSerializer(revoked).data)


class InvitationView(Endpoint):
    """An invitation's link, followed."""

    scope = Scope.MANAGE

    @extend_schema(request=InvitationAcceptSerializer, responses=AcceptedSerializer)
    def post(self, request: Request) -> Response:
        """Become a member by an invitation. A role that one has is raised, never lowered."""
        key = self.body(InvitationAcceptSerializer)["key"]
        membership = invitation_accept(actor=self.caller, digest=Invitation.digest_of(key))
        return Response(AcceptedSerializer(membership).data)


def _members(corpus: Corpus) -> QuerySet[Membership]:
    return Membership.objects.filter(corpus=corpus).select_related("user", "corpus")


def _invitations(corpus: Corpus) -> QuerySet[Invitation]:
    return Invitation.objects.filter(corpus=corpus).select_related("created_by", "corpus")


def _one(rows: QuerySet[Any], number: str) -> Any:
    found = rows.filter(pk=number).first()
    if found is None:
        raise Http404
    return found
