"""Writes docs/roles.md from the table of rights: python -m tests.house.roles."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from narrator.teams.models import Role  # noqa: E402 - models can be imported only after the set-up
from narrator.teams.rights import Right, allows  # noqa: E402
from tests.house.tree import ROOT, named  # noqa: E402

PAGE = ROOT / "docs" / "roles.md"
HEAD = """# Roles

Written by `python -m tests.house.roles` from the table of rights in `narrator/teams/rights.py`; a test compares. Change
the table, then run it again. What each address asks for is swept in `tests/projects/views/test_access.py`.

Who is not in a team gets 404 for everything of it; a member with too few rights gets 403, and is told what it needs.
A member who is removed sees nothing from the next request on; what they made stays the team's.
"""
FOOT = """
Only owners change or remove owners, and the last one can neither leave nor step down. An invitation is open for up to
30 days, for one person or a counted number; it ends when it is taken back, and when its maker leaves the team or may
not invite any more. Owners and admins of a team make further teams; where `NARRATOR_SIGN_UP` is `open`, everybody does.
"""


def page() -> str:
    """Return the whole of docs/roles.md."""
    roles = list(reversed(Role))
    head = ["| may |", *[f" {role.label} |" for role in roles]]
    rows = [f"| {right.words} |{_ticks(right, roles)}" for right in Right]
    return "\n".join([HEAD, "".join(head), "| --- |" + " :-: |" * len(roles), *rows, FOOT])


def _ticks(right: Right, roles: list[Role]) -> str:
    return "".join(" yes |" if allows(role, right) else "  |" for role in roles)


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"wrote {named(PAGE)}")
