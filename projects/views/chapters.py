"""The rows of chapters, on a project's page and at the side of a script's.

Forty of them take half of such a page, so each process draws one once for what it says.
"""

from collections.abc import Hashable, Iterable
from functools import lru_cache
from operator import attrgetter

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from projects.models import Script

# All that a row says of its chapter.
FACTS = (
    "pk",
    "position",
    "title",
    "line_count",
    "ready_count",
    "active_count",
    "failed_count",
    "duration_ms",
)
ROWS_KEPT = 4_096

_facts = attrgetter(*FACTS)


def rows(part: str, scripts: Iterable[Script], **more: Hashable) -> SafeString:
    """The rows of counted scripts, one after the other: a template would look at each again."""
    return SafeString("".join([row(part, script, **more) for script in scripts]))


def row(part: str, script: Script, **more: Hashable) -> SafeString:
    """The row of a counted script, by this part of a page, which is told nothing but its FACTS and ``more``."""
    return _drawn(part, get_language(), _facts(script), tuple(more.items()))


@lru_cache(maxsize=ROWS_KEPT)
def _drawn(
    part: str, _language: str | None, facts: tuple[Hashable, ...], more: tuple[tuple[str, Hashable], ...]
) -> SafeString:
    return render_to_string(part, {"chapter": dict(zip(FACTS, facts, strict=True)), **dict(more)})
