"""All settings, from the environment, with embedded defaults that need nothing else installed.

KUAICHU_HOME        where the embedded database, files, keys and logs live (default ./.kuaichu)
DATABASE_URL        e.g. postgresql://user@host/name; default: SQLite in KUAICHU_HOME
KUAICHU_DEMO        1: demonstration (simulated partners, no second factor, one-click entry)
KUAICHU_SECRET_KEY, KUAICHU_DATA_KEYS, KUAICHU_INDEX_KEY   required outside the demonstration
KUAICHU_HOSTS       host names that are served, comma-separated
KUAICHU_TILES       tile server for the maps of the desks, https://…/{z}/{x}/{y}.png (default: none, own files only)
KUAICHU_ORIGIN      the public address, e.g. https://kc.example.org: printed in QR codes and text messages
"""

import os
from pathlib import Path

import dj_database_url

from kuaichu.homekeys import load_or_create_keys

ROOT = Path(__file__).resolve().parent
HOME = Path(os.environ.get("KUAICHU_HOME") or ROOT.parent.parent / ".kuaichu").resolve()
DEMO = os.environ.get("KUAICHU_DEMO") == "1"
TESTING = os.environ.get("KUAICHU_TESTING") == "1"
DEBUG = False

_keys = load_or_create_keys(HOME, is_throwaway_allowed=DEMO or TESTING)
SECRET_KEY = _keys.secret_key
DATA_KEYS = list(_keys.data_keys)
INDEX_KEY = _keys.index_key

ALLOWED_HOSTS = ["*"] if DEMO or TESTING else [h for h in os.environ.get("KUAICHU_HOSTS", "localhost").split(",") if h]
ORIGIN = os.environ.get("KUAICHU_ORIGIN", "").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "kuaichu.journal",
    "kuaichu.links",
    "kuaichu.accounts",
    "kuaichu.calls",
    "kuaichu.cases",
    "kuaichu.dossier",
    "kuaichu.liability",
    "kuaichu.claims",
    "kuaichu.records",
    "kuaichu.governance",
    "kuaichu.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "kuaichu.web.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kuaichu.web.middleware.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kuaichu.web.middleware.refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "kuaichu.urls"
WSGI_APPLICATION = "kuaichu.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kuaichu.web.context.common",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "kuaichu.web.templatetags.kuaichu"],
        },
    }
]

_url = os.environ.get("DATABASE_URL", "")
if _url:
    DATABASES = {"default": dj_database_url.parse(_url, conn_max_age=None, conn_health_checks=True)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "kuaichu.sqlite",
            "NAME": str(HOME / "kuaichu.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
            },
            "TEST": {"NAME": str(HOME / "test.sqlite3")},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "kuaichu.accounts.backends.StaffBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/staff/sign-in/"
LOGIN_REDIRECT_URL = "/staff/"
SECOND_FACTOR_REQUIRED = os.environ.get("KUAICHU_SECOND_FACTOR", "0" if DEMO else "1") == "1"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
IS_HTTPS = ORIGIN.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_TRUSTED_ORIGINS = [ORIGIN] if ORIGIN else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
ACCOUNT_ADAPTER = "allauth.account.adapter.DefaultAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Kuaichu"
MFA_ADAPTER = "kuaichu.web.staff.second_factor.SealedSecrets"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING
FILES = HOME / "files"
MAP_TILES = os.environ.get("KUAICHU_TILES", "")
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "logging.Formatter" if DEMO else "kuaichu.logs.Wordless",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "kuaichu": {"level": "INFO"},
        # A party's address holds an unguessable token, so request lines (with paths) are kept out of the log.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
    },
}
