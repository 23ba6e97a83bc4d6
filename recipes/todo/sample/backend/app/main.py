"""The todo API: `uvicorn app.main:app --host 0.0.0.0 --port 8000`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from . import health, todos
from .database import Database, DatabaseUnavailable, describe
from .settings import InvalidSettings, Settings, read_settings

log = logging.getLogger("uvicorn.error")


class WithoutGoodProbes(logging.Filter):
    """Two replicas are probed every few seconds; only a probe that fails is worth a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        # uvicorn's access records carry (client, method, path, HTTP version, status).
        match record.args:
            case (_, _, "/live" | "/health", _, 200):
                return False
        return True


def create_app(settings: Settings) -> FastAPI:
    database = Database(settings.database, settings.database_wait)

    async def connect() -> None:
        try:
            await database.open()
        except Exception as error:
            log.error(
                "PostgreSQL at %s cannot be used: %s. The program ends", settings.database.label, describe(error)
            )
            # Not sys.exit: from a task of the event loop that would end in a traceback which hides the line above.
            os._exit(1)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logging.getLogger("uvicorn.access").addFilter(WithoutGoodProbes())
        log.info("%s, optional keys: %s", settings.app_name, ", ".join(settings.keys) or "none")
        # Beside serving, not before: /live must answer while the database is awaited, or the kubelet would end the
        # container in the middle of the wait.
        connecting = asyncio.create_task(connect())
        yield
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await database.close()

    app = FastAPI(title=settings.app_name, debug=settings.debug, lifespan=lifespan)
    app.state.database = database
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_credentials="*" not in settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["*"],
    )

    @app.exception_handler(DatabaseUnavailable)
    async def unavailable(_: Request, error: DatabaseUnavailable) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=503, headers={"Retry-After": "3"})

    @app.exception_handler(RequestValidationError)
    async def refused(_: Request, error: RequestValidationError) -> JSONResponse:
        # Without the input that FastAPI repeats: it may hold what is not UTF-8, half a surrogate pair for one.
        problems = [{key: problem[key] for key in ("type", "loc", "msg")} for problem in error.errors()]
        return JSONResponse({"detail": problems}, status_code=422)

    # An Ingress, like the front end's proxy, passes /api on unstripped.
    for prefix in ("", "/api"):
        routes = APIRouter(prefix=prefix, include_in_schema=prefix == "")
        routes.include_router(health.router)
        routes.include_router(todos.router)
        app.include_router(routes)
    return app


try:
    app = create_app(read_settings())
except InvalidSettings as error:
    sys.exit(f"The environment is not complete:\n{error}")
