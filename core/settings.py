"""All configuration, read from the environment; `.env.example` lists every variable."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from core.logs import configure_logging
from core.ml.nodes import parse_node_tokens, parse_nodes
from core.production import refuse_weak_settings
from core.storage.s3 import make_s3_options

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

# --- Installation ---------------------------------------------------------------------
ENVIRONMENT: str = env.str("ATELIER_ENV", default="development")
if ENVIRONMENT not in {"development", "production"}:
    raise ImproperlyConfigured("ATELIER_ENV must be 'development' or 'production'.")
PRODUCTION = ENVIRONMENT == "production"
DEBUG: bool = env.bool("DEBUG", default=False)


# In production, `core.production` refuses an empty value.
SECRET_KEY: str = env.str("SECRET_KEY", default="") or (
    "" if PRODUCTION else "insecure-development-key-" + "x" * 32
)
# Earlier keys, with which sessions, tokens and signing secrets can still be read.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = [
    host.strip()
    for host in env.list(
        "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
    )
]
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Django ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_prometheus",
    "rest_framework",
    "rest_framework_api_key",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "health_check",
    "corsheaders",
    "core",
    "tenants",
    "catalog",
    "recommendations",
    "quality",
    "stylist",
    # Management commands only.
    "demo",
    "training",
    "evaluation",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.web.middleware.ContentPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.web.middleware.OptionalSlashMiddleware",
    # After the slash is there, which routes need.
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.web.middleware.LogContextMiddleware",
    "core.web.middleware.OperatorScopeMiddleware",
    "tenants.middleware.AdminAuditMiddleware",
    "core.web.middleware.BoundedMetricsMiddleware",
]
ROOT_URLCONF = "core.urls"
ASGI_APPLICATION = "core.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "core" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
# Of mails and of the pages that their links open.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "tenants" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
TEST_RUNNER = "django.test.runner.DiscoverRunner"

# --- Accounts -------------------------------------------------------------------------
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["tenants.accounts.backends.AddressBackend"]
# An address belongs to the person who verified it; others may claim it until then.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name", "shop_names")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "tenants.accounts.passwords.MaximumLengthValidator"},
]
SESSION_LIFETIME = timedelta(days=env.int("SESSION_DAYS", default=30))
PASSWORD_RESET_LIFETIME = timedelta(minutes=env.int("PASSWORD_RESET_MINUTES", default=120))
VERIFICATION_LIFETIME = timedelta(days=env.int("VERIFICATION_DAYS", default=3))
INVITATION_LIFETIME = timedelta(days=env.int("INVITATION_DAYS", default=7))
# Where links in mails lead: never to the Host header of a request, which anybody can forge.
SITE_URL: str = env.str(
    "SITE_URL",
    default=f"https://{''.join(ALLOWED_HOSTS[:1]).lstrip('.')}"
    if PRODUCTION
    else "http://localhost:8000",
).rstrip("/")

# --- Data stores ----------------------------------------------------------------------
# The application's role, which row-level security limits to the tenancy scope.
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url(
        "DATABASE_URL",
        default="postgres://atelier_app:atelier@localhost:5432/atelier",
        engine="core.postgres",
    )
}
# The owner of the tables, for `migrate`; without one, it migrates as the application's role.
OWNER_URL: str = env.str("DATABASE_OWNER_URL", default="")
OWNER: dict[str, Any] = env.db_url_config(OWNER_URL) if OWNER_URL else {}
if password := env.str("DATABASE_OWNER_PASSWORD", default=""):
    OWNER["PASSWORD"] = password
DATABASES["default"]["OWNER"] = {
    name: OWNER[name] for name in ("USER", "PASSWORD", "HOST", "PORT") if OWNER_URL
}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    # A bounded pool: under load, requests wait for a connection and are then refused.
    "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=20), "timeout": 5},
    "connect_timeout": 5,
    # PostgreSQL reuses the plans of repeated queries. A connection pooler in between must use
    # session pooling.
    "server_side_binding": True,
    "prepare_threshold": 5,
}
REDIS_URL: str = env.str("REDIS_URL", default="redis://localhost:6379")
# A password of its own may contain any character; one in the address comes first.
if (REDIS_PASSWORD := env.str("REDIS_PASSWORD", default="")) and "@" not in REDIS_URL:
    REDIS_URL = REDIS_URL.replace("://", f"://:{quote(REDIS_PASSWORD, safe='')}@", 1)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env.str("CACHE_PREFIX", default="atelier"),
        "OPTIONS": {"db": 1, "socket_timeout": 2, "socket_connect_timeout": 2},
    }
}
# Name -> address of every Chroma server; each shop's index is on one of them.
CHROMA_NODES: dict[str, str] = parse_nodes(
    env.str("CHROMA_NODES", default="main=http://localhost:8001")
)
# Chroma does not check it: a proxy in front of every node does.
CHROMA_TOKEN: str = env.str("CHROMA_TOKEN", default="")
# Name -> token of the nodes whose proxy asks for another one.
CHROMA_NODE_TOKENS: dict[str, str] = parse_node_tokens(
    env.str("CHROMA_NODE_TOKENS", default=""), CHROMA_NODES
)
CHROMA_TIMEOUT_SECONDS: float = env.float("CHROMA_TIMEOUT_SECONDS", default=5.0)
# `redis` and `chroma`, if only our own processes can reach them.
SERVICES_WITHOUT_PASSWORD: list[str] = env.list("SERVICES_WITHOUT_PASSWORD", default=[])

# --- Files ----------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "core" / "web" / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_URL = "media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
S3_BUCKET: str = env.str("S3_BUCKET", default="")
STORAGES: dict[str, dict[str, Any]] = {
    "default": (
        make_s3_options(
            bucket=S3_BUCKET,
            region=env.str("S3_REGION", default="us-east-1"),
            endpoint=env.str("S3_ENDPOINT_URL", default=""),
            encryption=env.str("S3_ENCRYPTION", default=""),
            kms_key=env.str("S3_KMS_KEY_ID", default=""),
        )
        if S3_BUCKET
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
# Development serves static files from the apps; production collects them first.
WHITENOISE_USE_FINDERS = not PRODUCTION
FILE_UPLOAD_PERMISSIONS = 0o640
# Where files wait that may be too large for a temporary folder in memory.
FEED_FOLDER: str | None = env.str("FEED_FOLDER", default="") or None
FILE_UPLOAD_TEMP_DIR = FEED_FOLDER
# Does not limit photos: `core.photos` does.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Untrusted photos are decoded in child processes: how many, and with how much memory together.
PHOTO_DECODERS: int = env.int("PHOTO_DECODERS", default=0)  # 0: one for each processor, at least 3
PHOTO_MEMORY_BYTES: int = env.int("PHOTO_MEMORY_BYTES", default=496 * 1024 * 1024)
# Processor time for one photo, and the time for waiting and decoding all photos of a request.
PHOTO_DECODE_SECONDS: float = env.float("PHOTO_DECODE_SECONDS", default=2)
PHOTO_DEADLINE_SECONDS: float = env.float("PHOTO_DEADLINE_SECONDS", default=3)

# --- Encoders -------------------------------------------------------------------------
ENCODERS: dict[str, dict[str, str | None]] = {
    "mini": {
        "model": str(BASE_DIR / "core" / "ml" / "mini" / "checkpoint"),
        "revision": None,
        "earlier": str(BASE_DIR / "core" / "ml" / "mini" / "earlier"),
        "languages": "English, and prompts in twelve other languages by lexicons",
    },
    "fashion-clip": {
        "model": "patrickjohncyh/fashion-clip",
        "revision": "7e3ba62ce16b379a1ab479346b66f192e76f51b7",
        "languages": "English",
    },
    "siglip2": {
        "model": "google/siglip2-base-patch16-224",
        "revision": "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2",
        "languages": "over a hundred, English best",
    },
}
# Encoders that understand prompts in every language; other encoders get English.
MULTILINGUAL_ENCODERS = {"siglip2"}
# An additional encoder: any dual encoder that transformers can load.
if env.str("ENCODER_MODEL", default=""):
    ENCODERS["custom"] = {
        "model": env.str("ENCODER_MODEL"),
        "revision": env.str("ENCODER_REVISION", default="") or None,
        "earlier": env.str("ENCODER_EARLIER", default="") or None,
        "languages": env.str("ENCODER_LANGUAGES", default="not told"),
    }
    if env.bool("ENCODER_IS_MULTILINGUAL", default=False):
        MULTILINGUAL_ENCODERS.add("custom")
DEFAULT_ENCODER: str = env.str("ENCODER", default="mini")
if DEFAULT_ENCODER not in ENCODERS:
    raise ImproperlyConfigured(f"ENCODER must be one of: {', '.join(ENCODERS)}.")

# --- Indexing and search --------------------------------------------------------------
INDEX_BATCH_SIZE: int = env.int("INDEX_BATCH_SIZE", default=16)
INDEX_LEASE_SECONDS: int = env.int("INDEX_LEASE_SECONDS", default=120)
SWEEP_SECONDS: int = env.int("SWEEP_SECONDS", default=30)
ENCODE_DEADLINE_SECONDS: float = env.float("ENCODE_DEADLINE_SECONDS", default=5.0)
QUERY_VECTOR_TTL_SECONDS: int = env.int("QUERY_VECTOR_TTL_SECONDS", default=86_400)

# --- Photo quality --------------------------------------------------------------------
QUALITY_DEADLINE_SECONDS: float = env.float("QUALITY_DEADLINE_SECONDS", default=4)
QUALITY_LEASE_SECONDS: int = env.int("QUALITY_LEASE_SECONDS", default=120)
QUALITY_RETENTION = timedelta(days=env.int("QUALITY_RETENTION_DAYS", default=30))

# --- The stylist ----------------------------------------------------------------------
# Name -> address (before /chat/completions) of every language model server that shops may use.
STYLIST_MODEL_SERVERS: dict[str, str] = env.dict("STYLIST_MODEL_SERVERS", default={})
# For shops that have not chosen a server; without one, the stylist answers by rules.
STYLIST_MODEL_SERVER: str = env.str("STYLIST_MODEL_SERVER", default="")
STYLIST_MODEL_NAME: str = env.str("STYLIST_MODEL_NAME", default="")
STYLIST_MODEL_KEY: str = env.str("STYLIST_MODEL_KEY", default="")
STYLIST_MODEL_SECONDS: float = env.float("STYLIST_MODEL_SECONDS", default=30.0)
if STYLIST_MODEL_SERVER and STYLIST_MODEL_SERVER not in STYLIST_MODEL_SERVERS:
    raise ImproperlyConfigured("STYLIST_MODEL_SERVER must be one of STYLIST_MODEL_SERVERS.")
CONVERSATION_RETENTION = timedelta(days=env.int("CONVERSATION_RETENTION_DAYS", default=90))

# --- Celery ---------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL  # database 0
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "catalog.tasks.index_images": {"queue": "gpu"},
    "catalog.tasks.advance_switches": {"queue": "gpu"},
    "recommendations.tasks.encode_query": {"queue": "gpu.interactive"},
    "quality.tasks.assess_photo": {"queue": "gpu.interactive"},
    "quality.tasks.run_interactive_jobs": {"queue": "gpu.interactive"},
    "quality.tasks.run_bulk_jobs": {"queue": "gpu"},
    "stylist.tasks.tag_wardrobes": {"queue": "gpu.interactive"},
    "stylist.tasks.tag_images": {"queue": "gpu"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 60
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
    # One short try: an upload must not wait when Redis is down.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
# Do not retry a wake-up that cannot be sent: the sweep finds the work in Postgres.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = env.str("BEAT_SCHEDULE_FILE", default="celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": schedule}
    for task, schedule in {
        "catalog.sweeps.sweep_index": SWEEP_SECONDS,
        "catalog.sweeps.sweep_photos": SWEEP_SECONDS,
        "catalog.sweeps.request_missing_thumbnails": crontab(minute="*/10"),
        "catalog.sweeps.request_missing_hashes": crontab(minute="*/10"),
        "catalog.sweeps.adopt_images": 60,
        "catalog.sweeps.request_missing_documents": crontab(minute="*/10"),
        "catalog.sweeps.request_outdated_documents": crontab(hour=2, minute=15),
        "catalog.sweeps.request_word_counts": 60,
        "catalog.sweeps.purge_failed_fetches": crontab(hour=4, minute=15),
        "catalog.sweeps.start_due_imports": SWEEP_SECONDS,
        "catalog.sweeps.purge_imports": crontab(hour=4, minute=45),
        "catalog.sweeps.audit_indexes": crontab(hour="3-5", minute="*/10"),
        "recommendations.sweeps.roll_up_figures": 60,
        "recommendations.sweeps.delete_rare_prompts": crontab(hour=3, minute=30),
        "recommendations.sweeps.sweep_replays": SWEEP_SECONDS,
        "recommendations.sweeps.purge_replays": crontab(hour=4, minute=50),
        "recommendations.sweeps.refresh_demand": crontab(hour=2, minute=30),
        "recommendations.sweeps.refresh_affinity": crontab(minute=25),
        "recommendations.sweeps.compute_affinity": crontab(hour=2, minute=50),
        "quality.sweeps.sweep_quality": SWEEP_SECONDS,
        "quality.sweeps.request_missing_reports": crontab(minute="*/10"),
        "quality.sweeps.purge_old_jobs": crontab(hour=4, minute=0),
        "stylist.sweeps.sweep_stylist": SWEEP_SECONDS,
        "stylist.sweeps.request_missing_tags": crontab(minute="*/10"),
        "stylist.sweeps.purge_stylist": crontab(hour=4, minute=30),
        "tenants.sweeps.purge_idempotency_records": crontab(minute=17),
        "tenants.sweeps.sweep_mails": SWEEP_SECONDS,
        "tenants.sweeps.purge_accounts": crontab(minute=47),
        "tenants.sweeps.purge_audit": crontab(hour=5, minute=0),
    }.items()
}

# --- API ------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tenants.api.authentication.ApiKeyAuthentication",
        "tenants.api.authentication.MemberAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.api.authentication.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttling.RateLimit"],
    "DEFAULT_PAGINATION_CLASS": "core.api.views.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PARSER_CLASSES": [
        "core.api.parsers.JSONParser",
        "core.api.parsers.MultiPartParser",
        "core.api.parsers.FormParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "tenants.api.openapi.TenantSchema",
    # /api/schema/ describes the API; describing one route for OPTIONS would read its rows.
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "core.api.problems.render_problem",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
# Requests a minute: of a shop's secret keys and members; of one publishable key, and of one of its
# callers; of one member who manages the shop; of one address without a key (register, sign in);
# and of one address whose requests are refused with 401 or 403.
RATE_LIMIT_SHOP: int = env.int("RATE_LIMIT_SHOP", default=6_000)
RATE_LIMIT_PUBLISHABLE: int = env.int("RATE_LIMIT_PUBLISHABLE", default=3_000)
RATE_LIMIT_CALLER: int = env.int("RATE_LIMIT_CALLER", default=120)
RATE_LIMIT_MANAGEMENT: int = env.int("RATE_LIMIT_MANAGEMENT", default=300)
RATE_LIMIT_ANONYMOUS: int = env.int("RATE_LIMIT_ANONYMOUS", default=60)
RATE_LIMIT_REFUSED: int = env.int("RATE_LIMIT_REFUSED", default=120)
# Requests of one publishable key, and of one of its callers, that one process runs at a time.
CONCURRENT_PUBLISHABLE: int = env.int("CONCURRENT_PUBLISHABLE", default=10)
CONCURRENT_CALLER: int = env.int("CONCURRENT_CALLER", default=6)
# Origins come from the keys: see `tenants.api.cors`.
CORS_URLS_REGEX = r"^/(api/v1/|mcp)"
CORS_ALLOW_METHODS = ("GET", "POST", "PUT", "PATCH")
CORS_ALLOW_HEADERS = (
    *("authorization", "content-type", "shopper-token", "idempotency-key"),
    # Of the Model Context Protocol.
    *("mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id", "last-event-id"),
)
CORS_EXPOSE_HEADERS = (
    *("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"),
    *("Idempotency-Replayed", "X-Request-ID"),
)
CORS_PREFLIGHT_MAX_AGE = 600
# How far ahead the `exp` of a shopper token may be.
SHOPPER_TOKEN_LIFETIME = timedelta(seconds=env.int("SHOPPER_TOKEN_LIFETIME_SECONDS", default=3_600))
# Postgres refuses to delete entries of the last 30 days.
AUDIT_RETENTION = timedelta(days=env.int("AUDIT_RETENTION_DAYS", default=365))
if timedelta(days=30) > AUDIT_RETENTION:
    raise ImproperlyConfigured("AUDIT_RETENTION_DAYS must be at least 30.")
IDEMPOTENCY_TTL = timedelta(hours=24)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", default=30)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", default=7)),
    "UPDATE_LAST_LOGIN": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Atelier API",
    "DESCRIPTION": (BASE_DIR / "docs" / "openapi.md").read_text("utf-8"),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    # In the order of the documentation pages.
    "TAGS": [
        {"name": "recommendations", "description": "Search, and past searches."},
        {"name": "steering", "description": "Ranking rules, weights and experiments."},
        {"name": "shoppers", "description": "Customers: their events and their taste."},
        {"name": "analytics", "description": "Figures of searches and of shoppers' events."},
        {"name": "stylist", "description": "Wardrobes, outfits and conversations."},
        {"name": "photo quality", "description": "Measure, compare and enhance photos."},
        {"name": "catalogue", "description": "Product photos and the facts that describe them."},
        {"name": "imports", "description": "Whole catalogues: feeds, and imports of them."},
        {"name": "facets", "description": "Categories, styles and age groups of images."},
        {"name": "index", "description": "State of the vector index."},
        {"name": "access", "description": "People, their shop and its keys."},
    ],
    "SWAGGER_UI_SETTINGS": {
        "persistAuthorization": True,
        "tryItOutEnabled": True,
        # With 140 operations, Swagger UI 5 stops in the middle when it expands all of them.
        "docExpansion": "none",
    },
    "ENUM_NAME_OVERRIDES": {
        "IndexStateEnum": "catalog.models.IndexEntry.State",
        "IndexModelStateEnum": "catalog.models.VectorIndex.State",
        "JobStateEnum": "core.jobs.models.Job.State",
        "ImportStateEnum": "catalog.models.ImportJob.State",
        "ImportStageEnum": "catalog.models.ImportJob.Stage",
        "FeedFormatEnum": "catalog.feeds.recognition.FeedFormat",
        "VanishedActionEnum": "catalog.models.imports.VanishedAction",
        "ImageStatusEnum": "catalog.models.Image.Status",
        "StatedStatusEnum": "catalog.models.Product.Status",
        "MatchEnum": "recommendations.ranking.match.MATCHES",
        "PromptSourceEnum": "recommendations.models.Prompt.Source",
        "GarmentSourceEnum": "stylist.api.base.SOURCES",
        "OutfitOriginEnum": "stylist.api.outfits.ORIGINS",
        "SpeakerEnum": "stylist.api.messages.RESPONDERS",
        "EventKindEnum": "recommendations.models.Event.Kind",
        "MemberRoleEnum": "tenants.models.shops.ROLES",
        "KeyKindEnum": "tenants.models.ShopAPIKey.Kind",
        "RuleActionEnum": "recommendations.models.Rule.Action",
        "ReplayStateEnum": "recommendations.models.Replay.State",
    },
}

# --- Load: a limited number of threads, a short queue, then 503 ------------------------
WEB_CONCURRENCY_LIMIT: int = env.int("WEB_CONCURRENCY_LIMIT", default=16)
WEB_QUEUE_LIMIT: int = env.int("WEB_QUEUE_LIMIT", default=128)
WEB_QUEUE_SECONDS: float = env.float("WEB_QUEUE_SECONDS", default=5.0)
WEB_STREAM_LIMIT: int = env.int("WEB_STREAM_LIMIT", default=100)
WEB_STREAMS_PER_CLIENT: int = env.int("WEB_STREAMS_PER_CLIENT", default=50)
WEB_HEARTBEAT_SECONDS: float = env.float("WEB_HEARTBEAT_SECONDS", default=15.0)

# --- Connections: what a client may hold, and how slowly it may act --------------------
# Their requests carry the client's address; the addresses themselves are not limited.
FORWARDED_ALLOW_IPS: str = env.str("FORWARDED_ALLOW_IPS", default="127.0.0.1")
WEB_CONNECTION_LIMIT: int = env.int("WEB_CONNECTION_LIMIT", default=1_000)
WEB_CONNECTIONS_PER_CLIENT: int = env.int("WEB_CONNECTIONS_PER_CLIENT", default=64)
WEB_PIPELINE_LIMIT: int = env.int("WEB_PIPELINE_LIMIT", default=16)
WEB_IDLE_SECONDS: int = env.int("WEB_IDLE_SECONDS", default=75)
WEB_HEAD_SECONDS: float = env.float("WEB_HEAD_SECONDS", default=10.0)
WEB_HEAD_LIMIT_BYTES: int = env.int("WEB_HEAD_LIMIT_BYTES", default=32 * 1024)
WEB_HEADER_LIMIT: int = env.int("WEB_HEADER_LIMIT", default=100)
WEB_ADDRESS_LIMIT_BYTES: int = env.int("WEB_ADDRESS_LIMIT_BYTES", default=8 * 1024)
WEB_BODY_LIMIT_BYTES: int = env.int("WEB_BODY_LIMIT_BYTES", default=64 * 1024 * 1024)
WEB_BODIES_LIMIT_BYTES: int = env.int("WEB_BODIES_LIMIT_BYTES", default=384 * 1024 * 1024)
WEB_BODY_SECONDS: float = env.float("WEB_BODY_SECONDS", default=20.0)
WEB_BODY_MAX_SECONDS: float = env.float("WEB_BODY_MAX_SECONDS", default=300.0)
# Of the messages of agents to /mcp.
WEB_MESSAGE_LIMIT_BYTES: int = env.int("WEB_MESSAGE_LIMIT_BYTES", default=1024 * 1024)
# Of POST imports/, whose files are whole catalogues.
WEB_FEED_LIMIT_BYTES: int = env.int("WEB_FEED_LIMIT_BYTES", default=513 * 1024 * 1024)
WEB_FEEDS_LIMIT_BYTES: int = env.int("WEB_FEEDS_LIMIT_BYTES", default=2 * 1024 * 1024 * 1024)
WEB_FEED_MAX_SECONDS: float = env.float("WEB_FEED_MAX_SECONDS", default=1_800.0)
WEB_SEND_SECONDS: float = env.float("WEB_SEND_SECONDS", default=20.0)
WEB_UNSENT_LIMIT_BYTES: int = env.int("WEB_UNSENT_LIMIT_BYTES", default=128 * 1024 * 1024)
WEB_MIN_BYTES_PER_SECOND: float = env.float("WEB_MIN_BYTES_PER_SECOND", default=16 * 1024)

# --- Security -------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *env.list("CSP_IMG_SRC", default=[])],
        # Pages fetch previews from the photo storage, to save or add them.
        "connect-src": ["'self'", *env.list("CSP_IMG_SRC", default=[])],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- The demo's API key, which the playground contains --------------------------------
DEMO_API_KEY: str = env.str("DEMO_API_KEY", default="")

# --- Mail -----------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="atelier@localhost")

# --- Logs -----------------------------------------------------------------------------
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
LOGGING = configure_logging(level=LOG_LEVEL, is_production=PRODUCTION)
# Who may read `/metrics`: callers with this token. Without one, nobody.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

if PRODUCTION:
    refuse_weak_settings(globals())
