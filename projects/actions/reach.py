"""What a change reaches that is made once and heard in many lines: of a direction, of the cast.

First ``impact`` says what it would come to; then, in the transaction of the change, ``hold`` before it and
``settle`` after it mark exactly the lines that would now be sent differently.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from narrator import direct
from projects.actions import estimates, paragraphs
from projects.actions.estimates import Estimate
from projects.models import Character, Guide, Paragraph, Project, Script
from projects.models.paragraphs import ParagraphQuerySet


@dataclass(frozen=True)
class Impact:
    """``lines`` would be sent differently; ``finished`` of them have a take that this would make stale.

    ``estimate`` is for generating the finished ones again, less what the project has audio of already.
    """

    lines: int
    finished: int
    estimate: Estimate

    @property
    def words(self) -> str:
        """``34 lines would be spoken differently, 31 of them are finished.``"""
        if not self.lines:
            return _("No line would be spoken differently.")
        words = ngettext(
            "%(count)s line would be spoken differently",
            "%(count)s lines would be spoken differently",
            self.lines,
        )
        changed = {"changed": words % {"count": f"{self.lines:,}"}}
        if not self.finished:
            return _("%(changed)s; none of them is finished.") % changed
        if self.finished == self.lines:
            return (
                ngettext("%(changed)s; it is finished.", "%(changed)s; all are finished.", self.lines)
                % changed
            )
        of_them = ngettext(
            "%(changed)s; %(count)s of them is finished.",
            "%(changed)s; %(count)s of them are finished.",
            self.finished,
        )
        return of_them % {**changed, "count": f"{self.finished:,}"}

    @property
    def price(self) -> str:
        """``Generating them again: about 6 minutes of speech, ¥ 0.52.`` Empty where nothing finished is reached."""
        if not self.finished:
            return ""
        if not self.estimate.lines:
            return _("Their audio in the new direction is there already: nothing is to be generated.")
        return _("Generating the finished ones again: %(length)s of speech, %(amount)s.") % {
            "length": self.estimate.length,
            "amount": self.estimate.amount,
        }


def impact(
    guide: Guide,
    lines: ParagraphQuerySet,
    *,
    to: Character | Literal["same"] | None = "same",
    change: Callable[[Paragraph], None] | None = None,
) -> Impact:
    """What it would come to if this guide were that of these lines' project, and they were spoken by ``to``.

    ``change`` does to each line, as it was read, what else is to become of it.
    Locked lines are not reached. Saves nothing; a handful of queries for any number of lines.
    """
    changed, finished = 0, []
    for line in lines.open().select_related("chosen").defer("chosen__peaks"):
        if to != "same":
            line.character_id = to.pk if to else None
        if change is not None:
            change(line)
        new = line.line(guide)
        if new.digest == line.digest:
            continue
        changed += 1
        if line.chosen is not None and line.chosen.digest == line.digest:
            finished.append(new)
    return Impact(changed, len(finished), estimates.of_lines(finished, guide.project))


def hold(project_id: int) -> Project:
    """Let no other change of this kind into the project until the transaction ends, and return its row."""
    return Project.objects.select_for_update(of=("self",)).get(pk=project_id)


@transaction.atomic
def settle(project: Project, lines: ParagraphQuerySet | None = None, *, show: bool = False) -> int:
    """Work out again how each line of the project, or each of these, is sent; return how many it changed.

    The changed lines get a new version of their script; ``show`` gives it to the others, too, because their rows
    look different. A line whose chosen take no longer fits chooses its newest one that does. Scripts are held one
    after the other, in the order of their ids, so that two such changes cannot block each other.
    """
    guide = Guide.of(project.pk)
    among = Paragraph.objects.filter(script__project=project) if lines is None else lines
    changed = 0
    for script_id in among.order_by("script").values_list("script", flat=True).distinct():
        version, here = Script.next_version(script_id), among.filter(script=script_id)
        different = paragraphs.refresh(here.with_takes().order_by("position"), project, guide=guide)
        for line in different:
            line.version = version
        if show:
            here.update(version=version)
        paragraphs.choose_fitting(different)
        direct.save_many(different, "digest", "version", "chosen")
        changed += len(different)
    return changed


def show(lines: ParagraphQuerySet) -> None:
    """Let the pages renew the rows of these lines, which look different now."""
    for script_id in lines.order_by("script").values_list("script", flat=True).distinct():
        version = Script.next_version(script_id)
        Paragraph.objects.filter(script=script_id, pk__in=lines.values("pk")).update(version=version)
