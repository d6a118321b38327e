"""Clean input, nothing else."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from narrator.sentences import said
from narrator.teams.models import Team
from projects.actions import endpoint, lines
from projects.models import Paragraph, Price, Project
from projects.models.money import MICRO
from projects.models.paragraphs import SPOKEN_KINDS
from projects.models.projects import LONGEST_PAUSE_MS
from projects.models.takes import Source
from projects.speech import instructions
from projects.speech.line import is_speakable
from projects.speech.voices import Voice

PASTE_CHARACTERS = 2_000_000
LINES_AT_ONCE = 20_000


class VoiceField(forms.ChoiceField):
    """One of the voices of the team's endpoint, each with what it is like. A form calls ``offer`` when it is made.

    ``samples`` is where they can be heard, for the page.
    """

    samples = ""

    def offer(
        self,
        team_id: int,
        *,
        present: str = "",
        blank: str = "",
        language: str = "",
        project_id: int | None = None,
        voices: Iterable[Voice] | None = None,
    ) -> None:
        """Offer the team's voices. ``present``: a voice that may stay although the endpoint does not have it.

        ``blank``: what it means to choose none, where that is allowed. ``language``: that of the text, as a direction
        says it, of the project where there is one: in it the voices can be heard. ``voices`` are the team's where
        they are known; else it is one query.
        """
        known = endpoint.voices(team_id) if voices is None else voices
        offered = [(voice.name, said(voice.label)) for voice in known]
        if not offered:
            self.error_messages["required"] = _(
                "No voice of the team's endpoint is known. An admin of the team can list or type them."
            )
        if present and present not in dict(offered):
            offered.insert(0, (present, _("%(voice)s · unknown to the team's endpoint") % {"voice": present}))
        self.choices = [("", blank), *offered] if blank else offered
        if language:
            of_text = {"language": language} | ({"project": project_id} if project_id else {})
            self.samples = f"{reverse('sample-list', args=[team_id])}?{urlencode(of_text)}"


def checked(text: str) -> str:
    """A direction that the endpoint takes, without white space around it."""
    if fault := instructions.fault(text):
        raise forms.ValidationError(said(fault))
    return text.strip()


class HandedInForm(forms.Form):
    """A file or a pasted text."""

    file = forms.FileField(required=False)
    text = forms.CharField(required=False, max_length=PASTE_CHARACTERS, widget=forms.Textarea)

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data["file"]
        if file is not None and file.size > settings.UPLOAD_LIMIT_BYTES:
            limit = settings.UPLOAD_LIMIT_BYTES // 2**20
            raise forms.ValidationError(
                _("This file is larger than %(limit)s MB. Split the book into parts and import each.")
                % {"limit": limit}
            )
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("file")) == bool(cleaned.get("text", "").strip()):
            raise forms.ValidationError(_("Choose a file or paste a text, one of the two."))
        return cleaned

    def manuscript(self) -> tuple[bytes, str]:
        """The bytes handed in, and their file name."""
        file = self.cleaned_data["file"]
        if file is not None:
            return file.read(), file.name
        return self.cleaned_data["text"].encode(), "Pasted text.txt"


class ManuscriptForm(HandedInForm):
    """A manuscript of a new project, for one of the person's teams."""

    team = forms.ModelChoiceField(Team.objects.none())

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["team"]  # type: ignore[assignment]
        field.queryset = Team.objects.filter(pk__in=[team.pk for team in teams])
        field.empty_label = None


class AmountField(forms.DecimalField):
    """An amount of money: people see and write it in units of the currency, the rows keep whole millionths."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_digits": 14, "decimal_places": 2, **options})

    def prepare_value(self, value: Any) -> Any:
        """Write millionths with at least two decimals; what a person has typed is shown as it is."""
        if not isinstance(value, int):
            return value
        digits = f"{value // MICRO}.{value % MICRO:06}".rstrip("0")
        whole, _, rest = digits.partition(".")
        return f"{whole}.{rest:0<2}"

    def clean(self, value: Any) -> Any:
        amount: Decimal | None = super().clean(value)
        return None if amount is None else int(amount * MICRO)


class PriceForm(forms.ModelForm):
    """A team's prices and its monthly cap."""

    currency = forms.RegexField("^[A-Za-z]{3}$", max_length=3, strip=True)
    per_10k_micro = AmountField(decimal_places=6)
    confirm_above_micro = AmountField()
    monthly_cap_micro = AmountField(required=False)

    class Meta:
        model = Price
        fields = ["currency", "per_10k_micro", "confirm_above_micro", "monthly_cap_micro"]

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()


CHECKS = ("check_pause_ms", "check_level_db", "check_pace_percent", "retakes")
# Left empty, these stay as they were.
KEPT = (*CHECKS, "scene_pause_ms", "title_pause_ms")


class ProjectForm(forms.ModelForm):
    """A project's name, pauses and the direction its lines inherit; its cap only where ``may_set_cap``."""

    voice = VoiceField(label=_("Voice"))
    cap_micro = AmountField(required=False)

    class Meta:
        model = Project
        fields = [
            "title",
            "author",
            "voice",
            "language",
            "instructions",
            "optimize_instructions",
            "pause_ms",
            "speaker_pause_ms",
            "scene_pause_ms",
            "title_pause_ms",
            "chapter_pause_ms",
            *CHECKS,
            "cap_micro",
        ]
        labels = {"title": _("Title"), "author": _("Author"), "language": _("Language")}
        widgets = {
            "instructions": forms.Textarea(attrs={"rows": 3}),
            "speaker_pause_ms": forms.NumberInput(attrs={"placeholder": _("as after a line")}),
        }

    def __init__(self, *args: Any, may_set_cap: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        voice: VoiceField = self.fields["voice"]  # type: ignore[assignment]
        row = self.instance
        voice.offer(row.team_id, present=row.voice, language=row.language, project_id=row.pk)
        for name in KEPT:
            self.fields[name].required = False
        if not may_set_cap:
            del self.fields["cap_micro"]

    def clean_instructions(self) -> str:
        return checked(self.cleaned_data["instructions"])

    def clean(self) -> dict[str, Any]:
        """A limit or pause that is left empty stays as it was."""
        cleaned = super().clean() or {}
        kept = {name: getattr(self.instance, name) for name in KEPT if cleaned.get(name) is None}
        return {**cleaned, **kept}


class SpokenField(forms.CharField):
    """A text that has something to speak."""

    widget = forms.Textarea

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).replace("\r\n", "\n").strip()
        if text and not is_speakable(text):
            raise forms.ValidationError(_("There is nothing to speak in this line. Write at least one word."))
        return text


class TextForm(forms.Form):
    """A line's text. ``opened`` names the text it had when the form was opened; ``back`` puts a deleted one back.

    No form of the model's: that would ask the database whether the text is empty.
    """

    text = SpokenField()
    opened = forms.CharField(required=False)
    back = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, instance: Paragraph) -> None:
        super().__init__(data, initial={"text": instance.text})
        self._line = instance

    def line(self) -> Paragraph:
        """The line with this text; saving it is the caller's."""
        self._line.text = self.cleaned_data["text"]
        return self._line


class SplitForm(TextForm):
    """A line's text, cut in two."""

    rest = SpokenField()


class LinesField(forms.CharField):
    """The ids of lines, separated by commas: one field, however many they are."""

    def clean(self, value: Any) -> list[int]:
        ids = str(super().clean(value)).split(",")
        if len(ids) > LINES_AT_ONCE or not all(one.isdecimal() and len(one) < 19 for one in ids):
            raise forms.ValidationError(_("These are not lines of this script. Load the page again."))
        return [int(one) for one in dict.fromkeys(ids)]


class LinesForm(forms.Form):
    """Which lines an act is for, and where they go or how they change."""

    lines = LinesField(error_messages={"required": _("Select a line first.")})
    after = forms.IntegerField(required=False, min_value=1)
    to = forms.IntegerField(required=False, min_value=1)
    kind = forms.ChoiceField(required=False, choices=SPOKEN_KINDS)
    pause_ms = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST_PAUSE_MS,
        error_messages={
            "invalid": _("Write the pause as a number of milliseconds."),
            "max_value": format_lazy(_("A pause is {seconds} s at most."), seconds=LONGEST_PAUSE_MS // 1000),
        },
    )


class InsertForm(forms.Form):
    """Text for new lines; a blank line in it begins another one."""

    text = forms.CharField(
        max_length=PASTE_CHARACTERS, error_messages={"required": _("Write what is to be spoken.")}
    )
    after = forms.IntegerField(required=False, min_value=1)

    def clean_text(self) -> list[str]:
        texts = lines.parted(self.cleaned_data["text"])
        if not texts:
            raise forms.ValidationError(_("There is nothing to speak in this text. Write at least one word."))
        if len(texts) > LINES_AT_ONCE:
            raise forms.ValidationError(
                _("This is more than %(count)s lines. Import it as a manuscript.")
                % {"count": f"{LINES_AT_ONCE:,}"}
            )
        return texts


class RecordingForm(forms.Form):
    """A take that a person hands in."""

    file = forms.FileField()
    source = forms.ChoiceField(choices=[(Source.UPLOADED, ""), (Source.RECORDED, "")])

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.UPLOAD_LIMIT_BYTES:
            limit = settings.UPLOAD_LIMIT_BYTES // 2**20
            raise forms.ValidationError(
                _("This file is larger than %(limit)s MB. Hand in a shorter or a smaller one.")
                % {"limit": limit}
            )
        return file
