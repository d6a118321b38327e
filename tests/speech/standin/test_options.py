"""The command line, alone and behind manage.py."""

import pytest

from projects.management.commands.speech_standin import Command
from projects.speech.standin.options import main


def test_manage_takes_the_same_options() -> None:
    parser = Command().create_parser("manage.py", "speech_standin")
    options = vars(
        parser.parse_args(
            ["--port", "0", "--speech", "tone", "--fault", "429", "ok", "--limit-unit", "weighted"]
        )
    )
    assert (options["port"], options["speech"], options["fault"]) == (0, "tone", ["429", "ok"])
    assert (options["limit_unit"], options["token"], options["latency"]) == ("weighted", "", 0.0)


@pytest.mark.parametrize(
    "bad", [["--fault", "nothing"], ["--speech", "loud"], ["--latency", "-1"], ["--latency", "x"]]
)
def test_bad_options_are_told(bad: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(bad)
    assert ended.value.code == 2
    assert bad[0] in capsys.readouterr().err


def test_an_impossible_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "70000", "--speech", "tone"]) == 1
    assert "cannot listen on 127.0.0.1:70000" in capsys.readouterr().err
