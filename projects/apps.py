from django.apps import AppConfig

from narrator.sentences import KNOWN
from projects.sentences import MARKED


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        KNOWN.append(MARKED)
