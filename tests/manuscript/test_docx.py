"""Word files: headings and manuscripts without them, revisions, notes, tables, and files that are hostile."""

import zipfile
from io import BytesIO

import pytest

from projects.manuscript import reading
from projects.manuscript.manuscript import Kind, Manuscript, Unreadable
from tests.manuscript.samples import PROSE
from tests.manuscript.word_files import W, docx, para, run

PAGE_BREAK = '<w:r><w:br w:type="page"/></w:r>'
CENTRED = '<w:jc w:val="center"/>'
BOLD = "<w:b/>"


def read(data: bytes, name: str = "my_novel.docx") -> Manuscript:
    return reading.read_bytes(data, name)


def rows(manuscript: Manuscript) -> list[tuple[str, int, str]]:
    return [(chapter.title, len(chapter.paragraphs), chapter.part) for chapter in manuscript.chapters]


def spoken(manuscript: Manuscript) -> list[str]:
    return [text for chapter in manuscript.chapters for text in chapter.paragraphs]


def beside(manuscript: Manuscript) -> list[tuple[Kind, str]]:
    return [(p.kind, p.text) for chapter in manuscript.chapters for p in chapter.passages if not p.is_spoken]


def field(code: str, result: str) -> str:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    instruction = f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return mark.format("begin") + instruction + mark.format("separate") + run(result) + mark.format("end")


def test_heading_styles_make_chapters_whatever_their_language_and_inheritance() -> None:
    book = read(
        docx(
            para("The Dark House", style="Titel"),
            para("by Ann Miller", style="Untertitel"),
            para("Contents ... 3", style="Verzeichnis1"),
            para("The Road", style="berschrift1"),
            para(PROSE),
            para("At the bridge", style="berschrift2"),
            para(PROSE),
            para("Home", style="Chapter"),
            para(PROSE),
        )
    )
    assert (book.title, book.author, book.language) == ("The Dark House", "Ann Miller", "en")
    assert rows(book) == [("The Road", 2, ""), ("Home", 1, "")]
    assert beside(book) == [(Kind.HEADING, "At the bridge")]
    assert "Left out the table of contents." in book.notes


def test_title_and_author_come_from_the_properties_unless_a_program_wrote_them() -> None:
    body = [para("One", style="berschrift1"), para(PROSE), para("Two", style="berschrift1"), para(PROSE)]
    named = read(docx(*body, core="<dc:title>A Book</dc:title><dc:creator>A Writer</dc:creator>"))
    assert (named.title, named.author) == ("A Book", "A Writer")
    junk = "<dc:title>Microsoft Word - draft3.doc</dc:title><dc:creator>Microsoft Office User</dc:creator>"
    unnamed = read(docx(*body, core=junk))
    assert (unnamed.title, unnamed.author) == ("My novel", "")


@pytest.mark.parametrize(
    "heads",
    [
        ["Chapter 3", "Chapter 4"],
        ["CHAPTER ONE", "CHAPTER TWO"],
        ["1", "2", "3"],
        ["Kapitel 1: Der Weg", "Kapitel 2: Das Haus"],
        ["第一章 開始", "第二章 橋"],
    ],
)
def test_without_styles_the_words_of_the_headings_tell(heads: list[str]) -> None:
    body = [
        part
        for head in heads
        for part in (para(), para(head, properties=CENTRED), para(), para(PROSE), para(PROSE))
    ]
    assert rows(read(docx(*body))) == [(head, 2, "") for head in heads]


def test_without_such_words_page_breaks_and_bold_centred_lines_tell() -> None:
    by_page = [
        part
        for title in ("The Road", "The Bridge")
        for part in (para(title, properties="<w:pageBreakBefore/>"), para(PROSE), para(PROSE))
    ]
    assert rows(read(docx(*by_page))) == [("The Road", 2, ""), ("The Bridge", 2, "")]
    by_break = [
        para("The Road"), para(PROSE), para(inside=PAGE_BREAK),
        para("The Bridge"), para(PROSE), para(inside=PAGE_BREAK),
        para("The House"), para(PROSE),
    ]  # fmt: skip
    assert [row[0] for row in rows(read(docx(*by_break)))][-2:] == ["The Bridge", "The House"]
    by_look = [
        part
        for title in ("The Road", "The Bridge")
        for part in (para(inside=run(title, BOLD), properties=CENTRED), para(PROSE))
    ]
    assert rows(read(docx(*by_look))) == [("The Road", 1, ""), ("The Bridge", 1, "")]


def test_a_novel_in_one_piece_is_one_chapter() -> None:
    assert rows(read(docx(para(PROSE), para(PROSE)))) == [("My novel", 2, "")]


def test_tracked_changes_insertions_are_in_deletions_and_comments_out() -> None:
    inside = (
        run("She ")
        + f"<w:del><w:r><w:delText>never </w:delText></w:r></w:del><w:ins>{run('always ')}</w:ins>"
        + '<w:commentRangeStart w:id="1"/>'
        + run("came")
        + '<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>'
        + f"<w:moveFrom>{run(' moved away')}</w:moveFrom><w:moveTo>{run(' back')}</w:moveTo>"
        + run("!")
    )
    struck = "<w:rPr><w:del/></w:rPr>"
    comments = f'<w:comments {W}><w:comment w:id="1">{para("Really?")}</w:comment></w:comments>'
    book = read(
        docx(
            para(inside=inside),
            para("It was ", properties=struck),
            para("one sentence."),
            f"<w:ins>{para('A new paragraph.')}</w:ins>",
            f"<w:del>{para('An old paragraph.')}</w:del>",
            parts={"word/comments.xml": comments},
        )
    )
    assert spoken(book) == ["She always came back!", "It was one sentence.", "A new paragraph."]
    assert book.notes == (
        "The file has tracked changes: insertions are read, deletions are not.",
        "The comments in the margin are not read.",
    )


def test_footnotes_and_endnotes_follow_their_paragraph_unspoken() -> None:
    note = f'<w:footnote w:id="0">{para()}</w:footnote><w:footnote w:id="2">{para("Below.")}</w:footnote>'
    notes = f"<w:footnotes {W}>{note}</w:footnotes>"
    ends = f'<w:endnotes {W}><w:endnote w:id="2">{para("At the end.")}</w:endnote></w:endnotes>'
    marks = (
        '<w:r><w:footnoteReference w:id="2"/></w:r>'
        + run(" twice")
        + '<w:r><w:endnoteReference w:id="2"/></w:r>'
    )
    data = docx(
        para(inside=run("He read it") + marks + run(".")),
        para(PROSE),
        parts={"word/footnotes.xml": notes, "word/endnotes.xml": ends},
    )
    book = read(data)
    assert spoken(book) == ["He read it twice.", PROSE]
    assert beside(book) == [(Kind.NOTE, "Below."), (Kind.NOTE, "At the end.")]


def test_fields_hidden_text_boxes_and_captions() -> None:
    box = f"<w:r><w:pict><txbxContent>{para('A pull quote')}</txbxContent></w:pict></w:r>"
    book = read(
        docx(
            para(PROSE),
            para(inside=field("TOC \\o", "Contents 1")),
            para(inside=run("See ") + field("REF x", "below") + run(" on ") + field("PAGEREF x", "7")),
            para(inside=run("Seen") + run(" hidden", "<w:vanish/>") + run(" words") + box),
            para("Figure 1", style="Beschriftung"),
            para(
                inside=run("soft")
                + "<w:r><w:softHyphen/></w:r>"
                + run("ly")
                + "<w:r><w:noBreakHyphen/></w:r>"
                + run("so")
            ),
        )
    )
    assert spoken(book) == [PROSE, "See below on", "Seen words", "softly-so"]
    assert beside(book) == [(Kind.CAPTION, "A pull quote"), (Kind.CAPTION, "Figure 1")]


def test_tables_lists_verse_and_scene_breaks() -> None:
    def cell(*paras: str) -> str:
        return f"<w:tc>{''.join(paras)}</w:tc>"

    full = f"<w:tr>{cell(para('a'))}{cell(para('b'), para('c'))}</w:tr>"
    table = f"<w:tbl>{full}<w:tr>{cell(para())}{cell(para('d'))}</w:tr></w:tbl>"
    layout = f"<w:tbl><w:tr>{cell(para(PROSE), para(PROSE))}</w:tr></w:tbl>"
    lines = (
        run("How doth") + "<w:r><w:br/></w:r>" + run("the little") + "<w:r><w:br/></w:r>" + run("crocodile")
    )
    book = read(
        docx(
            table,
            layout,
            para("bread", properties='<w:numPr><w:numId w:val="1"/></w:numPr>'),
            para("* * *"),
            para(inside=lines),
            para("Improve his tail", style="Gedicht"),
        )
    )
    assert spoken(book) == [
        "a, b c",
        "d",
        PROSE,
        PROSE,
        "bread",
        "How doth the little crocodile",
        "Improve his tail",
    ]
    assert [p.kind for p in book.chapters[0].passages[-3:]] == [Kind.BREAK, Kind.VERSE, Kind.VERSE]


def test_ruby_readings_and_doubled_drawings_are_read_once() -> None:
    ruby = f"<w:r><w:ruby><w:rt>{run('かんじ')}</w:rt><w:rubyBase>{run('漢字')}</w:rubyBase></w:ruby></w:r>"
    box = f"<txbxContent>{para('Once')}</txbxContent>"
    either = f"<m:Choice>{box}</m:Choice><m:Fallback>{box}</m:Fallback>"
    drawn = f'<w:r><m:AlternateContent xmlns:m="m">{either}</m:AlternateContent></w:r>'
    book = read(docx(para(PROSE), para(inside=ruby + run("です")), para(inside=run("Words") + drawn)))
    assert spoken(book) == [PROSE, "漢字です", "Words"]
    assert beside(book) == [(Kind.CAPTION, "Once")]


def test_a_play_in_word_names_its_speakers() -> None:
    speeches = [
        para(f"{name}: Line {number} of the play.") for number in range(4) for name in ("ANNA", "BEN")
    ]
    assert dict(read(docx(*speeches)).speakers) == {"ANNA": 4, "BEN": 4}


def test_what_is_no_word_file_is_refused() -> None:
    stored = BytesIO()
    with zipfile.ZipFile(stored, "w") as book:
        book.writestr("word/styles.xml", "<x/>")
    with pytest.raises(Unreadable, match="no readable text part"):
        read(stored.getvalue())
    with pytest.raises(Unreadable, match="damaged"):
        read(docx(para(PROSE), parts={"word/document.xml": f"<w:document {W}><w:body>{para(PROSE)}"}))
    with pytest.raises(Unreadable, match="no text"):
        read(docx(para()))
    data = docx(para(PROSE))
    with pytest.raises(Unreadable, match="damaged"):
        read(data[: len(data) // 2])


def test_bombs_and_entities_do_no_harm() -> None:
    with pytest.raises(Unreadable, match="unpacks to more"):
        read(docx(para("x" * 3_000_000)))
    laughs = '<!DOCTYPE d [<!ENTITY a "HA"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    body = f"<w:document {W}><w:body>{para(PROSE)}<w:p><w:r><w:t>x &b; &f;</w:t></w:r></w:p></w:body></w:document>"
    book = read(docx(parts={"word/document.xml": laughs + body}))
    assert spoken(book) == [PROSE, "x &b; &f;"]


def test_deep_nesting_is_survived() -> None:
    for opening, closing in (("<w:ins>", "</w:ins>"), ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>")):
        for depth in (20, 80):
            book = read(docx(opening * depth + para("Deep.") + closing * depth, para(PROSE)))
            assert PROSE in spoken(book)
    with pytest.raises(Unreadable):
        read(docx("<w:ins>" * 5000 + para("Deep.") + "</w:ins>" * 5000))
