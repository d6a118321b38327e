"""What changes a whole project at once."""

from django.db import transaction

from projects.actions import reach
from projects.models import Paragraph, Project, Script


@transaction.atomic
def direct(project: Project) -> int:
    """Save a project's changed direction and pauses, and mark the lines it reaches as changed.

    Returns how many lines would now be sent differently; their takes are kept and are stale.
    """
    reach.hold(project.pk)
    project.save()
    return reach.settle(project)


@transaction.atomic
def direct_script(script: Script) -> int:
    """Save a script's changed direction; the rest as for a project."""
    project = reach.hold(script.project_id)
    script.save(update_fields=["voice", "language", "instructions"])
    return reach.settle(project, Paragraph.objects.filter(script=script))
