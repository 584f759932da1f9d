"""Settings: one file, read from the environment, loud when something is missing.

Every variable is explained in `.env.example`. `./run` sets them for one machine;
`docker-compose.yml` sets them for a server.
"""

from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, validate

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# --- What this installation is -------------------------------------------------------

DEMO = env.bool("DEMO", False)
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = (
    Path(env.str("SECRET_KEY_FILE")).read_text().strip()
    if env.str("SECRET_KEY_FILE", "")
    else env.str("SECRET_KEY")
)
BASE_URL = env.str("BASE_URL").rstrip("/")
IS_HTTPS = BASE_URL.startswith("https://")
IS_THIS_MACHINE_ONLY = urlsplit(BASE_URL).hostname in {"localhost", "127.0.0.1", "::1"}
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [urlsplit(BASE_URL).hostname or ""])
AGENCY_NAME = env.str("AGENCY_NAME", "Porchlight")
ON_CALL_PHONE = env.str("ON_CALL_PHONE", "")
ON_CALL_EMAIL = env.str("ON_CALL_EMAIL", "")
PROTOCOL_DIRS = [
    BASE_DIR / "casework" / "protocols",
    *map(Path, filter(None, env.list("PROTOCOL_DIRS", [], delimiter=":"))),
]

# What a youth can be screened with on return: names only, the agency's choice.
SCREENING_TOOLS = [
    name.strip()
    for name in env.list(
        "SCREENING_TOOLS",
        [
            "Human Trafficking Screening Tool (HTST)",
            "Human Trafficking Screening Tool Short Form (HTST-SF)",
            "Trafficking Victim Identification Tool (TVIT)",
            "Commercial Sexual Exploitation-Identification Tool (CSE-IT)",
            "Short Screen for CSEC",
            "Quick Youth Indicators for Trafficking (QYIT)",
        ],
    )
    if name.strip()
]

# Where people read figures about youth whom they may not see: the least number that is shown. Below
# 4, what is hidden could be worked out (casework/policies/small_numbers.py).
SMALL_NUMBERS = env.int("SMALL_NUMBERS", 11, validate=validate.Range(min=4))

# The month in which the agency's fiscal year begins: October is the federal one, 9 that of Texas.
# With 1 there are no fiscal years beside the years.
FISCAL_YEAR_STARTS = env.int("FISCAL_YEAR_STARTS", 10, validate=validate.Range(min=1, max=12))

# --- Applications --------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "js_lib_bootstrap5",
    "pgtrigger",
    "pghistory",
    "tree_queries",
    "casework",
    "risk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "casework.views.middleware.PrivatePages",
    "casework.views.middleware.ReadableRequests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "casework.access.middleware.DefaultDeny",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "casework.views.middleware.History",
]
ROOT_URLCONF = "casework.config.urls"
WSGI_APPLICATION = "casework.config.wsgi.application"
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
                "casework.views.page.every_page",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- PostgreSQL, and nothing else, keeps records ----------------------------------------

# Nobody waits for ever. 0 lets a statement run as long as it needs, for a migration of big tables.
STATEMENT_TIMEOUT_SECONDS = env.int("STATEMENT_TIMEOUT_SECONDS", 30)
database = env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)
DATABASES = {
    "default": {
        **database,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "connect_timeout": 5,  # seconds, until the server has answered
            "tcp_user_timeout": 10_000,  # milliseconds; a host that is gone. No use on a socket.
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s",
            **database.get("OPTIONS", {}),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Throttling counts live in the database too, so that losing Redis never stops a sign-in.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "casework_cache",
        # When it is full, counts are thrown out: nobody may fill it to get rid of theirs.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Signing in --------------------------------------------------------------------------

AUTH_USER_MODEL = "casework.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "casework.views.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an admin makes accounts; nobody signs up
# The same answer for every address, and no mail to those who have no account.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # it would be the host name of the request
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# Without this, throttling would take everybody behind the proxy for one address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # The key is an account as tried from one address: casework/views/accounts.py.
    "login_failed": "10/m/ip,10/15m/key",
    "reset_password": "20/m/ip,5/m/key",
}
SESSION_COOKIE_NAME = "porchlight_session"
SESSION_COOKIE_AGE = 20 * 60 * 60  # a shift and a night: WCAG 2.2.6 asks for 20 hours
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "casework.views.errors.stale_form"

# --- Browser rules -----------------------------------------------------------------------

CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
# Binds the agency's other sites too, and takes months to undo: theirs to choose.
HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS and HSTS_PRELOAD
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# The one page that takes a file takes it in memory; nothing of a youth lies on the server's disk.
FILE_UPLOAD_HANDLERS = ["casework.forms.uploads.InMemory"]

# --- Words, times, files -------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # pages print times in the episode's zone, never in this one
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "var" / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Mail ------------------------------------------------------------------------------------

email = env.dj_email_url("EMAIL_URL")
EMAIL_BACKEND = email["EMAIL_BACKEND"]
EMAIL_HOST = email["EMAIL_HOST"]
EMAIL_PORT = email["EMAIL_PORT"]
EMAIL_HOST_USER = email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # seconds for each step of the talk; a send must end inside its claim
# The sender's name is neutral: it shows on a lock screen.
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Casework notices <notices@localhost>")
MAIL_CATCHER_DIR = env.path("MAIL_CATCHER_DIR", None) if DEMO else None

# --- Sign of life to the outside: whoever knows the address can fake it, so it is a secret ---------

DEADMAN_URL = env.str("DEADMAN_URL", "")

# --- Celery: the clock that wakes the sweep ------------------------------------------------------


def broker_url(redis_url: str) -> str:
    """Give Redis's own URL the scheme that Celery expects for a socket."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    database = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair).get("db", "0")
    return f"redis+socket://{path}?virtual_host={database}"


REDIS_URL = env.str("REDIS_URL")
REMINDER_TICK_SECONDS = env.int("REMINDER_TICK_SECONDS", 5)
CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# With this on, every lost Redis connection kills a running sweep; the database claim makes a
# second delivery harmless, so let it finish.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than a sweep may take, or it is delivered twice. A file or an import is, which its claim
    # makes harmless.
    "visibility_timeout": 300,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "retry_on_timeout": True,
    "health_check_interval": 10,
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "send due reminders": {
        "task": "casework.tasks.send_due_reminders",
        "schedule": REMINDER_TICK_SECONDS,
        # Late sweeps are worthless (the next one finds the same rows) and must not pile up.
        "options": {"expires": REMINDER_TICK_SECONDS * 4},
    },
    "keep asking": {
        "task": "casework.tasks.keep_asking",
        "schedule": 5 * 60,
        "options": {"expires": 5 * 60},
    },
    "notice who enters views": {
        "task": "casework.tasks.notice_who_enters_views",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # A late one is worth nothing, and silence is what the other side waits for.
    "ping when well": {
        "task": "casework.tasks.ping_when_well",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "make exports": {
        "task": "casework.tasks.make_exports",
        "schedule": 5,
        "options": {"expires": 5},
    },
    "ask scheduled exports": {
        "task": "casework.tasks.ask_scheduled_exports",
        "schedule": 60 * 60,
        "options": {"expires": 60 * 60},
    },
    "work on imports": {
        "task": "casework.tasks.work_on_imports",
        "schedule": REMINDER_TICK_SECONDS,
        "options": {"expires": REMINDER_TICK_SECONDS * 4},
    },
    # Answers kept for somebody who never signed in again go with their session.
    "clear what has run out": {
        "task": "casework.tasks.clear_what_has_run_out",
        "schedule": 60 * 60,
    },
    "fold month tallies": {
        "task": "casework.tasks.fold_month_tallies",
        "schedule": 60 * 60,
    },
    # Records added at intake are compared at once; this is for those whose facts came later.
    "look for duplicates": {
        "task": "casework.tasks.look_for_duplicates",
        "schedule": 60 * 60,
    },
}

# --- Field history ---------------------------------------------------------------------------------

PGHISTORY_APPEND_ONLY = True

# --- Logs: ids, never people -------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "casework.logs.PrivateFormatter",
            "format": "{levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
