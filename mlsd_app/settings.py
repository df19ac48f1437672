"""The only reader of the environment. Every default runs: one machine, nothing to set up.

Without DATABASE_URL the app runs *embedded*: `manage.py up` starts this machine's own
Postgres and the queue is a folder, both under MLSD_VAR, reached on loopback over http.
With DATABASE_URL it runs in production and asks for what it must be told.
"""

from ipaddress import ip_network
from math import isfinite
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF

from mlsd_app import embedded, parts, queue_folder
from rubrics import LlmSettings

# Lets classes such as ModelAdmin name their model, ModelAdmin[Interview], when the code runs.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _number(name: str, default: float, *, least: float = 0) -> float:
    """A number that the environment says, or the default."""
    said = env.str(name, default="") or str(default)
    try:
        number = float(said)
    except ValueError:
        number = float("nan")
    if not isfinite(number) or number < least:
        raise environ.ImproperlyConfigured(f"{name}: {said!r} is no number of {least:g} or more.")
    return number


def _limit(name: str) -> float | None:
    """A number that the environment says; None where it says nothing: no limit."""
    return _number(name, 0) if env.str(name, default="") else None


# --- What the environment can say -------------------------------------------------------

# Folder of everything that changes: database, queue, logs, collected static files.
MLSD_VAR = Path(env.str("MLSD_VAR", default=str(BASE_DIR / "var"))).resolve()
# postgres://user:password@host:port/name; empty: this machine's own Postgres under MLSD_VAR.
DATABASE_URL: str = env.str("DATABASE_URL", default="")
EMBEDDED = not DATABASE_URL
# Connections that one process keeps at most; 0: none is kept, for use behind a pooler.
DATABASE_POOL_MAX: int = env.int("DATABASE_POOL_MAX", default=16)
# redis://host:port/0 for queue and cache; empty: folders under MLSD_VAR, for one machine.
REDIS_URL: str = env.str("REDIS_URL", default="")
# Signs sessions and links; embedded: made once and kept in MLSD_VAR/secret_key.
SECRET_KEY: str = env.str("SECRET_KEY", default="")
# Shows tracebacks to visitors and serves static files unhashed: for developers only.
DEBUG: bool = env.bool("DEBUG", default=False)
# Host names that the app answers to, separated by commas.
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
# Origins (https://name) that may post forms when a proxy changes host or port.
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Whether people reach the app over https: secure cookies, redirect, HSTS.
HTTPS: bool = env.bool("HTTPS", default=not EMBEDDED)
# A proxy in front sets X-Forwarded-Proto and X-Forwarded-For, and strips them from visitors.
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", default=False)
# smtp://user:password@host:port, smtp+tls://…; empty: mail is written to the console.
EMAIL_URL: str = env.str("EMAIL_URL", default="")
# The sender of mails.
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="MLSD <mlsd@localhost>")
# Staff may enter the admin only with a second factor (TOTP).
STAFF_TOTP_REQUIRED: bool = env.bool("STAFF_TOTP_REQUIRED", default=not EMBEDDED)
# Seconds for which a worker owns an interview that it grades; then another may take it.
GRADING_LEASE_SECONDS: int = env.int("GRADING_LEASE_SECONDS", default=60)
# Seconds between two sweeps: submits what is past its deadline, frees stale claims.
SWEEP_SECONDS: int = env.int("SWEEP_SECONDS", default=30)
# Seconds after a deadline in which an answer that was on its way still counts.
GRACE_SECONDS: int = env.int("GRACE_SECONDS", default=30)
# Seconds for which a rater has an answer to score; every sign of life begins them anew.
REVIEW_LEASE_SECONDS: int = env.int("REVIEW_LEASE_SECONDS", default=1800)
# A review that a lead gave to somebody goes back to the queue after so long.
REVIEW_ASSIGNED_DAYS: int = env.int("REVIEW_ASSIGNED_DAYS", default=3)
# Seconds that an interview gets back at most, in all, for times when the server was out of reach.
OUTAGE_CREDIT_SECONDS: int = env.int("OUTAGE_CREDIT_SECONDS", default=300)
# Private networks (10.1.0.0/16, separated by commas) that webhooks may reach, by http too.
WEBHOOK_ALLOWED_NETWORKS: list[str] = env.list("WEBHOOK_ALLOWED_NETWORKS", default=[])
# A language model behind an OpenAI-compatible server, https://host/v1 or http://localhost:11434/v1;
# empty: none is asked, and nothing is sent anywhere.
LLM_BASE_URL: str = env.str("LLM_BASE_URL", default="")
# Its key, or the file that holds it; a server of one's own may need none.
LLM_API_KEY: str = env.str("LLM_API_KEY", default="")
LLM_API_KEY_FILE: str = env.str("LLM_API_KEY_FILE", default="")
# The model that judges beside the rules; empty: the rules judge alone.
LLM_JUDGE_MODEL: str = env.str("LLM_JUDGE_MODEL", default="")
# The model that words the interviewer's answers and questions; empty: they are as written.
LLM_INTERVIEWER_MODEL: str = env.str("LLM_INTERVIEWER_MODEL", default="")
# What a million tokens cost that are sent and received, in any currency: that of the budget.
LLM_PRICE_IN: float = _number("LLM_PRICE_IN", 0)
LLM_PRICE_OUT: float = _number("LLM_PRICE_OUT", 0)
# The most that requests may cost in so many days, however many workers ask; empty: no limit.
LLM_BUDGET: float | None = _limit("LLM_BUDGET")
# The most that requests about one interview may cost, to judge and to talk; empty: no limit.
LLM_BUDGET_INTERVIEW: float | None = _limit("LLM_BUDGET_INTERVIEW")
LLM_BUDGET_DAYS: float = _number("LLM_BUDGET_DAYS", 30, least=1)
# Requests at the same time, over all workers and machines. Of two or more, judges leave one to the
# interviewer; with 1 they share it, and while an answer is judged the interviewer may find no turn
# in time and say what is written.
LLM_CONCURRENCY: int = int(_number("LLM_CONCURRENCY", 4, least=1))
# Seconds for one request, from the first byte to the last.
LLM_TIMEOUT: float = _number("LLM_TIMEOUT", 60, least=1)
# DEBUG, INFO, WARNING or ERROR: what the logs hold.
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO").upper()
# ----------------------------------------------------------------------------------------

if EMBEDDED:
    try:
        SECRET_KEY = SECRET_KEY or embedded.secret_key(MLSD_VAR)
    except OSError as problem:
        raise environ.ImproperlyConfigured(
            f"MLSD cannot write to its folder {MLSD_VAR}: {problem.strerror}."
        ) from None
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]
elif not SECRET_KEY:
    raise environ.ImproperlyConfigured(
        "SECRET_KEY is not set: give a long random text, and keep it."
    )

for network in WEBHOOK_ALLOWED_NETWORKS:
    try:
        ip_network(network)
    except ValueError as problem:
        raise environ.ImproperlyConfigured(
            f"WEBHOOK_ALLOWED_NETWORKS: {problem}; a network is written as 10.1.0.0/16."
        ) from None


def _llm_key() -> str:
    """The key of the model's server, from wherever it is."""
    if not LLM_API_KEY_FILE:
        return LLM_API_KEY
    if LLM_API_KEY:
        raise environ.ImproperlyConfigured("Set LLM_API_KEY or LLM_API_KEY_FILE, not both.")
    try:
        return Path(LLM_API_KEY_FILE).read_text().strip()
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it holds no text"
        raise environ.ImproperlyConfigured(
            f"LLM_API_KEY_FILE: {LLM_API_KEY_FILE} cannot be read: {why}."
        ) from None


def _llm() -> LlmSettings | None:
    """The model's server, with the model that judges; None where there is none."""
    models = [each for each in (LLM_JUDGE_MODEL, LLM_INTERVIEWER_MODEL) if each]
    if not LLM_BASE_URL:
        if models:
            raise environ.ImproperlyConfigured(
                "A model is set and no server: set LLM_BASE_URL, as in https://host/v1."
            )
        return None
    if not models:
        raise environ.ImproperlyConfigured(
            "LLM_BASE_URL is set and no model: set LLM_JUDGE_MODEL, LLM_INTERVIEWER_MODEL or both."
        )
    if max(map(len, models)) > 100:
        raise environ.ImproperlyConfigured("The name of a model has 100 characters at most.")
    try:
        return LlmSettings(
            base_url=LLM_BASE_URL,
            model=LLM_JUDGE_MODEL or LLM_INTERVIEWER_MODEL,
            api_key=_llm_key(),
            price_in=LLM_PRICE_IN,
            price_out=LLM_PRICE_OUT,
            timeout=LLM_TIMEOUT,
            concurrency=LLM_CONCURRENCY,
        )
    except ValueError as problem:
        raise environ.ImproperlyConfigured(
            f"LLM_BASE_URL and what belongs to it: {problem}"
        ) from None


# Requests that a process of the web server answers at once.
WEB_THREADS = parts.THREADS

# What the settings above come to: the server, its key and limits; None where no model is asked.
LLM: LlmSettings | None = _llm()
is_limited = LLM_BUDGET is not None or LLM_BUDGET_INTERVIEW is not None
if LLM and is_limited and not (LLM.price_in and LLM.price_out):
    raise environ.ImproperlyConfigured(
        "LLM_BUDGET limits nothing without prices: set LLM_PRICE_IN and LLM_PRICE_OUT."
    )

ROOT_URLCONF = "mlsd_app.urls"
WSGI_APPLICATION = "mlsd_app.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []

INSTALLED_APPS = [
    "mlsd_app",  # first: its templates and those of the project win over allauth's
    "interviews",
    "rubrics",
    "mlsd_app.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "mlsd_app.headers.permissions_policy",
    "mlsd_app.whole_forms.whole_forms",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "interviews.views.navigation.navigation",
                "rubrics.views.navigation.navigation",
            ],
        },
    },
]

# --- Database: Postgres only ------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": (
        {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": str(embedded.socket_folder(MLSD_VAR)),
            "PORT": embedded.PORT,
            "NAME": embedded.NAME,
            "USER": embedded.NAME,
        }
        if EMBEDDED
        else env.db_url("DATABASE_URL")
    )
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise environ.ImproperlyConfigured("DATABASE_URL must begin with postgres://")
DATABASES["default"]["CONN_MAX_AGE"] = 0  # the pool keeps connections, requests do not
if DATABASE_POOL_MAX:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": DATABASE_POOL_MAX,
        "timeout": 10,  # seconds that a request waits for a free connection
    }

# --- Cache: shared by all processes, since it counts sign-in attempts and heartbeats ------
CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(MLSD_VAR / "cache"),
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    )
}

# --- Tasks ------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
if not REDIS_URL:
    CELERY_BROKER_TRANSPORT = "mlsd_app.queue_folder:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = queue_folder.transport_options(MLSD_VAR / "queue")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Apart, so that other hosts (a vendor's, a webhook's) that are slow delay no rules score.
QUEUES = ("rules", "llm")
CELERY_TASK_DEFAULT_QUEUE = "rules"
CELERY_TASK_ROUTES = {
    "interviews.tasks.deliver": {"queue": "llm"},
    "interviews.tasks.judge_again": {"queue": "llm"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody uses it; its queues would pile up
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "interviews.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    }
}

# --- Static files -----------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = MLSD_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "mlsd_app.static_storage.HashedStaticFiles"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Names that carry their content's hash: Django's, and those that esbuild gave to the whiteboard.
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.\w+$|/vendor/whiteboard/parts/"

# --- Accounts ---------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL else "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "MLSD"

# --- Mail -------------------------------------------------------------------------------
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- What browsers may do ---------------------------------------------------------------
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
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Bytes of a form: a drawing is 1 MiB, and a form writes a byte in up to three.
DATA_UPLOAD_MAX_MEMORY_SIZE = 3_500_000

# --- Words and time ---------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- Logs: to standard error; `up` and containers put them where they belong -------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "httpx2": {"level": "WARNING"},  # it tells addresses, and an address may hold a secret
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # strangers' scans
    },
}
