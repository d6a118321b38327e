"""Rows, the questions they answer, and the moves their statuses may make. No network, no files but their names."""

from projects.models.activity import Act, ActKind
from projects.models.archives import Archive, ArchiveStatus
from projects.models.characters import CastChange, Character, Speaker
from projects.models.checks import Usual
from projects.models.clips import Clip
from projects.models.destinations import Destination
from projects.models.edits import Change, Edit
from projects.models.endpoints import EndpointKind, TeamEndpoint
from projects.models.exports import Export, ExportStatus
from projects.models.feeds import Feed
from projects.models.guests import GuestLink
from projects.models.guides import Guide
from projects.models.lexicons import LexiconChange, LexiconEntry
from projects.models.manuscripts import Manuscript
from projects.models.money import Call, CallState, Price, Spend
from projects.models.notifications import Notification, Wishes
from projects.models.paragraphs import Paragraph
from projects.models.pickups import PickupRecording
from projects.models.projects import Project
from projects.models.records import CallRecord
from projects.models.retention import Pruning
from projects.models.returns import Return
from projects.models.reviews import Assignment, Comment, Verdict
from projects.models.revisions import Revision
from projects.models.runs import Hold, Run, RunState
from projects.models.samples import Sample
from projects.models.scripts import Script
from projects.models.sounds import Sound
from projects.models.takes import Take, TakeStatus
from projects.models.tokens import ApiAnswer, ApiToken

__all__ = [
    "Act",
    "ActKind",
    "ApiAnswer",
    "ApiToken",
    "Archive",
    "ArchiveStatus",
    "Assignment",
    "Call",
    "CallRecord",
    "CallState",
    "CastChange",
    "Change",
    "Character",
    "Clip",
    "Comment",
    "Destination",
    "Edit",
    "EndpointKind",
    "Export",
    "ExportStatus",
    "Feed",
    "GuestLink",
    "Guide",
    "Hold",
    "LexiconChange",
    "LexiconEntry",
    "Manuscript",
    "Notification",
    "Paragraph",
    "PickupRecording",
    "Price",
    "Project",
    "Pruning",
    "Return",
    "Revision",
    "Run",
    "RunState",
    "Sample",
    "Script",
    "Sound",
    "Speaker",
    "Spend",
    "Take",
    "TakeStatus",
    "TeamEndpoint",
    "Usual",
    "Verdict",
    "Wishes",
]
