"""What is asked before money is spent: on a page by a question, of a program by a refusal that it can answer."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from projects.actions import estimates, money
from projects.actions.estimates import Estimate
from projects.actions.takes import ALTERNATIVES
from projects.models import Guide, Paragraph, Price, Project
from projects.models.paragraphs import ParagraphQuerySet


@dataclass(frozen=True)
class Question:
    """Is this wanted at this price? ``room_micro``: what the caps leave, where that is less than it would cost."""

    expected: Estimate
    room_micro: int | None


class TooDear(Exception):
    """The caps leave less than this would cost; ``str()`` is a sentence for people."""


def before_generating(
    lines: ParagraphQuerySet, project: Project, *, agreed_micro: int | None
) -> Question | None:
    """What to ask before these lines are generated; None where nothing has to be.

    ``agreed_micro``: the amount that was agreed to, in millionths; what became dearer meanwhile is asked again.
    """
    expected = estimates.estimate(lines, project)
    if agreed_micro is not None and expected.amount_micro <= agreed_micro:
        return None
    room_micro = money.room_micro(project)
    is_short = room_micro is not None and room_micro < expected.amount_micro
    if expected.asks_first or is_short:
        return Question(expected, room_micro if is_short else None)
    return None


def alternatives(line: Paragraph, guide: Guide, price: Price) -> Estimate:
    """What several takes of a line to choose from would cost. No query."""
    return estimates.of_takes(line.line(guide), ALTERNATIVES, price)


def check_alternatives(line: Paragraph) -> None:
    """Raise ``TooDear`` where the caps do not leave what several takes of a line cost."""
    project = line.script.project
    expected = alternatives(line, Guide.about(project), Price.of(project.team_id))
    room_micro = money.room_micro(project)
    if room_micro is not None and room_micro < expected.amount_micro:
        raise TooDear(
            _("Three takes would cost %(amount)s, more than the caps leave. Generate one instead.")
            % {"amount": expected.amount}
        )
