from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request, status
from pydantic import BaseModel, ConfigDict, StringConstraints

from .database import Database

router = APIRouter(prefix="/todos", tags=["todos"])

# PostgreSQL's text holds every character but NUL.
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
]
BIGGEST_BIGINT = 2**63 - 1
TodoId = Annotated[int, Path(ge=1, le=BIGGEST_BIGINT)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=BIGGEST_BIGINT)]

COLUMNS = "id, title, done, created_at"


class NewTodo(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Title
    done: bool = False


class TodoChange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Title | None = None
    done: bool | None = None


class Todo(BaseModel):
    id: int
    title: str
    done: bool
    created_at: datetime


def database_of(request: Request) -> Database:
    return request.app.state.database


@router.get("", response_model=list[Todo])
async def list_todos(request: Request, limit: Limit = 1000, offset: Offset = 0):
    async with database_of(request).connection() as connection:
        rows = await connection.fetch(f"SELECT {COLUMNS} FROM todos ORDER BY id LIMIT $1 OFFSET $2", limit, offset)
    return [dict(row) for row in rows]


@router.post("", response_model=Todo, status_code=status.HTTP_201_CREATED)
async def add_todo(request: Request, todo: NewTodo):
    async with database_of(request).connection() as connection:
        row = await connection.fetchrow(
            f"INSERT INTO todos (title, done) VALUES ($1, $2) RETURNING {COLUMNS}", todo.title, todo.done
        )
    return dict(row)


@router.get("/{todo_id}", response_model=Todo)
async def get_todo(request: Request, todo_id: TodoId):
    async with database_of(request).connection() as connection:
        row = await connection.fetchrow(f"SELECT {COLUMNS} FROM todos WHERE id = $1", todo_id)
    return found(row, todo_id)


@router.patch("/{todo_id}", response_model=Todo)
async def change_todo(request: Request, todo_id: TodoId, change: TodoChange):
    async with database_of(request).connection() as connection:
        row = await connection.fetchrow(
            "UPDATE todos SET title = coalesce($2::text, title), done = coalesce($3::boolean, done)"
            f" WHERE id = $1 RETURNING {COLUMNS}",
            todo_id,
            change.title,
            change.done,
        )
    return found(row, todo_id)


@router.delete("/{todo_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_todo(request: Request, todo_id: TodoId) -> None:
    async with database_of(request).connection() as connection:
        found(await connection.fetchrow("DELETE FROM todos WHERE id = $1 RETURNING id", todo_id), todo_id)


def found(row, todo_id: int) -> dict:
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"There is no todo {todo_id}")
    return dict(row)
