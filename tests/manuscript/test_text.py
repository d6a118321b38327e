"""Plain text: chapters, paragraphs and what is not spoken."""

import pytest

from projects.manuscript import reading
from projects.manuscript.manuscript import Kind

PROSE = (
    "The road went down to the river, and nobody had walked it since the\n"
    "spring. She stopped at the bridge and looked back at the house, which\n"
    "stood dark between the trees."
)


def titles(text: str) -> list[str]:
    return [chapter.title for chapter in reading.read_text(text, "Given").ticked_chapters]


@pytest.mark.parametrize(
    "headings",
    [
        ["CHAPTER I", "CHAPTER II", "CHAPTER III"],
        ["Chapter One", "Chapter Two", "Chapter Twenty-One"],
        ["Chapter 1: The Road", "Chapter 2: The Bridge", "Chapter 3: Home"],
        ["Erstes Kapitel", "Zweites Kapitel", "Drittes Kapitel"],
        ["Kapitel 1", "Kapitel 2", "Kapitel 3"],
        ["Chapitre premier", "Chapitre II", "Chapitre III"],
        ["Capítulo 1", "Capítulo 2", "Capítulo 3"],
        ["I", "II", "III"],
        ["1", "2", "3"],
        ["1. The road", "2. The bridge", "3. Home"],
        ["Prologue", "Chapter 1", "Epilogue"],
        ["第一章 開始", "第二章 橋", "第三章 家"],
        ["一", "二", "三"],
        ["THE ROAD", "THE BRIDGE", "HOME AGAIN"],
    ],
)
def test_headings_make_chapters(headings: list[str]) -> None:
    text = "\n\n\n".join(f"{heading}\n\n{PROSE}\n\n{PROSE}" for heading in headings)
    manuscript = reading.read_text(text)
    assert [chapter.title for chapter in manuscript.chapters] == headings
    assert all(len(chapter.paragraphs) == 2 for chapter in manuscript.chapters)


def test_text_without_headings_is_one_chapter() -> None:
    manuscript = reading.read_text(f"{PROSE}\n\n{PROSE}", "My story")
    assert [(c.title, len(c.paragraphs)) for c in manuscript.chapters] == [("My story", 2)]


def test_title_page_names_title_and_author_and_is_not_ticked() -> None:
    manuscript = reading.read_text(
        f"The Dark House\nby Ann Miller\n\n\nChapter 1\n\n{PROSE}\n\n\nChapter 2\n\n{PROSE}"
    )
    assert (manuscript.title, manuscript.author) == ("The Dark House", "Ann Miller")
    assert [chapter.part for chapter in manuscript.chapters] == ["Title page", "", ""]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("heading", ["", "CONTENTS\n\n"])
def test_a_contents_table_makes_no_chapters(gap: str, heading: str) -> None:
    names = ["CHAPTER I. The Road", "CHAPTER II. The Bridge", "CHAPTER III. The House"]
    body = "\n\n\n".join(f"{name}\n\n{PROSE}" for name in names)
    assert titles(f"{heading}{gap.join(names)}\n\n\n\n{body}") == names


def test_a_chapter_word_inside_a_sentence_is_no_heading() -> None:
    prose = (
        "Chapter 3 was the one she liked best, and she read it\naloud to everybody who would listen to her."
    )
    assert titles(f"{PROSE}\n\n{prose}\n\n{PROSE}") == ["Given"]


def test_a_subtitle_joins_its_chapter_and_the_first_sentence_does_not() -> None:
    text = f"CHAPTER I\n\nThe Road Down\n\n{PROSE}\n\n\nCHAPTER II\n\n“Stop!”\n\n{PROSE}"
    text += f"\n\n\nCHAPTER III\n\nIt rained.\n\n{PROSE}"
    chapters = reading.read_text(text).chapters
    assert [c.title for c in chapters] == ["CHAPTER I. The Road Down", "CHAPTER II", "CHAPTER III"]
    assert [c.paragraphs[0][:9] for c in chapters] == ["The road ", "“Stop!”", "It rained"]


def test_parts_open_the_title_of_the_next_chapter() -> None:
    text = f"PART ONE\n\n\nChapter 1\n\n{PROSE}\n\n\nChapter 2\n\n{PROSE}\n\n\nPART TWO\n\n\nChapter 1\n\n{PROSE}"
    assert titles(text) == ["PART ONE, Chapter 1", "Chapter 2", "PART TWO, Chapter 1"]


def test_scenes_stay_inside_acts() -> None:
    text = f"ACT I\n\n\nSCENE I. A room.\n\n{PROSE}\n\n\nSCENE II. A street.\n\n{PROSE}"
    text += f"\n\n\nACT II\n\n\nSCENE I. A room.\n\n{PROSE}"
    manuscript = reading.read_text(text)
    assert [(c.title, len(c.paragraphs)) for c in manuscript.chapters] == [("ACT I", 2), ("ACT II", 1)]
    assert manuscript.kinds[Kind.HEADING] == 3
    assert manuscript.chapters[0].passages[0].text == "SCENE I. A room."


def test_wrapped_lines_join_and_hyphens_are_right() -> None:
    text = (
        "The manuscript lay on the table. It was a well-known hand, and the manu-\n"
        "script was old. Everybody called it well-\nknown; some called it two-\nand three-fold, and the silence--\n"
        "for it was silent--went on until the evening came down over the fields."
    )
    (chapter,) = reading.read_text(f"{text}\n\n{PROSE}").chapters
    assert "the manuscript was old" in chapter.paragraphs[0]
    assert "called it well-known; some called it two- and three-fold" in chapter.paragraphs[0]
    assert "the silence--for it" in chapter.paragraphs[0]


def test_one_paragraph_on_each_line() -> None:
    long = PROSE.replace("\n", " ") * 2
    (chapter,) = reading.read_text(f"{long}\n“Who is there?”\n“Me.”\n{long}", "T").chapters
    assert [text[:4] for text in chapter.paragraphs] == ["The ", "“Who", "“Me.", "The "]


def test_dialogue_lines_without_blank_lines_stay_apart() -> None:
    lines = [f"“Is this number {number}?” he asked her again." for number in range(20)]
    (chapter,) = reading.read_text("\n".join(lines), "T").chapters
    assert list(chapter.paragraphs) == lines


def test_an_indented_line_starts_a_paragraph() -> None:
    paragraph = f"    {PROSE}"
    (chapter,) = reading.read_text("\n".join([paragraph] * 5), "T").chapters
    assert len(chapter.paragraphs) == 5


def test_list_items_and_stanzas() -> None:
    (chapter,) = reading.read_text(
        f"{PROSE}\n\n- bread\n- milk and\n  honey\n\n    How doth the little\n      crocodile\n\n{PROSE}", "T"
    ).chapters
    assert list(chapter.paragraphs[1:-1]) == ["- bread", "- milk and honey", "How doth the little crocodile"]


def test_ornaments_pictures_and_footnotes_are_not_spoken() -> None:
    text = (
        f"{PROSE}\n\n* * * * *\n\n[Illustration: _The house\nby night._]\n\nHe read it[1] twice.[A]\n\n~~~\n\n"
        "[1] In the old edition.\n\n[Footnote A: The second one.]\n\nShe said _nothing_ at *all*.\n\nTHE END"
    )
    manuscript = reading.read_text(text, "T")
    assert list(manuscript.chapters[0].paragraphs[1:]) == ["He read it twice.", "She said nothing at all."]
    beside = [(one.kind, one.text) for one in manuscript.chapters[0].passages if not one.is_spoken]
    assert beside == [
        (Kind.BREAK, "* * * * *"),
        (Kind.CAPTION, "The house by night."),
        (Kind.BREAK, "~~~"),
        (Kind.NOTE, "In the old edition."),
        (Kind.NOTE, "The second one."),
    ]


def test_gutenberg_header_and_licence_go() -> None:
    text = (
        "The Project Gutenberg eBook\n\nTitle: The Dark House\n  A Tale\n\nAuthor: Ann Miller\n\nLanguage: German\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK THE DARK\nHOUSE ***\n\nProduced by Some People\n\n"
        f"CHAPTER I\n\n{PROSE}\n\n\nCHAPTER II\n\n{PROSE}\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK ***\n\nLicence 1.E.1"
    )
    manuscript = reading.read_text(text)
    assert (manuscript.title, manuscript.author, manuscript.language) == (
        "The Dark House A Tale",
        "Ann Miller",
        "de",
    )
    spoken = " ".join(text for chapter in manuscript.chapters for text in chapter.paragraphs)
    assert "1.E.1" not in spoken
    assert "Produced" not in spoken
    assert "Left out the Project Gutenberg licence." in manuscript.notes


def test_aozora_ruby_and_notes_go_and_marked_headings_are_chapters() -> None:
    rule = "-" * 55
    text = (
        f"走れ\n誰か\n\n{rule}\n【テキスト中に現れる記号について】\n\n《》：ルビ\n{rule}\n\n"
        "［＃５字下げ］序［＃「序」は中見出し］\n\n　疲労｜困憊《こんぱい》した。此《こ》の市だ。\n\n"
        "［＃５字下げ］橋の上［＃「橋の上」は中見出し］\n\n　※［＃「てへん＋劣」、1-84-77］彼は走った。\n\n"
        "底本：「全集」\n入力：誰か\n"
    )
    manuscript = reading.read_text(text)
    assert (manuscript.title, manuscript.author, manuscript.language) == ("走れ", "誰か", "ja")
    assert [(c.title, c.paragraphs) for c in manuscript.chapters] == [
        ("序", ("疲労困憊した。此の市だ。",)),
        ("橋の上", ("彼は走った。",)),
    ]


def test_transcript_stamps_and_cues_go() -> None:
    (chapter,) = reading.read_text(
        "Ann: [00:12] Hello there. [laughter] Nice.\n\nBob: (1:02:03) Yes.", "T"
    ).chapters
    assert chapter.paragraphs == ("Ann: Hello there. Nice.", "Bob: Yes.")


def test_a_numbered_list_is_no_row_of_chapters() -> None:
    manuscript = reading.read_text("Shopping\n\n1. milk\n\n2. bread\n\n3. eggs")
    assert [(c.title, c.paragraphs) for c in manuscript.chapters] == [
        ("Shopping", ("1. milk", "2. bread", "3. eggs"))
    ]


def test_headings_without_blank_lines_behind_them() -> None:
    text = f"CHAPTER I\nThe Beginning\n{PROSE}\n\nCHAPTER II\n{PROSE}"
    chapters = reading.read_text(text).chapters
    assert [c.title for c in chapters] == ["CHAPTER I. The Beginning", "CHAPTER II"]
    assert all(c.paragraphs == (PROSE.replace("\n", " "),) for c in chapters)


def test_a_japanese_novel_with_one_paragraph_on_each_line() -> None:
    text = (
        "第1章　始まり\n　彼は走った。とても速く走った。\n「待て」\n第2章　橋\n　彼は止まった。\n「誰だ」\n"
    )
    chapters = reading.read_text(text).chapters
    assert [(c.title, len(c.paragraphs)) for c in chapters] == [("第1章 始まり", 2), ("第2章 橋", 2)]


def test_a_speech_behind_an_act_is_no_subtitle() -> None:
    text = "ACT I\n\nAnn: hello there\n\nBob: hi\n\nACT II\n\n[Enter ANN]\n\nAnn: bye"
    assert [(c.title, len(c.paragraphs)) for c in reading.read_text(text).chapters] == [
        ("ACT I", 2),
        ("ACT II", 2),
    ]
