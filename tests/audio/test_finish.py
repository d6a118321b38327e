"""From a finish to treatments, and the gains it settles on. No sound is read."""

from dataclasses import replace

import pytest

from projects.audio import sums
from projects.audio.finish import PRESETS, Finish, settled
from projects.audio.sums import Figures
from projects.audio.treatment import UNTREATED, Treatment

LOUD = Finish(target_db=-16.0, peak_db=-1.0, gains_db={"": 6.0, "Maia": 2.0})


def treatment(finish: Finish, **about: object) -> Treatment:
    usual = {"voice": "Neil", "frames": 48_000, "lead_ms": 0, "tail_ms": 0, "true_peak": 0.1}
    return finish.treatment(**usual | about)  # type: ignore[arg-type]


def heard(level_db: float | None) -> Figures:
    return Figures(24_000, level_db, level_db, None, None, None)


def free(finish: Finish) -> float:
    return 0.0


def test_without_a_finish_nothing_is_done_to_any_take() -> None:
    assert treatment(Finish(), lead_ms=400, tail_ms=900, true_peak=1.2) == UNTREATED
    assert UNTREATED.key == ""


def test_a_voice_has_its_own_gain_or_that_of_all() -> None:
    assert treatment(LOUD).gain_db == 6.0
    assert treatment(LOUD, voice="Maia").gain_db == 2.0


@pytest.mark.parametrize(("true_peak", "limit_db"), [(0.44, None), (0.46, -1.0), (None, -1.0)])
def test_a_limit_is_in_a_treatment_only_where_a_peak_would_pass_it(
    true_peak: float | None, limit_db: float | None
) -> None:
    # 6 dB are a factor of 1.995, −1 dB are 0.891 of full scale: the limit is reached at 0.447.
    assert treatment(LOUD, true_peak=true_peak).limit_db == limit_db


def test_own_silence_is_cut_down_to_what_is_kept_in_whole_cells() -> None:
    cut = treatment(Finish(keep_ms=200), lead_ms=345, tail_ms=120)
    assert (cut.head, cut.tail) == (140 * 24, 0)


def test_a_take_that_is_all_silence_is_left_alone() -> None:
    assert treatment(Finish(keep_ms=0), frames=24_000, lead_ms=1000, tail_ms=1000) == UNTREATED


def test_what_was_kept_is_read_again_and_what_is_not_known_left_out() -> None:
    kept = LOUD.kept() | {"from a newer version": 1}
    assert Finish.of(kept) == LOUD
    assert Finish.of({}) == Finish()


@pytest.mark.parametrize(("name", "gain_db"), [("podcast", 11.0), ("acx", 7.0), ("r128", 4.0)])
def test_gains_bring_the_whole_to_the_target(name: str, gain_db: float) -> None:
    found = settled(PRESETS[name], lambda one: heard(-27.0 + one.gain_db("Neil")), {}, free)
    assert found.gains_db == {"": gain_db}


def test_what_the_limit_takes_is_given_back_though_more_gain_costs_more() -> None:
    def loss(finish: Finish) -> float:
        return max(finish.gain_db("") - 8.0, 0) * 0.2

    found = settled(PRESETS["podcast"], lambda one: heard(-27.0 + one.gain_db("")), {}, loss)
    assert -27.0 + found.gain_db("") - found.loss_db == pytest.approx(-16.0, abs=0.06)
    again = settled(found, lambda one: heard(-27.0 + one.gain_db("") - one.loss_db), {}, loss)
    assert again == found


@pytest.mark.parametrize(("drift_db", "moves"), [(0.05, False), (-0.1, False), (0.3, True)])
def test_gains_stay_while_the_whole_is_near_its_target(drift_db: float, moves: bool) -> None:
    before = replace(PRESETS["podcast"], gains_db={"": 11.0})
    found = settled(before, lambda one: heard(-27.0 + drift_db + one.gain_db("Neil")), {}, free)
    assert (found != before) is moves


def test_voices_are_brought_together_and_then_all_to_the_target() -> None:
    matched = Finish(target_db=-20.0, match_voices=True)
    found = settled(matched, lambda one: heard(-25.0 + one.gain_db("")), {"Neil": -30.0, "Maia": -24.0}, free)
    assert found.gains_db == {"": 5.0, "Neil": 8.0, "Maia": 2.0}
    drifted = {"Neil": -30.2, "Maia": -24.0}
    assert settled(found, lambda one: heard(-25.0 + one.gain_db("")), drifted, free) == found
    apart = settled(found, lambda one: heard(-25.0 + one.gain_db("")), drifted | {"Neil": -32.0}, free)
    assert apart.gains_db["Neil"] - apart.gains_db["Maia"] == pytest.approx(8.0)


def test_silence_and_no_target_settle_on_nothing() -> None:
    assert settled(replace(LOUD, target_db=None), lambda one: heard(-20.0), {}, free).gains_db == {}
    assert settled(LOUD, lambda one: heard(None), {}, free) == LOUD
    assert sums.figures(sums.together([], frames=24_000)).loudness_lufs is None
