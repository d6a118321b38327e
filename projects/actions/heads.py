"""How far a script is, as the head of its page says it: its lines counted, and what making the rest would cost."""

from projects.actions import estimates, lineups, resting, tallies
from projects.actions.estimates import Estimate
from projects.actions.resting import Told
from projects.actions.tallies import Tally
from projects.models import Script

# What the rest costs is worked out anew this often, for each thousand lines.
REST_S = 0.2
# A price or a lexicon that changes is in it within so long.
KEPT_S = 60


def of(script: Script, *, may_edit: bool, seen: int | None = None) -> Told[Estimate | None]:
    """Fill in the counts of a script; return the estimate for the lines that nobody has asked for yet.

    None without any, and for who may not ask. Of a long script it may be from a moment ago, but not from before the
    version of which it was ``seen``.
    """
    lineup = lineups.of(script)
    tallies.fill(script, lineup.tally)
    if not (may_edit and _is_offered(lineup.tally)):
        return Told(None, False)
    return resting.told(
        _key(script),
        script.version,
        lambda: estimates.estimate(lineup.to_make(script), script.project),
        rest_s=lambda _: resting.rest_s(script.line_count, REST_S),
        kept_s=KEPT_S,
        will_do=lambda version: seen is None or version >= seen,
    )


def is_due(script: Script, *, may_edit: bool) -> bool:
    """Whether there is another estimate than there was last."""
    return may_edit and _is_offered(lineups.of(script).tally) and resting.is_due(_key(script), script.version)


def _is_offered(tally: Tally) -> bool:
    """Whether some lines have no take and wait for none."""
    return bool(tally["line_count"] - tally["ready_count"] > tally["active_count"])


def _key(script: Script) -> str:
    return f"estimate-{script.pk}"
