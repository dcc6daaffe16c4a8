"""What does the environment say, in the form that Django takes?"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from quarterdeck.definitions.files import write_secret_once
from quarterdeck.errors import QuarterdeckError

SECRET_FILE = "secret_key"  # noqa: S105 -- the name of the file, not the secret
CLIENT_SECRET_FILE = "sso_client_secret"  # noqa: S105 -- the name of the file, not the secret
POSTGRES_SCHEMES = ("postgres", "postgresql")
MAIL_SCHEMES = ("smtp", "smtps", "smtp+tls")


def read_secret(home: Path | None) -> str:
    """The key that signs cookies: the environment's, else the workspace's, made where there is none."""
    import os

    if key := os.environ.get("QUARTERDECK_SECRET_KEY", ""):
        return key
    if home is None:
        # No workspace, so nothing is served: types are checked, or migrations written.
        return secrets.token_urlsafe(48)
    write_secret_once(home / SECRET_FILE, secrets.token_urlsafe(48))
    return (home / SECRET_FILE).read_text(encoding="ascii").strip()


def read_client_secret(home: Path | None) -> str:
    """What proves to a sign-in provider that it is us: the environment's, else a file of the owner alone."""
    import os

    if secret := os.environ.get("QUARTERDECK_SSO_CLIENT_SECRET", ""):
        return secret
    file = home / CLIENT_SECRET_FILE if home else None
    if file is None or not file.is_file():
        return ""
    if file.stat().st_mode & 0o077:
        raise QuarterdeckError(f"Others can read {file}.", f"Run chmod 600 {file}.")
    return file.read_text(encoding="utf-8").strip()


def database(home: Path | None, url: str) -> dict[str, Any]:
    """PostgreSQL where DATABASE_URL names one; else SQLite in the workspace, in WAL mode."""
    if url:
        return _postgres(url)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(home / "records.sqlite3") if home else ":memory:",
        "OPTIONS": {
            # Writers take their turn at the beginning: a transaction that reads first and writes later
            # would fail at once where another one wrote in between.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in POSTGRES_SCHEMES:
        raise QuarterdeckError(
            f"DATABASE_URL begins with '{parts.scheme}://'.", "Write postgres://user:password@host:5432/name."
        )
    from urllib.parse import parse_qsl

    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def mail(url: str) -> dict[str, Any]:
    """How letters leave; without EMAIL_URL none does, and they are logged instead."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
        raise QuarterdeckError(
            f"EMAIL_URL '{parts.scheme}://...' is not understood.", "Write smtp+tls://user:password@host:587."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }
