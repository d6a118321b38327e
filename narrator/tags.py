"""Template filters that every page may use: figures as people read them, and fields as this house draws them."""

import math
from collections.abc import Sequence

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from narrator import fixed, sentences

register = template.Library()

SYMBOLS = {"CNY": "¥", "EUR": "€", "GBP": "£", "USD": "$"}

LANGUAGES = {
    "Chinese": "zh-Hans",
    "English": "en",
    "French": "fr",
    "German": "de",
    "Italian": "it",
    "Japanese": "ja",
    "Korean": "ko",
    "Portuguese": "pt",
    "Russian": "ru",
    "Spanish": "es",
}

# The first that is found in what a browser says of itself. Many claim to be others, too, so the order matters.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


register.filter("said", sentences.said)
register.tag("fixed", fixed.fixed)


@register.filter
def lang(language: str) -> SafeString:
    """Write the attribute of words in a language as endpoints name it; nothing for Auto, which is as the page."""
    code = LANGUAGES.get(language)
    return SafeString(f' lang="{code}"' if code else "")


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
def seconds(duration_ms: int) -> str:
    """Write milliseconds as ``1.9 s``."""
    return _("%(seconds)s s") % {"seconds": f"{duration_ms / 1000:.1f}"}


@register.filter
def lasting(seconds: float) -> str:
    """Write a length of time that is still to come as ``40 s``, ``3 min`` or ``1 h 20 min``, rounded up."""
    if seconds <= 90:
        return _("%(seconds)s s") % {"seconds": max(math.ceil(seconds / 10), 1) * 10}
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}


@register.filter
def level(decibels: float | None) -> str:
    """Write a level as ``−19.6``, with a real minus; nothing for none."""
    return "" if decibels is None else f"{round(decibels, 1) + 0.0:.1f}".replace("-", "\u2212")


@register.filter
def percent(part: int, whole: int) -> int:
    """Return how many hundredths of ``whole`` are in ``part``, rounded down; 0 for an empty whole."""
    return part * 100 // whole if whole else 0


@register.filter
def money(amount_micro: int | None, currency: str) -> str:
    """Write millionths of a currency as ``¥ 4.10`` or ``CHF 1,204.00``; less than a hundredth as ``under ¥ 0.01``."""
    sign = SYMBOLS.get(currency, currency)
    if amount_micro is not None and 0 < amount_micro < 10_000:
        return _("under %(sign)s 0.01") % {"sign": sign}
    hundredths = ((amount_micro or 0) + 5_000) // 10_000
    return f"{sign} {hundredths // 100:,}.{hundredths % 100:02}"


@register.filter
def either(names: Sequence[str]) -> str:
    """Write names as ``Neil, Mia or Ryan``."""
    if len(names) < 2:
        return "".join(names)
    return gettext("%(names)s or %(last)s") % {"names": gettext(", ").join(names[:-1]), "last": names[-1]}


@register.filter
def plain(field: BoundField, help_text: str = "") -> BoundField:
    """A library's form field without its placeholder, which says the label again, and with our words to help."""
    field.field.widget.attrs.pop("placeholder", None)
    field.help_text = help_text
    return field


@register.filter
def browser(user_agent: str) -> str:
    """Write what a browser says of itself as ``Firefox on Linux``; of one we do not know its own words, cut short."""
    name = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if not name:
        return user_agent[:40] or _("Unknown browser")
    return _("%(browser)s on %(system)s") % {"browser": name, "system": system} if system else name
