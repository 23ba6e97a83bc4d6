from __future__ import annotations

from fastapi import APIRouter, Request

from .todos import database_of

router = APIRouter(tags=["health"])


@router.get("/live")
async def live() -> dict[str, str]:
    """The process answers. Asks no database: restarting this program does not mend another."""
    return {"status": "ok"}


@router.get("/health")
async def health(request: Request) -> dict[str, str]:
    """The process can do its work: the database answers. Else 503, by the handler of DatabaseUnavailable."""
    async with database_of(request).connection() as connection:
        await connection.fetchval("SELECT 1", timeout=2)
    return {"status": "ok", "database": "ok"}
