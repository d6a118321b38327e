"""What a journey may ask for: a real browser, pages signed in, and workers that really make what is asked for.

From a press of a button the way is the real one: page, row, Valkey, worker, stand-in endpoint, file, poll, page.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test.testcases import _StaticFilesHandler
from playwright.sync_api import Browser, Page, expect, sync_playwright

from projects.actions import endpoint
from projects.speech.standin.settings import Settings
from tests import browser
from tests.journeys import pages
from tests.journeys.worker import Studio, running_studio, settle

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":  # type: ignore[attr-defined]
        item.stash[FAILED] = report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys of this process."""
    if os.environ.get("NARRATOR_WITHOUT_BROWSER"):
        pytest.skip("NARRATOR_WITHOUT_BROWSER is set, so the browser tests are left out")
    executable = browser.find()
    if executable is None:
        pytest.fail("There is no browser for the tests yet. Run: .venv/bin/python -m tests.browser")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright's own event loop runs in this thread, and Django would take each query for an async one.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=pages.PATIENCE_MS)  # a busy machine stands still longer than its own 5 s
        launched = playwright.chromium.launch(executable_path=executable, args=list(browser.FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def kept_static() -> Iterator[None]:
    """Scripts and styles are asked for once by each window, as those of a real studio are."""
    serve = _StaticFilesHandler.serve

    def served(handler: _StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
        answer = serve(handler, request)
        answer["Cache-Control"] = "max-age=3600, immutable"
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_StaticFilesHandler, "serve", served)
        yield


@pytest.fixture(scope="session")
def windows(chromium: Browser, kept_static: None) -> list[pages.Window]:
    """Those that no journey uses now."""
    return []


@pytest.fixture
def complaints() -> pages.Complaints:
    """What the browser complains of in this test; say ``complaints.expect(pattern)`` for what must happen."""
    return pages.Complaints()


@pytest.fixture
def open_page(
    chromium: Browser,
    windows: list[pages.Window],
    live_server: object,
    complaints: pages.Complaints,
    request: pytest.FixtureRequest,
) -> Iterator[pages.Opener]:
    """``open_page(user, width=1440, height=900, dark=False)`` gives a page; see pages.Opener."""
    opener = pages.Opener(chromium, live_server.url, complaints, windows)  # type: ignore[attr-defined]
    yield opener
    failed = request.node.stash.get(FAILED, True)
    opener.close(picture=f"failed-{request.node.name}" if failed else "")
    assert not complaints.unexpected(), "the browser complained:\n" + "\n".join(complaints.unexpected())


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """See pages.axe."""
    return pages.axe


@pytest.fixture
def shoot() -> Callable[..., None]:
    """See pages.shoot."""
    return pages.shoot


@pytest.fixture
def own_media() -> Path:
    """Instead of a store for each test: the one that the worker has, too. Nothing in it is ever overwritten."""
    return Path(django_settings.MEDIA_ROOT)


@pytest.fixture(scope="session")
def running(django_db_setup: None, broker: str) -> Iterator[Studio]:
    """The endpoints and a worker on the test database, started once: that costs as much as a journey."""
    with running_studio() as studio:
        yield studio


@pytest.fixture(scope="module")
def studio(running: Studio) -> Iterator[Studio]:
    """The worker makes what is asked for, in the files that ask for it.

    Not in all: journeys that want lines to stay as they are would find a worker that makes them.
    """
    with running.listening():
        yield running


@pytest.fixture
def studio_workers(studio: Studio, transactional_db: None, settings: object) -> Iterator[Studio]:
    """Workers that make what the pages ask for. Afterwards nothing waits and nothing runs."""
    standin = studio.standin
    settings.SPEECH_URL, settings.SPEECH_TOKEN = standin.url, standin.token  # type: ignore[attr-defined]
    settings.SPEECH_IS_STANDIN = True  # type: ignore[attr-defined]
    settings.PRIVATE_ENDPOINTS = [studio.kokoro.url]  # type: ignore[attr-defined]
    for one in (standin, studio.kokoro):
        one.state.journal.clear()
    yield studio
    standin.settings.change(asdict(Settings()))
    standin.state.faults.clear()
    endpoint.forget_own()
    settle()
    assert not studio.worker.ended(), f"the worker {studio.worker.how_it_ended()}:\n{studio.worker.tail()}"
