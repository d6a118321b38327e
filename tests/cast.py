"""The people of the tests: one team with a person in each role, a stranger with a team of her own, and nobody."""

from dataclasses import dataclass

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
    """Make the whole cast in the database."""
    team, other = Team.objects.create(name="Night Desk"), Team.objects.create(name="Elsewhere")
    return Cast(
        team=team,
        owner=person("Olga", team, Role.OWNER),
        admin=person("Ada", team, Role.ADMIN),
        editor=person("Edgar", team, Role.EDITOR),
        reviewer=person("Rosa", team, Role.REVIEWER),
        viewer=person("Vito", team, Role.VIEWER),
        stranger=person("Sten", other, Role.OWNER),
        other_team=other,
    )
