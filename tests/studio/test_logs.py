from pathlib import Path

from narrator.studio import logs


def test_a_log_past_the_limit_is_copied_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = logs.path_of(tmp_path, "web server")
    assert log == tmp_path / "web-server.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 101)
        logs.trim(log, limit_bytes=100)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert logs.older(log).read_bytes() == b"x" * 101


def test_a_log_within_the_limit_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"x" * 100)
    logs.trim(log, limit_bytes=100)
    assert log.stat().st_size == 100
    assert not logs.older(log).exists()


def test_the_tail_is_the_last_lines_even_of_a_huge_or_undecodable_log(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"\xff" * 5_000_000 + b"\nfirst\nsecond\n")
    assert logs.tail(log, lines=2) == "first\nsecond"
    assert len(logs.tail(log)) <= 8192
    assert logs.tail(tmp_path / "none.log") == ""
