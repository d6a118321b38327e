"""Browser pages for journeys: opened signed in, their complaints gathered, looked at and photographed.

What a journey does on a page is written in the journey.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    APIResponse,
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Route,
)

from narrator.teams.models import User
from tests.journeys import pictures

PICTURES = Path(__file__).resolve().parents[2] / "test-results"
PATIENCE_MS = 90_000
# Both widths and both schemes, each once: all four together cost the suite two minutes more.
WAYS = ((390, 844, True), (1440, 900, False))

# A blocked script leaves a mark in the console, but a blocked style or image need not.
REPORT_BLOCKED = """document.addEventListener("securitypolicyviolation", (event) => {
  const what = event.blockedURI || "inline";
  window.reportBlocked(`${event.violatedDirective} blocked ${what} on ${document.location.pathname}`);
});"""


# A poll that a machine at a standstill did not answer within half a minute: it is made again. What else may happen to
# a request is a second complaint, beside htmx:afterRequest.
UNANSWERED = "htmx:(timeout|afterRequest)"


@dataclass
class Complaints:
    """What the browser complained of: script errors, blocked content, and what stands in its console as an error.

    That has every answer of 400 and above, too. To hear of each answer took a quarter of what opening a page takes.
    """

    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=lambda: [UNANSWERED])

    def expect(self, pattern: str) -> None:
        """Let complaints pass in which this regular expression is found."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        """Return the complaints that nobody expected, oldest first."""
        return [one for one in self.seen if not any(re.search(pattern, one) for pattern in self.expected)]


class Window:
    """A browser window of its own, in which nothing is shared with another. Journeys use it one after the other.

    A new one costs half a second of CPU, and one that was used has the studio's scripts and styles.
    """

    def __init__(self, browser: Browser, address: str, *, is_phone: bool) -> None:
        self.is_phone = is_phone
        self.complaints: Complaints | None = None
        self.context = browser.new_context(
            base_url=address, has_touch=is_phone, is_mobile=is_phone, locale="en-GB"
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.expose_binding("reportBlocked", lambda source, text: self._complain(f"policy: {text}"))
        self.context.add_init_script(REPORT_BLOCKED)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self._complain(f"script: {error.error}"))
        self.page = self.context.new_page()

    def clean(self) -> bool:
        """Make it as if it were new; False where that cannot be done."""
        self.complaints = None
        if self.page.is_closed() or len(self.context.pages) > 1:
            return False
        try:
            self.page.unroute_all(behavior="ignoreErrors")
            # Not about:blank: our pages are alone in their process (COOP), so each way there and back starts a new one.
            self.page.goto("/healthz")
            self.context.clear_cookies()
        except Error:  # a page that hangs
            return False
        return True

    def _complain(self, text: str) -> None:
        if self.complaints is not None:
            self.complaints.seen.append(text)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complain(f"console: {message.text} ({message.location.get('url', '')})")


@dataclass
class Opener:
    """Opens pages, each in a window of its own, so nothing is shared between two people."""

    browser: Browser
    address: str
    complaints: Complaints
    unused: list[Window] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    own: list[Window] = field(default_factory=list)

    def __call__(
        self,
        user: User | None = None,
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        own: bool = False,
    ) -> Page:
        """Return an empty page, signed in as ``user``; ``page.goto("/")`` is relative to the live server.

        own: nobody has it afterwards, for it is given scripts, listeners or devices that cannot be taken away.
        """
        window = self._window(is_phone=width < 600, own=own)
        window.complaints = self.complaints
        window.page.set_viewport_size({"width": width, "height": height})
        window.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="no-preference")
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            window.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.address}]
            )
        return window.page

    def _window(self, *, is_phone: bool, own: bool) -> Window:
        if not own:
            for window in self.unused:
                if window.is_phone == is_phone:
                    self.unused.remove(window)
                    self.windows.append(window)
                    return window
        window = Window(self.browser, self.address, is_phone=is_phone)
        (self.own if own else self.windows).append(window)
        return window

    def close(self, *, picture: str = "") -> None:
        """Leave every page; with a name, photograph each first and close all."""
        for number, window in enumerate([*self.windows, *self.own], 1):
            if picture and not window.page.is_closed():
                try:
                    photograph(window.page, f"{picture}-{number}")
                except Error as error:  # a page that hangs must not hide why the test failed
                    print(f"no picture of page {number}: {error}")
            if not picture and window not in self.own and window.clean():
                self.unused.append(window)
            else:
                window.context.close()
        self.windows.clear()
        self.own.clear()


# Whether a text stands out is asked beside a pseudo-element, too: none of ours is behind a text, and to look for them
# takes half of the time.
AXE = f"""{Axe().axe_script};
axe.configure({{ checks: [{{ id: "color-contrast", options: {{ ignorePseudo: true }} }}] }});"""
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

    Its scripts have come before it is looked at, and so before anything is pressed afterwards.

    ``within``: a selector of the part that is ours, on a page that is not.
    """
    page.wait_for_load_state()
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(FIND, within)
    return found


def shoot(page: Page, name: str, *, whole: bool = False) -> None:
    """Photograph the page where pictures are asked for; see also pictures.keep: some of them stand in docs."""
    if pictures.are_wanted():
        pictures.keep(page, name)
        photograph(page, name, whole=whole)


def photograph(page: Page, name: str, *, whole: bool = False) -> Path:
    """Save a picture of what the page shows (or of the whole page) as test-results/NAME.png; return its path."""
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


def both_ways(page: Page) -> Iterator[str]:
    """Show an open page narrow in the dark, then wide in the light, as which it stays; give each way's name."""
    for way in WAYS:
        _show(page, *way)
        yield f"{way[0]}-{'dark' if way[2] else 'light'}"


def _show(page: Page, width: int, height: int, dark: bool) -> None:
    page.set_viewport_size({"width": width, "height": height})
    # Without transitions: axe would see colours on their way from one scheme to the other.
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")


def is_fine_both_ways(
    page: Page, what: str, name: str = "", *, whole: bool = False, sheet: bool = False
) -> None:
    """See both_ways and is_fine; with a name it is photographed, as NAME-1440-light.

    sheet: the inspector of a line is looked at, too, which is a sheet on a phone.
    """
    for way in both_ways(page):
        is_sheet = sheet and way.startswith(f"{WAYS[0][0]}-")
        if is_sheet:
            page.locator(".thumb[popovertarget=inspector]").click()
        is_fine(page, axe, f"{what}, {way}")
        if name:
            shoot(page, f"{name}-{way}", whole=whole)
        if is_sheet:
            page.evaluate("() => document.getElementById('inspector').hidePopover()")
