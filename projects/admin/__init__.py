"""The work in Django's admin: to look, to find what failed, and to judge or requeue takes in bulk (takes.py)."""

from django.apps import apps
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from narrator.names import give
from projects.admin.calls import CallAdmin
from projects.admin.history import LookOnly
from projects.admin.names import NAMES
from projects.admin.takes import TakeAdmin
from projects.models import (
    Act,
    Call,
    Comment,
    Export,
    GuestLink,
    Manuscript,
    Project,
    Pruning,
    Script,
    Take,
    Verdict,
)

give([*apps.get_app_config("teams").get_models(), *apps.get_app_config("projects").get_models()], NAMES)
admin.site.site_header = admin.site.site_title = _("Narrator administration")
admin.site.register(Take, TakeAdmin)
admin.site.register(Call, CallAdmin)


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ["title", "author", "team", "voice", "language", "created_at"]
    list_filter = ["team"]
    search_fields = ["title", "author"]
    raw_id_fields = ["team", "created_by"]


@admin.register(Script)
class ScriptAdmin(LookOnly):
    list_display = ["title", "project", "position", "version"]
    list_select_related = ["project"]
    search_fields = ["title", "project__title"]


@admin.register(Export)
class ExportAdmin(LookOnly):
    list_display = ["__str__", "project", "status", "size_bytes", "created_by", "created_at"]
    list_filter = ["status", "format"]
    list_select_related = ["project", "created_by"]


@admin.register(Manuscript)
class ManuscriptAdmin(LookOnly):
    list_display = ["filename", "team", "project", "created_by", "created_at"]
    list_select_related = ["team", "project", "created_by"]


@admin.register(Verdict)
class VerdictAdmin(LookOnly):
    list_display = ["at", "paragraph", "kind", "reason", "by", "guest"]
    list_filter = ["kind"]
    list_select_related = ["paragraph", "by", "guest"]
    search_fields = ["reason", "paragraph__text"]


@admin.register(Comment)
class CommentAdmin(LookOnly):
    list_display = ["at", "paragraph", "text", "by", "guest", "resolved_at"]
    list_select_related = ["paragraph", "by", "guest"]
    search_fields = ["text", "paragraph__text"]


@admin.register(GuestLink)
class GuestLinkAdmin(LookOnly):
    list_display = ["name", "project", "script", "expires_at", "revoked_at", "seen_at", "created_by"]
    list_select_related = ["project", "script", "created_by"]
    exclude = ["token_hash", "password"]


@admin.register(Pruning)
class PruningAdmin(LookOnly):
    list_display = [
        "begun_at",
        "finished_at",
        "by",
        "takes",
        "exports",
        "files",
        "freed_bytes",
        "waiting_bytes",
    ]
    list_select_related = ["by"]


@admin.register(Act)
class ActAdmin(LookOnly):
    list_display = ["at", "team_number", "project_number", "kind", "who", "words"]
    list_filter = ["kind"]
    date_hierarchy = "at"
    search_fields = ["who", "words"]

    # What they lead to may be gone.
    @admin.display(description=pgettext_lazy("field", "team"), ordering="team_id")
    def team_number(self, act: Act) -> int:
        return act.team_id

    @admin.display(description=pgettext_lazy("field", "project"), ordering="project_id")
    def project_number(self, act: Act) -> int | None:
        return act.project_id
