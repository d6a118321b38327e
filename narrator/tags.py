"""Template filters that every page may use: figures as people read them."""

from django import template

register = template.Library()


@register.filter
def clock(duration_ms: int | None) -> str:
    """Write milliseconds as ``0:09``, ``38:12`` or ``1:02:03``; nothing for no duration."""
    if duration_ms is None:
        return ""
    seconds = round(duration_ms / 1000)
    hours, rest = divmod(seconds, 3600)
    if hours:
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{rest // 60}:{rest % 60:02}"


@register.filter
def percent(part: int, whole: int) -> int:
    """Return how many hundredths of ``whole`` are in ``part``, rounded down; 0 for an empty whole."""
    return part * 100 // whole if whole else 0
