from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from narrator.sentences import KNOWN
from projects.sentences import MARKED


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        KNOWN.append(MARKED)
