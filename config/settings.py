"""Every setting, read from the environment (docs/operations.md lists them; config/checks.py refuses wrong ones)."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext

from config import database, environment, mail

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.data_dir()

# Where the product is: links, allowed hosts, exact origins and TLS rules come from this one address.
PORT = environment.port()
PUBLIC_URL = environment.public_url()
IS_TLS = PUBLIC_URL.startswith("https://")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "127.0.0.1"
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [PUBLIC_HOST] if IS_TLS else [PUBLIC_HOST, *LOCAL_HOSTS]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# The address the web process listens on; a proxy in front of it is trusted for TLS only when it is named.
BIND = environment.bind()
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES")

DEBUG = False
SECRET_KEY_FALLBACKS = [key for key in environment.text("SECRET_KEY_FALLBACKS").split(",") if key]
SECRET_KEY = environment.secret_key()

INSTALLED_APPS = [
    # Serves `manage.py runserver`, and brings Twisted along, which no other process should load.
    *(["daphne"] if "runserver" in sys.argv else []),
    "config.desk.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "django_celery_beat",
    "config",
    "reviewers",
    "escalations",
    "notifications",
    "metrics",
]

MIDDLEWARE = [
    "config.middleware.RequestId",
    "config.middleware.KeptConnections",
    "config.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.Csrf",
    "config.middleware.Authentication",
    "config.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

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
            ],
        },
    }
]

# PostgreSQL. manage.py and the supervisor fill DATABASE_URL in for the embedded server.
DATABASE_URL = environment.text("DATABASE_URL")
DATABASES = {"default": database.connection(DATABASE_URL)}
PREPARE_STATEMENTS = environment.flag("PREPARE_STATEMENTS", default=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "reviewers.Reviewer"
AUTHENTICATION_BACKENDS = ["reviewers.roles.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = environment.text("SESSION_COOKIE_NAME", f"desk_session_{PORT}")
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = IS_TLS
CSRF_COOKIE_NAME = f"desk_csrf_{PORT}"
CSRF_COOKIE_SECURE = IS_TLS
CSRF_FAILURE_VIEW = "config.pages.csrf_failure"
SECURE_SSL_REDIRECT = False  # the API answers 403 over plain http, a page redirects: config/middleware.py
SECURE_HSTS_SECONDS = 31536000 if IS_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_TLS
SECURE_HSTS_PRELOAD = IS_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_TLS and TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # config.middleware.Csrf is Django's own class under another name
    "security.W008",  # SECURE_SSL_REDIRECT: see above
    # Over plain http, which PUBLIC_URL says, secure cookies and HSTS would only lock people out.
    *([] if IS_TLS else ["security.W004", "security.W010", "security.W012", "security.W016"]),
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000  # the form of an answer: up to 50 fields, each a list of up to 50 values
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# Email. Without EMAIL_URL or EMAIL_BACKEND nothing is sent, and the pages say so.
MAIL_SERVER = mail.server()
EMAIL_BACKEND = environment.text("EMAIL_BACKEND", MAIL_SERVER.backend)
EMAIL_HOST = MAIL_SERVER.host
EMAIL_PORT = MAIL_SERVER.port
EMAIL_HOST_USER = MAIL_SERVER.user
EMAIL_HOST_PASSWORD = MAIL_SERVER.password
EMAIL_USE_SSL = MAIL_SERVER.is_tls
EMAIL_USE_TLS = MAIL_SERVER.is_starttls
EMAIL_TIMEOUT = environment.whole("EMAIL_TIMEOUT", 10, at_least=1, at_most=30)
EMAIL_FILE_PATH = MAIL_SERVER.folder or None
HAS_EMAIL = EMAIL_BACKEND != mail.NOWHERE
DEFAULT_FROM_EMAIL = SERVER_EMAIL = mail.sender(PUBLIC_HOST)
PASSWORD_RESET_TIMEOUT = 3600  # seconds a link to a new password works, from when it was sent

LANGUAGE_CODE = "en-us"
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.statics.Statics"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["escalations.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["escalations.api.permissions.KeyNeeded"],
    "DEFAULT_PARSER_CLASSES": ["escalations.api.strict_json.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "escalations.api.strict_json.OnlyJSON",
    "EXCEPTION_HANDLER": "escalations.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AI Escalation Queue",
    "DESCRIPTION": "Agents hand a task to a person and get the answer back.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_PATCH": False,  # a PATCH here is a verb, not a part of something
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# Redis carries hints only (docs/architecture.md). Empty: the product runs without it.
REDIS_URL = environment.redis("REDIS_URL")
CHANNEL_LAYERS = (
    {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 1, "socket_timeout": 1}],
                "prefix": "escalations",
            },
        }
    }
    if REDIS_URL
    else {}
)
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "retry_on_timeout": True,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SOFT_TIME_LIMIT = 40
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 15
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

# Limits of the agents' API (bytes, requests per second, requests).
CONTEXT_MAX_BYTES = environment.whole("CONTEXT_MAX_BYTES", 256 * 1024, at_least=1024, at_most=384 * 1024)
RATE_LIMIT_PER_SECOND = environment.whole("RATE_LIMIT_PER_SECOND", 100)  # 0: no limit
RATE_LIMIT_BURST = environment.whole("RATE_LIMIT_BURST", 500, at_least=1)

# Webhooks: networks exempt from the address, scheme and port rules (self-hosters' own receivers).
WEBHOOK_ALLOWED_NETWORKS = environment.networks("WEBHOOK_ALLOWED_NETWORKS")
WEBHOOK_IN_FLIGHT_PER_ENDPOINT = environment.whole("WEBHOOK_IN_FLIGHT_PER_ENDPOINT", 2, at_least=1)

# Slack. Without the token nothing is sent there; without the secret no click is taken.
SLACK_BOT_TOKEN = environment.text("SLACK_BOT_TOKEN")
SLACK_SIGNING_SECRET = environment.text("SLACK_SIGNING_SECRET")
SLACK_API_URL = environment.slack_api()

# Where traces go (OTLP over HTTP); empty: nowhere, and no exporter is loaded.
OTEL_EXPORTER_OTLP_ENDPOINT = environment.collector()

# Who may read /metrics: whoever has the token, or, without one, who asks from these networks.
METRICS_TOKEN = environment.text("METRICS_TOKEN")
METRICS_ALLOWED_NETWORKS = environment.networks("METRICS_ALLOWED_NETWORKS") or environment.LOOPBACK

# Reasons: a language model sorts what comes in, where a key or an address is given; else the desk does it by itself.
OPENAI_API_KEY = environment.text("OPENAI_API_KEY")
OPENAI_BASE_URL = environment.text("OPENAI_BASE_URL")
OPENAI_MODEL = environment.text("OPENAI_MODEL", "gpt-4o-mini")
OPENAI_CALLS_PER_DAY = environment.whole("OPENAI_CALLS_PER_DAY", 2_000)
OPENAI_TOKENS_PER_DAY = environment.whole("OPENAI_TOKENS_PER_DAY", 5_000_000)
# How long ahead the managers of pools are told when nobody will be on call.
GAP_WARNING_DAYS = environment.whole("GAP_WARNING_DAYS", 7, at_least=1, at_most=60)

LOG_LEVEL = environment.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "propagate": False},
        "django.request": {"level": "ERROR"},  # the access log has what the client did wrong
        "opentelemetry": {"level": "CRITICAL"},  # a line per batch without a collector; config/spans.py says it once
        "channels_redis": {"level": "CRITICAL"},  # a traceback per second without Redis; the stream says it once
        # Each says every sweep, twelve times a minute.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
