"""Who speaks, and how: what a layer of a direction says, characters, and whose the found names are."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from narrator import sentences
from projects.actions.directing import Wish, Words
from projects.actions.speakers import SURE
from projects.forms import LinesField, VoiceField, checked
from projects.models import Character, Paragraph, Project, Script
from projects.models.direction import FIELDS, INSTRUCTIONS_CHARACTERS, LANGUAGE_CHOICES
from projects.models.guides import Said
from projects.models.paragraphs import SPOKEN_KINDS, LineKind
from projects.speech.voices import Voice


class LayerForm(forms.ModelForm):
    """What a layer says of the direction; blank leaves it to the layers above, whose values the fields show."""

    voice = VoiceField(label=_("Voice"), required=False)

    def __init__(
        self,
        *args: Any,
        inherited: dict[str, Said],
        project: Project,
        voices: Iterable[Voice] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        voice, language, said = (inherited[name] for name in FIELDS)
        offered: VoiceField = self.fields["voice"]  # type: ignore[assignment]
        offered.offer(
            project.team_id,
            present=self.instance.voice,
            blank=_("%(value)s, from %(origin)s") % {"value": voice.value, "origin": voice.origin},
            language=language.value,
            project_id=project.pk,
            voices=voices,
        )
        field: forms.ChoiceField = self.fields["language"]  # type: ignore[assignment]
        field.choices = [
            (
                "",
                _("%(value)s, from %(origin)s")
                % {"value": sentences.said(language.value), "origin": language.origin},
            ),
            *LANGUAGE_CHOICES,
        ]
        placeholder = (
            _("From %(origin)s: %(value)s") % {"origin": said.origin, "value": said.value}
            if said.value
            else _("None")
        )
        self.fields["instructions"].widget.attrs["placeholder"] = placeholder

    def clean_instructions(self) -> str:
        return checked(self.cleaned_data["instructions"])


class DirectionForm(LayerForm):
    """What a line changes of its direction."""

    class Meta:
        model = Paragraph
        fields = ["voice", "language", "instructions", "kind", "pause_ms"]
        labels = {"language": _("Language"), "kind": _("Kind")}
        widgets = {"instructions": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, project=project, **kwargs)
        kind: forms.ChoiceField = self.fields["kind"]  # type: ignore[assignment]
        kind.choices = SPOKEN_KINDS
        usual = {LineKind.TITLE: project.title_pause_ms, LineKind.SCENE_END: project.scene_pause_ms}
        pause_ms = usual.get(LineKind(self.instance.kind), project.pause_ms)
        self.fields["pause_ms"].widget.attrs["placeholder"] = f"{pause_ms}"


class ScriptDirectionForm(LayerForm):
    """What a chapter changes of the project's direction."""

    class Meta:
        model = Script
        fields = ["voice", "language", "instructions"]
        labels = {"language": _("Language")}
        widgets = {"instructions": forms.Textarea(attrs={"rows": 3})}


class LinesDirectionForm(forms.Form):
    """Who speaks a number of lines and how; whatever is left as it is stays so in each of them."""

    KEEP, INHERIT = "keep", ""
    lines = LinesField(widget=forms.HiddenInput, error_messages={"required": _("Select a line first.")})
    character = forms.ChoiceField(label=_("Character"), required=False)
    voice = VoiceField(label=_("Voice"), required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[(KEEP, _("As it is")), (INHERIT, _("As inherited")), *LANGUAGE_CHOICES],
    )
    words = forms.ChoiceField(
        label=_("Direction"),
        required=False,
        choices=[
            (Words.KEEP, _("As it is")),
            (Words.INSTEAD, _("These words instead")),
            (Words.BESIDES, _("These words besides")),
            (Words.INHERIT, _("As inherited")),
        ],
    )
    instructions = forms.CharField(
        required=False,
        max_length=INSTRUCTIONS_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3, "aria-label": _("Words of direction")}),
    )

    def __init__(self, data: Any, *, project: Project) -> None:
        usual = {"character": self.KEEP, "voice": self.KEEP, "language": self.KEEP}
        super().__init__({**usual, **data.dict()}, auto_id="lines_%s")
        self.project = project
        cast = [(str(one.pk), one.name) for one in project.characters.filter(is_narrator=False)]
        character: forms.ChoiceField = self.fields["character"]  # type: ignore[assignment]
        character.choices = [(self.KEEP, _("As it is")), (self.INHERIT, _("Narrator")), *cast]
        voice: VoiceField = self.fields["voice"]  # type: ignore[assignment]
        voice.offer(
            project.team_id, blank=gettext("As inherited"), language=project.language, project_id=project.pk
        )
        voice.choices = [(self.KEEP, _("As it is")), *voice.choices]  # type: ignore[misc]

    def clean_instructions(self) -> str:
        return checked(self.cleaned_data["instructions"])

    def clean(self) -> dict[str, Any]:
        """Words alone mean that they are wanted instead of what each line says."""
        cleaned = super().clean() or {}
        if cleaned.get("instructions") and not cleaned.get("words"):
            cleaned["words"] = Words.INSTEAD
        lacks = cleaned.get("words") in (Words.INSTEAD, Words.BESIDES) and cleaned.get("instructions") == ""
        if lacks:
            self.add_error("instructions", _("Write the words, or leave the direction as it is."))
        return cleaned

    def wish(self) -> Wish:
        """What actions.directing is to be told."""
        cleaned, named = self.cleaned_data, self.cleaned_data["character"]
        known = self.project.characters.get(pk=named) if named.isdecimal() else None
        voice, language = (
            None if cleaned[name] == self.KEEP else cleaned[name] for name in ("voice", "language")
        )
        words = Words(cleaned["words"])
        return Wish(named != self.KEEP, known, voice, language, words, cleaned["instructions"])


class CharacterForm(LayerForm):
    """Who a character is, and how it speaks."""

    class Meta:
        model = Character
        fields = ["name", "colour", "voice", "instructions", "language", "is_narrator"]
        labels = {"name": _("Name"), "colour": _("Colour"), "language": _("Language")}
        widgets = {"instructions": forms.Textarea(attrs={"rows": 3}), "colour": forms.RadioSelect}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if taken := self._others().filter(name__iexact=name).first():
            raise forms.ValidationError(
                _("There is a character %(taken)s already. Choose another name, or merge the two.")
                % {"taken": taken}
            )
        return name

    def clean_is_narrator(self) -> bool:
        wanted: bool = self.cleaned_data["is_narrator"]
        if wanted and (narrator := self._others().filter(is_narrator=True).first()):
            raise forms.ValidationError(
                _("%(narrator)s speaks those lines already. Only one character can.") % {"narrator": narrator}
            )
        return wanted

    def _others(self) -> QuerySet[Character]:
        return self.instance.project.characters.exclude(pk=self.instance.pk)


class DecisionForm(forms.Form):
    """Who is behind names that were found: the ticked ones, whose they are, and how sure their lines must be."""

    NEW, NOBODY = "new", "nobody"
    names = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Tick at least one name.")}
    )
    to = forms.ChoiceField(label=_("They are"))
    least = forms.TypedChoiceField(
        label=_("Lines"),
        coerce=int,
        choices=[(0, _("All their lines")), (SURE, _("Only the sure ones"))],
        initial=0,
    )

    def __init__(self, *args: Any, project: Project, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.fields["names"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        cast = [(str(one.pk), one.name) for one in project.characters.filter(is_narrator=False)]
        to: forms.ChoiceField = self.fields["to"]  # type: ignore[assignment]
        to.choices = [(self.NEW, _("A new character each")), *cast, (self.NOBODY, _("Nobody: ignore them"))]

    def decision(self) -> dict[str, Any]:
        """What actions.cast.decide is to be told."""
        to, cleaned = self.cleaned_data["to"], self.cleaned_data
        known = None if to in (self.NEW, self.NOBODY) else self.project.characters.get(pk=to)
        options = {"names": cleaned["names"], "least": cleaned["least"]}
        return {**options, "character": known, "each_new": to == self.NEW}


class SpeakerForm(forms.Form):
    """Who one line's speaker is: a character of the project, or nobody but the narrator."""

    character = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)

    def __init__(self, characters: Iterable[Character], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.TypedChoiceField = self.fields["character"]  # type: ignore[assignment]
        cast = [(one.pk, one.name) for one in characters if not one.is_narrator]
        field.choices = [("", _("Narrator")), *cast]
