import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MODELS = ("verdict", "comment")


def _key(to):
    return models.ForeignKey(
        db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=to
    )


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0030_indexes"),
        ("teams", "0003_user_language"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(model_name=name, name=key, field=_key(to))
        for name in MODELS
        for key, to in (("project", "projects.project"), ("team", "teams.team"))
    ]
