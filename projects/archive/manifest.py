"""What an archive says of itself: its version, and each member with its size and hash."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from projects.sentences import gettext_noop as _

THIS_ARCHIVE_IS = _(
    "This archive is of version %(written)s, and this installation reads version %(version)s. "
    "Update the older of the two installations."
)

FORMAT, VERSION = "narrator-project", 1
NAME = "manifest.json"
MOST_BYTES = 64_000_000
MEMBER = re.compile(r"rows/[a-z_]{1,60}\.jsonl|sounds/[0-9a-f]{64}\.wav|files/[0-9a-f]{64}")
DAMAGED = _("This archive is damaged or incomplete. Export it again, or copy it once more, and try that one.")
CHANGED = _("This archive was changed since it was written, so nothing of it was taken. Export it again.")
OTHER = _("This is not a project archive. Hand in a file that “Archive” on a project's page has made.")


class BadArchive(Exception):
    """The file cannot be taken in; the message is a sentence for the person who handed it in."""


@dataclass(frozen=True)
class Member:
    """One file of the archive: its bytes, their hash, and how many rows they are (0 for what is no table)."""

    size_bytes: int
    sha256: str
    rows: int = 0


@dataclass(frozen=True)
class Manifest:
    """``about`` is for people: the project's title, who wrote it, when, with which version of Narrator."""

    about: Mapping[str, str]
    members: Mapping[str, Member] = field(default_factory=dict)

    @property
    def sounds(self) -> list[str]:
        """The hashes of the sounds in it, in order."""
        return [name[7:71] for name in self.members if name.startswith("sounds/")]

    @property
    def sound_bytes(self) -> int:
        return sum(one.size_bytes for name, one in self.members.items() if name.startswith("sounds/"))

    def as_json(self) -> bytes:
        members = {name: asdict(one) for name, one in self.members.items()}
        said = {"format": FORMAT, "version": VERSION, "about": dict(self.about), "members": members}
        return json.dumps(said, ensure_ascii=False, indent=1).encode()


def parse(data: bytes) -> Manifest:
    """Read a manifest. BadArchive where it is none, of a later version, or names what no archive holds."""
    try:
        said: Any = json.loads(data)
    except ValueError as error:
        raise BadArchive(DAMAGED) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise BadArchive(OTHER)
    if said.get("version") != VERSION:
        raise BadArchive(THIS_ARCHIVE_IS % {"written": str(said.get("version"))[:10], "version": VERSION})
    try:
        members = {name: _member(name, one) for name, one in said["members"].items()}
        return Manifest({str(key): str(text) for key, text in said["about"].items()}, members)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadArchive(DAMAGED) from error


def _member(name: str, said: Any) -> Member:
    one = Member(int(said["size_bytes"]), str(said["sha256"]), int(said["rows"]))
    if not MEMBER.fullmatch(name) or min(one.size_bytes, one.rows) < 0:
        raise ValueError(name)
    if name.startswith(("sounds/", "files/")) and one.sha256 not in name:
        raise ValueError(name)
    return one
