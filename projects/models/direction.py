"""How a line is to be spoken: a whole direction, as projects and takes have it, and what one layer says of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.speech import voices

# Which voices there are is for the team's endpoint to say (actions.endpoint.voices).
VOICE_CHARACTERS = 200
LANGUAGE_CHOICES = [(name, _(name)) for name in voices.LANGUAGES]
# What a column holds; which directions the endpoint takes is said in speech/instructions.py.
INSTRUCTIONS_CHARACTERS = 1600
FIELDS = ("voice", "language", "instructions")


class Direction(models.Model):
    """Voice, language and instructions, complete: nothing is inherited from elsewhere."""

    voice = models.CharField(max_length=VOICE_CHARACTERS, default="Neil")
    language = models.CharField(max_length=20, choices=LANGUAGE_CHOICES, default="Auto")
    instructions = models.TextField(_("direction"), blank=True, max_length=INSTRUCTIONS_CHARACTERS)
    optimize_instructions = models.BooleanField(_("let the endpoint elaborate the direction"), default=False)

    class Meta:
        abstract = True


class Layer(models.Model):
    """What a script, a character or a line says of how to speak; a blank field leaves it to the layer above."""

    voice = models.CharField(max_length=VOICE_CHARACTERS, blank=True)
    language = models.CharField(max_length=20, choices=LANGUAGE_CHOICES, blank=True)
    instructions = models.TextField(_("direction"), blank=True, max_length=INSTRUCTIONS_CHARACTERS)

    class Meta:
        abstract = True
