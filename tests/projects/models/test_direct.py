"""Prepared queries: what they give is what the ORM gives."""

import pytest
from django.db.models.functions import Length

from narrator.teams.models import Membership
from projects.models import Hold, Take
from narrator.direct import Blank, Prepared
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_objects_are_those_of_the_orm_with_all_that_belongs_to_them(cast: Cast) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    factories.ready(line, by=cast.editor)
    rows = Take.objects.select_related("paragraph__script", "created_by", "retake_of").annotate(
        n=Length("text")
    )
    (wanted,) = rows.filter(paragraph=line)
    (found,) = Prepared(rows.filter(paragraph=Blank(Take, "paragraph"))).objects(paragraph=line.pk)
    assert type(found) is Take
    assert found.__dict__.keys() == wanted.__dict__.keys()
    for name in wanted.__dict__.keys() - {"_state"}:
        assert found.__dict__[name] == wanted.__dict__[name], name
    assert not found._state.adding
    assert found.paragraph.script.title == wanted.paragraph.script.title


def test_what_a_row_has_beside_it_or_not_is_known_without_asking(cast: Cast) -> None:
    of_user = Prepared(
        Membership.objects.filter(user=Blank(Membership, "user")).select_related("team__hold").order_by("pk")
    )
    (member,) = of_user.objects(user=cast.editor.pk)
    assert not hasattr(member.team, "hold")
    Hold.objects.create(team=cast.team, code="Arrearage", reason="The account is in arrears.")
    (member,) = of_user.objects(user=cast.editor.pk)
    assert member.team.hold.reason == "The account is in arrears."
    assert of_user.objects(user=cast.stranger.pk)[0].team == cast.other_team
