"""A reviewer's hour: the queue, one line after the other by key or by thumb, and verdicts beside the script."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from projects.actions import reviews
from projects.models import Comment, Paragraph, Take, Verdict
from tests import factories
from tests.cast import Cast
from tests.journeys.pages import Complaints, Opener, is_fine_both_ways

FINDING = [{"code": "pause", "text": "Pause of 2.8 s at 0:01", "at_ms": 1000, "until_ms": 3800}]


def test_a_reviewer_hears_her_queue(cast: Cast, open_page: Opener, complaints: Complaints) -> None:
    project = factories.project(cast.team, lines=4, scripts=2)
    script, other = project.scripts.all()
    for line in [*script.paragraphs.all(), *other.paragraphs.all()]:
        factories.ready(line, duration_ms=4000)
    first, second, third, fourth = script.paragraphs.all()
    Take.objects.filter(pk=second.chosen_id).update(findings=FINDING)
    for one in (script, other):
        reviews.assign(one, [cast.reviewer], by=cast.editor)
    reviews.comment(second, text="Is the rain too loud here, @Rosa?", by=cast.editor, words="the rain began")
    page = open_page(cast.reviewer)
    page.goto("/review/")
    is_fine_both_ways(page, "what is to be heard", "review-list")
    page.get_by_role("link", name="Hear the next line of Chapter 1").click()
    expect(page.locator("#hear-line")).to_have_text(first.text)
    page.wait_for_function("() => document.getElementById('sound').currentTime > 0")  # it plays by itself
    page.keyboard.press("a")
    expect(page.locator("#hear-line")).to_have_text(second.text)
    is_fine_both_ways(page, "the next line", "review-next")
    complaints.expect("status of 422")
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words")
    expect(page.get_by_label("What is to be spoken differently")).to_be_focused()
    page.keyboard.type("Pause too long")
    page.keyboard.press("Enter")
    expect(page.locator("#hear-line")).to_have_text(third.text)
    page.locator("[data-skip]").click()
    expect(page.locator("#hear-line")).to_have_text(fourth.text)
    page.get_by_label("What is to be spoken differently").fill("Softer")
    page.get_by_role("button", name="Pickup").click()
    expect(page.locator("#hear-line")).not_to_have_text(fourth.text)
    said = list(Verdict.objects.order_by("pk").values_list("kind", "reason", "paragraph"))
    assert said == [
        ("approved", "", first.pk),
        ("pickup", "Pause too long", second.pk),
        ("pickup", "Softer", fourth.pk),
    ]


def test_verdicts_and_comments_beside_the_script(
    cast: Cast, open_page: Opener, axe: Callable[[Page], list[str]], shoot: Callable[..., object]
) -> None:
    script = factories.script(cast.team, lines=3)
    factories.all_ready(script, duration_ms=3000)
    first, second, third = script.paragraphs.all()
    page = open_page(cast.reviewer)
    page.goto(f"/scripts/{script.pk}/#line-{first.pk}")
    expect(page.locator(f"[data-inspects='{first.pk}']")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator(f"#line-{first.pk}")).to_have_attribute("data-mark", "approved")
    page.keyboard.press("j")
    expect(page.locator(f"[data-inspects='{second.pk}']")).to_be_visible()
    page.keyboard.press("f")
    page.keyboard.type("“Siobhán” is Shi-vawn")
    page.keyboard.press("Enter")
    expect(page.locator(f"#line-{second.pk}")).to_have_attribute("data-mark", "pickup")
    expect(page.locator(f"#word-{second.pk}")).to_contain_text("Pickup: “Siobhán” is")
    page.locator(f"#mark-{second.pk}").focus()
    page.keyboard.press("c")
    page.keyboard.type("Said so on page 3, too.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#comments")).to_contain_text("Said so on page 3, too.")
    assert Comment.objects.get().paragraph == second
    assert axe(page) == []
    shoot(page, "review-script-1440")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator("#comments")).to_contain_text("Resolved by Rosa")
    factories.ready(second)
    page.evaluate("() => document.getElementById('poller').dispatchEvent(new Event('poll'))")
    expect(page.locator(f"#line-{second.pk}")).to_have_attribute("data-mark", "ready")
    assert Paragraph.objects.get(pk=third.pk).verdict is None


def test_the_board_says_how_far_and_who(cast: Cast, open_page: Opener) -> None:
    project = factories.project(cast.team, lines=2, scripts=3)
    for line in project.scripts.all()[0].paragraphs.all():
        factories.ready(line)
    page = open_page(cast.editor)
    page.goto(f"/projects/{project.pk}/")
    page.get_by_role("link", name="Review").click()
    page.get_by_text("Nobody hears it yet").first.click()
    page.get_by_role("checkbox", name="Rosa").first.check()
    is_fine_both_ways(page, "the board", "review-board")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".assign summary").first).to_contain_text("Rosa")
    page.goto(f"/projects/{project.pk}/activity/")
    expect(page.locator(".trail-row").first).to_contain_text("Edgar gave this chapter to Rosa")
    is_fine_both_ways(page, "activity", "activity")
    told = open_page(cast.reviewer)
    told.goto("/notifications/")
    expect(told.locator("#bell")).to_contain_text("new")
    is_fine_both_ways(told, "notifications", "notifications")
    told.get_by_role("link", name="What I am told").click()
    is_fine_both_ways(told, "wishes", "wishes", whole=True)
