"""A project's cover over HTTP: handed in, refused in place, taken off."""

import io
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.models import Act, Project
from tests import factories
from tests.audio.test_destinations import png
from tests.cast import Cast

SignIn = Callable[[User], Client]


def picture(data: bytes) -> dict[str, io.BytesIO]:
    file = io.BytesIO(data)
    file.name = "cover.png"
    return {"file": file}


def test_a_cover_is_given_seen_and_taken_off(cast: Cast, sign_in: SignIn) -> None:
    project = factories.project(cast.team, lines=1)
    client, address = sign_in(cast.editor), reverse("cover-edit", args=[project.pk])
    for _ in range(2):
        assert client.post(address, picture(png(64, 64)))["Location"] == project.get_absolute_url()
    answer = client.get(reverse("project-cover", args=[project.pk]))
    assert b"".join(answer.streaming_content) == png(64, 64)  # type: ignore[attr-defined]
    for bad, said in ((b"GIF89a", "neither a JPEG nor a PNG"), (png(64, 64)[:-30], "damaged")):
        refused = client.post(address, picture(bad))
        assert (refused.status_code, said in refused.content.decode()) == (422, True)
    assert b"Another cover" in client.get(project.get_absolute_url()).content
    for _ in range(2):
        client.post(address, {"remove": "1"})
    assert not Project.objects.get().cover
    words = list(Act.objects.order_by("pk").values_list("words", flat=True))
    assert words == ["gave the project a cover of 64 × 64 pixels", "took the project's cover off"]
