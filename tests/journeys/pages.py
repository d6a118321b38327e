"""Browser pages for journeys: opened signed in, their complaints gathered, looked at and photographed.

What a journey does on a page is written in the journey.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    APIResponse,
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Response,
    Route,
)

from narrator.teams.models import User
from tests.journeys import pictures

PICTURES = Path(__file__).resolve().parents[2] / "test-results"
PATIENCE_MS = 15_000
# Both widths and both schemes, each once: all four together cost the suite two minutes more.
LOOKS = [pytest.param(1440, 900, False, id="wide-light"), pytest.param(390, 844, True, id="phone-dark")]

# A blocked script leaves a mark in the console, but a blocked style or image need not.
REPORT_BLOCKED = """document.addEventListener("securitypolicyviolation", (event) => {
  const what = event.blockedURI || "inline";
  window.reportBlocked(`${event.violatedDirective} blocked ${what} on ${document.location.pathname}`);
});"""


@dataclass
class Complaints:
    """What the browser complained of: console errors, script errors, blocked content, answers of 500 and above."""

    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Let complaints pass in which this regular expression is found."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        """Return the complaints that nobody expected, oldest first."""
        return [one for one in self.seen if not any(re.search(pattern, one) for pattern in self.expected)]

    def listen(self, context: BrowserContext) -> None:
        """Gather from every page of this context."""
        context.expose_binding("reportBlocked", lambda source, text: self.seen.append(f"policy: {text}"))
        context.add_init_script(REPORT_BLOCKED)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"script: {error.error}"))
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.seen.append(f"server: {response.status} {response.request.method} {response.url}")


@dataclass
class Opener:
    """Opens pages; each has a context of its own, so nothing is shared between two people."""

    browser: Browser
    address: str
    complaints: Complaints
    pages: list[Page] = field(default_factory=list)

    def __call__(
        self, user: User | None = None, *, width: int = 1440, height: int = 900, dark: bool = False
    ) -> Page:
        """Return an empty page, signed in as ``user``; ``page.goto("/")`` is relative to the live server."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=width < 600,
            is_mobile=width < 600,
            locale="en-GB",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.complaints.listen(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.address}]
            )
        page = context.new_page()
        self.pages.append(page)
        return page

    def close(self, *, picture: str = "") -> None:
        """Close every page; with a name, photograph each first."""
        for number, page in enumerate(self.pages, 1):
            if picture and not page.is_closed():
                try:
                    shoot(page, f"{picture}-{number}")
                except Error as error:  # a page that hangs must not hide why the test failed
                    print(f"no picture of page {number}: {error}")
            page.context.close()
        self.pages.clear()


AXE = Axe().axe_script
# Only what is wrong leaves the page: all that is right would take three times as long. Without preloading, which writes
# style sheets anew where a page has print styles, against the policy.
FIND = """async (within) => {
  const found = await axe.run(within ?? document, { resultTypes: ["violations"], preload: false });
  return found.violations.map(({ id, impact, help, nodes }) => {
    return `${id} (${impact}): ${help}: ${nodes.slice(0, 5).map((node) => node.target[0]).join(", ")}`;
  });
}"""


def axe(page: Page, within: str | None = None) -> list[str]:
    """Return what axe-core finds wrong with the page as it is now, one sentence a rule; none is the aim.

    ``within``: a selector of the part that is ours, on a page that is not.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(FIND, within)
    return found


def shoot(page: Page, name: str, *, whole: bool = False) -> Path:
    """Save a picture of what the page shows (or of the whole page) as test-results/NAME.png; return its path.

    See also pictures.keep: some of them stand in docs.
    """
    pictures.keep(page, name)
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}.png"
    page.screenshot(path=path, full_page=whole)
    return path


def answer_held(page: Page, address: str, ask: Callable[[], object]) -> Callable[[], None]:
    """Do what asks for this address, let the server answer, and return what brings its answer to the page."""
    held: list[tuple[Route, APIResponse]] = []
    page.route(address, lambda route: held.append((route, route.fetch())), times=1)
    ask()
    while not held:
        page.wait_for_timeout(10)
    route, answer = held[0]
    return lambda: route.fulfill(response=answer)


# What a page has filled in and the browser refuses to send: its form could not be saved, whatever is pressed.
REFUSED = """() => [...document.querySelectorAll("input, select, textarea")]
  .filter((field) => field.value && !field.validity.valid).map((field) => `${field.name}: ${field.value}`)"""


def is_fine(page: Page, axe: Callable[[Page], list[str]], look: str) -> None:
    """The page has one heading of the first rank, nothing for axe to say, and nothing beyond its right edge.

    And it has filled in nothing that the browser will not send.
    """
    assert page.locator("h1").count() == 1, look
    assert axe(page) == [], look
    wide, room = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= room, f"{look} is {wide - room} px wider than the window"
    assert page.evaluate(REFUSED) == [], look


@dataclass(frozen=True)
class Look:
    """One of the two ways in which every page is looked at: its size, its scheme, and what is asked of the page."""

    opener: Opener
    width: int
    height: int
    dark: bool

    @property
    def is_phone(self) -> bool:
        return self.width < 600

    def open(self, user: User | None = None) -> Page:
        return self.opener(user, width=self.width, height=self.height, dark=self.dark)

    def is_fine(self, page: Page, what: str) -> None:
        is_fine(page, axe, what)

    def shoot(self, page: Page, name: str, *, whole: bool = False) -> None:
        shoot(page, f"{name}-{self.width}-{'dark' if self.dark else 'light'}", whole=whole)

    def to_inspector(self, page: Page) -> None:
        """On a phone the inspector of a line is a sheet, which is opened here."""
        if self.is_phone:
            page.locator(".thumb[popovertarget=inspector]").click()
