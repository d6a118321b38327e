"""Encodings, and data that is no text."""

import codecs

import pytest

from projects.manuscript import encoding
from projects.manuscript.manuscript import Unreadable

JAPANESE = "メロスは激怒した。必ず、かの王を除かなければならぬと決意した。"
SIMPLIFIED = "我在年青时候也曾经做过许多梦，后来大半忘却了，但自己也并不以为可惜。这是他们的。"
TRADITIONAL = "我在年青時候也曾經做過許多夢，後來大半忘卻了，但自己也並不以為可惜。這是他們的。"
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему."
WESTERN = "Le café était fermé, señor; über den Fluß führte keine Brücke."


@pytest.mark.parametrize(
    ("text", "codec", "note"),
    [
        (WESTERN, "utf-8", ""),
        (WESTERN, "utf-8-sig", ""),
        (WESTERN, "utf-16", "Read as UTF-16."),
        (WESTERN, "utf-16-le", "Read as UTF-16."),
        (WESTERN, "utf-16-be", "Read as UTF-16."),
        (WESTERN, "latin-1", "Read as Windows-1252."),
        ("“Quoted” – he said…", "cp1252", "Read as Windows-1252."),
        (JAPANESE, "cp932", "Read as Shift-JIS."),
        (JAPANESE, "euc_jp", "Read as EUC-JP."),
        (SIMPLIFIED, "gb18030", "Read as GB18030."),
        (TRADITIONAL, "big5", "Read as Big5."),
        (RUSSIAN, "cp1251", "Read as Windows-1251."),
        (RUSSIAN, "koi8_r", "Read as KOI8-R."),
    ],
)
def test_encodings_are_found(text: str, codec: str, note: str) -> None:
    decoded = encoding.decode((text * 3).encode(codec))
    assert (decoded.text, decoded.note) == (text * 3, note)


def test_a_damaged_character_costs_only_itself() -> None:
    data = ("é" * 400).encode()
    decoded = encoding.decode(data[:401] + b"\xff" + data[402:])
    assert decoded.text.count("é") >= 398
    assert "damaged" in decoded.note


@pytest.mark.parametrize(
    "data", [b"words\x00words", bytes(range(256)) * 8, codecs.BOM_UTF16_LE + b"\x00\x00" * 9]
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="not text"):
        encoding.decode(data)
