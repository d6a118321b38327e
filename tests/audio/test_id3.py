import io

import mutagen.id3
import pytest

from projects.audio import cover, id3
from projects.audio.timeline import Mark
from tests.audio import sounds


def read(data: bytes) -> mutagen.id3.ID3:
    return mutagen.id3.ID3(io.BytesIO(data), translate=False)


def marks(count: int) -> list[Mark]:
    return [Mark(f"Chapter {n}", n * 24_000, (n + 1) * 24_000) for n in range(count)]


def test_texts_and_a_comment_are_read_back_in_every_script() -> None:
    texts = {"TIT2": "走れメロス \U0001f4d6", "TPE1": "Lagerlöf", "TALB": ""}
    found = read(id3.tag(texts, comment="Stimme: künstlich 声", language="jpn", marks=[], cover=None))
    assert found.version == (2, 3, 0)
    assert found["TIT2"].text == ["走れメロス \U0001f4d6"]
    assert found["TPE1"].text == ["Lagerlöf"]
    assert found["COMM::jpn"].text == ["Stimme: künstlich 声"]
    assert len(found) == 3


@pytest.mark.parametrize("count", [1, 255, 256, 700])
def test_every_chapter_is_listed_once_and_in_order(count: int) -> None:
    found = read(id3.tag({}, comment="", language="und", marks=marks(count), cover=None))

    def listed(name: str) -> list[str]:
        children = found[f"CTOC:{name}"].child_element_ids
        assert len(children) <= 255
        return [
            leaf for child in children for leaf in (listed(child) if child.startswith("toc") else [child])
        ]

    chapters = [found[f"CHAP:{name}"] for name in listed("toc")]
    assert [(chapter.start_time, chapter.end_time) for chapter in chapters] == [
        (n * 1000, n * 1000 + 1000) for n in range(count)
    ]
    assert [chapter.sub_frames["TIT2"].text[0] for chapter in chapters] == [
        f"Chapter {n}" for n in range(count)
    ]
    assert found["CTOC:toc"].flags == mutagen.id3.CTOCFlags.TOP_LEVEL | mutagen.id3.CTOCFlags.ORDERED


def test_the_cover_is_the_front_cover() -> None:
    picture = sounds.picture("png")
    found = read(id3.tag({}, comment="", language="und", marks=[], cover=cover.check(picture)))
    (apic,) = found.getall("APIC")
    assert (apic.data, apic.mime, int(apic.type)) == (picture, "image/png", 3)


def test_what_the_format_cannot_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(id3.tag({"TIT2": "Title"}, comment="", language="und", marks=[], cover=None)) - 10
    monkeypatch.setattr(id3, "SIZE_LIMIT_BYTES", size)
    with pytest.raises(ValueError, match="too large"):
        id3.tag({"TIT2": "Title"}, comment="", language="und", marks=[], cover=None)
