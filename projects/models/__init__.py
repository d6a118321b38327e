"""Rows, the questions they answer, and the moves their statuses may make. No network, no files but their names."""

from projects.models.exports import Export, ExportStatus
from projects.models.manuscripts import Manuscript
from projects.models.paragraphs import Paragraph
from projects.models.projects import Project
from projects.models.scripts import Script
from projects.models.takes import Take, TakeStatus

__all__ = ["Export", "ExportStatus", "Manuscript", "Paragraph", "Project", "Script", "Take", "TakeStatus"]
