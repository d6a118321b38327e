"""Labels of Audacity: a region for each line, named by its words; and those that come back with an edited file."""

from collections.abc import Iterable

from projects.sentences import gettext_noop as _

ENDS_EARLY = _("The label in line %(number)s ends before it begins.")
NO_LABEL = _(
    "Line %(number)s of the labels is none: write beginning, end and name with tabs between, in seconds."
)

Region = tuple[float, float, str]
"""Beginning and end in seconds, and the name."""


class BadLabels(ValueError):
    """This is no label track; the message is a sentence for the person who handed it in."""


def audacity(rows: Iterable[Region]) -> str:
    """Rows of beginning, end (seconds) and name, as Audacity reads them: six digits, tabs between, one a line."""
    return "".join(f"{start:.6f}\t{end:.6f}\t{' '.join(name.split())}\n" for start, end, name in rows)


def read(text: str) -> list[Region]:
    """The regions of a label track, in the order of time. Points, such as chapter marks, are none. BadLabels.

    Audacity writes a second line, which begins with a backslash, where a label is of some frequencies only.
    """
    found = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.startswith("\\"):
            continue
        start, _, rest = line.partition("\t")
        end, _, name = rest.partition("\t")
        try:
            region = (float(start.replace(",", ".")), float(end.replace(",", ".")), name)
        except ValueError:
            raise BadLabels(NO_LABEL % {"number": number}) from None
        if not 0 <= region[0] <= region[1] < 1e6:
            raise BadLabels(ENDS_EARLY % {"number": number})
        found.append(region)
    return sorted(one for one in found if one[1] > one[0])
