"""The admin site: its name and its way in."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _


class Site(AdminSite):
    """The product's admin, entered through the one sign-in that counts failed attempts."""

    site_header = _("Factcheck administration")
    site_title = _("Factcheck administration")
    index_title = _("People, corpora, jobs and history")
    # The page that the header links to.
    site_url = "/"

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To the site's own sign-in. Whoever is signed in and may not enter is told so here.

        Sending them there again would only send them back.
        """
        target = request.GET.get("next") or reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index", current_app=self.name))
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
