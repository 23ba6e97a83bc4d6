"""The environment of the container, checked once at the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from .database_url import DatabaseUrl, parse_database_url

SHORTEST_JWT_SECRET = 32
JWT_ALGORITHMS = ("HS256", "HS384", "HS512")
BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}
OPTIONAL_KEYS = ("GROQ_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY")


@dataclass(frozen=True)
class Settings:
    database: DatabaseUrl = field(repr=False)
    #: Seconds in which the first connection must succeed.
    database_wait: int
    #: The signing of tokens is for a source that has sign-in; this one only proves that the settings would do.
    jwt_secret_key: str = field(repr=False)
    jwt_algorithm: str
    jwt_access_token_expire_minutes: int
    cors_origins: tuple[str, ...]
    app_name: str
    debug: bool
    #: Names of the optional keys that are set.
    keys: tuple[str, ...]


class InvalidSettings(Exception):
    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(f"  - {problem}" for problem in problems))


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises InvalidSettings with all that is wrong at once."""
    problems: list[str] = []

    def required(name: str) -> str:
        value = environment.get(name, "").strip()
        if not value:
            problems.append(f"{name} is not set")
        return value

    def number(name: str, default: int) -> int:
        text = environment.get(name, "").strip() or str(default)
        if not text.isascii() or not text.isdigit() or int(text) == 0:
            problems.append(f"{name} must be a whole number above 0, not {text!r}")
            return default
        return int(text)

    database = None
    if url := required("DATABASE_URL"):
        try:
            database = parse_database_url(url)
        except ValueError as error:
            problems.append(str(error))

    secret = required("JWT_SECRET_KEY")
    if secret and len(secret) < SHORTEST_JWT_SECRET:
        problems.append(f"JWT_SECRET_KEY has {len(secret)} characters; at least {SHORTEST_JWT_SECRET} are needed")

    algorithm = environment.get("JWT_ALGORITHM", "").strip() or "HS256"
    if algorithm not in JWT_ALGORITHMS:
        problems.append(f"JWT_ALGORITHM must be one of {', '.join(JWT_ALGORITHMS)}, not {algorithm!r}")

    debug = environment.get("DEBUG", "").strip().lower()
    if debug not in BOOLEANS:
        problems.append(f"DEBUG must be true or false, not {debug!r}")

    minutes = number("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", 1440)
    database_wait = number("DATABASE_WAIT_SECONDS", 60)

    if problems or database is None:
        raise InvalidSettings(problems)
    return Settings(
        database=database,
        database_wait=database_wait,
        jwt_secret_key=secret,
        jwt_algorithm=algorithm,
        jwt_access_token_expire_minutes=minutes,
        cors_origins=tuple(
            origin.strip().rstrip("/") for origin in environment.get("CORS_ORIGINS", "").split(",") if origin.strip()
        ),
        app_name=environment.get("APP_NAME", "").strip() or "Todo CRUD API",
        debug=BOOLEANS[debug],
        keys=tuple(name for name in OPTIONAL_KEYS if environment.get(name, "").strip()),
    )
