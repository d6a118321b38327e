"""Files and functions stay small enough to be read at one go; templates, too."""

import ast

from tests.house.tree import named, python_files, templates

FILE_LINES = 400
FUNCTION_LINES = 60
TEMPLATE_LINES = 400


def test_no_file_is_too_long() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in [*python_files(), *templates()]}
    assert len(lengths) > 100, "the files were not found"
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    long, seen = {}, 0
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                seen += 1
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{named(path)} {node.name}"] = lines
    assert seen > 500, "the functions were not found"
    assert long == {}
