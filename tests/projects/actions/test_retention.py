"""Retention: what nothing has a use for goes when its days are over, everything else stays, and rows stay with it."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import ForeignObjectRel
from django.utils import timezone

from narrator.bucket import BucketStorage
from narrator.storage import StoreAway
from projects.actions import (
    archiving,
    discards,
    exports,
    feeds,
    finishes,
    idle,
    recordings,
    retention,
    reviews,
    sounds,
    strays,
    takes,
    trims,
    unarchiving,
    workers,
)
from projects.archive.reading import Reader
from projects.archive.writing import Writer
from projects.audio.finish import PRESETS
from projects.audio.trim import Trim
from projects.models import Act, Call, Export, Paragraph, Project, Pruning, Script, Sound, Take
from tests import factories
from tests.cast import Cast

DAYS = 90
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def kept_for_days(settings: object) -> None:
    settings.KEEP_TAKES_DAYS = settings.KEEP_EXPORTS_DAYS = DAYS  # type: ignore[attr-defined]


def passed(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


def rounds(*days: float) -> None:
    """The rounds of these days, from today on."""
    for day in days:
        retention.prune(now=passed(day))


def emptied() -> set[int]:
    return set(Take.objects.filter(status="emptied").values_list("pk", flat=True))


def again(take: Take) -> Take:
    return Take.objects.select_related("paragraph__script__project", "sound", "whole").get(pk=take.pk)


@pytest.mark.one_database
def test_all_that_may_lead_to_a_sound_is_asked() -> None:
    found = {(rows.model.__name__, field) for rows, field in idle.leading()}
    assert found >= {("Take", "sound_id"), ("Take", "whole_id"), ("Clip", "sound_id"), ("Sample", "sound_id")}
    assert found >= {("PickupRecording", "sound_id"), ("Return", "sound_id")}


@pytest.mark.one_database
def test_all_that_leads_to_a_take_has_been_thought_of() -> None:
    leads = {
        f"{field.related_model.__name__}.{field.field.name}"
        for field in Take._meta.get_fields(include_hidden=True)
        if isinstance(field, ForeignObjectRel)
    }
    of_use = {"Paragraph.chosen", "Verdict.take", "Comment.take", "Take.reused_from"}
    # The newest take of a line need not be of use, money is of the row, and an automatic retake is a take by itself.
    of_none = {"Paragraph.latest", "Call.take", "Take.retake_of"}
    assert leads == of_use | of_none, "say in actions/idle.py whether its sound is of use for this"


def two(line: Paragraph) -> tuple[Take, Take]:
    """A take that nobody chose, and after it one that is."""
    return factories.ready(line, duration_ms=200), factories.ready(line, duration_ms=200)


def made(project: Project, **options: object) -> Export:
    row = exports.request(project, project.scripts.all(), by=None, **{"format": "wav", **options})  # type: ignore[arg-type]
    claimed = exports.claim(row.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"
    return Export.objects.get(pk=row.pk)


def test_only_what_nothing_has_a_use_for_loses_its_sound(cast: Cast) -> None:
    script = factories.script(cast.team, lines=11)
    lines = list(script.paragraphs.all())
    old, new = two(lines[0])
    judged = factories.ready(lines[1], duration_ms=200)
    reviews.judge(lines[1], take_id=judged.pk, kind="pickup", reason="Again", by=cast.reviewer)
    factories.ready(lines[1], duration_ms=200)
    commented, _ = two(lines[2])
    reviews.comment(lines[2], text="Here", by=cast.reviewer, take_id=commented.pk, at_ms=10)
    used, spare = two(lines[3])
    takes.copy_audio(used, reused := factories.claimed(lines[3]))
    reused.save()
    Paragraph.objects.filter(pk=lines[3].pk).update(chosen=reused)
    trimmed, _ = two(lines[4])
    trims.trim(again(trimmed), Trim(head_ms=20), by=cast.editor)
    Take.objects.filter(pk=two(lines[5])[0].pk).update(cleared_at=timezone.now())
    recordings.keep(lines[6], factories.sound(200), source="recorded", by=cast.editor)
    factories.ready(lines[6], duration_ms=200)
    planned = factories.ready(lines[7], duration_ms=200)
    made(script.project, partial=True)
    factories.ready(lines[7], duration_ms=200)
    removed = factories.ready(lines[8], duration_ms=200)
    Paragraph.objects.filter(pk=lines[8].pk).update(removed=True)
    waiting = factories.ready(lines[9], duration_ms=200)
    Paragraph.objects.filter(pk=lines[9].pk).update(chosen=None)
    stale = factories.ready(lines[10], duration_ms=200)
    Paragraph.objects.filter(pk=lines[10].pk).update(digest="another", chosen=None)
    rounds(0, DAYS - 1)
    assert not emptied()
    rounds(DAYS + 1)
    assert emptied() == {old.pk, spare.pk, stale.pk}, (judged, planned, removed, waiting)
    assert again(new).status == "ready"


def test_the_row_stays_and_the_file_goes_a_day_after_nothing_else_leads_to_it(cast: Cast) -> None:
    script = factories.script(cast.team, lines=2)
    old, _ = two(script.paragraphs.all()[0])
    name, size = old.audio, default_storage.size(old.audio)
    about = {"team": cast.team, "project": script.project, "voice": "Neil", "currency": "CNY"}
    Call.objects.create(take=old, characters=9, amount_micro=7, **about)
    rounds(0, DAYS + 1)
    bare = again(old)
    assert (bare.status, bare.audio, bare.sound, bytes(bare.peaks)) == ("emptied", "", None, b"")
    assert (bare.text, bare.voice, bare.duration_ms) == (old.text, old.voice, old.duration_ms)
    assert Call.objects.get(take=old).characters == 9
    assert bare.kept_days == DAYS + 1
    act = Act.objects.get(script=script, words__contains="nothing had a use for")
    assert (act.who, act.words) == ("Narrator", "removed the sound of 1 take that nothing had a use for")
    assert default_storage.exists(name), (
        "whoever is about to use it, and a backup that is written now, find it"
    )
    rounds(DAYS + 2.5)
    assert not default_storage.exists(name)
    row = Pruning.objects.first()
    assert row is not None
    assert (row.files, row.freed_bytes, row.sound_bytes) == (1, size - 44, 2 * 200 * 24)
    assert Pruning.objects.count() == 3


@pytest.mark.one_database
def test_days_begin_anew_when_a_use_is_over_and_discarded_takes_have_days_of_their_own(
    cast: Cast, settings: object
) -> None:
    lines = list(factories.script(cast.team, lines=2).paragraphs.all())
    old, new = two(lines[0])
    rounds(0)
    takes.choose(old, script_id=lines[0].script_id, by=cast.editor)
    rounds(DAYS - 1)
    takes.choose(new, script_id=lines[0].script_id, by=cast.editor)
    rounds(DAYS + 1)
    assert again(old).idle_since is not None
    assert not emptied()
    settings.KEEP_TAKES_DAYS = None  # type: ignore[attr-defined]
    rounds(3 * DAYS)
    assert not emptied(), "without a number it is kept for good"
    settings.KEEP_DISCARDED_DAYS = 7  # type: ignore[attr-defined]
    discards.discard(two(lines[1])[0], by=cast.editor)
    aside = Take.objects.get(discarded_at__isnull=False)
    rounds(3, 8)
    assert emptied() == {aside.pk}


def test_a_sound_that_anything_else_leads_to_stays(cast: Cast) -> None:
    script = factories.script(cast.team, lines=3)
    first, second, third = script.paragraphs.all()
    same = factories.sound(200)
    shared = factories.ready(first, samples=same)
    factories.ready(first, duration_ms=300)
    factories.ready(second, samples=same)
    before_trim = factories.ready(third, duration_ms=250)
    made(script.project, partial=True)
    trims.trim(again(before_trim), Trim(head_ms=20), by=cast.editor)
    trims.trim(again(before_trim), Trim(head_ms=30), by=cast.editor)
    toned = replace(PRESETS["r128"], tone_in_pauses=True)
    tone = finishes.save(Project.objects.get(), toned, by=cast.owner).tone_sha256
    rounds(0, DAYS + 1, DAYS + 3)
    assert emptied() == {shared.pk}
    kept = {shared.audio_sha256, before_trim.audio_sha256, tone, again(before_trim).audio_sha256}
    there = set(Sound.objects.values_list("sha256", flat=True))
    assert kept < there, "by key, by the plan of a file, by the finish"
    assert all(default_storage.exists(sounds.name_of(sha256)) for sha256 in there)
    assert len(there) == 5, "the first trim's sound is gone"


@pytest.mark.one_database
def test_the_newest_file_of_each_kind_and_what_a_feed_serves_stay(cast: Cast) -> None:
    project = factories.project(cast.team, lines=1)
    factories.all_ready(project.scripts.get(), duration_ms=200)
    old, new = made(project), made(project)
    heard = made(project, format="mp3", by_chapter=True)
    draft = made(project, format="mp3", by_chapter=True, partial=True)
    feed, _ = feeds.make(project, name="Fay", episodes="chapters", has_drafts=False, by=cast.editor)
    other = made(project, format="mp3-128", by_chapter=True)
    spare = made(project, format="mp3", by_chapter=True)
    Export.objects.filter(pk=heard.pk).update(finished_at=passed(1))
    rounds(0, DAYS + 1)
    assert {row.pk for row in Export.objects.filter(status="emptied")} == {old.pk}
    assert default_storage.exists(old.file)
    rounds(DAYS + 2.5)
    assert not default_storage.exists(old.file)
    assert Export.objects.get(pk=old.pk).file == ""
    feeds.revoke(feed, by=cast.editor)
    rounds(2 * DAYS, 3 * DAYS + 3)
    left = set(Export.objects.filter(status="ready").values_list("pk", flat=True))
    assert left == {new.pk, draft.pk, other.pk, spare.pk}
    assert "removed the file of the export The Long Night.wav" in str(
        Act.objects.filter(kind="exports").last()
    )


@pytest.mark.one_database
def test_a_line_says_so_and_is_generated_again(cast: Cast) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    old, _ = two(line)
    rounds(0, DAYS + 1)
    assert not takes.choose(old, script_id=line.script_id, by=cast.editor), "as a page of before asks for it"
    with pytest.raises(trims.NotThere):
        trims.trim(again(old), Trim(head_ms=20), by=cast.editor)
    assert again(old).trim_count == 0
    Paragraph.objects.filter(pk=line.pk).update(chosen=None)
    Take.objects.filter(status="ready").delete()
    assert takes.request(line.script, [line], by=cast.editor), "its audio is not used again: there is none"


@pytest.mark.one_database
def test_an_archive_has_the_row_without_its_sound(cast: Cast, tmp_path: Path) -> None:
    script = factories.script(cast.team, lines=1)
    old, _ = two(script.paragraphs.get())
    rounds(0, DAYS + 1)
    path = tmp_path / "project.zip"
    about = archiving.about(script.project, by=cast.owner, at=timezone.now())
    with Writer(path, about) as writer:
        archiving.write(script.project, writer, tick=lambda done, total: None)
    with path.open("rb") as file, Reader(file) as reader:
        taken_in = unarchiving.take_in(reader, team=cast.other_team, by=cast.stranger)
    row = Take.objects.get(project=taken_in, number=old.number)
    assert (row.status, row.kept_days, row.sound) == ("emptied", DAYS + 1, None)


@pytest.mark.one_database
def test_a_round_that_is_stopped_is_gone_on_with(cast: Cast, settings: object) -> None:
    script = factories.script(cast.team, lines=1)
    two(script.paragraphs.get())
    assert retention.is_due()
    rounds(0)
    assert not retention.is_due()
    begun = retention.prune(now=passed(DAYS + 1), stop=lambda: True)
    assert (begun.finished_at, Take.objects.filter(status="emptied").count()) == (None, 1)
    assert retention.is_due(passed(DAYS + 1))
    ended = retention.prune(now=passed(DAYS + 1))
    assert (ended.pk, ended.takes) == (begun.pk, 1)
    assert ended.finished_at is not None


@pytest.mark.one_database
def test_a_bucket_that_is_away_stops_a_round_which_goes_on_later(
    cast: Cast, bucket: BucketStorage, settings: object
) -> None:
    old, _ = two(factories.script(cast.team, lines=1).paragraphs.get())
    rounds(0, DAYS + 1)
    here = settings.STORAGES  # type: ignore[attr-defined]
    away = {**here["default"]["OPTIONS"], "endpoint": "http://127.0.0.1:9"}
    settings.STORAGES = {**here, "default": {**here["default"], "OPTIONS": away}}  # type: ignore[attr-defined]
    with pytest.raises(StoreAway):
        rounds(DAYS + 2.5)
    default_storage.client.close()
    assert Sound.objects.filter(sha256=old.audio_sha256).exists(), (
        "the row is there as long as the file may be"
    )
    settings.STORAGES = here  # type: ignore[attr-defined]
    rounds(DAYS + 2.6)
    assert not bucket.exists(old.audio)
    bucket.client.close()


@pytest.fixture
def raced(transactional_db: None, cast: Cast) -> tuple[Script, Take]:
    script = factories.script(cast.team, lines=1)
    old, _ = two(script.paragraphs.get())
    rounds(0)
    return script, old


def beside(act: object, outcome: list[object]) -> threading.Thread:
    """Another connection that does this; it waits where somebody holds what it wants."""

    def work() -> None:
        try:
            outcome.append(act())  # type: ignore[operator]
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


# Other test processes have databases of their own in the same PostgreSQL.
WAITERS = """SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database() AND pid <> pg_backend_pid()"""


def wait_for_a_waiter(thread: threading.Thread) -> None:
    """Where the database tells, until the other connection waits for this one."""
    while connection.vendor == "postgresql" and thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(WAITERS)
            if cursor.fetchone()[0]:
                return


def test_a_take_that_is_chosen_while_a_round_runs_keeps_its_sound(raced: tuple[Script, Take]) -> None:
    script, old = raced
    told: list[object] = []
    with transaction.atomic():
        assert takes.choose(old, script_id=script.pk, by=None)
        round_ = beside(lambda: retention.prune(now=passed(DAYS + 1)), told)
        wait_for_a_waiter(round_)
    round_.join()
    assert (again(old).status, script.paragraphs.get().chosen_id) == ("ready", old.pk)
    assert default_storage.exists(again(old).audio)
    assert [row.takes for row in told] == [0]  # type: ignore[attr-defined]


def test_a_take_that_loses_its_sound_at_this_moment_is_not_chosen(raced: tuple[Script, Take]) -> None:
    script, old = raced
    told: list[object] = []
    with transaction.atomic():
        retention.prune(now=passed(DAYS + 1))
        choosing = beside(lambda: takes.choose(old, script_id=script.pk, by=None), told)
        wait_for_a_waiter(choosing)
    choosing.join()
    assert told == [False]
    assert script.paragraphs.get().chosen_id != old.pk


def test_a_sound_that_is_kept_again_while_it_leaves_is_there(raced: tuple[Script, Take]) -> None:
    samples = factories.sound(220)
    lost = sounds.keep(samples)
    told: list[object] = []
    with transaction.atomic():
        assert sounds.drop(Sound.objects.all(), lost.sha256)
        keeping = beside(lambda: sounds.keep(samples), told)
        wait_for_a_waiter(keeping)
    keeping.join()
    assert default_storage.exists(sounds.name_of(lost.sha256))
    assert Sound.objects.filter(sha256=lost.sha256).exists()
    Sound.objects.filter(sha256=lost.sha256).update(idle_since=timezone.now())
    sounds.keep(samples)
    assert not sounds.drop(Sound.objects.filter(idle_since__isnull=False), lost.sha256)


@pytest.mark.one_database
def test_the_command_says_what_it_would_come_to_and_then_does_it(
    cast: Cast, capsys: pytest.CaptureFixture[str], settings: object, broker: str
) -> None:
    settings.KEEP_TAKES_DAYS = 0  # type: ignore[attr-defined]
    old, _ = two(factories.script(cast.team, lines=1).paragraphs.get())
    stray = "takes/ab/" + "ab" * 32 + ".wav"
    half = "exports/1-x/.half.part"
    for name in (stray, half):
        default_storage.save(name, ContentFile(b"lost"))
    idle.mark(passed(-1))
    call_command("prune", "--dry-run", "--strays")
    told = capsys.readouterr().out
    assert "Would empty 1 take and 0 exports, 9.4 KB." in told
    assert "Of no use, days over or not: 1 take and 0 exports, 9.4 KB." in told
    assert "0 strays" in told, "they are too young to be called so"
    assert again(old).status == "ready"
    assert sorted(name for name, _ in strays.find(passed(2))) == sorted([stray, half])
    assert strays.remove(stray)
    assert not default_storage.exists(stray)
    assert not Sound.objects.filter(sha256="ab" * 32).exists()
    assert not sounds.drop_unknown(again(old).audio_sha256), "it has a row"
    workers.show()
    with pytest.raises(CommandError, match="Stop the studio"):
        call_command("prune", "--at-once")
    call_command("prune")
    assert "Emptied 1 take and 0 exports. 0 files left the store, 0 bytes." in capsys.readouterr().out
    assert default_storage.exists(old.audio)
