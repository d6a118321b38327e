import io

from narrator.studio import session
from narrator.studio.part import CannotStart


class Gone(io.StringIO):
    """A terminal that has been closed."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_reader_who_has_gone_away_does_no_harm() -> None:
    session.teller(Gone())("a line")


def test_a_complaint_shows_the_end_of_the_log() -> None:
    terminal = io.StringIO()
    session.complain(CannotStart("The web server ended.", "one\ntwo"), session.teller(terminal))
    assert terminal.getvalue() == "The web server ended.\nIts last lines:\n    one\n    two\n"
