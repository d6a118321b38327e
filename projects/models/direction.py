"""How a line is to be spoken: the fields that a project, a paragraph and a take have in common."""

from django.db import models

from projects.speech import voices

# Which voices there are is for the team's endpoint to say (actions.endpoint.voices).
VOICE_CHARACTERS = 200
LANGUAGE_CHOICES = [(name, name) for name in voices.LANGUAGES]
# Longer ones are refused by the form; the endpoint's own limit is 1,600 tokens (contract 4).
INSTRUCTIONS_CHARACTERS = 1600


class Direction(models.Model):
    """Voice, language and instructions, complete: nothing is inherited from elsewhere."""

    voice = models.CharField(max_length=VOICE_CHARACTERS, default="Neil")
    language = models.CharField(max_length=20, choices=LANGUAGE_CHOICES, default="Auto")
    instructions = models.TextField("direction", blank=True, max_length=INSTRUCTIONS_CHARACTERS)
    optimize_instructions = models.BooleanField("let the endpoint elaborate the direction", default=False)

    class Meta:
        abstract = True
