"""People and their API tokens. Depends on corpora by name only."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotations.domain.vocabulary import Scope


class User(AbstractUser):
    """An account. People are deactivated, never deleted: their verdicts and events stay theirs."""

    email = models.EmailField(_("email address"), blank=True)
    display_name = models.CharField(_("name shown to others"), max_length=100, blank=True)

    # How the pages look and which keys they obey: one's own, on every machine.
    THEMES = [("auto", _("as the system")), ("light", _("light")), ("dark", _("dark"))]
    DENSITIES = [("comfortable", _("comfortable")), ("compact", _("compact"))]
    theme = models.CharField(_("theme"), max_length=10, choices=THEMES, default="auto")
    density = models.CharField(
        _("density"), max_length=12, choices=DENSITIES, default="comfortable"
    )
    # A code of settings.LANGUAGES; empty: what the browser asks for.
    interface_language = models.CharField(_("language of the pages"), max_length=16, blank=True)
    key_preset = models.CharField(_("key preset"), max_length=20, default="factcheck")
    # {action: [key, …]} for what differs from the preset; names as in domain/keymap.py.
    keys = models.JSONField(_("own keys"), default=dict, blank=True)

    # The token by which the person came, where they came by one; set by the API, never stored.
    token: ApiToken | None = None

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                # One may sign in by email, so a given address names one account.
                condition=~models.Q(email=""),
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def name(self) -> str:
        return str(self)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> ApiTokenQuerySet:
        now = timezone.now()
        return self.filter(revoked_at=None, user__is_active=True).filter(
            models.Q(expires_at=None) | models.Q(expires_at__gt=now)
        )


class ApiToken(models.Model):
    """A personal key to the API. Only its hash is kept; the key is shown once, when made."""

    PREFIX = "fct_"
    SCOPES = [
        (Scope.READ, _("read")),
        (Scope.ANNOTATE, _("annotate: claims, evidence, verdicts, comments")),
        (Scope.MANAGE, _("manage: what admins of a corpus do, and your own tokens")),
    ]

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    hint = models.CharField(_("first characters"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    # Names of ``Scope``; "read" is always among them.
    scopes = models.JSONField(_("scopes"), default=list)
    # Null: all corpora of its owner.
    corpus = models.ForeignKey(
        "Corpus", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("corpus")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("API token")

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @classmethod
    def new_key(cls) -> str:
        return cls.PREFIX + secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(key: str) -> str:
        # The key has 256 random bits, so a plain hash can't be guessed back.
        return hashlib.sha256(key.encode()).hexdigest()
