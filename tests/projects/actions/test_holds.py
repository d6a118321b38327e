"""A held team: nothing of it begins, others go on, and a lift lets everything through again."""

from projects.actions import claims, holds, takes
from projects.models import Hold, Take
from tests import factories
from tests.cast import Cast


def test_nothing_of_a_held_team_is_claimed_and_others_go_on(cast: Cast) -> None:
    mine, theirs = factories.script(cast.team), factories.script(cast.other_team)
    takes.request(mine, mine.paragraphs.all()[:2], by=None)
    takes.request(mine, mine.paragraphs.all()[2:], by=None, fresh=True)
    takes.request(theirs, theirs.paragraphs.all(), by=None)
    holds.place(cast.team.pk, code="Arrearage", reason="The account is in arrears.")
    claimed = [claims.claim(worker="w") for _ in range(4)]
    assert [take.team_id if take else None for take in claimed] == [cast.other_team.pk] * 3 + [None]
    assert holds.lift(cast.team, by=cast.editor)
    claimed = [claims.claim(worker="w") for _ in range(4)]
    assert [take.team_id if take else None for take in claimed] == [cast.team.pk] * 3 + [None]


def test_the_first_reason_stays(cast: Cast) -> None:
    holds.place(cast.team.pk, code="Arrearage", reason="The account is in arrears.")
    holds.place(cast.team.pk, code="InvalidApiKey", reason="The token is not known.")
    assert Hold.objects.get().code == "Arrearage"


def test_lifting_twice_is_harmless(cast: Cast) -> None:
    holds.place(cast.team.pk, code="Arrearage", reason="The account is in arrears.")
    assert [holds.lift(cast.team, by=None) for _ in range(2)] == [True, False]
    assert holds.of(cast.team.pk) is None


def waiting(most: int = 4) -> int:
    return claims.waiting(Take.objects.all(), most=most)


def test_what_could_be_claimed_is_counted_without_what_stands_still(cast: Cast) -> None:
    script = factories.script(cast.team, lines=9)
    takes.request(script, script.paragraphs.all(), by=None)
    assert waiting() == 4
    assert waiting(most=20) == 9
    holds.place(cast.team.pk, code="Arrearage", reason="The account is in arrears.")
    assert waiting() == 0
    assert Take.objects.active().count() == 9
