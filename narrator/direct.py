"""Statements that the ORM builds once, or that are built by hand: for what runs with every line and with every page.

Building an update with the ORM costs 0.3 to 0.7 ms of CPU, a query of a line with its takes 3 ms: ten times what the
database takes for it (docs/adr/0012). Fields prepare the values here as they do there, so both databases get the same.
Where a statement runs once for a person's press, the ORM is the right way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, repeat
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)
# SQLite takes 32,766 values in one statement.
MOST_VALUES = 20_000


@dataclass(frozen=True)
class Plus:
    """A value that is added to what the column has."""

    amount: int


@dataclass(frozen=True)
class AtMost:
    """A condition: the column has no more than this."""

    most: int


def update(model: type[models.Model], where: Mapping[str, Any], **values: Any) -> int:
    """Set these fields in the rows with these values, and return how many rows there were.

    In ``where`` a tuple means one of its members, and None means null.
    """
    set_, params = setting(model, **values)
    condition = _condition(model, tuple((name, _kind(wanted)) for name, wanted in where.items()))
    for name, wanted in where.items():
        params += _wanted(_field(model, name), wanted)
    with _cursor() as cursor:
        cursor.execute(f"{set_} WHERE {condition}", params)
        return int(cursor.rowcount)


def setting(model: type[models.Model], **values: Any) -> tuple[str, list[Any]]:
    """``UPDATE … SET …`` for these values, with its parameters; the condition is the caller's."""
    params = [_saved(_field(model, name), value) for name, value in values.items()]
    return _setting(model, tuple((name, isinstance(value, Plus)) for name, value in values.items())), params


def _saved(field: Any, value: Any) -> Any:
    if isinstance(value, Plus):
        return value.amount
    return field.get_db_prep_save(value.pk if isinstance(value, models.Model) else value, connection)


@cache
def _setting(model: type[models.Model], names: tuple[tuple[str, bool], ...]) -> str:
    columns = [(_column(_field(model, name)), adds) for name, adds in names]
    sets = [f"{column} = {column} + %s" if adds else f"{column} = %s" for column, adds in columns]
    return f"UPDATE {_table(model)} SET {', '.join(sets)}"  # noqa: S608 - names of our own


def _kind(wanted: Any) -> str:
    if wanted is None:
        return " IS NULL"
    if isinstance(wanted, tuple):
        return f" IN ({', '.join(['%s'] * len(wanted))})"
    return " <= %s" if isinstance(wanted, AtMost) else " = %s"


def _wanted(field: Any, wanted: Any) -> list[Any]:
    if wanted is None:
        return []
    if isinstance(wanted, AtMost):
        return [wanted.most]
    each = wanted if isinstance(wanted, tuple) else (wanted,)
    return [field.get_db_prep_value(one, connection) for one in each]


@cache
def _condition(model: type[models.Model], names: tuple[tuple[str, str], ...]) -> str:
    return " AND ".join(_column(_field(model, name)) + kind for name, kind in names)


def insert(row: models.Model, *, unless_known: bool = False) -> bool:
    """Insert a row that is not in the database yet, and give it its key. Nothing is validated, no signal is sent.

    unless_known: return False, and do nothing, where a row with the same unique values is there.
    """
    into, marks, fields = _insert(type(row))
    params = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    unless = " ON CONFLICT DO NOTHING" if unless_known else ""
    keys = fetch(f"{into} {marks}{unless} RETURNING id", params)
    if not keys:
        return False
    _is_saved(row, keys[0][0])
    return True


def save_many(rows: Sequence[models.Model], *names: str) -> None:
    """Save these fields of rows of one model, each with its own values: a fortieth of what ``bulk_update`` costs.

    One statement for each row, so no two rows may have to change places under a unique constraint.
    """
    if not rows:
        return
    model = type(rows[0])
    if len(rows) == 1:
        values = {name: getattr(rows[0], _field(model, name).attname) for name in names}
        update(model, {"pk": rows[0].pk}, **values)
        return
    fields = [_field(model, name) for name in (*names, "pk")]
    sql = f"{_setting(model, tuple((name, False) for name in names))} WHERE {_column(fields[-1])} = %s"
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(zip(*(_prepared(field, rows) for field in fields), strict=True)))


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model, as ``insert`` does one: a third of what ``bulk_create`` costs."""
    if len(rows) <= 1:
        for row in rows:
            insert(row)
        return
    into, marks, fields = _insert(type(rows[0]))
    at_once = MOST_VALUES // len(fields)
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        values = chain.from_iterable(zip(*(_prepared(field, some) for field in fields), strict=True))
        with connection.cursor() as cursor:  # another statement for each count of rows: none is worth keeping
            cursor.execute(f"{into} {', '.join([marks] * len(some))} RETURNING id", list(values))
            for row, (key,) in zip(some, cursor.fetchall(), strict=True):
                _is_saved(row, key)


def _is_saved(row: models.Model, key: int) -> None:
    row.pk = key
    row._state.adding, row._state.db = False, connection.alias


def _prepared(field: Any, rows: Sequence[models.Model]) -> list[Any]:
    """The values of one column; most columns of many rows have few different ones, so each is prepared once."""
    values = [getattr(row, field.attname) for row in rows]
    if isinstance(field, models.JSONField):
        return [field.get_db_prep_save(value, connection) for value in values]
    known = {value: field.get_db_prep_save(value, connection) for value in set(values)}
    return [known[value] for value in values]


@cache
def _insert(model: type[models.Model]) -> tuple[str, str, list[Any]]:
    """``INSERT INTO … VALUES``, the marks of one row, and its fields."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns, marks = ", ".join(map(_column, fields)), ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {_table(model)} ({columns}) VALUES", f"({marks})", fields


def fetch(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and return all its rows, as the database gives them."""
    with _cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


class Question:
    """A statement that answers with rows, and its values. It runs once: with others (``together``), or when read."""

    def __init__(self, sql: str, params: list[Any]) -> None:
        self.sql, self.params = sql, params
        self.answer: list[tuple[Any, ...]] | None = None

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """What the database answers, as it has it: no field makes dates, UUIDs or JSON of it."""
        # No cached_property: that has one lock for all threads, and one of them may wait for another's row here.
        if self.answer is None:
            self.answer = fetch(self.sql, self.params)
        return self.answer


def together(*questions: Question) -> None:
    """Run those of these statements that have not run yet, in their order and in one roundtrip.

    That is for PostgreSQL: a page that waits for it gives Python's lock away, and waits for that longer than for the
    answer (docs/scale.md). SQLite answers in the same thread.
    """
    new = [one for one in questions if one.answer is None]
    if connection.vendor != "postgresql" or len(new) < 2:
        for one in new:
            one.rows  # noqa: B018 - it runs now
        return
    answers = connection.answers([(one.sql, one.params) for one in new])  # type: ignore[attr-defined]
    for one, rows in zip(new, answers, strict=True):
        one.answer = rows


def _cursor() -> Any:
    """A cursor whose statements the database plans once for each connection: a join of ten tables takes it 5 ms.

    SQLite's module keeps them by itself. PostgreSQL keeps those whose values come beside the text, not in it.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    return connection.planning_cursor()  # type: ignore[attr-defined]


class Blank(RawSQL):
    """Stands in a query for a value of this field, filled in under ``name`` (the field's own) when the query runs."""

    def __init__(self, model: type[models.Model], field: str, name: str = "") -> None:
        kind = _field(model, field)
        super().__init__("%s", (_Mark(name or field, kind),), output_field=kind)


@dataclass(frozen=True, eq=False)
class _Mark:
    name: str
    field: Any


class Prepared:
    """A query with blanks whose SQL is built once. Make it when models and the connection are there."""

    def __init__(self, query: models.QuerySet) -> None:
        self._compiler = query.query.get_compiler(connection=connection)
        self.sql, self._params = _with_constants(*self._compiler.as_sql())

    def params(self, **values: Any) -> list[Any]:
        """The parameters of ``sql`` with the blanks filled in."""
        return [
            param.field.get_db_prep_value(values[param.name], connection)
            if isinstance(param, _Mark)
            else param
            for param in self._params
        ]

    def asking(self, **values: Any) -> "Asked":
        """The query with its blanks filled in, to be run with others or when it is read."""
        return Asked(self, **values)

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """What the query gives, as the database has it: no field makes dates, UUIDs or JSON of it."""
        return self.asking(**values).rows

    def objects(self, **values: Any) -> list[Any]:
        """What the query gives as objects of its model, as the ORM makes them; nothing is fetched beforehand."""
        return self.asking(**values).objects()

    def first(self, **values: Any) -> Any:
        """The first of these objects, or None."""
        return self.asking(**values).first()

    @cached_property
    def maker(self) -> "_Maker":
        """What makes objects of its rows."""
        return _Maker(self._compiler)


class Named(Prepared):
    """A query of the rows with these keys, so many at most; it has no blanks but them."""

    def __init__(self, query: models.QuerySet, most: int) -> None:
        super().__init__(query.filter(pk__in=[Blank(query.model, "pk", f"key{at}") for at in range(most)]))
        self._most = most

    def of(self, keys: Sequence[int]) -> "Asked":
        """What is to be asked for these keys, of which there is one at least."""
        return self.asking(keys=keys)

    def params(self, **values: Any) -> list[Any]:
        """The parameters with the ``keys`` in them, which are numbers already."""
        keys = values["keys"]
        filled = chain(keys, repeat(keys[-1], self._most - len(keys)))
        return [next(filled) if isinstance(param, _Mark) else param for param in self._params]


class Asked(Question):
    """A prepared query with its blanks filled in."""

    def __init__(self, prepared: Prepared, **values: Any) -> None:
        super().__init__(prepared.sql, prepared.params(**values))
        self._prepared = prepared

    def objects(self) -> list[Any]:
        """As ``Prepared.objects``."""
        return [self._prepared.maker.made(row) for row in self.rows]

    def first(self) -> Any:
        """As ``Prepared.first``."""
        return next(iter(self.objects()), None)


def _with_constants(sql: str, params: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """What is no blank is written into the statement, where PostgreSQL plans before it knows any value.

    So it may take an index that holds only rows of one status, and knows how few they are.
    """
    if connection.vendor != "postgresql":
        return sql, params
    words = ["%s" if isinstance(param, _Mark) else _literal(param) for param in params]
    return sql.replace("%%", "%%%%") % tuple(words), [param for param in params if isinstance(param, _Mark)]


def _literal(value: Any) -> str:
    written: str = connection.ops.compose_sql("%s", [value])  # type: ignore[attr-defined]
    return written.replace("%", "%%")


class _Maker:
    """Makes objects of what a query gives, those it selects beside them included: what that takes is looked up once."""

    def __init__(self, compiler: Any) -> None:
        selected, known = compiler.select, compiler.klass_info
        self._own = slice(known["select_fields"][0], known["select_fields"][-1] + 1)
        self._names = [column.target.attname for column, *_ in selected[self._own]]
        self._model = known["model"]
        # The types are those of a later Django.
        self._related = get_related_populators(known, selected, connection.alias)  # type: ignore[call-arg]
        self._annotated = dict(compiler.annotation_col_map or {})
        converters = compiler.get_converters([column for column, *_ in selected])
        self._conversions = [(place, *how) for place, how in converters.items()]

    def made(self, row: Sequence[Any]) -> Any:
        values = _converted(row, self._conversions)
        made = self._model.from_db(connection.alias, self._names, values[self._own])
        for related in self._related:
            related.populate(values, made)
        for name, place in self._annotated.items():
            setattr(made, name, values[place])
        return made


@cache
def columns(model: type[models.Model]) -> str:
    """All columns of a model, in the order in which ``made`` takes their values."""
    return ", ".join(_column(field) for field in model._meta.concrete_fields)


def made(model: type[Row], values: Sequence[Any]) -> Row:
    """A row as the database gave it, one value for each of ``columns``, made into an object of its model."""
    read = _converted(values, _conversions(model, connection.vendor))
    return model.from_db(connection.alias, [field.attname for field in model._meta.concrete_fields], read)


def _converted(row: Sequence[Any], conversions: list[tuple[int, list[Any], Any]]) -> list[Any]:
    """The values of a row as their fields have them."""
    values = list(row)
    for place, converters, column in conversions:
        for convert in converters:
            values[place] = convert(values[place], column, connection)
    return values


@cache
def _conversions(model: type[models.Model], vendor: str) -> list[tuple[int, list[Any], Any]]:
    """Which columns have to be converted, and by what: as the ORM's compiler does it, looked up once."""
    found = []
    for place, field in enumerate(model._meta.concrete_fields):
        column = field.get_col(model._meta.db_table)
        converters = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        if converters:
            found.append((place, converters, column))
    return found


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
