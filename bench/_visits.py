"""What people do in a studio, for the benchmark of its load: a browser with a script open, and somebody in front of it.

The page's one poll every 1.5 s, as long as it is in sight; beside it something every three seconds or so, all day:
mostly scrolling and selecting lines, now and then another page, an edit, another take, a verdict. Somebody who works so
hears no line of six seconds to its end. What is done is what the page's own scripts ask for then. Static files are not
asked for: browsers keep them.
"""

import asyncio
import os
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

from bench._http import Answer, Line

POLL_S, EACH_S = 1.5, float(os.environ.get("BENCH_LOAD_EACH_S", "3"))
WINDOW, STEP = 100, 2**16
EDITORS, REVIEWERS = ("owner", "admin", "editor"), ("owner", "admin", "editor", "reviewer")
LISTENED_S = 10

PAGES = {
    "window of rows": 30,
    "line selected": 20,
    "script opened": 7,
    "project": 5,
    "list of projects": 4,
    "queue": 3,
    "search": 4,
    "review board": 2,
    "line to hear": 4,
    "activity": 2,
    "usage": 2,
    "text edited": 4,
    "take asked for": 2,
    "verdict": 3,
}
"""What a person asks for, and how often of a hundred times; the rest of them is listening to a take."""


@dataclass(frozen=True)
class Place:
    """Where somebody works: a script of so many lines, with the ids of lines that have a take."""

    project: int
    script: int
    lines: int
    heard: list[tuple[int, int]]
    """(line, its take) of the first lines, which nobody generates or edits."""
    edited: list[int]
    """Lines that this person edits and makes takes of."""


@dataclass
class Log:
    """What was asked for and what came of it. Only what was begun while ``is_on`` counts."""

    waited_ms: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    is_on: bool = False


class Visitor:
    """A browser that is signed in. Whatever it asks for has a name, ``kind-number``, which the studio logs, too."""

    _numbers = count()

    def __init__(
        self, port: int, cookie: str, csrf: str, role: str, place: Place, log: Log, seed: int
    ) -> None:
        headers = {"Cookie": f"sessionid={cookie}; csrftoken={csrf}", "X-CSRFToken": csrf}
        self._poll_line, self._line = Line(port, headers), Line(port, headers)
        self.role, self.place, self._log = role, place, log
        self._random = random.Random(seed)
        self._at = self._random.randrange(place.lines - WINDOW)
        self._since, self._seen, self._here = "0", "", ""
        self.listens_live = False
        self._acts: dict[str, Callable[[], Awaitable[None]]] = {
            "window of rows": self.scroll,
            "line selected": self.select,
            "script opened": self.open,
            "project": self._page("project", f"/projects/{place.project}/"),
            "list of projects": self._page("list of projects", "/"),
            "queue": self._page("queue", "/runs/"),
            "search": self.search,
            "review board": self._page("review board", f"/projects/{place.project}/review/"),
            "line to hear": self.hear,
            "activity": self._page("activity", f"/projects/{place.project}/activity/"),
            "usage": self._page("usage", "/usage/"),
            "text edited": self.edit,
            "take asked for": self.generate,
            "verdict": self.judge,
            "listening": self.listen,
        }

    def can(self, kind: str) -> bool:
        if kind in ("text edited", "take asked for"):
            return self.role in EDITORS
        return self.role in REVIEWERS or kind not in ("verdict", "line to hear")

    async def do(self, kind: str) -> None:
        await self._acts[kind]()

    async def work(self, until: float) -> None:
        """Do something every now and then, as it comes: the next is due though this one is slow."""
        kinds = [*PAGES, "listening"]
        weights = [*PAGES.values(), 100 - sum(PAGES.values())]
        self.listens_live = True
        due = time.monotonic() + self._random.random() * EACH_S
        while due < until:
            await asyncio.sleep(due - time.monotonic())
            (kind,) = self._random.choices(kinds, weights)
            await self.do(kind if self.can(kind) else "window of rows")
            due += self._random.expovariate(1 / EACH_S)

    async def watch(self, until: float) -> None:
        """The page's poll, as long as this lasts."""
        await asyncio.sleep(self._random.random() * POLL_S)
        while time.monotonic() < until:
            await self.poll()
            await asyncio.sleep(POLL_S)

    async def poll(self) -> None:
        query = f"since={self._since}&seen={self._seen}&here={self._here}"
        answer = await self._ask(
            "poll", f"/scripts/{self.place.script}/changes/?{query}", line=self._poll_line
        )
        if answer is not None:
            text = answer.text
            self._since = _found(r"/changes/\?since=([\d-]+)", text) or self._since
            self._seen = _found(r'id="queue-poller" hidden data-seen="(\w+)"', text) or self._seen
            self._here = _found(r'id="here" data-seen="(\w+)"', text) or self._here

    async def open(self) -> None:
        script = f"/scripts/{self.place.script}/"
        answer = await self._ask("script opened", script, part=False)
        await self._ask("order of lines", f"{script}order/", part=False)
        if answer is not None:
            self._since = _found(r"/changes/\?since=(\d+)", answer.text) or self._since

    async def scroll(self) -> None:
        """A window further on, now and then somewhere else in the book."""
        if self._random.random() < 0.1:
            self._at = self._random.randrange(self.place.lines - WINDOW)
        self._at = (self._at + WINDOW // 2) % (self.place.lines - WINDOW)
        first, last = (self._at + 1) * STEP, (self._at + WINDOW) * STEP
        await self._ask("window of rows", f"/scripts/{self.place.script}/window/?from={first}&to={last}")

    async def select(self) -> None:
        line, _ = self._random.choice(self.place.heard)
        await self._ask("line selected", f"/paragraphs/{line}/")

    async def search(self) -> None:
        word = self._random.choice(("lamp", "door", "nine", "number 1.77"))
        await self._ask(
            "search", f"/scripts/{self.place.script}/search/?q={word.replace(' ', '+')}", part=False
        )

    async def hear(self) -> None:
        await self._ask("line to hear", f"/scripts/{self.place.script}/review/", part=False)

    async def edit(self) -> None:
        line = self._random.choice(self.place.edited)
        form = await self._ask("edit form", f"/paragraphs/{line}/text/")
        if form is not None:
            opened = _found(r'name="opened" value="([^"]*)"', form.text)
            text = f"The lamp was lit again, for the {next(self._numbers)}th time."
            await self._ask("text edited", f"/paragraphs/{line}/text/", {"text": text, "opened": opened})

    async def generate(self) -> None:
        """Another take of a line; every second time it is listened to while it is made."""
        line = self._random.choice(self.place.edited)
        answer = await self._ask("take asked for", f"/paragraphs/{line}/render/", {})
        take = _found(r'data-live="(\d+)"', answer.text) if answer else ""
        if take and self.listens_live and self._random.random() < 0.5:
            await self._listen_live(take)

    async def judge(self) -> None:
        line, take = self._random.choice(self.place.heard)
        await self._ask("verdict", f"/paragraphs/{line}/verdict/", {"take": str(take), "kind": "approved"})

    async def listen(self) -> None:
        """A player: the waveform, then the sound by two ranges."""
        _, take = self._random.choice(self.place.heard)
        await self._ask("waveform", f"/takes/{take}/waveform?v=0", part=False)
        for asked in ("bytes=0-32767", "bytes=32768-"):
            await self._ask("media", f"/takes/{take}/audio.wav?v=0", part=False, headers={"Range": asked})

    async def _listen_live(self, take: str) -> None:
        after, end = "0-0", time.monotonic() + LISTENED_S
        while after and time.monotonic() < end:
            answer = await self._ask("live sound", f"/takes/{take}/live?after={after}", part=False)
            is_coming = answer is not None and answer.headers.get("live-state") == "coming"
            after = answer.headers["live-next"] if answer is not None and is_coming else ""
            if answer is not None and "retry-after" in answer.headers:
                await asyncio.sleep(1)

    def _page(self, kind: str, path: str) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            await self._ask(kind, path, part=False)

        return ask

    async def _ask(
        self,
        kind: str,
        path: str,
        form: dict[str, str] | None = None,
        *,
        part: bool = True,
        headers: dict[str, str] | None = None,
        line: Line | None = None,
    ) -> Answer | None:
        """Ask as the page does; None where that failed, which is counted."""
        named = f"{kind.replace(' ', '_')}-{next(self._numbers)}-{int(self._log.is_on)}"
        sent = {"X-Request-ID": named, **({"HX-Request": "true"} if part else {}), **(headers or {})}
        is_on = self._log.is_on
        try:
            answer = await (line or self._line).ask(path, form, sent)
        except (OSError, EOFError, TimeoutError) as error:
            self._log.errors.append(f"{kind}: {error!r}")
            return None
        if is_on:
            self._log.waited_ms.setdefault(kind, []).append(answer.took_ms)
        if answer.status >= 400:
            self._log.errors.append(f"{kind}: {answer.status} at {path}: {answer.body[:200]!r}")
            return None
        return answer


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""
