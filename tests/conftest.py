"""What every test may ask for: the cast, a broker, the stand-in endpoint. Nothing here pretends."""

import gc
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from django.test import Client

from narrator import append_only, health
from narrator import cache as shared_cache
from narrator.bucket import BucketStorage
from narrator.cache import heavy, own
from narrator.doctor import services
from narrator.studio.broker import running_broker
from narrator.teams.models import User
from projects.actions import accounts, endpoint, live, presence, searching, workers
from projects.pacing import quota
from projects.speech.standin.server import Standin
from tests import cast as casting
from tests import compiling, migrated
from tests.bucket_server import running_bucket

GUARDED = ["teams_auditevent", "projects_act"]
"""The tables that are only added to."""
ENGINES = {
    "speech",
    "audio",
    "manuscript",
    "pacing",
    "lexicon",
    "merging",
    "captions",
    "readalong",
    "podcast",
}
"""The folders of the tests of what is plain Python."""
PATIENCE = (
    (quota, "TIMEOUT_S"),
    (live, "WRITE_TIMEOUT_S"),
    (presence, "TIMEOUT_S"),
    (shared_cache, "TIMEOUT_S"),
    (health, "PATIENCE_S"),
    (services, "PATIENCE_S"),
    (searching, "PATIENCE_S"),
)
"""How long a page or a worker waits for Redis, and for a search, before it goes on without."""
HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared"

LONG = (
    *("studio", "plant", "test_access.py", "commands", "test_tasks.py", "test_pace.py"),
    *("test_looks.py", "test_live.py", "test_scale.py", "test_money.py", "test_review.py", "test_cast.py"),
    *("test_queue.py", "test_endpoint.py", "test_lexicon.py", "test_desk.py", "test_accounts.py"),
    *("test_speaker.py", "test_checks.py", "test_document.py", "test_encoding.py", "test_finishes.py"),
    *("test_runs.py", "test_readalongs.py", "test_read_manuscript.py", "test_limits.py", "test_retention.py"),
)
"""Folders and files whose tests take longest, the longest first: begun last, they would keep one process busy alone."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: min((LONG.index(part) for part in item.path.parts if part in LONG), default=99)
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    compiling.compile_share(session.config, HERE)


def pytest_collection_finish() -> None:
    """What is loaded now stays, and need not be looked through again."""
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Begin with the file that was migrated once for all test processes; it goes with their data folder."""
    return connection.vendor == "sqlite" and migrated.copy(Path(connection.settings_dict["TEST"]["NAME"]))


@pytest.fixture(scope="session", autouse=True)
def tables_may_be_emptied() -> Iterator[None]:
    """Django cleans up after tests with transactions of their own by emptying all tables, the guarded ones too."""
    empty = type(connection.ops).execute_sql_flush

    def lifting(ops: object, sql_list: list[str]) -> None:
        with append_only.lifted(connection, GUARDED):
            empty(ops, sql_list)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "execute_sql_flush", lifting)
        yield


@pytest.fixture(scope="session", autouse=True)
def name_of_this_process() -> None:
    """It lies in the tests' data folder, whichever test asks for it first: some have another for a while."""
    workers.me()


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[dict[tuple[object, str], float]]:
    """A machine that stands still for seconds is no outage: only tests of one are as quick to give up as a studio.

    Gives what a studio has.
    """
    real = {(module, name): getattr(module, name) for module, name in PATIENCE}
    with pytest.MonkeyPatch.context() as patch:
        for module, name in PATIENCE:
            patch.setattr(module, name, 60)
        yield real


@pytest.fixture
def hasty(patience: dict[tuple[object, str], float], monkeypatch: pytest.MonkeyPatch) -> None:
    """The patience of a studio, for tests of a Redis that is silent."""
    for (module, name), seconds in patience.items():
        monkeypatch.setattr(module, name, seconds)


@pytest.fixture(autouse=True)
def own_place(request: pytest.FixtureRequest) -> None:
    """Each test has a store, a work folder and counts of its own, but those of engines, which know of none."""
    if ENGINES.isdisjoint(request.path.relative_to(HERE).parts):
        ask_redis_again()
        request.getfixturevalue("own_media")
        request.getfixturevalue("own_counts")


@pytest.fixture
def own_media(settings: object, tmp_path: Path) -> None:
    """A store and a work folder, and nothing in the cache: row numbers come again."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    own.clear()
    heavy.clear()


def ask_redis_again() -> None:
    """What was away in the test before is there in this one."""
    live._alone_until = presence._alone_until = 0.0


@pytest.fixture
def own_counts(settings: object, tmp_path: Path) -> None:
    """Attempts to sign in that one test makes do not count in another."""
    caches = settings.CACHES  # type: ignore[attr-defined]
    shared = {**caches["default"], "KEY_PREFIX": tmp_path.name}
    settings.CACHES = {**caches, "default": shared}  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """A real Valkey on the socket that the settings name."""
    with running_broker(settings.DATA_DIR):
        yield settings.REDIS_URL


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[dict[str, str]]:
    """A real S3 server, as the environment variables that lead to it."""
    with running_bucket() as served:
        yield served.env


@pytest.fixture
def bucket(
    bucket_server: dict[str, str], settings: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BucketStorage]:
    """The file store of this test is an empty bucket."""
    for name, value in bucket_server.items():
        monkeypatch.setenv(name, value)
    options = {
        "bucket": f"b-{uuid.uuid4().hex}",
        "endpoint": bucket_server["NARRATOR_S3_ENDPOINT"],
        "region": bucket_server["NARRATOR_S3_REGION"],
    }
    store = {"BACKEND": "narrator.bucket.BucketStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": store}  # type: ignore[attr-defined]
    storage = storages["default"]
    storage.client.create_bucket(Bucket=storage.bucket)
    yield storage
    storage.client.close()


@pytest.fixture
def only_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis would read each module of ours for constants to try: for seconds, and others in each process."""
    monkeypatch.setattr("hypothesis.internal.conjecture.providers.is_local_module_file", lambda path: False)


@pytest.fixture
def cast(db: None) -> casting.Cast:
    return casting.assemble()


@pytest.fixture
def sign_in() -> object:
    """Return a function that gives a signed-in client for a person."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def standin(settings: object) -> Iterator[Standin]:
    """The stand-in endpoint with its quick tone voice, set as the endpoint of this test."""
    with Standin(speech="tone", token="test-token") as server:
        settings.SPEECH_URL, settings.SPEECH_TOKEN = server.url, server.token  # type: ignore[attr-defined]
        endpoint.connect.cache_clear()
        accounts.shared_pace.cache_clear()
        accounts.everybody.cache_clear()
        yield server
        endpoint.configured().client.close()
        for account in accounts.every() if accounts.shared_pace.cache_info().currsize else ():
            account.pace.close()
    endpoint.connect.cache_clear()
    accounts.shared_pace.cache_clear()
    accounts.everybody.cache_clear()


@pytest.fixture
def kokoro(settings: object) -> Iterator[Standin]:
    """A second endpoint, of the OpenAI kind, which the operator allows teams to connect to."""
    with Standin(speech="tone", token="kokoro-token", kind="openai") as server:
        settings.PRIVATE_ENDPOINTS = [server.url]  # type: ignore[attr-defined]
        yield server
        endpoint.forget_own()


@pytest.fixture
def shared() -> Path:
    """The folder of sample manuscripts beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with the sample manuscripts is not beside the project")
    return SHARED
