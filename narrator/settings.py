"""Every setting of Narrator. Each environment variable read here stands in the README's settings table."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import csp.constants
from environs import Env

from narrator import places

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = places.data_dir()

# How the site is reached.

DEBUG = env.bool("NARRATOR_DEBUG", False)
SECRET_KEY = env.str("NARRATOR_SECRET_KEY", "") or places.secret_key(DATA_DIR)
# They seal the teams' tokens in the database: the first one encrypts, all decrypt.
TOKEN_KEYS = places.token_keys(DATA_DIR, env.list("NARRATOR_TOKEN_KEYS", []))
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", HOST, *env.list("NARRATOR_ALLOWED_HOSTS", [])]
CSRF_TRUSTED_ORIGINS: list[str] = env.list("NARRATOR_TRUSTED_ORIGINS", [])
# What links in mails begin with: nobody asks for a page while they are written.
SITE_URL = env.str("NARRATOR_URL", (CSRF_TRUSTED_ORIGINS or [f"http://{HOST}:{PORT}"])[0])
SITE_URL = SITE_URL.rstrip("/")
# Set when a proxy in front ends TLS and sends X-Forwarded-Proto.
HTTPS = env.bool("NARRATOR_HTTPS", False)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Who asks from inside does so without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    SECURE_HSTS_SECONDS = 31_536_000
    # What other hosts of the domain do is not ours to say.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
# So many requests a minute one person, or one address without a sign-in, may make of each web process; 0: any number.
REQUESTS_EACH_MINUTE = env.int("NARRATOR_REQUESTS_EACH_MINUTE", 1200)
# How many proxies of our own stand in front and add to X-Forwarded-For; without any, a client's word counts nothing.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("NARRATOR_TRUSTED_PROXIES", 1 if HTTPS else 0)

# The JSON API: what one token may ask.
API_REQUESTS_PER_MINUTE = env.int("NARRATOR_API_REQUESTS_PER_MINUTE", 600)

# Who has it may read the metrics; without one there are none.
METRICS_TOKEN = env.str("NARRATOR_METRICS_TOKEN", "")

# The speech endpoint. Without an address of its own the studio starts the stand-in.

SPEECH_TOKEN = env.str("NARRATOR_SPEECH_TOKEN", "")
SPEECH_DEFAULT_URL = "https://baze-api.powerbuyin.top"
SPEECH_URL = env.str("NARRATOR_SPEECH_URL", SPEECH_DEFAULT_URL if SPEECH_TOKEN else "")
# The studio sets this for its children when the address above is its own stand-in.
SPEECH_IS_STANDIN = env.bool("NARRATOR_SPEECH_IS_STANDIN", False)
SPEECH_STREAM = env.bool("NARRATOR_SPEECH_STREAM", False)
SPEECH_CONCURRENCY = env.int("NARRATOR_CONCURRENCY", 4)
# How many calls a minute the endpoint's account may make; without it, a 429 teaches.
SPEECH_REQUESTS_PER_MINUTE = env.int("NARRATOR_REQUESTS_PER_MINUTE", None)
SPEECH_DEADLINE_S = env.float("NARRATOR_SPEECH_DEADLINE", 180)
# The longest text one call may carry, and what is counted: bytes, weighted (Han twice) or characters.
SPEECH_LIMIT = env.int("NARRATOR_SPEECH_LIMIT", 600)
SPEECH_LIMIT_UNIT = env.str("NARRATOR_SPEECH_LIMIT_UNIT", "bytes")
# Where teams' own endpoints may be besides https on the internet: origins such as http://192.168.1.20:8880.
PRIVATE_ENDPOINTS: list[str] = env.list("NARRATOR_PRIVATE_ENDPOINTS", [])
# neural or light: the voices of the stand-in.
VOICES = env.str("NARRATOR_VOICES", "neural")

# The parts of the house.

INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "narrator.accounts",
    "narrator.teams",
    "narrator.studio",
    "projects",
    "csp",
    "django_htmx",
    "heroicons",
    "template_partials",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "narrator.logs.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "narrator.accounts.sessions.PersonMiddleware",
    "narrator.languages.LanguageMiddleware",
    # Before the check of the token, which reads the body.
    "narrator.limits.LimitsMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "narrator.accounts.sessions.SeenMiddleware",
    "narrator.busy.BusyMiddleware",
    "projects.views.locks.LockedLines",
]

ROOT_URLCONF = "narrator.urls"
WSGI_APPLICATION = "narrator.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "template_partials.templatetags.partials",
                "narrator.tags",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "projects.views.endpoints.badge",
                "narrator.accounts.mail.delivery",
            ],
        },
    },
]

FORM_RENDERER = "narrator.fields.FieldRenderer"

# Rows, files and messages.

DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL",
        f"sqlite:///{quote(str(DATA_DIR / 'narrator.sqlite3'))}",
        conn_max_age=None,
        conn_health_checks=True,
    )
}
# So long somebody who writes waits for another; the studio's web server has less (narrator/studio/parts.py).
DATABASE_PATIENCE_S = env.int("NARRATOR_DATABASE_PATIENCE", 20)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a transaction that reads and then writes waits its turn instead of failing at once.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": DATABASE_PATIENCE_S,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        f"PRAGMA busy_timeout={DATABASE_PATIENCE_S * 1000};",
    }
else:
    DATABASES["default"]["ENGINE"] = "narrator.postgres"
    options = DATABASES["default"].setdefault("OPTIONS", {})
    # Nobody waits for ever for a row that somebody else holds.
    options.setdefault("options", f"-c lock_timeout={DATABASE_PATIENCE_S * 1000}")
    # What narrator/direct.py prepares is kept by each connection from the first time on.
    options.setdefault("prepare_threshold", 0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MEDIA_ROOT = DATA_DIR / "media"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static-built"
STATICFILES_DIRS = [BASE_DIR / "static"]
# With several machines the files are in a bucket that speaks S3. Its keys are where every client of S3 looks for them.
S3_BUCKET = env.str("NARRATOR_S3_BUCKET", "")
S3_ENDPOINT = env.str("NARRATOR_S3_ENDPOINT", "")
S3_REGION = env.str("NARRATOR_S3_REGION", "")
# After so many days what nothing has a use for loses its sound or file; without a number it is kept for good.
KEEP_DISCARDED_DAYS = env.int("NARRATOR_KEEP_DISCARDED_DAYS", None)
KEEP_TAKES_DAYS = env.int("NARRATOR_KEEP_TAKES_DAYS", None)
KEEP_EXPORTS_DAYS = env.int("NARRATOR_KEEP_EXPORTS_DAYS", None)
# Where nginx, on this machine, has the media folder as an internal address: it sends the files then. As "/kept".
ACCEL = env.str("NARRATOR_ACCEL", "")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "narrator.bucket.BucketStorage",
        "OPTIONS": {"bucket": S3_BUCKET, "endpoint": S3_ENDPOINT, "region": S3_REGION},
    }
    if S3_BUCKET
    else {"BACKEND": "narrator.storage.AtomicFileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "narrator.storage.StaticStorage"
    },
}
# An upload past this is refused by the form; Django spools it to disk past 2.5 MB.
UPLOAD_LIMIT_BYTES = 60 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
# The preview of a manuscript has two fields for each chapter, and serials have thousands of chapters.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

REDIS_URL = env.str("REDIS_URL", "") or places.broker_url(DATA_DIR)
CACHES = {
    "default": {
        "BACKEND": "narrator.cache.SharedCache",
        "LOCATION": places.redis_url(REDIS_URL),
        "KEY_PREFIX": "narrator:cache",
    },
    # Counts and figures, under the versions they were made of.
    "own": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 12_000},
    },
}
# A message is only a doorbell (docs/adr/0003): it may be lost or doubled, and it must never make a page wait.
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": env.float("NARRATOR_BROKER_TIMEOUT", 1),
    "socket_connect_timeout": 1,
    "queue_order_strategy": "priority",
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "wake"
CELERY_TASK_ROUTES = {
    "projects.tasks.assemble_export": {"queue": "heavy"},
    "projects.tasks.encode": {"queue": "heavy"},
    "projects.tasks.run_archive": {"queue": "heavy"},
    "projects.tasks.send_digests": {"queue": "heavy"},
    "projects.tasks.prune": {"queue": "heavy"},
}
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "projects.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}}}

# People.

AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "project-list"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "narrator.accounts.sessions"
SESSION_COOKIE_AGE = 30 * 24 * 3600

# open: anybody may sign up. invited: whoever has an invitation. closed: nobody; an operator makes the accounts.
SIGN_UP = env.str("NARRATOR_SIGN_UP", "invited")
if SIGN_UP not in ("open", "invited", "closed"):
    raise SystemExit(f"NARRATOR_SIGN_UP is {SIGN_UP}. It may be open, invited or closed.")

# Mail. Without a server of its own the studio writes each mail into the data folder, and its pages say so.
EMAIL_URL = env.str("EMAIL_URL", "")
MAIL_GOES_OUT = bool(EMAIL_URL)
if MAIL_GOES_OUT:
    globals().update(env.dj_email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "narrator.accounts.mail.MailFolder"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("NARRATOR_MAIL_FROM", "Narrator <narrator@localhost>")

# How people sign in: django-allauth (narrator/accounts).
ACCOUNT_ADAPTER = "narrator.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "narrator.accounts.forms.NameForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# An address can be proved only where mail goes out.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL_GOES_OUT else "none"
ACCOUNT_EMAIL_NOTIFICATIONS = MAIL_GOES_OUT
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "narrator.accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = not MAIL_GOES_OUT
MFA_TOTP_ISSUER = "Narrator"
MFA_TOTP_TOLERANCE = 1
# Browsers themselves allow passkeys without TLS on localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# Notes when a session was last seen, at most every few minutes.
USERSESSIONS_TRACK_ACTIVITY = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.constants.NONE],
        "script-src": [csp.constants.SELF],
        "style-src": [csp.constants.SELF],
        "img-src": [csp.constants.SELF, "data:"],
        "media-src": [csp.constants.SELF, "blob:"],
        "connect-src": [csp.constants.SELF],
        "object-src": [csp.constants.NONE],
        "form-action": [csp.constants.SELF],
        "base-uri": [csp.constants.NONE],
        "frame-ancestors": [csp.constants.NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

USE_TZ = True
TIME_ZONE = env.str("TZ", "UTC")

# What the interface is written in, and what it is translated into (CONTRIBUTING.md); each under its own name.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
# Programs ask here. What they are told stays English, whatever a browser asks for.
ENGLISH_PATHS = ("/api/", "/feed/", "/healthz", "/readyz", "/metrics")

# line, for people; json, an object a line, for whatever collects logs.
LOG_FORMAT = env.str("NARRATOR_LOG_FORMAT", "line")
if LOG_FORMAT not in ("line", "json"):
    raise SystemExit(f"NARRATOR_LOG_FORMAT is {LOG_FORMAT}. It may be line or json.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"subject": {"()": "narrator.logs.Subject"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s%(about)s"},
        "json": {"()": "narrator.logs.JsonLines"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["subject"]}
    },
    "loggers": {"botocore": {"level": "WARNING"}},  # it tells everybody that it has found its keys
    "root": {"handlers": ["console"], "level": env.str("NARRATOR_LOG_LEVEL", "INFO")},
}
