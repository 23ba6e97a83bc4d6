"""The connection pool, and how the program comes to it."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from .database_url import DatabaseUrl

log = logging.getLogger("uvicorn.error")

SCHEMA = """
CREATE TABLE IF NOT EXISTS todos (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    done boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
)
"""
# Any number that no other program uses for a lock in this database.
SCHEMA_LOCK = 7_463_617_001

#: No or no longer a connection: what a PostgreSQL that starts, restarts, fails over or is full answers.
TRANSIENT = (
    OSError,  # refused, unreachable, name not found, and time-outs
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
)


class DatabaseUnavailable(Exception):
    """What a request gets when the database does not answer."""


class Database:
    def __init__(self, url: DatabaseUrl, wait_seconds: int) -> None:
        self._url = url
        self._wait_seconds = wait_seconds
        self._pool: asyncpg.Pool | None = None
        self._last_problem = "the first connection is not made yet"

    async def open(self) -> None:
        """Tries until the first connection is there and the table exists.

        Raises the last error when the time is over, and at once what no waiting can mend (a wrong password, a database
        that does not exist, a missing right).
        """
        deadline = time.monotonic() + self._wait_seconds
        pause = 0.5
        while True:
            try:
                self._pool = await self._connect()
                log.info("Connected to PostgreSQL at %s", self._url.label)
                return
            except TRANSIENT as error:
                self._last_problem = describe(error)
                left = deadline - time.monotonic()
                if left <= pause:
                    raise
                log.warning(
                    "Waiting for PostgreSQL at %s: %s. Giving up in %d s", self._url.label, self._last_problem, left
                )
            await asyncio.sleep(pause)
            pause = min(pause * 2, 4)

    async def close(self) -> None:
        if self._pool is None:
            return
        try:
            await asyncio.wait_for(self._pool.close(), timeout=5)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Raises DatabaseUnavailable when there is none, or when it breaks in use."""
        if self._pool is None:
            raise DatabaseUnavailable(f"PostgreSQL at {self._url.label} is not reachable yet: {self._last_problem}")
        try:
            async with self._pool.acquire(timeout=3) as connection:
                yield connection
        except (*TRANSIENT, asyncpg.InvalidAuthorizationSpecificationError) as error:
            raise DatabaseUnavailable(f"PostgreSQL at {self._url.label}: {describe(error)}") from error

    async def _connect(self) -> asyncpg.Pool:
        pool = await asyncpg.create_pool(
            self._url.dsn,
            ssl=self._url.ssl,
            min_size=0,  # with a floor the pool prints a traceback whenever PostgreSQL restarts
            max_size=5,
            timeout=5,
            command_timeout=5,
            # A pooler in front of PostgreSQL (PgBouncer, Neon's -pooler host) may give each statement to another
            # server connection, which does not know what was prepared on the one before.
            statement_cache_size=0,
        )
        try:
            async with pool.acquire() as connection:
                await make_table(connection)
        except BaseException:
            pool.terminate()
            raise
        return pool


async def make_table(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        # IF NOT EXISTS alone is no protection: two replicas that start together can both find no table, and the
        # slower one then fails on the catalogue's unique index.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", SCHEMA_LOCK)
        # Asked first, because CREATE TABLE IF NOT EXISTS needs the right to create even when there is nothing to do.
        if await connection.fetchval("SELECT to_regclass('todos')") is None:
            await connection.execute(SCHEMA)


def describe(error: BaseException) -> str:
    """The words of PostgreSQL or of the system, without Python's numbers and tuples around them."""
    match error:
        case TimeoutError():
            return "no answer in time"
        case socket.gaierror():
            return f"its host name is not known ({error.strerror})"
        case OSError(errno=int(number)):
            return os.strerror(number)
    return str(error) or type(error).__name__
