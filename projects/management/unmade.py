"""What a narration says of the lines that it did not make. How they are made is not its concern."""

from collections.abc import Callable
from typing import Any

from projects.actions.narration import Progress
from projects.models import Paragraph


def tell(progress: Progress, say: Callable[[str], None]) -> None:
    """Say in sentences which lines were not made and why, and what to do."""
    if progress.halt is not None:
        say(f"{progress.halt.reason} {len(progress.unmade)} of {progress.total} lines were not made.")
    if progress.failed:
        say(f"{len(progress.failed)} of {progress.total} lines failed; no file was written.")
    for line in progress.failed:
        told = _failure(line)
        say(f"  {told['chapter']}  line {told['paragraph']}  {told['code']}  {told['reason']}")
    say("Run the same command again to try these lines once more.")


def failures(progress: Progress) -> list[dict[str, Any]]:
    """Every line that was not made, with why: its own failure, or what halted the whole run."""
    halted = [_failure(line) for line in progress.unmade]
    for told in halted:
        told |= {"code": progress.halt.code, "reason": progress.halt.reason} if progress.halt else {}
    return [*(_failure(line) for line in progress.failed), *halted]


def _failure(line: Paragraph) -> dict[str, Any]:
    take = line.latest
    return {
        "chapter": line.script.title,
        "paragraph": line.number(),
        "code": take.error_code if take else "",
        "reason": take.error_reason if take else "",
    }
