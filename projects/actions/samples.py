"""Samples of the voices that a team may choose: a sentence in the language of the script, spoken once and kept.

Once for an endpoint with its token, a model, a voice and a language: teams that share these share the sound.
"""

from dataclasses import dataclass

import numpy as np
from django.utils import timezone

from narrator.teams.models import Team, User
from projects.actions import accounts, endpoint, sounds, trials
from projects.actions.manuscripts import endpoint_language
from projects.manuscript import language as languages
from projects.models import Paragraph, Price, Project, Sample
from projects.models.money import cost_micro
from projects.sentences import gettext_noop
from projects.speech import errors
from projects.speech.budget import billing_characters
from projects.speech.line import Line
from projects.speech.voices import Voice

# A plain sentence, a question, and something between the lines: what tells voices apart.
SENTENCES = {
    "Chinese": "信送到的时候，夜已经深了。“是谁送来的？”她问道，可是没有人回答。",
    "English": "It was late when the letter came. “Who brought it?” she asked, and nobody answered.",
    "French": "Il était tard quand la lettre arriva. « Qui l’a apportée ? » demanda-t-elle, et personne ne répondit.",
    "German": "Es war spät, als der Brief kam. „Wer hat ihn gebracht?“, fragte sie, und niemand antwortete.",
    "Italian": "Era tardi quando arrivò la lettera. «Chi l’ha portata?» chiese lei, e nessuno rispose.",
    "Japanese": "手紙が届いたのは、夜も更けたころだった。「だれが持ってきたの？」と彼女が聞いても、返事はなかった。",
    "Korean": "편지가 온 것은 늦은 밤이었다. “누가 가져왔지?” 그녀가 물었지만 아무도 대답하지 않았다.",
    "Portuguese": "Era tarde quando a carta chegou. “Quem a trouxe?”, perguntou ela, e ninguém respondeu.",
    "Russian": "Было поздно, когда пришло письмо. «Кто его принёс?» — спросила она, и никто не ответил.",
    "Spanish": "Era tarde cuando llegó la carta. «¿Quién la ha traído?», preguntó ella, y nadie respondió.",
}
USUAL = "English"
# A language that is not named is guessed from so many lines.
LINES_READ = 20


@dataclass(frozen=True)
class Voiced:
    """A voice with its sample, where there is one."""

    voice: Voice
    sample: Sample | None = None


def language_for(project: Project | None, said: str) -> str:
    """The language to sample voices in, where a direction says ``said``: that, else the one the text is in."""
    if said in SENTENCES or project is None:
        return said if said in SENTENCES else USUAL
    first = Paragraph.objects.filter(script__project=project).order_by("script__position", "position")
    text = " ".join(first.values_list("text", flat=True)[:LINES_READ])
    found = endpoint_language(languages.guess(text))
    return found if found in SENTENCES else USUAL


def price_micro(language: str, price: Price) -> int:
    """What one sample costs, in millionths, before it is asked for."""
    return cost_micro(billing_characters(SENTENCES[language]), price.per_10k_micro)


def listed(team: Team, language: str) -> list[Voiced]:
    """The voices of a team in its endpoint's order, each with its sample in this language."""
    voices = endpoint.voices_of(endpoint.row_of(team))
    digests = {voice.name: _line(team, voice.name, language).digest for voice in voices}
    spoken = Sample.objects.filter(account=accounts.of(team.pk).name, digest__in=digests.values())
    found = {sample.digest: sample for sample in spoken.exclude(sound=None)}
    return [Voiced(voice, found.get(digests[voice.name])) for voice in voices]


def speak(team: Team, *, voice: str, language: str, by: User | None) -> Sample:
    """The sample of a voice in a language, spoken now unless it is there.

    Raises SpeechError; ``Busy`` also where somebody else is having it spoken at this moment.
    """
    line, account = _line(team, voice, language), accounts.of(team.pk).name
    sample, _ = Sample.objects.get_or_create(account=account, digest=line.digest)
    if sample.sound_id:
        return sample
    now = timezone.now()
    if not Sample.objects.filter(pk=sample.pk).to_ask(now).update(asked_at=now):
        raise errors.Busy(
            gettext_noop("Somebody is having this sample spoken right now. Press again in a moment.")
        )
    try:
        spoken = trials.say(team, endpoint.row_of(team), line, by=by)
        sample.sound = sounds.keep(np.frombuffer(spoken.speech.pcm, dtype="<i2"))
    finally:
        sample.asked_at = None
        sample.save(update_fields=["sound", "asked_at"])
    return sample


def of_team(team: Team, sample_id: int) -> Sample | None:
    """A sample by its id, if it is one of the voices that speak for this team now."""
    rows = Sample.objects.select_related("sound").exclude(sound=None)
    return rows.filter(pk=sample_id, account=accounts.of(team.pk).name).first()


def _line(team: Team, voice: str, language: str) -> Line:
    row = endpoint.row_of(team)
    model = endpoint.installation().model if row is None else row.model
    return Line(SENTENCES[language], voice, language, model=model)
