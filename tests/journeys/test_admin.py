"""The admin's pages of takes in a browser: under the site's strict policy the sound plays and the waveform is drawn."""

from collections.abc import Callable

from playwright.sync_api import expect

from narrator.teams.models import User
from projects.actions import endpoint, rendering, takes
from projects.models import Take
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener


def test_an_admin_hears_and_approves_takes(
    cast: Cast,
    open_page: Opener,
    axe: Callable[..., list[str]],
    shoot: Callable[..., object],
    complaints: Complaints,
    standin: Standin,
    broker: str,
) -> None:
    complaints.expect("favicon.ico")  # the admin's own pages name none
    script = factories.script(cast.team, lines=4)
    *lines, last = script.paragraphs.all()
    for line in lines:
        factories.ready(line, duration_ms=2000)
    standin.state.faults.add("ali:400:DataInspectionFailed")
    refused = factories.claimed(last)
    rendering.render(refused, endpoint.of(cast.team.pk))
    finding = {"code": "pause", "text": "Pause of 2.8 s at 0:04", "at_ms": 500, "until_ms": 900}
    Take.objects.filter(paragraph=script.paragraphs.first()).update(findings=[finding])
    root = User.objects.create_superuser("root@example.org", "a long password")
    page = open_page(root, height=1000)
    page.goto("/admin/projects/take/")
    page.locator("#action-toggle").check()
    expect(page.locator("#result_list svg.wave")).to_have_count(3)
    assert axe(page, "#content-main") == []
    shoot(page, "admin-takes-1440")
    page.get_by_label("Action:").select_option("approve")
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).click()
    expect(page.get_by_text("Approve 4 takes?")).to_be_visible()
    assert axe(page, "#content") == []
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("3 done, 1 left alone")).to_be_visible()
    page.locator("#result_list tbody tr:has(audio) a").first.click()
    expect(page.get_by_role("img", name="Waveform")).to_be_visible()
    sound = page.locator("audio")
    sound.evaluate("sound => sound.play()")
    assert sound.evaluate("sound => sound.duration") > 1.9
    shoot(page, "admin-take-1440", whole=True)
    page.goto(f"/admin/projects/take/{refused.pk}/change/")
    page.get_by_text("Charged").or_(page.get_by_text("Not charged")).click()
    expect(page.locator(".leg pre").first).to_contain_text("Authorization: Bearer [token]")
    expect(page.locator(".leg pre").last).to_contain_text("DataInspectionFailed")
    assert axe(page, "#content") == []
    shoot(page, "admin-failed-1440", whole=True)
    page.goto("/admin/projects/take/causes/")
    assert axe(page, "#content") == []
    shoot(page, "admin-causes-1440")
    page.get_by_role("link", name="DataInspectionFailed").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.goto("/admin/")
    page.get_by_role("link", name="The engine").click()
    expect(page.get_by_role("heading", name="Endpoint accounts")).to_be_visible()
    assert axe(page, "#content") == []
    shoot(page, "admin-engine-1440", whole=True)
    waiting = factories.script(cast.team, lines=2)
    takes.request(waiting, waiting.paragraphs.all(), by=None)
    expect(page.locator(".glance dd").first).to_have_text("2")  # without a press
    phone = open_page(root, width=390, height=844, dark=True)
    phone.goto("/admin/projects/take/")
    shoot(phone, "admin-takes-390")
    phone.goto("/admin/projects/take/engine/")
    assert axe(phone, "#content") == []
    shoot(phone, "admin-engine-390", whole=True)
