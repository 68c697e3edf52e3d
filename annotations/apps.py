"""The one Django application, and the admin site bound to allauth's rate-limited sign-in."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class AnnotationsConfig(AppConfig):
    name = "annotations"
    verbose_name = _("Annotations")

    def ready(self) -> None:
        from annotations.search import schema as search
        from annotations.tallies import schema as tallies

        post_migrate.connect(search.after_migrations, sender=self)
        post_migrate.connect(tallies.after_migrations, sender=self)
        look_at_mail()


def look_at_mail() -> None:
    """The one setting that can't be looked at while they are read: a backend may read others."""
    try:
        import_string(settings.EMAIL_BACKEND)
    except ImportError as error:
        raise ImproperlyConfigured(
            "EMAIL_BACKEND must be a mail backend such as"
            f" django.core.mail.backends.smtp.EmailBackend: {error}."
        ) from error


class AdminConfig(DjangoAdminConfig):
    default_site = "annotations.admin.site.Site"

    def ready(self) -> None:
        super().ready()
        # After the other apps': importing django.contrib.auth's admin needs the site made.
        from annotations.admin.registry import register

        register()


class StaticFilesConfig(DjangoStaticFilesConfig):
    # What no page loads: the API's documentation is Swagger UI's.
    ignore_patterns = [*DjangoStaticFilesConfig.ignore_patterns, "redoc", "*.js.map"]
