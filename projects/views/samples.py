"""The voices of a team, each with what it is like and a sample: as a page, and as the picker beside a field."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from narrator import media
from narrator.teams.models import Team
from narrator.teams.rights import Right
from narrator.web import Request, go, page_or_part
from projects import access
from projects.actions import connecting, endpoint, samples, sounds
from projects.forms.samples import LANGUAGES, SampleForm
from projects.models import Price, Project
from projects.sentences import gettext_noop
from projects.speech.errors import SpeechError
from projects.speech.voices import AGES, MOODS
from projects.views.rows import position

PAGE = "projects/samples.html"


@require_safe
def sample_list(request: Request, team_id: int) -> HttpResponse:
    """Every voice of a team. ``language``: as a direction says it, of ``project``; ``voice``: the present one."""
    team = access.team(request.user, team_id, least=Right.GENERATE)
    return page_or_part(request, PAGE, "picker", _list(request, team))


def _list(request: Request, team: Team, **more: Any) -> dict[str, Any]:
    project = Project.objects.filter(team=team, pk=position(request.GET.get("project")) or 0).first()
    language = samples.language_for(project, request.GET.get("language", ""))
    listed = samples.listed(team, language)
    price = Price.of(team.pk)
    return {
        "team": team,
        "language": language,
        "languages": LANGUAGES,
        "listed": listed,
        "sentence": samples.SENTENCES[language],
        "spoken_count": sum(1 for one in listed if one.sample),
        "amount_micro": samples.price_micro(language, price),
        "price": price,
        "endpoint_is_standin": endpoint.host_for(team) == endpoint.STANDIN,
        "kinds": _kinds(listed),
        **more,
    }


def _kinds(listed: list[samples.Voiced]) -> list[tuple[str, str, list[str]]]:
    """What voices can be looked for by: name, words for any, and the values; only where there is a choice."""
    voices = [one.voice for one in listed]
    moods = {mood for voice in voices for mood in voice.moods.split()}
    ages = {voice.age for voice in voices}
    kinds = [
        (
            gettext_noop("sex"),
            _("Any sex"),
            [sex for sex in ("female", "male") if any(voice.sex == sex for voice in voices)],
        ),
        (gettext_noop("age"), _("Any age"), [age for age in AGES if age in ages]),
        (gettext_noop("mood"), _("Any mood"), [mood for mood in MOODS if mood in moods]),
        (gettext_noop("accent"), _("Any accent"), sorted({voice.accent for voice in voices if voice.accent})),
    ]
    return [kind for kind in kinds if len(kind[2]) > 1]


@require_POST
def sample_new(request: Request, team_id: int) -> HttpResponse:
    """Hear a voice: its sample, which is spoken and paid for now unless it is there already."""
    team = access.team(request.user, team_id, least=Right.GENERATE)
    form = SampleForm(request.POST, team_id=team.pk)
    if not form.is_valid():
        raise Http404
    voice, language = form.cleaned_data["voice"], form.cleaned_data["language"]
    sample, failed = None, ""
    try:
        sample = samples.speak(team, voice=voice, language=language, by=request.user)
    except SpeechError as error:
        failed = connecting.reason(error)
    status = 422 if failed else 200
    if request.htmx:
        one = {"voice": {"name": voice}, "sample": sample}
        context = {"team": team, "one": one, "language": language, "failed": failed}
        return render(request, f"{PAGE}#hear", context, status=status)
    if failed:
        return render(request, PAGE, _list(request, team, failed=failed), status=status)
    there = reverse("sample-list", args=[team.pk])
    return go(request, f"{there}?language={language}#{slugify(voice)}")


@require_safe
def sample_audio(request: Request, team_id: int, sample_id: int) -> HttpResponseBase:
    """The sound of a sample."""
    team = access.team(request.user, team_id, least=Right.GENERATE)
    sample = samples.of_team(team, sample_id)
    if sample is None or sample.sound is None:
        raise Http404
    name = sounds.name_of(sample.sound.sha256)
    return media.serve(request, name, content_type="audio/wav", immutable=True)
