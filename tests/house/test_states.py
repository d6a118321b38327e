"""The picture of the states, and the table of roles, are the ones that the code obeys."""

from tests.house import roles, states
from tests.house.tree import python_files


def test_the_page_of_states_is_as_the_tables_say() -> None:
    assert states.PAGE.is_file(), "write it: python -m tests.house.states"
    assert states.PAGE.read_text() == states.page(), "write it again: python -m tests.house.states"


def test_every_status_has_its_moves() -> None:
    for statuses, moves in (
        (states.takes.TakeStatus, states.takes.MOVES),
        (states.runs.RunState, states.runs.MOVES),
        (states.exports.ExportStatus, states.exports.MOVES),
        (states.archives.ArchiveStatus, states.archives.MOVES),
        (states.money.CallState, states.money.MOVES),
    ):
        assert set(moves) == set(statuses)
        assert set().union(*moves.values()) <= set(statuses)


def test_the_page_of_roles_is_as_the_table_says() -> None:
    assert roles.PAGE.is_file(), "write it: python -m tests.house.roles"
    assert roles.PAGE.read_text() == roles.page(), "write it again: python -m tests.house.roles"


def test_every_right_of_the_table_is_asked_for() -> None:
    code = "".join(path.read_text() for path in python_files())
    assert {right.name for right in roles.Right if f"Right.{right.name}" not in code} == set()
