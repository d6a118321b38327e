"""The work in Django's admin: to look, and to find what failed. Changes are made in the studio's own pages."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from projects.models import Export, Manuscript, Project, Script, Take


class LookOnly(admin.ModelAdmin):
    """Rows that the actions write: an admin may read them, and change nothing past the rules."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


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


@admin.register(Take)
class TakeAdmin(LookOnly):
    list_display = [
        "__str__",
        "project",
        "voice",
        "status",
        "error_code",
        "duration_ms",
        "created_at",
    ]
    list_filter = ["status", "error_code", "voice", "team"]
    list_select_related = ["project"]
    search_fields = ["text", "request_id", "error_code"]
    exclude = ["peaks"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Take]:
        return super().get_queryset(request).defer("peaks")


@admin.register(Export)
class ExportAdmin(LookOnly):
    list_display = ["__str__", "project", "status", "size_bytes", "created_by", "created_at"]
    list_filter = ["status", "format"]
    list_select_related = ["project", "created_by"]


@admin.register(Manuscript)
class ManuscriptAdmin(LookOnly):
    list_display = ["filename", "team", "project", "created_by", "created_at"]
    list_select_related = ["team", "project", "created_by"]
