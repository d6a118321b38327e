"""What changes a whole project at once."""

from django.db import transaction

from projects.actions import paragraphs
from projects.models import Paragraph, Project, Script


@transaction.atomic
def direct(project: Project) -> int:
    """Save a project's changed direction and pauses, and mark the lines it reaches as changed.

    Returns how many lines would now be sent differently; their takes are kept and are stale.
    """
    project.save()
    changed = 0
    for script in project.scripts.all():
        version = Script.next_version(script.pk)
        different = paragraphs.refresh(script.paragraphs.all(), project)
        for line in different:
            line.version = version
        Paragraph.objects.bulk_update(different, ["digest", "version"], batch_size=500)
        changed += len(different)
    return changed
