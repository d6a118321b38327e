"""Long lists, a page at a time: each page says with which cursor the next one is asked for."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from projects.api.problems import Problem

AT_ONCE = 100
MOST = 500
LARGEST = 2**63 - 1

Item = TypeVar("Item")
Id = Annotated[int, Field(ge=1, le=LARGEST)]


class Page(Schema, Generic[Item]):
    """Some of a list, and the cursor of the next page; null after the last."""

    items: list[Item]
    next: str | None


class Asked(Schema):
    """Which page of a list is wanted."""

    cursor: str | None = Field(None, description="What the page before gave as next.")
    limit: int = Field(AT_ONCE, ge=1, le=MOST)


Wanted = Query[Asked]


def page(rows: QuerySet, asked: Asked, show: Callable[[Any], Item], *, by: str = "-pk") -> Page[Item]:
    """The page that was asked for of these rows. ``by`` is a field whose values are numbers, no two alike."""
    name, is_down = by.removeprefix("-"), by.startswith("-")
    if asked.cursor is not None:
        rows = rows.filter(**{f"{name}__{'lt' if is_down else 'gt'}": _place(asked.cursor)})
    found = list(rows.order_by(by)[: asked.limit + 1])
    shown = found[: asked.limit]
    more = str(getattr(shown[-1], name)) if len(found) > len(shown) else None
    return Page(items=[show(row) for row in shown], next=more)


def part(items: Sequence[Any], asked: Asked, show: Callable[[Any], Item]) -> Page[Item]:
    """The same of a list that is worked out for each request: its cursor is how many items were given already."""
    start = 0 if asked.cursor is None else _place(asked.cursor)
    end = start + asked.limit
    return Page(items=[show(one) for one in items[start:end]], next=str(end) if end < len(items) else None)


def _place(cursor: str) -> int:
    if cursor.isascii() and cursor.isdecimal() and len(cursor) < 20 and int(cursor) <= LARGEST:
        return int(cursor)
    raise Problem(422, "invalid", "This cursor was not given by a page of this list.")
