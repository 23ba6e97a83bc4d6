"""Turns the database URLs that people have into what asyncpg takes."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

SCHEMES = ("postgresql", "postgres")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# Parameters of libpq, found in copied URLs, that asyncpg would hand to the server as settings. The server refuses them.
LIBPQ_ONLY = ("channel_binding", "gssencmode", "pgbouncer", "connect_timeout", "keepalives")


@dataclass(frozen=True)
class DatabaseUrl:
    #: For asyncpg's `dsn`. Holds the password.
    dsn: str
    #: For asyncpg's `ssl`, when the URL alone cannot say it.
    ssl: ssl.SSLContext | None
    #: HOST:PORT/DATABASE, for messages.
    label: str


def parse_database_url(text: str) -> DatabaseUrl:
    """Accepts `postgresql://` and SQLAlchemy's `postgresql+asyncpg://`, TLS as libpq's `sslmode=` or SQLAlchemy's `ssl=`.

    Raises ValueError with a sentence that does not hold the password.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port or 5432
    except ValueError as error:
        raise ValueError(
            "DATABASE_URL is not a URL: check the port, and percent-encode special characters of the password"
        ) from error

    scheme = parts.scheme.removesuffix("+asyncpg")
    if scheme not in SCHEMES:
        raise ValueError("DATABASE_URL must begin with postgresql:// or postgresql+asyncpg://")
    if not parts.hostname:
        raise ValueError("DATABASE_URL names no host")
    if parts.path in ("", "/"):
        raise ValueError("DATABASE_URL names no database: postgresql://USER:PASSWORD@HOST:PORT/DATABASE")

    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in LIBPQ_ONLY]
    mode = None
    for key, value in query:
        if key in ("ssl", "sslmode"):
            mode = "require" if value == "true" else value
            if mode not in SSL_MODES:
                raise ValueError(f"DATABASE_URL: {key} must be one of {', '.join(SSL_MODES)}")
    rest = [(key, value) for key, value in query if key not in ("ssl", "sslmode")]

    # asyncpg looks for ~/.postgresql/root.crt when a certificate is to be verified. The authorities of the system are
    # what a hosted PostgreSQL is signed by, and what the image has.
    context = None
    if mode in ("verify-ca", "verify-full") and "sslrootcert" not in dict(rest):
        context = ssl.create_default_context()
        context.check_hostname = mode == "verify-full"
    elif mode is not None:
        rest.append(("sslmode", mode))

    return DatabaseUrl(
        dsn=urlunsplit((scheme, parts.netloc, parts.path, urlencode(rest, quote_via=quote), "")),
        ssl=context,
        label=f"{parts.hostname}:{port}{parts.path}",
    )
