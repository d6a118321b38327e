from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "narrator.studio"
    label = "studio"
