"""What each role may do: one table, asked by access.py, shown on the page of roles and in docs/roles.md.

The words of the work stand in it, too, so that nobody has to look for a second table.
"""

from enum import Enum

from narrator.sentences import gettext_noop
from narrator.teams.models import Role

RANK = {Role.OWNER: 5, Role.ADMIN: 4, Role.EDITOR: 3, Role.REVIEWER: 2, Role.VIEWER: 1}


class Right(Enum):
    """Something that a member may do: the lowest role that may, and what it is. Each role has those below it, too."""

    SEE = (
        Role.VIEWER,
        gettext_noop(
            "Open the team's projects: read scripts, hear takes, see activity, usage and what is generated"
        ),
    )
    DOWNLOAD = Role.VIEWER, gettext_noop("Download finished exports, lists and lexicons")
    REVIEW = (
        Role.REVIEWER,
        gettext_noop("Approve lines, ask for pickups, comment, clear what the checks flagged"),
    )
    EDIT = (
        Role.EDITOR,
        gettext_noop(
            "Import manuscripts and revisions; edit text, direction, cast, lexicon and finish; lock lines"
        ),
    )
    GENERATE = (
        Role.EDITOR,
        gettext_noop(
            "Generate, retry and stop lines; pause and resume runs; record takes, choose among them"
        ),
    )
    ASSIGN = Role.EDITOR, gettext_noop("Give chapters to reviewers")
    EXPORT = Role.EDITOR, gettext_noop("Order and cancel exports")
    GUESTS = Role.EDITOR, gettext_noop("Make guest links and podcast feeds, and take them back")
    MONEY = Role.ADMIN, gettext_noop("Set prices and caps")
    CONNECT = Role.ADMIN, gettext_noop("Connect a speech endpoint of the team's own, and enter its token")
    AUDIT = Role.ADMIN, gettext_noop("See the activity of the whole team and its audit trail")
    MEMBERS = (
        Role.ADMIN,
        gettext_noop("Invite people, change roles up to admin, remove members, rename the team"),
    )
    OWN = Role.OWNER, gettext_noop("Make and unmake owners, hand the team over")

    def __init__(self, least: Role, words: str) -> None:
        self.least = least
        self.words = words


def allows(role: str | None, what: Right | Role) -> bool:
    """Return whether a member with ``role`` may do this; of a role: all that it may. No role allows nothing."""
    least = what.least if isinstance(what, Right) else what
    return role is not None and RANK[Role(role)] >= RANK[least]


def added() -> list[tuple[Role, list[str]]]:
    """The roles from the least to the highest, each with what it may beyond the one before."""
    roles = sorted(Role, key=lambda role: RANK[role])
    return [(role, [right.words for right in Right if right.least == role]) for role in roles]
