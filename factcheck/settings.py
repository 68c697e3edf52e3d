"""Every setting of the site, read from the environment.

Nothing secret has a default. Outside ``DEBUG`` a missing or malformed value stops the
start with the name of the variable and what was expected; ``docs/settings.md`` lists them.
"""

import logging
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from annotations.detection.names import detector_trouble, shipped_detectors
from annotations.fetching import AllowedHosts
from factcheck import __version__
from factcheck.environment import (
    address,
    broker,
    cache,
    database,
    file_storage,
    flag,
    level,
    listed,
    number,
    origins,
    sender,
    text,
)
from factcheck.logs import one_line_a_request

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = flag("DEBUG", False)
VAR_DIR = Path(text("VAR_DIR", str(BASE_DIR / "var"))).resolve()

# --- Security ---------------------------------------------------------------------------
SECRET_KEY = text("SECRET_KEY", "debug-only-key-never-used-outside-debug" if DEBUG else "")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", ["localhost", "127.0.0.1"] if DEBUG else [])
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured(
        "SECRET_KEY must be set to at least 32 random characters"
        " (or DEBUG=true on your own machine)."
    )
_no_hosts = not ALLOWED_HOSTS or any("/" in host for host in ALLOWED_HOSTS)
if _no_hosts or ("*" in ALLOWED_HOSTS and not DEBUG):
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS must list the host names served, without https://, separated by commas;"
        " '*' is refused outside DEBUG."
    )

# HTTPS=false is for one machine talking to itself (``make run``); a site on a network keeps it on.
HTTPS = flag("HTTPS", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = number("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = flag("BEHIND_PROXY", False)
# An address is what the proxy says where there is one; what callers say of themselves isn't.
_proxies = int(BEHIND_PROXY)
ALLAUTH_TRUSTED_PROXY_COUNT = _proxies
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = origins("CSRF_TRUSTED_ORIGINS")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
# The name under which published fact-checks are known, whatever name a request came by.
SITE_URL = address("SITE_URL")
# Of errors, by readers of one address, who need no account.
REPORTS_AN_HOUR = number("REPORTS_AN_HOUR", 5)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Of the web server that ``make run`` starts. More than one wants a shared CACHE_URL.
WEB_PROCESSES = number("WEB_PROCESSES", 1, least=1)

# --- Applications -----------------------------------------------------------------------
INSTALLED_APPS = [
    "annotations.apps.AnnotationsConfig",
    "annotations.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "annotations.apps.StaticFilesConfig",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
]
MIDDLEWARE = [
    "annotations.web.probes.ProbeMiddleware",
    # Early: what is said of pages needn't be said of each of the sixty files that one is made of.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "annotations.web.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "annotations.web.errors.RefusalMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]
ROOT_URLCONF = "factcheck.urls"
WSGI_APPLICATION = "factcheck.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "annotations.web.discussions.unread_discussions",
            ]
        },
    }
]

# --- Data -------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict[str, dict[str, Any]] = {
    "default": database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
}
_database = DATABASES["default"]
_on_sqlite = _database["ENGINE"].endswith("sqlite3")
# A connection to SQLite costs nothing, and an old one knows little of tables that have grown.
_database["CONN_MAX_AGE"] = number("CONN_MAX_AGE", 60 if _on_sqlite else 600)
_database["CONN_HEALTH_CHECKS"] = True
if _on_sqlite:
    # Writers queue for the one write lock at BEGIN instead of failing when they upgrade from
    # a read, so "database is locked" never reaches a client.
    _database.setdefault("OPTIONS", {}).update(
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY;"
            ),
        }
    )
CACHES = {"default": cache("CACHE_URL", "locmemcache://")}
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "media/"
# Copies of other people's pages: for this account alone, and never served from here as they are.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- Fetching pages ---------------------------------------------------------------------
# Of one page: its bytes, and seconds from the first look-up to the last of them.
FETCH_MAX_BYTES = number("FETCH_MAX_BYTES", 10_000_000, least=1)
FETCH_TIMEOUT_SECONDS = number("FETCH_TIMEOUT_SECONDS", 30, least=1)
# Private addresses are never fetched, but for those of hosts named here, one by one.
try:
    FETCH_ALLOWED_PRIVATE_HOSTS = AllowedHosts.parse(listed("FETCH_ALLOWED_PRIVATE_HOSTS"))
except ValueError as error:
    raise ImproperlyConfigured(
        "FETCH_ALLOWED_PRIVATE_HOSTS must list hosts, or host:port (IPv6 in brackets), separated"
        f" by commas: {error}."
    ) from error

# Of one message to a webhook, its answer included.
WEBHOOK_TIMEOUT_SECONDS = number("WEBHOOK_TIMEOUT_SECONDS", 10, least=1)

# Files of one request; settings of Django's own otherwise stop at 100.
DATA_UPLOAD_MAX_NUMBER_FILES = 1000

# --- Corpora ----------------------------------------------------------------------------
# Otherwise only site administrators and whoever has the permission "Can add corpus".
ANYONE_CREATES_CORPORA = flag("ANYONE_CREATES_CORPORA", False)
# May whoever was invited to a corpus make an account of their own?
INVITATIONS_MAKE_ACCOUNTS = flag("INVITATIONS_MAKE_ACCOUNTS", True)
# What was deleted can be restored for so many days; then workers purge it.
DELETED_KEEP_DAYS = number("DELETED_KEEP_DAYS", 30)

# --- Imports ----------------------------------------------------------------------------
# Of one upload, and of what an archive unpacks to.
IMPORT_MAX_BYTES = number("IMPORT_MAX_BYTES", 2_000_000_000, least=1)
IMPORT_MAX_UNPACKED_BYTES = number("IMPORT_MAX_UNPACKED_BYTES", 8_000_000_000, least=1)
# Days after its end, or after it was sent, for which an import's file is kept.
IMPORT_KEEP_DAYS = number("IMPORT_KEEP_DAYS", 90, least=1)
# Rows that are written together, and seconds after which others have their turn.
IMPORT_CHUNK_ROWS = number("IMPORT_CHUNK_ROWS", 1000, least=1)
IMPORT_SLICE_SECONDS = number("IMPORT_SLICE_SECONDS", 20, least=1)
# Rows of a file that a check compares with each other.
IMPORT_CHECK_COMPARED = number("IMPORT_CHECK_COMPARED", 20_000)

# --- Exports ----------------------------------------------------------------------------
# The file of one is removed after so long.
EXPORT_KEEP_DAYS = number("EXPORT_KEEP_DAYS", 7, least=1)
SOFTWARE_VERSION = __version__

# --- Background work --------------------------------------------------------------------
CELERY_BROKER_URL = broker("CELERY_BROKER_URL", "filesystem://")
# Sites that share a broker each have a queue of their own.
CELERY_TASK_DEFAULT_QUEUE = text("CELERY_QUEUE", "factcheck")
# What nobody waits for has a second one; a worker takes from both, or from those that -Q names.
CELERY_BULK_QUEUE = f"{CELERY_TASK_DEFAULT_QUEUE}-bulk"
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name)
    for name in (CELERY_TASK_DEFAULT_QUEUE, CELERY_BULK_QUEUE)
]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# Whoever makes a job doesn't wait for a broker that is away: the job is sent later.
_quickly = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = dict(_quickly)
if CELERY_BROKER_URL.startswith("filesystem:"):
    # Kombu warns of a missing host name at every connection.
    CELERY_BROKER_URL = "filesystem://localhost//"
    _queue = VAR_DIR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"socket_connect_timeout": 3, "socket_timeout": 15}
# A job whose worker has been silent for this long is given to another one.
JOB_LEASE_SECONDS = number("JOB_LEASE_SECONDS", 60, least=1)
JOB_SWEEP_SECONDS = number("JOB_SWEEP_SECONDS", 5, least=1)
JOB_MAX_SECONDS = number("JOB_MAX_SECONDS", 600, least=1)
JOB_MAX_ATTEMPTS = number("JOB_MAX_ATTEMPTS", 3, least=1)
# A worker that hasn't been seen for this long counts as gone.
WORKER_SILENCE_SECONDS = number("WORKER_SILENCE_SECONDS", 30, least=1)
# One extraction batch ends at whichever comes first.
EXTRACTION_BATCH_ARTICLES = number("EXTRACTION_BATCH_ARTICLES", 64, least=1)
EXTRACTION_BATCH_WORDS = number("EXTRACTION_BATCH_WORDS", 10_000, least=1)
# After so long a worker that extracts in bulk sees what else there is.
EXTRACTION_SLICE_SECONDS = number("EXTRACTION_SLICE_SECONDS", 5)
DETECTOR = text("DETECTOR", "small")
if _trouble := detector_trouble(DETECTOR):
    raise ImproperlyConfigured(
        f"DETECTOR must be one of {', '.join(shipped_detectors())}, or an installed spaCy pipeline"
        f" that finds claims, not {DETECTOR!r} ({_trouble.reason.replace('_', ' ')})."
    )

# --- People -----------------------------------------------------------------------------
AUTH_USER_MODEL = "annotations.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "annotations.web.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "annotations.web.sign_in.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# Guessing is bounded by what fails; a newsroom that begins its day behind one address isn't.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "fact_check_report": f"{REPORTS_AN_HOUR}/h/ip",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "corpora"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
EMAIL_BACKEND = text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = sender("DEFAULT_FROM_EMAIL", "factcheck@localhost")
EMAIL_HOST = text("EMAIL_HOST", "localhost")
EMAIL_USE_TLS, EMAIL_USE_SSL = flag("EMAIL_USE_TLS", False), flag("EMAIL_USE_SSL", False)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured("EMAIL_USE_TLS and EMAIL_USE_SSL can't both be true.")
EMAIL_PORT = number("EMAIL_PORT", 465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25, least=1)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = text("EMAIL_HOST_USER"), text("EMAIL_HOST_PASSWORD")
# Somebody waits for the page on which it is asked for.
EMAIL_TIMEOUT = 10

# --- Language and time ------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "annotations" / "locale"]
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True

# --- Static files -----------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": file_storage(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "factcheck.static.ModuleManifestStorage"
    },
}
WHITENOISE_MAX_AGE = 3600
# Only our own pages load them.
WHITENOISE_ALLOW_ALL_ORIGINS = False


def WHITENOISE_ADD_HEADERS_FUNCTION(headers: Headers, path: str, url: str) -> None:
    """A file is what its name says, whatever is in it."""
    headers["X-Content-Type-Options"] = "nosniff"


# --- API --------------------------------------------------------------------------------
# Of one token or signed-in person, and of one address without either. 0: no limit.
API_REQUESTS_PER_MINUTE = number("API_REQUESTS_PER_MINUTE", 1200)
API_ANONYMOUS_REQUESTS_PER_MINUTE = number("API_ANONYMOUS_REQUESTS_PER_MINUTE", 120)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "annotations.api.v1.authentication.TokenAuthentication",
        "annotations.api.v1.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["annotations.api.v1.throttling.CallerThrottle"],
    "NUM_PROXIES": _proxies,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "annotations.api.v1.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "annotations.api.v1.schema.ProblemAutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "annotations.api.v1.problems.problem_response",
    # ``?format=`` names an export's format, so DRF must not read it.
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Factcheck annotation API",
    "DESCRIPTION": "Articles, claims, evidence and verdicts of the corpora you belong to.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {},
}

# --- Logs: one structured line an event -------------------------------------------------
LOG_LEVEL = level("LOG_LEVEL", "INFO")
_shared_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": _shared_processors,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": LOG_LEVEL, "propagate": False},
        "django_structlog": {"level": LOG_LEVEL},
        # They write down the addresses that they are given, which may be a source's.
        **{
            name: {"level": "CRITICAL"}
            for name in ("courlan", "htmldate", "httpcore", "httpx", "justext", "trafilatura")
        },
    },
}
# Warnings of the libraries are events like any other.
logging.captureWarnings(not DEBUG)
structlog.configure(
    processors=[
        one_line_a_request,
        *_shared_processors,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
