"""Who works in a corpus; invitations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations import policies
from annotations.domain.vocabulary import Role
from annotations.errors import FactcheckError
from annotations.models import Corpus, Invitation, Membership
from annotations.services.corpora import membership_remove, membership_set
from annotations.services.keyset import Key
from annotations.services.memberships import invitation_create, invitation_revoke, member_add

from .corpus_settings import administered
from .forms import PageForm
from .paging import keyset_page
from .requests import SignedInRequest, posted
from .sections import corpus_context

NEWEST_FIRST = (Key("pk", descending=True),)


class AddForm(PageForm):
    name = forms.CharField(
        label=gettext_lazy("User name or email address"),
        max_length=254,
        help_text=gettext_lazy(
            "Whoever made their own account by an invitation is added by their user name."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Membership.ROLES)


class InvitationForm(PageForm):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Membership.ROLES)
    note = forms.CharField(
        label=gettext_lazy("For whom"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until it ends"),
        min_value=1,
        max_value=Invitation.MAX_DAYS,
        initial=7,
    )
    max_uses = forms.IntegerField(
        label=gettext_lazy("People who may use it"),
        min_value=1,
        max_value=Invitation.MAX_USES,
        initial=1,
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """The members; for admins with forms to add people, and to invite them by a link."""
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    role = policies.role_in(request.user, corpus)
    may = policies.allowed(role, "corpus.members")
    if request.method == "POST" and not may:
        raise PermissionDenied
    inviting = request.POST.get("do") == "invite"
    add = AddForm(request.POST if request.method == "POST" and not inviting else None)
    invite = InvitationForm(request.POST if inviting else None, prefix="invite")
    link = ""
    if add.is_bound and add.is_valid():
        try:
            member = member_add(actor=request.user, corpus=corpus, **add.cleaned_data)
        except FactcheckError as error:
            add.refuse(error)
        else:
            said = _("%(person)s is a member now.")
            messages.success(request, said % {"person": member.user.name})
            return redirect("members", pk)
    if invite.is_bound and invite.is_valid():
        try:
            _made, key = invitation_create(actor=request.user, corpus=corpus, **invite.cleaned_data)
        except FactcheckError as error:
            invite.refuse(error)
        else:
            link = request.build_absolute_uri(reverse("join", args=[key]))
            invite = InvitationForm(prefix="invite")
    add.focus()
    invite.focus()
    rows = Membership.objects.filter(corpus=corpus).select_related("user")
    invitations = Invitation.objects.usable().filter(corpus=corpus).select_related("created_by")
    context: dict[str, Any] = {
        **corpus_context(corpus, role, "members"),
        "page": keyset_page(rows, request.GET),
        "roles": Membership.ROLES,
        "add": add,
        "invite": invite,
        "link": link,
        "invitations": keyset_page(
            invitations if may else invitations.none(),
            request.GET,
            keys=NEWEST_FIRST,
            prefix="links-",
        ),
    }
    status = 400 if add.errors or invite.errors else 200
    return render(request, "annotations/members.html", context, status=status)


@login_required
@posted("members", "pk")
def member_change(request: SignedInRequest, pk: int, member: int) -> HttpResponse:
    """Another role, or the end of a membership; one's own everybody may end."""
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    rows = Membership.objects.filter(corpus=corpus).select_related("user", "corpus")
    membership = get_object_or_404(rows, pk=member)
    own = membership.user_id == request.user.pk
    leaving = request.POST.get("do") == "remove"
    if not (own and leaving) and policies.role_in(request.user, corpus) is not Role.ADMIN:
        raise PermissionDenied
    try:
        if leaving:
            membership_remove(actor=request.user, membership=membership)
            said = _("%(person)s is no longer a member. What they did stays.")
        else:
            membership_set(
                actor=request.user,
                corpus=corpus,
                user=membership.user,
                role=request.POST.get("role", ""),
            )
            said = _("The role of %(person)s was changed.")
    except FactcheckError as error:
        messages.error(request, error.message)
    else:
        if own and leaving:
            messages.success(request, _("You left “%(corpus)s”.") % {"corpus": corpus.name})
            return redirect("corpora")
        messages.success(request, said % {"person": membership.user.name})
        if own:
            # Who is no admin any more may not see what comes next as one.
            return redirect("members", pk)
    return redirect("members", pk)


@login_required
@posted("members", "pk")
def invitation_end(request: SignedInRequest, pk: int, invitation: int) -> HttpResponse:
    corpus = administered(request.user, pk)
    rows = Invitation.objects.filter(corpus=corpus).select_related("corpus")
    invitation_revoke(actor=request.user, invitation=get_object_or_404(rows, pk=invitation))
    messages.success(request, _("The invitation was revoked."))
    return redirect("members", pk)
