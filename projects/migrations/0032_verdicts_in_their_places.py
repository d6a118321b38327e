from django.db import migrations, models
from django.db.models import OuterRef

from narrator.indexes import Reindex, where_set

MODELS = ("verdict", "comment")
BATCH = 5_000


def place(apps, schema_editor):
    """Project and team of each row, as its line has them: so many rows in a transaction, as often as one likes."""
    lines = apps.get_model("projects", "Paragraph")._base_manager.filter(pk=OuterRef("paragraph"))
    for name in MODELS:
        rows = apps.get_model("projects", name)._base_manager.filter(project=None)
        last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
        for first in range(0, last + 1, BATCH):
            rows.filter(pk__gte=first, pk__lt=first + BATCH).update(
                project=lines.values("script__project"), team=lines.values("script__project__team")
            )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("projects", "0031_places_of_verdicts")]

    operations = [
        migrations.RunPython(place, migrations.RunPython.noop),
        Reindex(
            add={
                name: [
                    models.Index(fields=["project", "at", "id"], name=f"{name}_of_project"),
                    models.Index(fields=["team", "at", "id"], name=f"{name}_of_team"),
                    where_set("guest", f"{name}_of_guest"),
                ]
                for name in MODELS
            },
            unindex={name: ["guest"] for name in MODELS},
        ),
    ]
