"""Everything that the pages do, the API does: each address of a page has its act there, or stands here with why not.

An act of a page and one of the API have the same name; where they differ, it is said here.
"""

from narrator.accounts import urls as account_urls
from narrator.teams import urls as team_urls
from projects import urls
from projects.api.site import api

# The address of a page: the acts of the API that do what it does, under other names.
OTHERWISE: dict[str, tuple[str, ...]] = {
    "account": ("me",),
    "team-list": ("me", "team_new"),
    "team-projects": ("project_list",),
    "manuscript-preview": ("manuscript_detail", "manuscript_import"),
    "manuscript-arrange": ("manuscript_import",),
    "manuscript-passages": ("manuscript_detail", "line_list"),
    "paragraph-detail": ("line_detail", "take_list"),
    "paragraph-text": ("line_edit",),
    "paragraph-direction": ("line_edit",),
    "paragraph-character": ("line_edit",),
    "paragraph-split": ("line_split",),
    "paragraph-merge": ("line_merge",),
    "paragraph-render": ("take_new",),
    "paragraph-alternatives": ("take_new",),
    "paragraph-verdict": ("verdict_new",),
    "lines-direction": ("lines_direct",),
    "script-captions": ("script_text",),
    "script-changes": ("script_detail", "line_list"),
    "lexicon-project-csv": ("lexicon_project",),
    "lexicon-team-csv": ("lexicon_team",),
    "lexicon-expansions": ("lexicon_project_change",),
    "entry-edit": ("lexicon_project_change", "lexicon_team_change"),
    "entry-remove": ("lexicon_project_change", "lexicon_team_change"),
    "pickup-csv": ("pickup_sheet",),
    "audit-csv": ("audit_list",),
    "usage": ("team_usage",),
    "usage-csv": ("call_list",),
    "endpoint-list": ("endpoint_detail",),
}
SIGNING_IN = "A person proves who they are, at a screen; a program comes with a token."
NO_TOKENS = "A token that could make tokens would be as good as a password."
DRAWN = "A picture for the player; a program has the sound and draws its own."
PAGED = "Where the window of a page stands in a long script; a program asks for lines page by page."
# What is for a person at a screen alone, and why.
PAGES_ONLY: dict[str, str] = {
    **dict.fromkeys(("token-list", "token-new", "token-revoke"), NO_TOKENS),
    **dict.fromkeys(("take-waveform", "take-whole", "take-seam-waveform"), DRAWN),
    **dict.fromkeys(("script-order", "script-window"), PAGED),
    "take-live": "A sound that is heard while it comes; a program follows the take and fetches it whole.",
    "join": "Somebody joins a team by a link that was given to them, which is theirs to press.",
    "language": "In which language pages are read; a program is answered in English.",
    "role-list": "What each role may do, to be read: docs/roles.md.",
}


def acts() -> set[str]:
    paths = api.get_openapi_schema()["paths"].values()
    return {act["operationId"] for path in paths for act in path.values()}


def pages() -> dict[str, str]:
    """Every address by name, with why no program needs it; "" where one may."""
    own = {one.name or "": "" for one in (*urls.urlpatterns, *team_urls.urlpatterns)}
    signing_in = {one.name or "": SIGNING_IN for one in account_urls.urlpatterns}
    return {**signing_in, "account": "", **own, **PAGES_ONLY}


def test_what_a_page_does_the_api_does() -> None:
    there, found = acts(), pages()
    same = {page for page in found if page.replace("-", "_") in there}
    lacking = {page for page, why in found.items() if not why} - same - OTHERWISE.keys()
    assert lacking == set(), "pages without an act of the API: write it, or say here why there is none"
    assert {act for named in OTHERWISE.values() for act in named} <= there
    assert not same & {*OTHERWISE, *PAGES_ONLY}, "these need no line here"
    addresses = {one.name for one in (*urls.urlpatterns, *team_urls.urlpatterns, *account_urls.urlpatterns)}
    assert {*OTHERWISE, *PAGES_ONLY} <= addresses, "these are no addresses any more"
