"""A project in one file: nothing is lost on the way to another team or database, and nothing hostile gets in."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from narrator.teams.models import Team, User
from projects.actions import (
    archives,
    archiving,
    cast_changes,
    clips,
    destinations,
    edits,
    exports,
    finishes,
    guests,
    lexicons,
    lines,
    locks,
    reviews,
    revisions,
    sounds,
    takes,
    trims,
    unarchiving,
)
from projects.actions import cast as casting
from projects.archive.manifest import BadArchive
from projects.archive.reading import Reader
from projects.audio.destinations import Asked
from projects.audio.finish import Finish
from projects.audio.trim import Trim
from projects.models import (
    Archive,
    ArchiveStatus,
    CastChange,
    Destination,
    LexiconEntry,
    Paragraph,
    Project,
    Run,
    Script,
    Sound,
    Speaker,
    Take,
)
from tests import factories
from tests.audio import sounds as tones
from tests.audio.test_destinations import png
from tests.cast import Cast
from tests.projects.actions.test_revisions import (
    FIVE,
    FOUR,
    ONE,
    THREE,
    TWO,
    approve,
    imported,
    line_of,
    text,
)


@pytest.fixture
def book(cast: Cast) -> Project:
    """A project with something in every table of an archive."""
    project = imported(cast)
    project.cover = default_storage.save("covers/a", ContentFile(png(64, 64)))
    project.cap_micro, project.pause_ms = 5_000_000, 450
    project.save()
    script = project.scripts.get(position=1)
    for line in Paragraph.objects.filter(script__project=project):
        factories.ready(line, duration_ms=200, by=cast.editor)
    done = lines.insert(script, ["A line that comes between."], after=None, by=cast.editor)
    lines.move(script, [done.lines[0].pk], after=None, to=project.scripts.get(position=2), by=cast.editor)
    edits.undo(script, by=cast.editor)
    lines.remove(script, [line_of(project, "A line").pk], by=cast.editor)
    one = line_of(project, ONE)
    trims.trim(Take.objects.get(paragraph=one), Trim(head_ms=60), by=cast.editor)
    approve(line_of(project, THREE), cast)
    locks.lock(line_of(project, THREE).script, [line_of(project, THREE).pk], by=cast.admin)
    factories.failed(line_of(project, FOUR))
    reviews.comment(one, text="Softer, @Ada, please.", by=cast.reviewer)
    reviews.assign(script, [cast.reviewer], by=cast.owner)
    link, _ = guests.make(project, name="Gus", days=1, by=cast.owner, password="secret")
    five = line_of(project, FIVE)
    reviews.judge(five, kind="pickup", take_id=five.chosen_id, reason="Slower", by=None, guest=link)
    filby = casting.add(project, name="Filby", voice="Maia", by=cast.editor)
    casting.assign(project, Paragraph.objects.filter(pk=five.pk), filby, by=cast.editor)
    casting.remove(casting.add(project, name="Nobody", voice="Maia", by=cast.editor), by=cast.editor)
    entry = LexiconEntry(written="lamp", spoken="lantern", edited_by=cast.editor)
    lexicons.make(lexicons.Change(lexicons.Scope(cast.team, project), [entry]), "Said", by=cast.editor)
    sting = io.BytesIO(tones.wav_bytes(tones.tone(4_800)))
    clips.add(project, "Sting", sting, is_for_team=False, by=cast.editor)
    place = destinations.save(cast.team, Destination(name="Shop"), [Asked("kbps", 96)], by=cast.editor)
    finishes.save(project, Finish(place.preset, tone=True), by=cast.editor)
    Speaker.objects.create(project=project, name="MR FILBY", character=filby)
    (waiting,) = takes.request(script, [line_of(project, TWO)], by=cast.editor, fresh=True)
    waiting.run = Run.objects.create(team=cast.team, project=project, script=script, total=1)
    waiting.save()
    revisions.start(project, text([("I", ["Other words."])]), "b.md", by=cast.editor)
    return Project.objects.get(pk=project.pk)


def written(project: Project, path: Path) -> Path:
    archives.write_to(path, project, by=None)
    return path


def taken_in(path: Path, team: Team, by: User | None = None) -> Project:
    with Reader(path) as reader:
        return unarchiving.take_in(reader, team=team, by=by)


def tables(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every table of an archive, and the hashes of its other members."""
    with ZipFile(path) as zip:
        found = {
            name: [json.loads(line) for line in zip.read(name).splitlines()]
            for name in zip.namelist()
            if name.startswith("rows/")
        }
        others = [{"name": name} for name in zip.namelist() if name.startswith(("sounds/", "files/"))]
    return {**found, "others": others}


def without_the_taking_in(found: dict[str, Any]) -> dict[str, Any]:
    acts = [row for row in found["rows/act.jsonl"] if not row["words"].startswith("took the project in")]
    people = [row for row in found["rows/people.jsonl"] if row["name"] != "Sten"]
    return {**found, "rows/act.jsonl": acts, "rows/people.jsonl": people}


def test_nothing_is_lost_on_the_way_to_another_team_and_to_an_empty_database(
    book: Project, cast: Cast, tmp_path: Path
) -> None:
    before = tables(written(book, tmp_path / "a.zip"))
    empty = [name for name, rows in before.items() if not rows]
    assert empty == [], "the book has something of everything"
    tone = book.finishing.tone_sha256
    assert {"name": f"sounds/{tone}.wav"} in before["others"], "the room tone is a sound of the project, too"
    secrets = (tmp_path / "a.zip").read_bytes()
    assert b"token" not in secrets
    other = taken_in(tmp_path / "a.zip", cast.other_team, by=cast.stranger)
    assert without_the_taking_in(tables(written(other, tmp_path / "b.zip"))) == before
    assert other.cap_micro is None
    _forget_everything()
    there = taken_in(tmp_path / "b.zip", Team.objects.create(name="A new house"))
    third = without_the_taking_in(tables(written(there, tmp_path / "c.zip")))
    assert third == before
    _still_works(there, cast)


def _forget_everything() -> None:
    for archive in (Project, Destination):
        archive.objects.all().delete()
    Sound.objects.all().delete()
    User.objects.filter(email__endswith="formerly.invalid").delete()
    shutil.rmtree(default_storage.path("takes"))


def _still_works(project: Project, cast: Cast) -> None:
    """Lines are approved and locked as before, history can be taken back, and the whole is exported."""
    line = Paragraph.objects.with_takes().get(script__project=project, text=THREE)
    assert line.standing is not None
    assert (str(line.standing.by), line.is_locked) == ("Rosa, formerly", True)
    assert line.standing.by.is_active is False
    assert Paragraph.objects.get(script__project=project, text=FIVE).character.name == "Filby"
    assert project.guest_links.get().is_alive is False
    change = CastChange.objects.filter(project=project).order_by("pk")[1]
    cast_changes.undo(change)
    assert Paragraph.objects.get(script__project=project, text=FIVE).character is None
    order = exports.request(project, project.scripts.all(), format="wav", by=None, partial=True)
    claimed = exports.claim(order.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"


def test_people_of_the_team_are_known_again_and_what_waits_is_not_taken_along(
    cast: Cast, tmp_path: Path
) -> None:
    script = factories.script(cast.team, lines=2, by=cast.editor)
    waiting, ready = script.paragraphs.all()
    factories.ready(ready, duration_ms=200, by=cast.editor)
    factories.claimed(waiting, by=cast.editor)
    LexiconEntry.objects.create(team=cast.team, written="lamp", spoken="lantern")
    again = taken_in(written(script.project, tmp_path / "a.zip"), cast.team)
    assert again.created_by == cast.editor
    found = Take.objects.filter(project=again).order_by("pk")
    assert [(take.status, take.claim_token, take.created_by) for take in found] == [
        ("ready", None, cast.editor),
        ("cancelled", None, cast.editor),
    ]
    assert LexiconEntry.objects.get(project=again).spoken == "lantern"
    assert User.objects.filter(email__endswith="formerly.invalid").count() == 0


def test_queries_do_not_grow_with_the_lines(cast: Cast, tmp_path: Path) -> None:
    counts = []
    for n in (1, 3):
        script = factories.script(cast.team, lines=n)
        factories.all_ready(script, duration_ms=200)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            written(script.project, tmp_path / "a.zip")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def rewritten(
    source: Path,
    target: Path,
    change: Callable[[dict[str, bytes]], None],
    *,
    seal: bool = False,
    method: int | None = None,
) -> Path:
    """The archive with its members changed; ``seal`` makes the manifest fit again, as a forger would."""
    with ZipFile(source) as zip:
        members = {name: zip.read(name) for name in zip.namelist()}
    change(members)
    if seal:
        manifest = json.loads(members["manifest.json"])
        manifest["members"] = {
            name: {"size_bytes": len(data), "sha256": _hash(name, data), "rows": data.count(b"\n")}
            for name, data in members.items()
            if name != "manifest.json"
        }
        members["manifest.json"] = json.dumps(manifest).encode()
    with ZipFile(target, "w") as zip:
        for name, data in members.items():
            is_table = name.endswith((".jsonl", ".json"))
            zip.writestr(name, data, method or (ZIP_DEFLATED if is_table else ZIP_STORED))
    return target


def _hash(name: str, data: bytes) -> str:
    return name[7:71] if name.startswith("sounds/") else hashlib.sha256(data).hexdigest()


def _rows(name: str, edit: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        rows = [json.loads(line) for line in members[f"rows/{name}.jsonl"].splitlines()]
        for row in rows:
            edit(row)
        members[f"rows/{name}.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    return change


def _first_sound(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("sounds/"))


def _swap_sound(members: dict[str, bytes]) -> None:
    members[_first_sound(members)] = members[_first_sound(members)][:-2] + b"\1\1"


def _bomb(members: dict[str, bytes]) -> None:
    members["rows/act.jsonl"] = b" " * 20_000_000


def _manifest(**values: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), **values}).encode()

    return change


Change = Callable[[dict[str, bytes]], None]
HOSTILE: dict[str, tuple[Change, bool, str]] = {
    "a climbing name": (lambda m: m.update({"../../etc/cron.d/x": b"x"}), False, "was changed"),
    "a climbing name in the manifest": (lambda m: m.update({"../../x": b"x"}), True, "was changed"),
    "another member": (lambda m: m.update({"rows/more.jsonl": b"{}\n"}), False, "was changed"),
    "a missing sound": (lambda m: m.pop(_first_sound(m)), False, "lacks sounds/"),
    "a missing sound, sealed": (lambda m: m.pop(_first_sound(m)), True, "lacks the sound"),
    "another sound": (_swap_sound, False, "was changed"),
    "another sound, sealed": (_swap_sound, True, "was changed"),
    "a later version": (_manifest(version=2), False, "is of version 2"),
    "another format": (_manifest(format="zip"), False, "not a project archive"),
    "no manifest": (lambda m: m.pop("manifest.json"), False, "not a project archive"),
    "edited words": (_rows("paragraph", lambda row: row.update(text="Mine.")), False, "was changed"),
    "no words, sealed": (_rows("paragraph", lambda row: row.update(text="")), True, "was changed"),
    "a number for words, sealed": (_rows("paragraph", lambda row: row.update(text=7)), True, "was changed"),
    "a status of none, sealed": (_rows("take", lambda row: row.update(status="won")), True, "was changed"),
    "a wrong length, sealed": (_rows("take", lambda row: row.update(frames=7)), True, "was changed"),
    "a stranger's line, sealed": (_rows("take", lambda row: row.update(paragraph=99)), True, "was changed"),
    "a field less, sealed": (_rows("take", lambda row: row.pop("text")), True, "was changed"),
    "no project, sealed": (lambda m: m.update({"rows/project.jsonl": b""}), True, "was changed"),
    "rows that are none, sealed": (lambda m: m.update({"rows/take.jsonl": b"[1]\n"}), True, "was changed"),
}


@pytest.fixture
def small(cast: Cast, tmp_path: Path) -> Path:
    script = factories.script(cast.team, lines=1)
    factories.all_ready(script, duration_ms=200)
    return written(script.project, tmp_path / "small.zip")


def test_what_is_hostile_is_refused_with_a_sentence_and_leaves_nothing(
    cast: Cast, small: Path, tmp_path: Path
) -> None:
    _forget_everything()
    for name, (change, seal, said) in HOSTILE.items():
        path = rewritten(small, tmp_path / "bad.zip", change, seal=seal)
        with pytest.raises(BadArchive, match=said):
            taken_in(path, cast.team)
        assert _nothing_is_left(), name
    for data, said in ((small.read_bytes()[:-100], "damaged"), (b"no zip at all", "not a project archive")):
        (tmp_path / "bad.zip").write_bytes(data)
        with pytest.raises(BadArchive, match=said):
            taken_in(tmp_path / "bad.zip", cast.team)
    taken_in(small, cast.team)
    assert Sound.objects.count() == 1


def _nothing_is_left() -> bool:
    folder = Path(default_storage.path("takes"))
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
    return not (files or Project.objects.exists() or Sound.objects.exists() or Script.everything.exists())


def test_what_swells_is_not_unpacked(cast: Cast, small: Path, tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="more than a project can need"):
        taken_in(rewritten(small, tmp_path / "bomb.zip", _bomb), cast.team)


def test_a_lost_sound_makes_no_archive(cast: Cast, small: Path, tmp_path: Path) -> None:
    project = Project.objects.get()
    default_storage.delete(sounds.name_of(Sound.objects.get().sha256))
    with pytest.raises(archiving.Incomplete, match="lost or changed"):
        written(project, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()
    archives.request(project, by=cast.editor)
    assert archives.request(project, by=cast.editor) == Archive.objects.get(), "twice is harmless"
    job = archives.claim(Archive.objects.get().pk)
    assert job is not None
    assert archives.claim(job.pk) is None
    assert archives.run(job) == ArchiveStatus.FAILED
    assert "backup" in Archive.objects.get().error_reason


def test_an_archive_is_written_and_taken_in_by_a_worker(cast: Cast, small: Path) -> None:
    project = Project.objects.get()
    old = archives.request(project, by=cast.editor)
    for _ in range(2):
        job = archives.claim(archives.request(project, by=cast.editor).pk)
        assert job is not None
        assert archives.run(job) == ArchiveStatus.READY
    old.refresh_from_db()
    new = Archive.objects.exclude(pk=old.pk).get()
    assert (old.file, default_storage.size(new.file)) == ("", new.size_bytes), "only the newest is kept"
    with small.open("rb") as file:
        came = archives.keep(File(file), "../small.zip", team=cast.other_team, by=cast.stranger)
    assert (came.filename, archives.sweep()) == ("small.zip", [came.pk])
    job = archives.claim(came.pk)
    assert job is not None
    assert archives.run(job) == ArchiveStatus.READY
    came.refresh_from_db()
    assert came.project is not None
    assert (came.project.team, came.file) == (cast.other_team, "")


def test_a_worker_that_lost_its_claim_leaves_nothing(cast: Cast, small: Path) -> None:
    with small.open("rb") as file:
        came = archives.keep(File(file), "small.zip", team=cast.other_team, by=cast.stranger)
    job = archives.claim(came.pk)
    assert job is not None
    Archive.objects.filter(pk=came.pk).update(claim_token=None)
    assert archives.run(job) == ArchiveStatus.QUEUED
    assert not Project.objects.filter(team=cast.other_team).exists()
    with pytest.raises(BadArchive), small.open("rb") as file:
        archives.keep(ContentFile(b"PK no"), "x.zip", team=cast.team, by=cast.editor)
