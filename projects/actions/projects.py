"""What changes a whole project or chapter at once; each change stands in the trail."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from narrator import sentences
from narrator.teams.models import User
from projects.actions import activity, prices, reach
from projects.models import ActKind, Paragraph, Price, Project, Script
from projects.models.direction import FIELDS
from projects.sentences import gettext_noop

CHANGED = gettext_noop("changed %(said_all)s")
CHANGED_CHAPTER = gettext_noop("changed %(said_all)s of this chapter")
CHANGED_CAP = gettext_noop("changed the project's cap from %(said_before)s to %(said_after)s")

OWN = (
    *("title", "author", "optimize_instructions"),
    *("pause_ms", "speaker_pause_ms", "scene_pause_ms", "title_pause_ms", "chapter_pause_ms"),
    *("check_pause_ms", "check_level_db", "check_pace_percent", "retakes"),
)
# What lines hear of a project.
HEARD = frozenset({*FIELDS, "optimize_instructions"})
# A longer value than this is not told; that it was changed is.
TOLD_CHARACTERS = 60


@transaction.atomic
def direct(project: Project, *, by: User | None) -> int:
    """Save a project's changed direction, pauses and cap, and mark the lines it reaches as changed.

    Returns how many lines would now be sent differently; their takes are kept and are stale.
    """
    kept = reach.hold(project.pk)
    project.save()
    if told := changes(kept, project, (*OWN, *FIELDS)):
        activity.note(ActKind.SETTINGS, CHANGED % {"said_all": told}, by=by, project=project)
    if kept.cap_micro != project.cap_micro:
        currency = Price.of(project.team_id).currency
        caps = {
            "said_before": prices.amount(kept.cap_micro, currency),
            "said_after": prices.amount(project.cap_micro, currency),
        }
        activity.note(ActKind.MONEY, CHANGED_CAP % caps, by=by, project=project)
    return reach.settle(project)


@transaction.atomic
def direct_script(script: Script, *, by: User | None) -> int:
    """Save a script's changed direction; the rest as for a project."""
    project = reach.hold(script.project_id)
    kept = Script.objects.get(pk=script.pk)
    script.save(update_fields=FIELDS)
    if told := changes(kept, script, FIELDS):
        activity.note(ActKind.SETTINGS, CHANGED_CHAPTER % {"said_all": told}, by=by, script=script)
    return reach.settle(project, Paragraph.objects.filter(script=script))


def _label(row: models.Model, name: str) -> str:
    return sentences.english(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def changes(kept: models.Model, row: models.Model, names: Iterable[str]) -> str:
    """What differs between two states of a row: ``voice: Neil → Maia, direction``; "" for nothing."""
    told = []
    for name in names:
        before, after = getattr(kept, name), getattr(row, name)
        if before != after:
            told.append(_way(_label(row, name), before, after))
    return ", ".join(told)


def _way(label: str, before: Any, after: Any) -> str:
    said = [str(value) or "none" for value in (before, after)]
    if max(map(len, said)) > TOLD_CHARACTERS:
        return label
    return prices.FROM_TO % {"said_label": label, "said_before": said[0], "said_after": said[1]}
