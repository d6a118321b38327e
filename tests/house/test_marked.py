"""What people read is marked for translation: what can be told of it by reading the code."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.house.tree import named, python_files

MARKS = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
UNREAD = ("/api/", "/standin/", "/management/", "/admin/")
# Where the words stand: of a call by its last name, in which argument; of a keyword, whatever is called.
ARGUMENTS = {"ValidationError": 0, "PermissionDenied": 0, "add_error": 1}
KEYWORDS = {"label", "help_text", "empty_label"}
MESSAGES = {"info", "success", "warning", "error"}


@cache
def modules() -> list[tuple[str, ast.Module, list[ast.AST]]]:
    """The code that speaks to people: each module with all its nodes."""
    found = []
    for path in python_files():
        if not any(part in f"/{named(path)}" for part in UNREAD):
            tree = ast.parse(path.read_text())
            found.append((named(path), tree, list(ast.walk(tree))))
    return found


def test_what_people_read_is_marked() -> None:
    found = [
        f"{name}:{words.lineno}"
        for name, _, nodes in modules()
        for node in nodes
        for words in [*_words(node), *_choices(node)]
        if _is_bare(words)
    ]
    assert not found, "mark these for translation (docs/adr/0035 says how)"


def test_a_marked_sentence_is_whole_and_its_placeholders_are_filled() -> None:
    faults = []
    for name, tree, nodes in modules():
        marked = {
            target.id: _sentence(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in nodes:
            if _called(node) in MARKS and any(isinstance(one, ast.JoinedStr) for one in node.args):
                faults.append(f"{name}:{node.lineno} is no literal, so nobody finds it")
            if (
                isinstance(node, ast.BinOp)
                and isinstance(node.op, ast.Mod)
                and isinstance(node.right, ast.Dict)
            ):
                sentence = (
                    marked.get(node.left.id) if isinstance(node.left, ast.Name) else _sentence(node.left)
                )
                wanted = set(re.findall(r"%\((\w+)\)", sentence or ""))
                given = {key.value if isinstance(key, ast.Constant) else None for key in node.right.keys}
                if sentence and None not in given and not wanted <= given:
                    faults.append(f"{name}:{node.lineno} lacks {wanted - given}")
    assert not faults


def test_kept_sentences_with_placeholders_are_marked_where_their_module_is_read() -> None:
    late = [
        f"{name}:{node.lineno}"
        for name, _, nodes in modules()
        for function in nodes
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if _called(node) == "gettext_noop" and "%(" in (_sentence(node) or "")
    ]
    assert not late, "else who reads them again knows them only after they were made once"


def _called(node: ast.AST) -> str:
    """The last name of what a node calls; "" for no call."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def _words(node: ast.AST) -> Iterator[ast.expr]:
    """What of a call people read."""
    if not isinstance(node, ast.Call):
        return
    yield from (keyword.value for keyword in node.keywords if keyword.arg in KEYWORDS)
    place = ARGUMENTS.get(_called(node))
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        place = 1 if node.func.value.id == "messages" and node.func.attr in MESSAGES else place
    if place is not None and len(node.args) > place:
        yield node.args[place]


def _choices(node: ast.AST) -> Iterator[ast.expr]:
    """The labels of a class of choices."""
    if isinstance(node, ast.ClassDef) and any(
        getattr(base, "attr", "") == "TextChoices" for base in node.bases
    ):
        for line in node.body:
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                yield line.value.elts[-1]


def _is_bare(words: ast.expr) -> bool:
    if isinstance(words, ast.IfExp):
        return _is_bare(words.body) or _is_bare(words.orelse)
    if isinstance(words, ast.JoinedStr):
        return any(
            isinstance(part, ast.Constant) and re.search(r"[a-z]{2}", part.value) for part in words.values
        )
    return isinstance(words, ast.Constant) and isinstance(words.value, str) and bool(words.value.strip())


def _sentence(node: ast.expr | None) -> str | None:
    """The sentence that a call marks, its plural with it; None for any other expression."""
    if node is None or _called(node) not in MARKS:
        return None
    return " ".join(str(one.value) for one in node.args if isinstance(one, ast.Constant))  # type: ignore[attr-defined]
