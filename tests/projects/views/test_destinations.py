"""A team's own destinations over HTTP: the form asks what is asked, refuses what cannot be, and finishes offer it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.models import Act, Destination, Project
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database

SignIn = Callable[[User], Client]
SHOP = {
    "name": "Our shop",
    "least_loudness_lufs": "-19",
    "most_loudness_lufs": "-17.5",
    "most_duration_ms": "60",
    "among_ending": ["mp3", "flac"],
    "among_rate_hz": ["44100"],
    "steadiness": "on",
    "titled": "on",
}


def test_a_destination_is_made_changed_chosen_and_removed(cast: Cast, sign_in: SignIn) -> None:
    client, project = sign_in(cast.editor), factories.project(cast.team, lines=1)
    client.post(reverse("destination-new", args=[cast.team.pk]), SHOP)
    row = Destination.objects.get()
    assert [(one.rule, one.least, one.most, one.among) for one in row.asking] == [
        ("loudness_lufs", -19, -17.5, ()),
        ("duration_ms", None, 3_600_000, ()),
        ("ending", None, None, ("mp3", "flac")),
        ("rate_hz", None, None, (44_100,)),
        ("steadiness", None, None, ("constant",)),
        ("title", 1, None, ()),
    ]
    page = client.get(reverse("destination-list", args=[cast.team.pk])).content.decode()
    assert "Loudness: −19.0 to −17.5 LUFS · Length: at most 1:00:00 · Format: mp3 or flac" in page
    filled = client.get(reverse("finish-edit", args=[project.pk]), {"preset": row.preset})
    assert (filled.context["form"]["target_db"].value(), filled.context["shown"]) == (-18.2, row.preset)
    address = reverse("destination-edit", args=[row.pk])
    assert client.get(address).context["form"]["among_ending"].value() == ("mp3", "flac")
    client.post(address, {"name": "Another", "most_true_peak_dbfs": "-2"})
    row.refresh_from_db()
    assert (row.name, [one.rule for one in row.asking]) == ("Our shop", ["true_peak_dbfs"])
    sent = {"preset": row.preset, "scale": "lufs", "target_db": "-18", "peak_db": "-3"}
    sent |= {"head_ms": "500", "tail_ms": "1000", "keep_ms": "", "fade_ms": "0"}
    client.post(reverse("finish-edit", args=[project.pk]), sent)
    assert Project.objects.get().finishing.preset == row.preset
    client.post(address, {"remove": "1"})
    assert not Destination.objects.exists()
    words = list(Act.objects.order_by("pk").values_list("words", flat=True))
    shop = "the destination Our shop"
    assert words == [
        f"added {shop}",
        f"changed {shop}",
        "set the sound of exports: Our shop",
        f"removed {shop}",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "required"),
        ({"name": "OUR PLACE"}, "already"),
        ({"least_loudness_lufs": "-10"}, "less than the least"),
        ({"most_loudness_lufs": "3"}, "less than or equal to -5"),
        ({"among_ending": ["exe"]}, "exe"),
    ],
)
def test_what_cannot_be_asked_is_refused_beside_its_field(
    cast: Cast, sign_in: SignIn, wrong: dict[str, object], said: str
) -> None:
    Destination.objects.create(team=cast.team, name="Our place", asked=[{"rule": "title", "least": 1}])
    answer = sign_in(cast.editor).post(reverse("destination-new", args=[cast.team.pk]), SHOP | wrong)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Destination.objects.count() == 1


def test_a_destination_asks_for_something(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.editor).post(reverse("destination-new", args=[cast.team.pk]), {"name": "Nobody"})
    assert (answer.status_code, b"Ask for something" in answer.content) == (422, True)
