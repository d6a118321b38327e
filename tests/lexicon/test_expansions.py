"""What is written short and spoken in full, kind by kind; and what has to stay as it is written."""

import pytest

from projects.lexicon import expansions
from projects.lexicon.entries import Entry
from projects.lexicon.lexicon import Lexicon


def expand(text: str, *kinds: str, language: str = "English") -> str:
    return Lexicon((), expansions.of(kinds)).say(text, language).text


@pytest.mark.parametrize(
    ("kind", "language", "text", "spoken"),
    [
        ("numbers", "English", "3 of 1,234 sheep", "three of one thousand two hundred thirty-four sheep"),
        ("numbers", "English", "the 21st, at 98.6", "the twenty-first, at ninety-eight point six"),
        ("numbers", "German", "42 Leute, 21 davon", "zweiundvierzig Leute, 21 davon"),
        ("numbers", "German", "1.200.000 Sterne", "eine Million zweihunderttausend Sterne"),
        ("numbers", "French", "42 pages et 21 pages", "quarante-deux pages et 21 pages"),
        ("numbers", "Spanish", "42 hombres, 300 mujeres", "cuarenta y dos hombres, 300 mujeres"),
        ("years", "English", "In 1984 he left.", "In nineteen eighty-four he left."),
        ("years", "English", "from 1984 to 1990", "from nineteen eighty-four to nineteen ninety"),
        ("years", "English", "the 1914–1918 war", "the nineteen fourteen to nineteen eighteen war"),
        ("years", "English", "in the 1920s", "in the nineteen twenties"),
        ("years", "English", "On March 12, 1805, it", "On March twelfth, eighteen oh-five, it"),
        (
            "years",
            "English",
            "the 3rd of May, 12 Jan. 1901",
            "the third of May, the twelfth of January, nineteen oh-one",
        ),
        ("years", "German", "im Jahr 1984", "im Jahr neunzehnhundertvierundachtzig"),
        ("roman", "English", "Chapter IV", "Chapter four"),
        ("roman", "English", "XII.", "twelve."),
        ("roman", "English", "Henry VIII met Louis XIV.", "Henry the Eighth met Louis the Fourteenth."),
        ("roman", "English", "World War II", "World War Two"),
        ("roman", "French", "Chapitre XII", "Chapitre douze"),
        ("abbreviations", "English", "Mr. and Mrs Pooter, e.g.", "Mr. and Missus Pooter, for example"),
        (
            "abbreviations",
            "English",
            "St. Mary, on Baker St., No. 5",
            "Saint Mary, on Baker Street, Number 5",
        ),
        (
            "abbreviations",
            "English",
            "Beer, ale, etc. He left etc.",
            "Beer, ale, et cetera. He left et cetera.",
        ),
        ("abbreviations", "German", "z. B. Dr. Müller usw.", "zum Beispiel Doktor Müller und so weiter."),
        ("abbreviations", "French", "M. Dupont et Mme Curie", "Monsieur Dupont et Madame Curie"),
        (
            "units",
            "English",
            "5 km, 1 kg, 5%, 98 °F",
            "5 kilometres, 1 kilogram, 5 percent, 98 degrees Fahrenheit",
        ),
        ("currency", "English", "$5.50 and £1", "five dollars and fifty cents and one pound"),
        ("currency", "English", "€1.5 million, £0.50", "one point five million euros, fifty pence"),
    ],
)
def test_each_kind_expands_its_own(kind: str, language: str, text: str, spoken: str) -> None:
    assert expand(text, kind, language=language) == spoken


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("English", "It was 10:30 on 12/03/1984, version 1.2.3, room 007, call 555-1234, at 7.30 p.m."),
        ("English", "In 1984 people left; 1000 times; A4 and 12a; ¥500; US$5; $5.123"),
        ("English", "I. Then Malcolm X and John V. Smith drank a MIX of CD and Henry I saw it."),
        ("English", "He walked on Baker St. Mary followed. 1588 Mission Dr. Solvang"),
        ("German", "Am 3. Mai um 10:30 Uhr"),
        ("Auto", "Chapter IV: 5 km in 1984, e.g. $5"),
        ("Chinese", "1984年，3个"),
        ("Russian", "42 книги"),
    ],
)
def test_what_could_be_something_else_stays_as_it_is(language: str, text: str) -> None:
    assert expand(text, *expansions.KINDS, language=language) == text


def test_a_persons_own_entry_goes_before_every_expansion() -> None:
    lexicon = Lexicon([Entry("5 km", "a short way"), Entry("Dr", "the Doc")], expansions.of(expansions.KINDS))
    assert (
        lexicon.say("Dr. Watson ran 5 km in 3 days.", "English").text
        == "The Doc. Watson ran a short way in three days."
    )


def test_every_kind_names_its_languages() -> None:
    assert {kind: expansions.languages(kind) for kind in ("currency", "abbreviations")} == {
        "currency": ["English"],
        "abbreviations": ["English", "French", "German"],
    }
    assert expansions.of(()) is None
