"""What an admin may read and nobody may change: history."""

from django.contrib import admin
from django.http import HttpRequest


class LookOnly(admin.ModelAdmin):
    """Rows that the actions write: an admin may read them, and change nothing past the rules."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False
