"""Writing down acts that leave no other row. How the trail is read is in trail.py."""

from narrator.teams.models import User
from projects.models import Act, GuestLink, Paragraph, Project, Script
from projects.models.activity import WORDS
from projects.sentences import gettext_noop, ngettext_lazy

LINES = ngettext_lazy("%(count)s line", "%(count)s lines")

NOBODY = "Narrator"
# What stands before it in a project's trail came with the archive, and says nothing of this studio.
TAKEN_IN = gettext_noop("took the project in from an archive")


def note(
    kind: str,
    words: str,
    *,
    by: User | None,
    team_id: int | None = None,
    project: Project | None = None,
    script: Script | None = None,
    line: Paragraph | None = None,
    guest: GuestLink | None = None,
) -> None:
    """Keep that somebody did something: ``by`` ``words``; call it in the transaction that does it.

    The smallest of line, script and project that it was done to is enough: the others follow from it. By nobody
    means: by the studio itself.
    """
    script = script or (line.script if line else None)
    project = project or (script.project if script else None)
    whose = team_id if project is None else project.team_id
    assert whose is not None, "an act is a project's or a team's"
    Act.objects.create(
        team_id=whose,
        project=project,
        script=script,
        paragraph=line,
        kind=kind,
        by=by,
        guest=guest,
        who=(f"{guest} (guest)" if guest else str(by or NOBODY))[:120],
        words=words[:WORDS],
    )


def counted(count: int) -> str:
    """``1 line``, ``1,200 lines``, for what is kept."""
    return LINES.of(count)
