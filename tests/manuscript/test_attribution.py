"""Who is said to speak, by the words beside a speech, in four languages."""

import pytest

from projects.manuscript import quotations
from projects.manuscript.attribution import cue


def who(text: str, language: str = "en") -> str | None:
    found = cue(quotations.parts(text), language)
    return found.who if found else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“That is all right,” said the Psychologist.", "Psychologist"),
        ("“There I object,” said Filby. “Of course a solid body may exist.”", "Filby"),
        ("“One might,” the Very Young Man thought.", "Very Young Man"),
        ("“It would be remarkable,” the Psychologist suggested.", "Psychologist"),
        ("“The experiment!” cried Filby, who was getting brain-weary.", "Filby"),
        ("“It seems a pity,” said the Editor of a well-known daily paper.", "Editor"),
        ("“To discover a society,” said I, “erected on a basis.”", "I"),
        ("“Story!” he cried.", "he"),
        ("“How nice!” she said ecstatically.", "she"),
        ("Then he turned and said: “Now I want you to understand.”", "he"),
        ("“Edwin comes today,” said Mrs. Ukridge.", "Mrs. Ukridge"),
        ("“Lor,” said the redheaded man calmly. “I thought you was burglars.”", "redheaded man"),
        ("“Ah,” the professor would say, “is that so?”", "professor"),
        ("“Agreed,” returned Sir Henry de Vere, and sat.", "Sir Henry de Vere"),
        ("“Certainly.” He laughed.", None),
        ("“Very well.”", None),
        ("Nobody said a word.", None),
    ],
)
def test_english(text: str, name: str | None) -> None:
    assert who(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("„Das ist richtig“, sagte der Psychologe.", "Psychologe"),
        ("»Warum?«, fragte Filby leise.", "Filby"),
        ("Herr Grünlich rief: „Kommen Sie!“", "Herr Grünlich"),
        ("„Nein“, erwiderte er.", "he"),
        ("„Gewiss“, antwortete die alte Frau mit einem Lächeln.", "alte Frau"),
    ],
)
def test_german(text: str, name: str) -> None:
    assert who(text, "de") == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("« C’est bien », dit Filby.", "Filby"),
        ("« Pourquoi ? » demanda le Psychologue.", "Psychologue"),
        ("« Jamais ! » s’écria-t-il.", "he"),
        ("« Venez », répondit Madame Bovary.", "Madame Bovary"),
    ],
)
def test_french(text: str, name: str) -> None:
    assert who(text, "fr") == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("掌櫃說：「孔乙己還欠十九個錢呢！」", "掌櫃"),
        ("「打折了腿了。」掌櫃說，「後來呢？」", "掌櫃"),
        ("巡警對我說：「你自己雇車罷。」", "巡警"),
        ("他又說道：「溫一碗酒。」", "he"),
        ("他們便問道：「好麼？」", "they"),
        ("「誰曉得？」掌櫃也不再問。", None),
        ("睜著眼說：「好。」", None),
        ("沒有人說：「好。」", None),
    ],
)
def test_chinese_says_nothing_rather_than_nonsense(text: str, name: str | None) -> None:
    assert who(text, "zh") == name
