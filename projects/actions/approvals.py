"""Who approved what of an export: for each line of its file the verdict on which it went in."""

from dataclasses import dataclass
from datetime import datetime

from projects.models import Export, Take, Verdict


@dataclass(frozen=True)
class Approval:
    """One line of the file, in its order, ``number`` within its chapter; who approved that sound, and when."""

    chapter: str
    number: int
    text: str
    voice: str
    take_id: int
    who: str
    at: datetime | None


def of(export: Export) -> list[Approval]:
    """The approvals of an export that took only what was approved. Two queries."""
    lines = [
        (chapter["title"], n, line) for chapter in export.plan for n, line in enumerate(chapter["lines"], 1)
    ]
    takes = Take.objects.defer("peaks").in_bulk([line["take"] for *_, line in lines])
    verdicts = Verdict.objects.select_related("by", "guest").in_bulk(
        [line.get("verdict") for *_, line in lines]
    )
    return [
        _approval(title, n, takes[line["take"]], verdicts.get(line.get("verdict")))
        for title, n, line in lines
    ]


def _approval(chapter: str, number: int, take: Take, verdict: Verdict | None) -> Approval:
    who, at = (verdict.who, verdict.at) if verdict else ("", None)
    return Approval(chapter, number, take.text, take.speaker, take.pk, who, at)
