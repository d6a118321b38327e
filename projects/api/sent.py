"""What programs send: an object with known names, and nothing that would be overlooked in silence."""

from pydantic import BaseModel, ConfigDict


class Sent(BaseModel):
    """The base of every body: a name that is misspelt is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")
