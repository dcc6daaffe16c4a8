"""How is the server set up, from its workspace and its environment?

QUARTERDECK_WORKSPACE      the workspace folder; `quarterdeck serve` sets it
QUARTERDECK_SECRET_KEY     else the workspace's own .quarterdeck/secret_key
QUARTERDECK_HOSTS          names this server answers to, with commas; else this machine only
QUARTERDECK_URL            how people reach it from outside, for links in letters; https makes cookies secure;
                           else where `quarterdeck serve` listens now
DATABASE_URL               postgres://... for teams; else SQLite inside the workspace
EMAIL_URL                  smtp://user:password@host:port, smtps:// or smtp+tls://; else none is sent
QUARTERDECK_MAIL_FROM      who letters come from
QUARTERDECK_UPLOAD_MB      the largest file that may be uploaded in the browser; 1024 unless told
QUARTERDECK_WEBHOOK_URL    a Slack-compatible webhook that published briefs are announced to
QUARTERDECK_DRAFTING_KEY   for the model that `drafting` in quarterdeck.yaml names
QUARTERDECK_SSO_ISSUER     with QUARTERDECK_SSO_CLIENT_ID: instead of what `sso` in quarterdeck.yaml says
QUARTERDECK_SSO_CLIENT_SECRET   else .quarterdeck/sso_client_secret; never in a file of the workspace
"""

import os
from pathlib import Path
from typing import Any

from quarterdeck.site.capabilities import CAPABILITIES
from quarterdeck.site.environment import database, mail, read_client_secret, read_secret
from quarterdeck.site.listening import noted_address

QUARTERDECK_WORKSPACE = os.environ.get("QUARTERDECK_WORKSPACE", "")
QUARTERDECK_WEBHOOK_URL = os.environ.get("QUARTERDECK_WEBHOOK_URL", "")
QUARTERDECK_DRAFTING_KEY = os.environ.get("QUARTERDECK_DRAFTING_KEY", "")
QUARTERDECK_SSO_ISSUER = os.environ.get("QUARTERDECK_SSO_ISSUER", "")
QUARTERDECK_SSO_CLIENT_ID = os.environ.get("QUARTERDECK_SSO_CLIENT_ID", "")
QUARTERDECK_JOBS = [
    "quarterdeck.site.jobs",
    *(capability.jobs for capability in CAPABILITIES if capability.jobs),
]
QUARTERDECK_ABOUT = [capability.about for capability in CAPABILITIES if capability.about]
QUARTERDECK_TAGS = [capability.tags for capability in CAPABILITIES if capability.tags]
QUARTERDECK_LINKS = [capability.links for capability in CAPABILITIES if capability.links]
HOME = Path(QUARTERDECK_WORKSPACE) / ".quarterdeck" if QUARTERDECK_WORKSPACE else None
QUARTERDECK_URL = (
    os.environ.get("QUARTERDECK_URL") or noted_address(HOME) or "http://127.0.0.1:8000"
).rstrip("/")
QUARTERDECK_SSO_CLIENT_SECRET = read_client_secret(HOME)
SECURE = QUARTERDECK_URL.startswith("https://")

SECRET_KEY = read_secret(HOME)
DEBUG = False
ALLOWED_HOSTS = [
    name for name in os.environ.get("QUARTERDECK_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if name
]
CSRF_TRUSTED_ORIGINS = [QUARTERDECK_URL] if SECURE else []

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "quarterdeck.pages",
    "quarterdeck.records",
    "quarterdeck.records.workshop",
    "quarterdeck.jobs",
    "quarterdeck.site",
    *(capability.app for capability in CAPABILITIES if capability.app),
]
MIDDLEWARE = [
    "quarterdeck.site.middleware.RequestLog",
    "quarterdeck.site.middleware.SecurityHeaders",
    "quarterdeck.site.middleware.ApiAnswers",
    "quarterdeck.site.middleware.RefuseNul",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "quarterdeck.site.middleware.FewAtOnce",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "quarterdeck.site.middleware.ExpectedTrouble",
]
ROOT_URLCONF = "quarterdeck.site.urls"
WSGI_APPLICATION = "quarterdeck.site.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "quarterdeck.site.navigation.chrome",
            ],
        },
    }
]

DATABASES = {"default": database(HOME, os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "records.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
CHECKS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": f"{CHECKS}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name", "title")},
    },
    {"NAME": f"{CHECKS}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{CHECKS}.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
# The addresses of our own files bear a digest; those of libraries do not.
WHITENOISE_MAX_AGE = 24 * 3600
QUARTERDECK_UPLOAD_BYTES = int(os.environ.get("QUARTERDECK_UPLOAD_MB", "1024")) * 1_000_000
FILE_UPLOAD_HANDLERS = ["quarterdeck.site.uploading.CountedUpload"]
FILE_UPLOAD_TEMP_DIR = str(HOME) if HOME else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

DEFAULT_FROM_EMAIL = os.environ.get("QUARTERDECK_MAIL_FROM", "quarterdeck@localhost")
globals().update(mail(os.environ.get("EMAIL_URL", "")))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "quarterdeck.site.log.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("QUARTERDECK_LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"handlers": ["stderr"], "propagate": False}},
}
