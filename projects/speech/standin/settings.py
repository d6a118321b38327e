"""What can be set on a running stand-in. Values and their checks only."""

from dataclasses import dataclass, fields

UNITS = ("bytes", "weighted", "characters")
_WORDS = {"limit_unit": UNITS, "usage_in_events": ("every", "last", "none")}


class BadSetting(Exception):
    """A setting that does not exist or does not fit; the message is a sentence for a person."""


@dataclass
class Settings:
    """limit counts the input text in limit_unit; None in the two rates means no limit; link_life_s is for new
    links; chunk_gap_s is how long a stream pauses between its events; bills_instructions: they cost like the text;
    usage_in_events: which events of a stream carry usage."""

    latency_s: float = 0.0
    chunk_gap_s: float = 0.0
    requests_per_minute: int | None = None
    concurrency: int | None = None
    limit: int = 600
    limit_unit: str = "bytes"
    link_life_s: float = 86_400.0
    bills_instructions: bool = False
    usage_in_events: str = "every"

    def change(self, values: object) -> None:
        """Applies a JSON object of settings, all or none. Raises BadSetting."""
        if not isinstance(values, dict):
            raise BadSetting("The settings are sent as one JSON object.")
        known = {field.name for field in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise BadSetting(f"There is no setting {name}. Known are {', '.join(sorted(known))}.")
            _check(name, value)
        for name, value in values.items():
            setattr(self, name, value)


def _check(name: str, value: object) -> None:
    if name in _WORDS:
        if value not in _WORDS[name]:
            raise BadSetting(f"{name} is one of {', '.join(_WORDS[name])}.")
        return
    if name == "bills_instructions":
        if not isinstance(value, bool):
            raise BadSetting(f"{name} is true or false.")
        return
    if value is None and name in ("requests_per_minute", "concurrency"):
        return
    wanted = (int, float) if name.endswith("_s") else (int,)
    if isinstance(value, bool) or not isinstance(value, wanted) or not 0 <= value < 1e9:
        raise BadSetting(f"{name} is a number from 0 up.")
