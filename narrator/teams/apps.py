from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "narrator.teams"
    label = "teams"
