"""One line to be spoken: its text and its direction, its identity and the body of its request.

No network here, and no cutting: a line that is too long is the splitter's business.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from projects.speech.voices import MODEL

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


# JSON that is the same for the same fields, whatever order they are in.
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode


def normalised(text: str) -> str:
    """The text as it is measured, sent and compared: NFC, stripped, and valid Unicode (lone surrogates replaced)."""
    return unicodedata.normalize("NFC", _LONE_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)).strip()


def is_speakable(text: str) -> bool:
    """Whether a text has anything to pronounce: at least one letter or digit of any script."""
    return any(unicodedata.category(char)[0] in "LN" for char in text)


@dataclass(frozen=True)
class Line:
    """A text, who speaks it and how. Equal lines have equal digests and may share their audio."""

    text: str
    voice: str
    language: str = "Auto"
    instructions: str = ""
    optimize_instructions: bool = False
    model: str = MODEL

    @property
    def spoken(self) -> str:
        """The text as it is sent."""
        return normalised(self.text)

    @property
    def digest(self) -> str:
        """Hex SHA-256 over every field: equal for texts that differ only in Unicode form or outer white space."""
        canonical = _CANONICAL({**vars(self), "text": self.spoken})
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()

    def body(self) -> dict[str, Any]:
        """The JSON object of the request (contract.md 1).

        `optimize_instructions` is always sent, false too, since an explicit false is forwarded as such. Blank
        instructions are left out: the field is optional, an empty one means nothing to the model (contract.md 7),
        and the catalogue has an error for empty parameters (BadRequest.EmptyParameters) but none for absent ones.
        """
        body: dict[str, Any] = {"model": self.model, "input": self.spoken, "voice": self.voice}
        if self.instructions.strip():
            body["instructions"] = self.instructions.strip()
        return body | {"optimize_instructions": self.optimize_instructions, "language_type": self.language}
