"""Brings the catalogues in locale/ up to date with the sources: `make messages`. No other program is needed.

Reads every sentence that is marked in Python, templates and scripts and writes for each language
django.po (what people translate), django.mo (the same for Django) and static/js/words/CODE.js (for the pages' scripts).
Translations stay, sentences that are gone go. Prints what has none yet, and exits 1 then.
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = "locale/*/LC_MESSAGES/django.po"

# Which argument of a call is the context, the sentence, the plural.
CALLS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ("msgid",)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), ("msgid", "plural")),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ("context", "msgid")),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ("context", "msgid", "plural")),
}
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b({'|'.join(CALLS)})\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)", re.DOTALL)
ONE = re.compile(LITERAL, re.DOTALL)
PYTHON_FORMAT = re.compile(r"%\(\w+\)[sd]")


@dataclass(frozen=True)
class Message:
    """A sentence as the source has it; ``plural`` and ``context`` are "" where it has none."""

    msgid: str
    plural: str = ""
    context: str = ""


def in_python(source: str) -> Iterator[Message]:
    """The marked sentences of a module. Raises SyntaxError where one is an f-string."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS and node.args:
                given = node.args[: len(CALLS[name])]
                if any(isinstance(one, ast.JoinedStr | ast.BinOp) for one in given):
                    raise SyntaxError(f"line {node.lineno}: fill the gaps of what is translated afterwards")
                if all(isinstance(one, ast.Constant) for one in given):  # else it was marked elsewhere
                    yield _message(name, [ast.literal_eval(one) for one in given])


def in_template(source: str) -> Iterator[Message]:
    """The marked sentences of a template; Django itself turns it into calls."""
    yield from _in_calls(templatize(source))


def in_script(source: str) -> Iterator[Message]:
    """The marked sentences of one of the pages' scripts: gettext("…"), ngettext("…", "…", n)."""
    yield from _in_calls(source)


def _in_calls(text: str) -> Iterator[Message]:
    for name, arguments in CALL.findall(text):
        yield _message(name, [ast.literal_eval(one) for one in ONE.findall(arguments)])


def _message(name: str, given: list[str]) -> Message:
    return Message(**dict(zip(CALLS[name], given, strict=False)))


def scripts() -> list[Path]:
    return sorted((ROOT / "static/js").glob("*.js"))


def everything() -> dict[Message, list[str]]:
    """Every marked sentence, in the order of the files, with the names of those that have it."""
    python = [path for top in ("narrator", "projects") for path in sorted((ROOT / top).rglob("*.py"))]
    templates = (path for path in sorted((ROOT / "templates").rglob("*")) if path.suffix in (".html", ".txt"))
    found: dict[Message, list[str]] = {}
    for paths, read in (
        (templates, in_template),
        (python, in_python),
        (scripts(), in_script),
    ):
        for path in paths:
            for message in read(path.read_text()):
                name = path.relative_to(ROOT).as_posix()
                if name not in found.setdefault(message, []):
                    found[message].append(name)
    return _with_plurals(found)


def _with_plurals(found: dict[Message, list[str]]) -> dict[Message, list[str]]:
    """A sentence that stands alone here and with its plural there is one entry, as in any catalogue."""
    plurals = {(one.context, one.msgid): one for one in found if one.plural}
    joined: dict[Message, list[str]] = {}
    for message, names in found.items():
        kept = joined.setdefault(plurals.get((message.context, message.msgid), message), [])
        kept.extend(name for name in names if name not in kept)
    return joined


def catalogues() -> list[Path]:
    return sorted(ROOT.glob(CATALOGUES))


def code(path: Path) -> str:
    """The language of a catalogue as pages name it: zh-hans."""
    return path.parents[1].name.replace("_", "-").lower()


def renewed(old: polib.POFile, found: dict[Message, list[str]]) -> polib.POFile:
    """The catalogue with exactly these sentences and the translations that it had of them."""
    kept = {(one.msgctxt or "", one.msgid): one for one in old}
    count = int(re.search(r"nplurals=(\d+)", old.metadata["Plural-Forms"])[1])  # type: ignore[index]
    new = polib.POFile(wrapwidth=0)
    new.header, new.metadata = old.header, old.metadata
    for message, names in found.items():
        before = kept.get((message.context, message.msgid))
        entry = polib.POEntry(
            msgid=message.msgid,
            msgctxt=message.context or None,
            occurrences=[(name, "") for name in names],
            tcomment=before.tcomment if before else "",
            flags=_flags(message),
        )
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = dict.fromkeys(range(count), "")
            if before and before.msgid_plural == message.plural:
                entry.msgstr_plural = before.msgstr_plural
        elif before:
            entry.msgstr = before.msgstr or before.msgstr_plural.get(0, "")
        new.append(entry)
    return new


def _flags(message: Message) -> list[str]:
    has_gaps = PYTHON_FORMAT.search(message.msgid + message.plural)
    return ["python-format"] if has_gaps else []


def for_scripts(catalogue: polib.POFile) -> str:
    """The module that teaches the pages' scripts a language: each sentence, or the list of its plural forms."""
    words = {
        one.msgid: list(one.msgstr_plural.values()) if one.msgid_plural else one.msgstr
        for one in catalogue
        if any(name.startswith("static/js/") for name, _ in one.occurrences)
    }
    told = json.dumps(words, ensure_ascii=False, indent=2)
    return f'// Written by make messages.\nimport {{ learn }} from "../words.js";\n\nlearn({told});\n'


def untranslated(catalogue: polib.POFile) -> Iterable[str]:
    return [one.msgid for one in catalogue if not one.translated()]


def main() -> int:
    settings.configure()
    found = everything()
    missing = 0
    for path in catalogues():
        catalogue = renewed(polib.pofile(path, wrapwidth=0), found)
        catalogue.save(path)
        catalogue.save_as_mofile(path.with_suffix(".mo"))
        words = ROOT / "static/js/words" / f"{code(path)}.js"
        words.parent.mkdir(exist_ok=True)
        words.write_text(for_scripts(catalogue))
        for sentence in untranslated(catalogue):
            print(f"{code(path)}: not translated: {sentence}")
            missing += 1
    print(f"messages: {len(found)} sentences, {missing} translations missing")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
