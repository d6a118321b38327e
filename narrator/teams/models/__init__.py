"""Who: people, teams, and what a person is in a team. What they work on is in projects/models."""

from narrator.teams.models.audit import AuditEvent, AuditKind
from narrator.teams.models.invitations import Invitation
from narrator.teams.models.people import User, UserManager
from narrator.teams.models.teams import Membership, Role, Team

__all__ = ["AuditEvent", "AuditKind", "Invitation", "Membership", "Role", "Team", "User", "UserManager"]
