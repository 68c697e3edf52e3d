"""The request as a page behind ``login_required`` sees it."""

from __future__ import annotations

from django.http import HttpRequest

from annotations.models import User


class SignedInRequest(HttpRequest):
    """For annotations only: the person is known."""

    user: User
