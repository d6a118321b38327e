"""Coming in as people do: by a password and an app's code, and by a passkey, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from narrator.teams import invitations
from narrator.teams.models import Membership, Role, User
from tests.accounts.codes import code
from tests.cast import PASSWORD, Cast
from tests.journeys.pages import Opener, is_fine_both_ways

REFUSE = """() => {
  navigator.credentials.create = () => Promise.reject(new DOMException("", "NotAllowedError"));
}"""


def sign_in(page: Page, user: User) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def prove_it(page: Page) -> None:
    """Answer the question whether it is still you."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


@pytest.fixture
def fingerprint() -> Callable[[Page], CDPSession]:
    """Give a page's browser a built-in reader that always recognises its owner."""

    def reader(page: Page) -> CDPSession:
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return devtools

    return reader


def test_an_app_is_set_up_and_asked_for(cast: Cast, open_page: Opener) -> None:
    page = open_page(width=390, height=844)
    sign_in(page, cast.editor)
    page.goto("/account/")
    page.get_by_role("link", name="Set up an authenticator app").click()
    prove_it(page)
    secret = page.locator(".secret").inner_text()
    assert page.get_by_role("img", name="The key below").evaluate("image => image.naturalWidth") > 0
    page.get_by_label("Enter the code").fill(code(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    spare = page.locator(".codes li").first.inner_text()
    sign_out(page)
    sign_in(page, cast.editor)
    expect(page.get_by_role("heading", name="The second step")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)  # there is none
    page.get_by_label("Code of your app").fill(spare)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_a_passkey_opens_the_account_without_a_password(
    cast: Cast, open_page: Opener, fingerprint: Callable[[Page], CDPSession]
) -> None:
    page = open_page(own=True)
    fingerprint(page)
    sign_in(page, cast.editor)
    page.goto("/account/passkeys/new/")
    prove_it(page)
    page.get_by_label("What you call it").fill("Laptop")
    page.wait_for_load_state()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto("/account/")
    expect(page.get_by_role("link", name="Rename Laptop")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_where_passkeys_cannot_work_the_page_says_why(cast: Cast, open_page: Opener) -> None:
    page = open_page(cast.editor)
    page.goto("/account/passkeys/new/")
    prove_it(page)
    expect(page.get_by_label("What you call it")).to_be_visible()
    page.wait_for_load_state()
    page.evaluate(REFUSE)
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("Nothing was chosen, or it took too long.")).to_be_visible()
    outside = open_page()
    outside.goto(page.url.replace("localhost", "127.0.0.1"))  # a number is no name
    expect(outside.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(outside.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()


def test_somebody_is_invited_and_joins_by_the_keyboard(cast: Cast, open_page: Opener) -> None:
    owner = open_page(cast.owner)
    owner.goto(f"/teams/{cast.team.pk}/members/")
    owner.get_by_label("As").select_option("viewer")
    owner.get_by_label("As").press("Tab")
    owner.keyboard.press("Enter")
    link = owner.get_by_label("The link of the invitation")
    expect(link).to_be_focused()
    address = link.input_value()
    nora = open_page()
    nora.goto(address)
    nora.get_by_role("link", name="Make an account").press("Enter")
    for label, words in (("Name", "Nora"), ("E-mail address", "nora@example.org"), ("Password", PASSWORD)):
        nora.get_by_label(label).fill(words)
    nora.keyboard.press("Enter")
    expect(nora.get_by_text("Importing needs the role editor")).to_be_visible()
    owner.reload()
    expect(owner.locator(".fact", has_text="nora@example.org")).to_contain_text("Viewer")


def test_the_pages_of_accounts_are_fine(cast: Cast, open_page: Opener) -> None:
    _, token = invitations.make(cast.team, role=Role.EDITOR, days=7, by=cast.owner)
    member = Membership.objects.get(team=cast.team, user=cast.editor)
    page = open_page()
    page.goto(f"/join/{token}/")
    is_fine_both_ways(page, "an invitation")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Name").fill("Nora")
    page.get_by_label("E-mail address").fill("nora@example.org")
    page.get_by_label("Password").fill("12345678")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("This password is entirely numeric.")).to_be_visible()
    is_fine_both_ways(page, "a refused account")
    sign_in(page, cast.admin)
    page.goto("/account/confirm/?next=/account/app/")
    is_fine_both_ways(page, "/account/confirm/")
    prove_it(page)
    for address in (
        "/account/app/",
        "/account/passkeys/new/",
        "/account/e-mail/",
        "/account/sessions/",
        "/account/",
        "/teams/",
        "/roles/",
        f"/teams/{cast.team.pk}/",
        f"/members/{member.pk}/",
        f"/teams/{cast.team.pk}/audit/",
    ):
        page.goto(address)
        is_fine_both_ways(page, address)
    page.goto(f"/teams/{cast.team.pk}/members/")
    is_fine_both_ways(page, "the members", "members")
