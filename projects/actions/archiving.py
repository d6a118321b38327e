"""Writing a project into an archive: its rows as they stand at one moment, then each sound and file once."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, models, transaction

from narrator.teams.models import User
from projects.actions import sounds
from projects.actions.archived import NOUNS, Noun
from projects.archive.writing import Lost, Writer
from projects.models import Project, Sound, Take
from projects.sentences import gettext_noop

LOST_FILE = gettext_noop(
    "A file of this project is lost or changed (%(name)s). Restore the data folder from a backup."
)

AT_ONCE = 500
PEOPLE = "people"
FORMERLY = "formerly.invalid"

Tick = Callable[[int, int], None]


class Incomplete(Exception):
    """Something that belongs in the archive is not there; the message is a sentence."""


def write(project: Project, writer: Writer, *, tick: Tick) -> None:
    """Put a whole project into an open archive. ``tick(done_bytes, total_bytes)`` is called with each piece of sound.

    Memory does not grow with the sound; of the rows their numbers are kept. Incomplete where a file is lost.
    """
    book = _Book(project)
    with _one_moment():
        for noun in NOUNS:
            writer.rows(noun.name, book.rows(noun))
        writer.rows(PEOPLE, book.people())
    try:
        _files(book, writer)
        _sounds(book, writer, tick)
    except (FileNotFoundError, Lost) as error:
        raise Incomplete(LOST_FILE % {"name": error}) from error


class _Book:
    """A project's rows as plain values, each table numbered from 1, so that equal projects are equal archives."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._numbers: dict[type[models.Model], dict[int, int]] = {}
        self._people: dict[int, int] = {}
        self.sounds: dict[str, None] = {}
        self.files: dict[str, str] = {}

    def rows(self, noun: Noun) -> Iterator[dict[str, Any]]:
        numbers = self._numbered(noun)
        everything = noun.of(self._project).order_by(*noun.order)
        for some in _parts(everything.iterator(chunk_size=AT_ONCE)):
            heard = self._heard(noun, some)
            people = {field.name: _mentioned(field, some) for field in noun.model._meta.many_to_many}
            for row in some:
                noun.settle(row)
                said = {field.name: self._value(noun, field, row, heard) for field in fields(noun)}
                said |= {
                    name: [self._person(pk) for pk in named.get(row.pk, [])] for name, named in people.items()
                }
                yield {"id": numbers[row.pk], **said}

    def people(self) -> Iterator[dict[str, Any]]:
        """Whom the rows name: by their numbers, with name and address, and nothing else of their account."""
        found = User.objects.in_bulk(self._people.keys())
        for pk, number in self._people.items():
            yield {"id": number, **identity(found[pk])}

    def known(self, model: type[models.Model], pk: Any) -> Any:
        """The number of a row in the archive; of one that is gone its key below zero, where no row stands."""
        if pk is None:
            return None
        return self._numbered(noun_of(model)).get(pk, -abs(pk))

    def _value(self, noun: Noun, field: Any, row: models.Model, heard: dict[int, str]) -> Any:
        value = getattr(row, field.attname)
        if field.is_relation:
            if field.related_model is Sound:
                return self._sound(row, field, value, heard)
            if field.related_model is User:
                return self._person(value)
            if value is None:
                return None
            return self._numbered(noun_of(field.related_model)).get(value)
        if isinstance(field, models.FileField):
            return self._file(value)
        if field.name in noun.names_rows and value is not None:
            return noun.names_rows[field.name](value, self.known)
        if noun.model is Project and field.name == "finish":
            self._tone(value.get("tone_sha256", ""))
        return plain(value)

    def _tone(self, sha256: str) -> None:
        """The room tone of the project's files, where it is there: it is made again where it is not."""
        if sha256 and default_storage.exists(sounds.name_of(sha256)):
            self.sounds[sha256] = None

    def _numbered(self, noun: Noun) -> dict[int, int]:
        """The number of each row of a table, counted when it is first asked for."""
        if noun.model not in self._numbers:
            keys = noun.of(self._project).order_by(*noun.order).values_list("pk", flat=True)
            self._numbers[noun.model] = {pk: n for n, pk in enumerate(keys, 1)}
        return self._numbers[noun.model]

    def _heard(self, noun: Noun, rows: list[models.Model]) -> dict[int, str]:
        keys = [field.attname for field in fields(noun) if field.related_model is Sound]
        wanted = {pk for row in rows for key in keys if (pk := getattr(row, key))}
        return dict(Sound.objects.filter(pk__in=wanted).values_list("pk", "sha256")) if wanted else {}

    def _sound(self, row: models.Model, field: Any, pk: int | None, heard: dict[int, str]) -> str | None:
        """A sound by its hash. Takes of before sounds were measured know theirs alone."""
        sha256 = heard.get(pk) if pk else None
        if sha256 is None and field.name == "sound" and isinstance(row, Take):
            sha256 = row.audio_sha256 or None
        if sha256:
            self.sounds[sha256] = None
        return sha256

    def _person(self, pk: int | None) -> int | None:
        return None if pk is None else self._people.setdefault(pk, len(self._people) + 1)

    def _file(self, file: Any) -> str | None:
        if not file:
            return None
        with default_storage.open(file.name, "rb") as stored:
            sha256 = hashlib.file_digest(cast(Any, stored), "sha256").hexdigest()
        self.files[sha256] = file.name
        return sha256


def noun_of(model: Any) -> Noun:
    return next(one for one in NOUNS if one.model is model)


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while some := list(islice(rows, AT_ONCE)):
        yield some


def fields(noun: Noun) -> list[Any]:
    """The fields of a model that go into its table, in order."""
    own = (field for field in noun.model._meta.concrete_fields if not field.primary_key)
    return [field for field in own if field.name not in noun.without]


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, UUID) else value


def identity(user: User) -> dict[str, str]:
    """Name and address of a person; somebody who came with another archive has those that stood there."""
    name, _, host = user.email.partition("@")
    if host == FORMERLY:
        return {"name": user.name.removesuffix(", formerly"), "email": name.replace("=", "@")}
    return {"name": user.name, "email": user.email}


def _mentioned(field: Any, rows: list[models.Model]) -> dict[int, list[int]]:
    """Whom each row names in a field of several people."""
    through, source = field.remote_field.through, field.m2m_field_name()
    target = field.m2m_reverse_field_name()
    found: dict[int, list[int]] = {}
    pairs = through.objects.filter(**{f"{source}__in": rows}).order_by("pk")
    for row, person in pairs.values_list(source, target):
        found.setdefault(row, []).append(person)
    return found


def _one_moment() -> transaction.Atomic:
    """A transaction that sees one state from its first query to its last."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        return _Repeatable(using=None, savepoint=True, durable=False)
    return transaction.atomic()


class _Repeatable(transaction.Atomic):
    def __enter__(self) -> None:
        super().__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _files(book: _Book, writer: Writer) -> None:
    for sha256, name in sorted(book.files.items()):
        with default_storage.open(name, "rb") as file:
            writer.file(sha256, cast(BinaryIO, file))


def _sounds(book: _Book, writer: Writer, tick: Tick) -> None:
    every = sorted(book.sounds)
    total = sum(default_storage.size(sounds.name_of(sha256)) for sha256 in every)
    done = 0

    def on(size_bytes: int) -> None:
        nonlocal done
        done += size_bytes
        tick(done, total)

    for sha256 in every:
        with default_storage.open(sounds.name_of(sha256), "rb") as file:
            writer.sound(sha256, cast(BinaryIO, file), tick=on)


def about(project: Project, *, by: User | None, at: datetime) -> dict[str, str]:
    """What a manifest says for people."""
    return {"title": project.title, "by": str(by or ""), "at": at.isoformat()}
