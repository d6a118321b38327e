"""Taking a project in from an archive: all of it or nothing. What stands in the file is a stranger's and is looked at.

First each sound and file goes into the store, if it is what its hash says. Then every row is made in one transaction,
its values cleaned as a form would, its keys led to the rows that this archive has itself, and to nothing else.
"""

import base64
import binascii
import secrets
import tempfile
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, models, transaction
from django.utils import timezone

from narrator import direct
from narrator.teams.models import Team, User
from projects.actions import activity, sounds
from projects.actions.archived import NOUNS, Noun
from projects.actions.archiving import FORMERLY, PEOPLE, fields
from projects.archive.manifest import CHANGED, BadArchive
from projects.archive.reading import PIECE_BYTES, Reader
from projects.audio import cover, wav
from projects.audio.finish import Finish
from projects.audio.wav import BadWav
from projects.models import (
    ActKind,
    Comment,
    Destination,
    GuestLink,
    LexiconEntry,
    Manuscript,
    Project,
    Sound,
    Take,
    TakeStatus,
    Verdict,
)
from projects.sentences import gettext_noop

# Begins as activity.TAKEN_IN.
TAKEN_IN = gettext_noop("took the project in from an archive of %(date)s")

THIS_ARCHIVE_LACKS = gettext_noop("This archive lacks the sound %(said)s of a take. Export it again.")

Tick = Callable[[int, int], None]
_NO_CHOICE = ("", None)


def take_in(
    reader: Reader,
    *,
    team: Team,
    by: User | None,
    tick: Tick = lambda done, total: None,
    settle: Callable[[Project], None] = lambda project: None,
) -> Project:
    """Make a project of the team of an open archive. BadArchive, with a sentence, leaves nothing behind.

    ``settle`` is called in the transaction that makes it, at its end; what it raises undoes everything.
    ``tick(done_bytes, total_bytes)`` is called with each sound. Memory: a take's sound at a time, and rows' numbers.
    """
    store = _Store(reader)
    try:
        store.fill(tick)
        with transaction.atomic():
            project = _Rows(reader, store, team, by).make()
            words = TAKEN_IN % {"date": reader.manifest.about.get("at", "")[:10]}
            activity.note(ActKind.IMPORTS, words, by=by, project=project)
            settle(project)
            return project
    except BaseException as error:
        store.empty()
        if isinstance(
            error, DatabaseError | ValidationError | KeyError | TypeError | ValueError | OverflowError
        ):
            raise BadArchive(CHANGED) from error
        raise


class _Store:
    """What an archive brings into the store, and takes away again where the archive is refused."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.sounds: dict[str, Sound] = {}
        self.files: dict[str, str] = {}
        self._new: list[str] = []

    def fill(self, tick: Tick) -> None:
        total, done = self._reader.manifest.sound_bytes, 0
        for sha256 in self._reader.manifest.sounds:
            self.sounds[sha256] = self._sound(sha256)
            done += self._reader.manifest.members[f"sounds/{sha256}.wav"].size_bytes
            tick(done, total)

    def _sound(self, sha256: str) -> Sound:
        """A sound as our own hand writes it: measured here, so that no figure is believed."""
        with tempfile.TemporaryFile() as kept:
            with self._reader.sound(sha256) as stream:
                _copy(stream, kept)
            try:
                samples = wav.open_frames(cast(Any, kept)).read(1 << 40)
            except BadWav as error:
                raise BadArchive(CHANGED) from error
        is_new = not default_storage.exists(sounds.name_of(sha256))
        sound = sounds.keep(samples)
        if is_new:
            self._new.append(sounds.name_of(sound.sha256))
        if sound.sha256 != sha256:
            raise BadArchive(CHANGED)
        return Sound(pk=sound.pk, sha256=sound.sha256, frames=sound.frames)  # without the cells: memory

    def file(self, sha256: str, folder: str) -> str:
        """Put another file of the archive into the store under a name of ours; returns it."""
        with tempfile.TemporaryFile() as kept:
            with self._reader.file(sha256) as stream:
                _copy(stream, kept)
            kept.seek(0)
            name = default_storage.save(f"{folder}/{sha256[:32]}", File(kept))
        self._new.append(name)
        return name

    def empty(self) -> None:
        """Take away what this archive alone has brought. A sound that somebody uses by now stays."""
        for name in self._new:
            if name.startswith("takes/"):
                sounds.drop(Sound.objects.all(), name.rpartition("/")[2].removesuffix(".wav"))
            else:
                default_storage.delete(name)


def _copy(stream: Any, kept: Any) -> None:
    while piece := stream.read(PIECE_BYTES):
        kept.write(piece)
    kept.seek(0)


class _Rows:
    """The rows of one archive as they come to be in the database."""

    def __init__(self, reader: Reader, store: _Store, team: Team, by: User | None) -> None:
        self._reader, self._store, self._team, self._by = reader, store, team, by
        self._keys: dict[type[models.Model], dict[int, int]] = {}
        self._people: dict[int, int] = {}
        self._project: Project

    def make(self) -> Project:
        self._people = {int(row["id"]): self._person(row) for row in self._reader.rows(PEOPLE)}
        for noun in NOUNS:
            self._table(noun)
        if len(self._keys[Project]) != 1:
            raise BadArchive(CHANGED)
        for noun in NOUNS:
            if noun.later:
                self._lead(noun)
        return self._project

    def _person(self, row: dict[str, Any]) -> int:
        """A member of the team by the address; else somebody who was there formerly, and can never sign in."""
        name, email = str(row["name"])[:80], str(row["email"])[:200]
        member = User.objects.filter(email__iexact=email, memberships__team=self._team).first()
        if member or not email:
            return member.pk if member else self._nobody(name, f"{secrets.token_hex(8)}")
        return self._nobody(name, email.lower().replace("@", "="))

    def _nobody(self, name: str, local: str) -> int:
        email = f"{local}@{FORMERLY}"
        found = User.objects.filter(email=email).first()
        if found is None:
            found = User(email=email, name=f"{name or 'Somebody'}, formerly"[:80], is_active=False)
            found.set_unusable_password()
            found.save()
        return found.pk

    def _table(self, noun: Noun) -> None:
        keys = self._keys.setdefault(noun.model, {})
        for said in self._reader.rows(noun.name):
            row = noun.model()
            for field in fields(noun):
                if field.name not in noun.later and not _came_later(field, said):
                    setattr(row, field.attname, self._value(noun, field, said[field.name]))
            self._own(row)
            number = int(said["id"])
            if number in keys:
                raise BadArchive(CHANGED)
            keys[number] = self._insert(row)
            for field in noun.model._meta.many_to_many:
                getattr(row, field.name).set([self._who(number) for number in said[field.name]])

    def _insert(self, row: models.Model) -> int:
        """A row as new; where the team has a destination of that name already, that one is meant."""
        if isinstance(row, Project):
            self._project = row
        if not direct.insert(row, unless_known=isinstance(row, Destination | LexiconEntry)):
            if isinstance(row, Destination):
                return Destination.objects.get(team=self._team, name__iexact=row.name).pk
            return 0  # the project's own entry of the same word stands before that of the team
        return int(row.pk)

    def _own(self, row: Any) -> None:
        """What an archive does not say, or may not: whose the row is, and what follows from its sound."""
        names = {field.name for field in row._meta.concrete_fields}
        if "team" in names:
            row.team_id = self._team.pk
        if isinstance(row, LexiconEntry | Verdict | Comment):
            row.project_id = self._project.pk
        if isinstance(row, GuestLink):
            row.token_hash, row.revoked_at = secrets.token_hex(32), timezone.now()
        if isinstance(row, Take):
            self._take(row)
        if isinstance(row, Project):
            _check_project(row, self._store.sounds)

    def _take(self, row: Take) -> None:
        sound = None if row.sound_id is None else self._sounds_by_key[row.sound_id]
        is_settled = row.status in (
            TakeStatus.READY,
            TakeStatus.FAILED,
            TakeStatus.CANCELLED,
            TakeStatus.EMPTIED,
        )
        if not is_settled or (
            row.status == TakeStatus.READY and (sound is None or sound.frames != row.frames)
        ):
            raise BadArchive(CHANGED)
        if sound:
            row.audio, row.audio_sha256 = sounds.name_of(sound.sha256), sound.sha256

    @property
    def _sounds_by_key(self) -> dict[int, Sound]:
        if not hasattr(self, "_by_key"):
            self._by_key = {sound.pk: sound for sound in self._store.sounds.values()}
        return self._by_key

    def _value(self, noun: Noun, field: Any, said: Any) -> Any:
        if field.is_relation:
            return self._key(field, said)
        if isinstance(field, models.FileField):
            return None if said is None else self._store.file(str(said), _FOLDERS[noun.model])
        if field.name in noun.names_rows and said is not None:
            return noun.names_rows[field.name](said, self._known)
        return _cleaned(field, said)

    def _key(self, field: Any, said: Any) -> int | None:
        """The row that is meant, which the archive has to have itself."""
        if said is None:
            if not field.null:
                raise BadArchive(CHANGED)
            return None
        if field.related_model is Sound:
            if said not in self._store.sounds:
                raise BadArchive(THIS_ARCHIVE_LACKS % {"said": str(said)[:12]})
            return self._store.sounds[said].pk
        if field.related_model is User:
            return self._who(said)
        return self._keys[field.related_model][int(said)]

    def _who(self, number: Any) -> int:
        return self._people[int(number)]

    def _known(self, model: type[models.Model], number: Any) -> Any:
        if number is None or number < 0:
            return number
        return self._keys[model][int(number)]

    def _lead(self, noun: Noun) -> None:
        """Lead rows to those that came to be after them."""
        keys = self._keys[noun.model]
        late = [field for field in fields(noun) if field.name in noun.later]
        for said in self._reader.rows(noun.name):
            meant = {field.attname: self._key(field, said[field.name]) for field in late}
            if values := {name: pk for name, pk in meant.items() if pk is not None}:
                noun.model._base_manager.filter(pk=keys[int(said["id"])]).update(**values)


_FOLDERS: dict[type[models.Model], str] = {Project: "covers", Manuscript: "manuscripts/archived"}


def _came_later(field: Any, said: Mapping[str, Any]) -> bool:
    """Whether the archive is older than the field, which then has its usual value."""
    return field.name not in said and (field.has_default() or field.null)


def _cleaned(field: Any, said: Any) -> Any:
    """A plain value as the field takes it. ValidationError, TypeError or ValueError where it does not."""
    if said is None:
        if not field.null:
            raise BadArchive(CHANGED)
        return None
    if isinstance(field, models.BinaryField):
        try:
            return base64.b64decode(said, validate=True)
        except binascii.Error as error:
            raise BadArchive(CHANGED) from error
    value = field.to_python(said)
    if isinstance(field, models.CharField | models.TextField) and not isinstance(said, str):
        raise BadArchive(CHANGED)
    if field.choices and value not in _NO_CHOICE and value not in dict(field.flatchoices):
        raise BadArchive(CHANGED)
    field.run_validators(value)
    return value


def _check_project(row: Project, there: Mapping[str, Sound]) -> None:
    """What other code takes at its word: the finish, its room tone, and the cover."""
    if row.finish.get("tone_sha256") and row.finish["tone_sha256"] not in there:
        row.finish = {**row.finish, "tone_sha256": ""}
    finish = Finish.of(row.finish)
    finish.treatment(voice="", frames=24_000, lead_ms=500, tail_ms=500, true_peak=1.0)
    if row.cover:
        with default_storage.open(str(row.cover), "rb") as file:
            data = file.read()
        try:
            cover.check(data)
        except cover.BadCover as error:
            raise BadArchive(CHANGED) from error
