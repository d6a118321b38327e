"""The demo project of a fresh installation: a short scene for two voices, written for Narrator (Apache-2.0)."""

from django.db import transaction

from narrator.teams.models import Membership, Role, Team, User
from projects.actions import cast, manuscripts
from projects.manuscript.manuscript import Chapter
from projects.models import Paragraph, Project

EMAIL = "mei@demo.example"
PASSWORD = "narrator-demo"  # noqa: S105 - printed at every start; the demo listens on loopback alone

TITLE, AUTHOR = "The Night Recording", "The Narrator team"
KEEPER, GUEST = "Vincent", "Maia"
KEEPER_DIRECTION = "Slow and warm, like someone who has told this story before."
GUEST_DIRECTION = "Curious and a little quick, a smile in the voice."

SCENE = (
    (KEEPER, "The archive closes at six, but the machines do not know that. At night they go on turning."),
    (GUEST, "So you stay and listen to them? Every night?"),
    (KEEPER, "Somebody has to. A tape that nobody hears turns to dust, first the sound and then the box."),
    (GUEST, "And this one? There is no label on it. Only a number, and a drawing of a bird."),
    (KEEPER, "That is the one I wanted to show you. Sit down. Mind the cable."),
    (
        KEEPER,
        "It came in a suitcase, forty years ago, from a house by the estuary. The owner had recorded every "
        "morning of her life. She opened the window, pressed the button, and said the date. Nothing else.",
    ),
    (GUEST, "Every morning? For how long?"),
    (
        KEEPER,
        "Thirty-one years. Eleven thousand mornings. You can hear the street change, if you have the time.",
    ),
    (
        KEEPER,
        "First there are horses. Then there are none. One summer a piano moves in next door, and learns.",
    ),
    (GUEST, "You mean the person learns."),
    (KEEPER, "No. I never heard the person. I only ever heard the piano get better."),
    (GUEST, "Play me the last one."),
    (KEEPER, "Are you sure? Most people ask for the first."),
    (GUEST, "The first one is a beginning. Anybody can imagine a beginning."),
    (KEEPER, "Very well. Listen."),
    (
        KEEPER,
        "There is the window. There is the rain. She says the date, a Tuesday in March, and then, for the only "
        "time in thirty-one years, she says one thing more.",
    ),
    (GUEST, "What does she say?"),
    (KEEPER, "She says: thank you for listening. And then you hear the piano begin."),
    (GUEST, "She knew that someone would."),
    (
        KEEPER,
        "She hoped so. That is all a recording is. Now help me find a label, and let us give it a name.",
    ),
)


@transaction.atomic
def seed() -> Project | None:
    """Make the demo's team, person and project; nothing, where anybody has an account already."""
    if User.objects.exists():
        return None
    team = Team.objects.create(name="Demo team")
    mei = User.objects.create_user(EMAIL, PASSWORD, name="Mei", is_staff=True, is_superuser=True)
    Membership.objects.create(team=team, user=mei, role=Role.OWNER)
    project = Project.objects.create(
        team=team,
        title=TITLE,
        author=AUTHOR,
        voice=KEEPER,
        language="English",
        instructions=KEEPER_DIRECTION,
        created_by=mei,
    )
    chapter = Chapter.of("A scene for two voices", [text for _, text in SCENE])
    script = manuscripts.add_script(project, chapter)
    guest = cast.add(project, name="Guest", voice=GUEST, instructions=GUEST_DIRECTION, by=mei)
    lines = [
        line.pk for line, (voice, _) in zip(script.paragraphs.all(), SCENE, strict=True) if voice == GUEST
    ]
    cast.assign(project, Paragraph.objects.filter(pk__in=lines), guest, by=mei)
    return project
