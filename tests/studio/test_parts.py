"""How many workers there are for so many slots."""

import os

import pytest

from narrator.studio import parts


@pytest.mark.parametrize(
    ("slots", "cores", "threads"),
    [
        (1, 2, {"worker": 4}),
        (16, 8, {"worker": 19}),
        (17, 8, {"worker": 12, "worker-2": 12}),
        (32, 2, {"worker": 19, "worker-2": 19}),
        (100, 2, {"worker": 53, "worker-2": 53}),
        (32, 1, {"worker": 35}),
    ],
)
def test_each_sixteen_slots_are_a_worker_as_far_as_there_are_cores(
    slots: int, cores: int, threads: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    found = parts.workers({}, concurrency=slots)
    assert {part.name: int(part.argv[-1]) for part in found} == threads
    assert len({part.argv[part.argv.index("-n") + 1] for part in found}) == len(found)
