"""Statuses that move by a table, and only by compare-and-set: whoever comes second finds no row to move."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)

Moves = Mapping[str, frozenset[str]]


def sources(moves: Moves, to: str) -> tuple[str, ...]:
    """The statuses from which a row may come to this one."""
    return tuple(source for source, targets in moves.items() if to in targets)


class MovingQuerySet(models.QuerySet[Row]):
    """Rows with a status. ``moves`` says, from which status to which; docs/states.md is written from the tables."""

    moves: ClassVar[Moves]
    status_field: ClassVar[str] = "status"

    def movable(self, to: str) -> Self:
        """Those of these rows whose status may become this one."""
        return self.filter(**{f"{self.status_field}__in": sources(self.moves, to)})

    def move(self, *, to: str, **values: Any) -> int:
        """Set the status of these rows where the table allows it; return how many were moved."""
        return self.movable(to).update(**{self.status_field: to}, **values)
