"""The doctor finds each fault, made for real, says what to do, and finds nothing wrong where nothing is."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db.utils import ConnectionHandler
from redis import Redis

from narrator import places
from narrator.bucket import BucketStorage
from narrator.doctor import databases, findings, services, sites
from projects.actions import workers
from tests.cast import Cast

pytestmark = pytest.mark.one_database


def wrong(found: Iterator[findings.Finding]) -> dict[str, str]:
    """What is wrong or odd, with what to do about it."""
    return {one.says: one.do for one in found if one.level != "fine"}


@pytest.fixture
def healthy(settings: object, broker: str, cast: Cast) -> None:
    """An installation of one machine at which nothing is wrong."""
    settings.MAIL_GOES_OUT = True  # type: ignore[attr-defined]
    settings.SPEECH_URL, settings.SPEECH_TOKEN = "https://speech.example", "a-token"  # type: ignore[attr-defined]
    workers.show()


def run(**options: object) -> tuple[int, str]:
    said = io.StringIO()
    try:
        call_command("doctor", stdout=said, **options)
    except SystemExit as end:
        return int(str(end.code)), said.getvalue()
    return 0, said.getvalue()


def test_a_healthy_studio_is_found_so(healthy: None) -> None:
    code, said = run()
    assert code == 0, said
    assert "A worker is at work, and the clock rings." in said
    assert [one["subject"] for one in json.loads(run(json=True)[1]) if one["level"] == "wrong"] == []


def test_no_worker_no_token_and_no_room_are_wrong(healthy: None, settings: object, tmp_path: Path) -> None:
    cache.delete(workers.PULSE)
    settings.SPEECH_TOKEN = ""  # type: ignore[attr-defined]
    (tmp_path / "media").write_text("a file where the folder should be")
    code, said = run()
    assert code == 1
    for sentence in (
        "Start worker and clock",
        "There is no token for https://speech.example",
        "Look at its disk",
    ):
        assert sentence in said


def test_a_data_folder_that_others_may_read_or_nobody_write(settings: object, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    settings.DATA_DIR.mkdir()  # type: ignore[attr-defined]
    key = tmp_path / "data" / "secret-key"
    key.write_text("a key")
    key.chmod(0o644)
    assert wrong(services.data_folder())[f"Other users may read {key}."] == f"chmod 600 {key}"
    settings.DATA_DIR = key  # type: ignore[attr-defined]
    (sentence,) = wrong(services.data_folder())
    assert "it is a file, not a folder" in sentence


def test_a_database_that_is_new_or_away_or_without_its_journal(db: None, tmp_path: Path) -> None:
    def of(**more: object) -> dict[str, str]:
        one = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", **more}})["default"]
        try:
            return wrong(databases.database(one))
        finally:
            one.close()

    patient = {"init_command": "PRAGMA journal_mode=WAL; PRAGMA busy_timeout=5000;"}
    (sentence, do), *more = of(NAME=tmp_path / "new.sqlite3", OPTIONS=patient).items()
    assert (sentence.endswith(f"migrations are missing in {tmp_path / 'new.sqlite3'}."), do) == (
        True,
        "Run: manage.py migrate",
    )
    assert more == []
    hasty = " ".join(of(NAME=tmp_path / "other.sqlite3", OPTIONS={"timeout": 0}))
    assert "keeps its journal as delete" in hasty
    assert "waits for no other writer" in hasty
    assert "cannot be used: unable to open database file" in " ".join(of(NAME=tmp_path / "no" / "such"))
    nowhere = {"ENGINE": "django.db.backends.postgresql", "NAME": "narrator", "HOST": str(tmp_path)}
    assert "narrator cannot be used: connection" in " ".join(of(**nowhere))


def test_a_file_system_over_the_network_is_told_from_a_disk() -> None:
    mounts = "/dev/sda1 / ext4 rw 0 0\nserver:/share /srv/narrator nfs4 rw 0 0\ntmpfs /srv/narrator/run tmpfs rw 0 0\n"
    assert databases.network_filesystem(Path("/srv/narrator/data/narrator.sqlite3"), mounts) == "nfs4"
    assert databases.network_filesystem(Path("/srv/narrator/run/x"), mounts) == ""
    assert databases.network_filesystem(Path("/srv/narrators/x"), mounts) == ""


def test_a_redis_that_forgets_is_away_or_told_another_time(broker: str) -> None:
    assert wrong(services.broker(broker)) == {}
    with Redis.from_url(places.redis_url(broker)) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("appendonly", "no")
        try:
            found = wrong(services.broker(broker))
        finally:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("appendonly", "yes")
    assert "Set maxmemory-policy to noeviction." in found.values()
    assert any(do.endswith("Set: appendonly yes") for do in found.values())
    (sentence,) = wrong(services.broker("redis://127.0.0.1:9/0"))
    assert "Nothing answers at 127.0.0.1:9" in sentence
    assert [one.level for one in findings.clock("Redis", -30)] == ["wrong"]
    assert wrong(findings.clock("Redis", 0.5)) == {}


def test_a_bucket_that_takes_no_files(
    bucket: BucketStorage, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.S3_BUCKET = bucket.bucket  # type: ignore[attr-defined]
    assert wrong(services.store()) == {}
    assert bucket.listdir("doctor") == ([], []), "it leaves nothing behind"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    settings.STORAGES = {**settings.STORAGES}  # type: ignore[attr-defined] # the store is made anew
    ((sentence, do),) = wrong(services.store()).items()
    assert "refuses it" in sentence
    assert "AWS_SECRET_ACCESS_KEY" in do


def test_several_machines_that_do_not_share_what_they_must(settings: object, tmp_path: Path) -> None:
    assert wrong(sites.machines("sqlite", [workers.me()])) == {}
    (sentence,) = wrong(sites.machines("sqlite", ["elsewhere:7:ab"]))
    assert "(elsewhere)" in sentence
    settings.REDIS_URL = "redis://10.0.0.7/0"  # type: ignore[attr-defined]
    found = " ".join(wrong(sites.machines("sqlite", [])).values())
    for name in ("DATABASE_URL", "NARRATOR_S3_BUCKET", "NARRATOR_SECRET_KEY", "NARRATOR_TOKEN_KEYS"):
        assert name in found
    settings.SECRET_KEY, settings.TOKEN_KEYS = "s" * 50, ["t" * 50]  # type: ignore[attr-defined]
    settings.S3_BUCKET = "narration"  # type: ignore[attr-defined]
    assert wrong(sites.machines("postgresql", [])) == {}


SITES = [
    ({"DEBUG": True, "HOST": "0.0.0.0"}, "Unset NARRATOR_DEBUG."),
    ({"ALLOWED_HOSTS": ["*"]}, "NARRATOR_ALLOWED_HOSTS"),
    ({"HOST": "10.0.0.7", "ALLOWED_HOSTS": ["localhost", "10.0.0.7"]}, "the name that people type"),
    ({"HTTPS": True, "SITE_URL": "http://narrator.example"}, "NARRATOR_URL"),
    (
        {"HTTPS": True, "SITE_URL": "https://a.example", "ALLAUTH_TRUSTED_PROXY_COUNT": 0},
        "NARRATOR_TRUSTED_PROXIES",
    ),
    ({"HTTPS": True, "CSRF_TRUSTED_ORIGINS": ["http://a.example"]}, "Write https://"),
    ({"SECRET_KEY": "short"}, "NARRATOR_SECRET_KEY"),
    ({"HOST": "10.0.0.7"}, "NARRATOR_HTTPS"),
    ({"MAIL_GOES_OUT": False}, "EMAIL_URL"),
]


@pytest.mark.parametrize(("set_so", "do"), SITES, ids=lambda value: value if isinstance(value, str) else "")
def test_addresses_that_do_not_fit(settings: object, set_so: dict[str, object], do: str) -> None:
    settings.MAIL_GOES_OUT = True  # type: ignore[attr-defined]
    assert wrong(sites.site()) == {}
    for name, value in set_so.items():
        setattr(settings, name, value)
    assert do in " ".join(wrong(sites.site()).values())
