"""EPUB: order, titles, front matter, notes, and books that are hostile or broken."""

import zipfile
from io import BytesIO

import pytest

from projects.manuscript import reading
from projects.manuscript.manuscript import Kind, Manuscript, Unreadable
from tests.manuscript.samples import PROSE, epub, page, point

TEXT = f"<p>{PROSE}</p>"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def read(data: bytes) -> Manuscript:
    return reading.read_bytes(data, "book.epub")


def rows(manuscript: Manuscript) -> list[tuple[str, int, str]]:
    return [(chapter.title, len(chapter.paragraphs), chapter.part) for chapter in manuscript.chapters]


def test_ncx_names_the_chapters_of_an_epub_2() -> None:
    pages = {"b.html": page(f"<h2>1</h2>{TEXT}"), "a.html": page(f"<h2>2</h2>{TEXT}{TEXT}")}
    book = read(epub(pages, toc=point("The Road", "b.html") + point("The Bridge", "a.html")))
    assert (book.title, book.author, book.language) == ("A Book", "A Writer", "en-GB")
    assert rows(book) == [("The Road", 1, ""), ("The Bridge", 2, "")]


def test_a_fuller_heading_wins_over_the_contents() -> None:
    book = read(
        epub({"a.html": page(f"<h1>Chapter 1</h1><h2>The Road</h2>{TEXT}")}, toc=point("Chapter 1", "a.html"))
    )
    assert rows(book) == [("Chapter 1. The Road", 1, "")]


def test_several_chapters_in_one_file_and_sections_inside_a_chapter() -> None:
    body = f'<h2 id="c1">One</h2>{TEXT}<h3 id="s1">Section</h3>{TEXT}<h2 id="c2">Two</h2>{TEXT}'
    nav = (
        '<nav epub:type="toc"><ol><li><a href="a.html#c1">One</a><ol><li><a href="a.html#s1">Section</a></li></ol></li>'
        '<li><a href="a.html#c2">Two</a></li></ol></nav>'
    )
    book = read(epub({"a.html": page(body)}, nav=nav))
    assert rows(book) == [("One", 2, ""), ("Two", 1, "")]
    assert [one.text for one in book.chapters[0].passages if one.kind is Kind.HEADING] == ["Section"]


def test_one_chapter_over_several_files() -> None:
    pages = {
        "a1.html": page(f"<h2>One</h2>{TEXT}"),
        "a2.html": page(TEXT),
        "b.html": page(f"<h2>Two</h2>{TEXT}"),
    }
    assert rows(read(epub(pages, toc=point("One", "a1.html") + point("Two", "b.html")))) == [
        ("One", 2, ""),
        ("Two", 1, ""),
    ]


def test_parts_hold_chapters() -> None:
    pages = {
        "p.html": page("<h1>Part One</h1>"),
        "a.html": page(f"<h2>Chapter 1</h2>{TEXT}"),
        "b.html": page(f"<h2>Chapter 2</h2>{TEXT}"),
    }
    toc = point("Part One", "p.html", point("Chapter 1", "a.html") + point("Chapter 2", "b.html"))
    assert rows(read(epub(pages, toc=toc))) == [("Part One, Chapter 1", 1, ""), ("Chapter 2", 1, "")]


def test_without_contents_headings_and_files_make_chapters() -> None:
    headed = {
        "a.html": page(f"<h1>One</h1>{TEXT}<h1>Two</h1>{TEXT}"),
        "b.html": page(f"<h1>Three</h1>{TEXT}"),
    }
    assert [row[0] for row in rows(read(epub(headed)))] == ["One", "Two", "Three"]
    bare = {"a.html": page(TEXT), "b.html": page(TEXT)}
    assert [row[0] for row in rows(read(epub(bare)))] == ["Section 1", "Section 2"]


def test_front_and_back_matter_is_unticked() -> None:
    pages = {
        "t.html": page("<section epub:type='titlepage'><h1>A Book</h1><p>A Writer</p></section>"),
        "d.html": page(f"<section epub:type='dedication'>{TEXT}</section>"),
        "toc.html": page("".join(f"<p><a href='c.html#{n}'>Chapter {n}</a></p>" for n in range(6))),
        "c.html": page(f"<section epub:type='chapter'><h2>One</h2>{TEXT}</section>"),
        "g.html": page(f"<h2>Words</h2>{TEXT}"),
        "n.html": page(f"<section epub:type='endnotes'><h2>Endnotes</h2>{TEXT}</section>"),
        "about.html": page(f"<h2>About the Author</h2>{TEXT}"),
    }
    guide = '<reference type="glossary" href="g.html"/>'
    book = read(epub(pages, toc=point("One", "c.html"), guide=guide))
    assert [(c.part, c.ticked) for c in book.chapters] == [
        ("Title page", False),
        ("", True),
        ("Contents", False),
        ("", True),
        ("Glossary", False),
        ("Notes", False),
        ("About the author", False),
    ]


def test_notes_pictures_ruby_tables_and_entities() -> None:
    body = (
        "<h2>One</h2><p>Caf&eacute;&nbsp;&mdash; she said"
        "<a epub:type='noteref' href='#n1'>1</a> it<sup><a href='#fn2'>2</a></sup>.</p>"
        "<figure><img src='a.png' alt='x'/><figcaption>Caption</figcaption></figure>"
        "<p><ruby>漢字<rt>かんじ</rt></ruby>です</p>"
        "<p><span>How doth</span><br/><span>the little</span></p><ul><li>one</li><li><p>two</p></li></ul>"
        "<table><tr><td>a</td> <td><p>b</p></td></tr></table><hr/><p>* * *</p><span class='pagenum'>12</span>"
        "<aside epub:type='footnote' id='n1'><p>A note.</p></aside><p style='display:none'>hidden</p>"
        "<p>End &unknown; &lt;b&gt;</p>"
    )
    book = read(
        epub({"a.html": page(body, doctype='<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "x.dtd">')})
    )
    assert book.chapters[0].paragraphs == (
        "Café — she said it.",
        "漢字です",
        "How doth the little",
        "one",
        "two",
        "a, b",
        "End &unknown; <b>",
    )
    beside = [(one.kind, one.text) for one in book.chapters[0].passages if not one.is_spoken]
    assert beside == [(Kind.CAPTION, "Caption"), (Kind.BREAK, "* * *"), (Kind.NOTE, "A note.")]


def test_entities_of_the_document_are_never_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "AAAAAAAAAA"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    book = read(epub({"a.html": page(f"<p>x &b; &f; y</p>{TEXT}", doctype=bomb)}))
    assert book.chapters[0].paragraphs[0] == "x &b; &f; y"


def test_malformed_pages_are_read_as_html() -> None:
    book = read(epub({"a.html": "<html><body><h1>One<p>Not closed <b>at all<p>Second & last"}))
    assert book.chapters[0].paragraphs == ("Not closed at all", "Second & last")


def test_the_cover_is_found() -> None:
    manifest = '<item id="img" href="front.png" media-type="image/png"/>'
    metadata = '<meta name="cover" content="img"/>'
    book = read(
        epub({"a.html": page(TEXT)}, manifest=manifest, metadata=metadata, extra={"OEBPS/front.png": PNG})
    )
    assert book.cover == PNG


def encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
        f'<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData>'
        '<enc:CipherReference URI="OEBPS/a.html"/></enc:CipherData></enc:EncryptedData></encryption>'
    )


def test_copy_protection_is_refused_but_scrambled_fonts_are_not() -> None:
    locked = encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(Unreadable, match="copy protection"):
        read(epub({"a.html": page(TEXT)}, extra={"META-INF/encryption.xml": locked}))
    fonts = encryption("http://www.idpf.org/2008/embedding")
    assert rows(read(epub({"a.html": page(TEXT)}, extra={"META-INF/encryption.xml": fonts})))


@pytest.mark.parametrize(
    "extra",
    [
        {"META-INF/license.lcpl": "{}"},
        {"META-INF/sinf.xml": "<sinf/>", "META-INF/encryption.xml": "<encryption/>"},
        {"META-INF/rights.xml": "<rights/>", "META-INF/encryption.xml": "<encryption/>"},
        {"META-INF/encryption.xml": encryption("http://www.w3.org/2009/xmlenc11#aes256-gcm")},
        {"META-INF/encryption.xml": encryption("http://itunes.apple.com/dataenc")},
    ],
    ids=["Readium LCP", "Apple", "Adobe", "LCP by its cipher", "Apple by its cipher"],
)
def test_every_kind_of_copy_protection_is_told_as_such(extra: dict[str, bytes | str]) -> None:
    with pytest.raises(Unreadable, match="locked by copy protection"):
        read(epub({"a.html": page(TEXT)}, extra=extra))


def test_a_note_inside_a_sentence_follows_its_paragraph() -> None:
    body = (
        f"<h1>One</h1><p>He read<span class='footnote'>In <i>the</i> old edition.</span> it twice.</p>{TEXT}"
    )
    book = read(epub({"a.html": page(body)}))
    assert [(p.kind, p.text) for p in book.chapters[0].passages[:2]] == [
        (Kind.PROSE, "He read it twice."),
        (Kind.NOTE, "In the old edition."),
    ]


def test_endnotes_below_a_chapter_are_notes_and_on_their_own_page_an_unticked_chapter() -> None:
    below = "<section epub:type='endnotes'><h2>Notes</h2><ol><li id='n1'>First. <a href='#r1'>↩</a></li></ol></section>"
    own = "<section class='footnotes'><h1>Remarks</h1><p>Second.</p></section>"
    pages = {"a.html": page(f"<h1>One</h1>{TEXT}{below}"), "n.html": page(own)}
    book = read(epub(pages, toc=point("One", "a.html") + point("Remarks", "n.html")))
    assert [(p.kind, p.text) for p in book.chapters[0].passages[1:]] == [
        (Kind.NOTE, "Notes"),
        (Kind.NOTE, "First."),
    ]
    assert [(c.title, c.paragraphs, c.part) for c in book.chapters[1:]] == [
        ("Remarks", ("Second.",), "Notes")
    ]


def test_verse_is_told_and_its_lines_are_one_passage() -> None:
    verse = "<div class='poem'><p><span>How doth</span><br/><span>the little</span></p><p>crocodile</p></div>"
    song = "<blockquote epub:type='z3998:song'><p>La la</p></blockquote>"
    book = read(epub({"a.html": page(f"<h1>One</h1>{TEXT}{verse}{song}")}))
    assert [(p.kind, p.text) for p in book.chapters[0].passages[1:]] == [
        (Kind.VERSE, "How doth the little"),
        (Kind.VERSE, "crocodile"),
        (Kind.VERSE, "La la"),
    ]


def test_vertical_japanese_is_read_without_its_ruby_and_arabic_without_direction_marks() -> None:
    ruby = (
        "<p style='writing-mode: vertical-rl'><ruby><rb>走</rb><rp>（</rp><rt>はし</rt><rp>）</rp></ruby>れ"
        "<ruby>困<rt>こん</rt>憊<rt>ぱい</rt></ruby>した。</p>"
    )
    arabic = "<p dir='rtl'>\u202bقال \u200fله\u202c: مرحبا\u200cبك</p>"
    book = read(epub({"a.html": page(ruby + arabic)}))
    assert book.chapters[0].paragraphs == ("走れ困憊した。", "قال له: مرحبا\u200cبك")


def test_contents_nested_in_parts_keep_their_order_and_depth() -> None:
    pages = {
        "p1.html": page("<h1>Book the First</h1>"),
        "a.html": page(f"<h2>I</h2>{TEXT}"),
        "p2.html": page(f"<h1>Book the Second</h1><p>{PROSE}</p>"),
        "b.html": page(f"<h2>I</h2>{TEXT}<h3 id='s'>A scene</h3>{TEXT}"),
    }
    nav = (
        "<nav epub:type='toc'><ol><li><a href='p1.html'>Book the First</a><ol><li><a href='a.html'>I</a></li></ol></li>"
        "<li><a href='p2.html'>Book the Second</a><ol><li><a href='b.html'>I</a><ol><li><a href='b.html#s'>A scene</a>"
        "</li></ol></li></ol></li></ol></nav><nav epub:type='page-list'><ol><li><a href='a.html'>1</a></li></ol></nav>"
    )
    book = read(epub(pages, nav=nav))
    assert rows(book) == [("Book the First, I", 1, ""), ("Book the Second", 1, ""), ("I", 2, "")]


def test_bombs_are_refused() -> None:
    with pytest.raises(Unreadable, match="unpacks to more"):
        read(epub({"a.html": page(f"<p>{'x' * 3_000_000}</p>")}))
    many: dict[str, bytes | str] = {f"x/{number}": b"" for number in range(10_001)}
    with pytest.raises(Unreadable, match="unpacks to more"):
        read(epub({"a.html": page(TEXT)}, extra=many))


def test_a_lying_size_does_not_help_a_bomb() -> None:
    data = bytearray(epub({"a.html": page(f"<p>{'x' * 3_000_000}</p>")}))
    for start in (b"PK\x01\x02", b"PK\x03\x04"):
        at = data.rfind(b"OEBPS/a.html", 0)
        at = data.find(b"OEBPS/a.html") if start == b"PK\x03\x04" else at
        head = data.rfind(start, 0, at)
        offset = 24 if start == b"PK\x01\x02" else 22
        data[head + offset : head + offset + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(Unreadable):
        read(bytes(data))


def test_climbing_and_absolute_names_do_not_exist() -> None:
    stored = BytesIO(
        epub({"a.html": page(TEXT)}, manifest='<item id="up" href="../../etc/x.png" media-type="image/png"/>')
    )
    with zipfile.ZipFile(stored, "a") as book:
        book.writestr("../../etc/x.png", PNG)
        book.writestr("/etc/cover.png", PNG)
    assert read(stored.getvalue()).cover == b""


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.99])
def test_a_cut_off_file_is_refused(keep: float) -> None:
    data = epub({"a.html": page(TEXT)})
    with pytest.raises(Unreadable, match="damaged or incomplete"):
        read(data[: int(len(data) * keep)])


def test_deep_nesting_is_survived() -> None:
    book = read(epub({"a.html": page("<div>" * 5000 + TEXT + "</div>" * 5000), "b.html": page(TEXT)}))
    assert any(PROSE in chapter.paragraphs for chapter in book.chapters)
