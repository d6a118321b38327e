"""One line heard as a change of a lexicon would have it, before the change is made. A call like any other, and paid."""

from dataclasses import replace

from django.core.files.storage import default_storage

from narrator.teams.models import User
from projects.actions import endpoint, estimates, trials
from projects.actions.lexicons import Change, Heard
from projects.models import Guide, Paragraph, Price, Project, TeamEndpoint


def folder(team_id: int) -> str:
    return f"trials/{team_id}/lexicon"


def place(team_id: int, name: str) -> str:
    """Where the store has a sample."""
    return f"{folder(team_id)}/{name}.wav"


def price(change: Change, heard: Heard) -> str:
    """What hearing this line costs: ``¥ 0.01``."""
    project = Project.objects.get(pk=heard.project_id)
    of_one = estimates.of_texts([heard.spoken.text], project.language, Price.of(change.scope.team.pk))
    return of_one.amount


def speak(change: Change, heard: Heard, *, by: User | None) -> str:
    """Speak this line as the change would have it, and return the sample's name; once, if nothing else is heard since.

    Raises SpeechError.
    """
    team = change.scope.team
    guide = Guide.of(heard.project_id)
    guide = guide.replacing(lexicon=change.lexicon(guide.project))
    speaker = endpoint.speaker(team.pk)
    line = replace(Paragraph.objects.get(pk=heard.pk).line(guide), model=speaker.model)
    name = line.digest[:32]
    if not default_storage.exists(place(team.pk, name)):
        spoken = trials.say(team, TeamEndpoint.of(team.pk), line, by=by)
        trials.keep(folder(team.pk), name, spoken.speech.pcm)
    return name
