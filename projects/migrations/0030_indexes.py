from django.conf import settings
from django.db import migrations, models

from narrator.indexes import Reindex, where_set


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("projects", "0029_own_voices"),
        ("teams", "0003_user_language"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Reindex(
            add={
                "take": [
                    models.Index(fields=["project", "digest"], name="take_of_digest"),
                    where_set("sound", "take_of_sound"),
                    where_set("whole", "take_of_whole"),
                    where_set("retake_of", "take_retakes"),
                    where_set("reused_from", "take_reuses"),
                ],
                "paragraph": [
                    where_set(key, f"paragraph_{key}") for key in ("character", "chosen", "latest", "verdict")
                ],
            },
            remove={"take": ["take_reuse"]},
            unindex={
                "take": [
                    *("paragraph", "project", "team", "sound", "whole", "retake_of", "reused_from"),
                    *("created_by", "trimmed_by", "cleared_by", "discarded_by"),
                ],
                "paragraph": [
                    *("script", "character", "chosen", "latest", "verdict", "edited_by", "locked_by")
                ],
                "call": ["team", "project", "person"],
                "edit": ["script"],
                "change": ["edit"],
                "run": ["team"],
            },
        ),
    ]
