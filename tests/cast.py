"""The people of the tests: one team with a person in each role, a stranger with a team of her own, and nobody."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from narrator.teams.models import Membership, Role, Team, User

PASSWORD = "correct horse battery"


@dataclass
class Cast:
    """``team`` belongs to Olga; ``stranger`` has another team and must never see this one."""

    team: Team
    owner: User
    admin: User
    editor: User
    reviewer: User
    viewer: User
    stranger: User
    other_team: Team


def person(name: str, team: Team, role: Role) -> User:
    user = User.objects.create_user(f"{name.lower()}@example.org", PASSWORD, name=name)
    Membership.objects.create(team=team, user=user, role=role)
    return user


def assemble() -> Cast:
    """Make the whole cast in the database, all rows of a kind at once: most tests begin with it."""
    team, other = Team.objects.bulk_create([Team(name="Night Desk"), Team(name="Elsewhere")])
    parts = [
        ("Olga", team, Role.OWNER),
        ("Ada", team, Role.ADMIN),
        ("Edgar", team, Role.EDITOR),
        ("Rosa", team, Role.REVIEWER),
        ("Vito", team, Role.VIEWER),
        ("Sten", other, Role.OWNER),
    ]
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(email=f"{name.lower()}@example.org", password=password, name=name) for name, _, _ in parts
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    Membership.objects.bulk_create(
        Membership(team=of, user=user, role=role) for user, (_, of, role) in zip(users, parts, strict=True)
    )
    owner, admin, editor, reviewer, viewer, stranger = users
    return Cast(team, owner, admin, editor, reviewer, viewer, stranger, other)
