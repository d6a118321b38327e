"""The read-along of a project: an EPUB that the W3C's checker accepts, whose text goes along with its sound."""

import re
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from lxml import etree

from projects.actions import exports, manuscripts, paragraphs
from projects.manuscript.manuscript import Chapter
from projects.models import Export, Project
from tests import epubcheck, factories
from tests.audio import sounds
from tests.cast import Cast

pytestmark = pytest.mark.one_database

SMIL = "{http://www.w3.org/ns/SMIL}"
TEXTS = ("It was late. Nobody came to the <door>.", "A verse,\nof two lines.", "“Well?”")
CHINESE = ("第一回", "此开卷第一回也。作者自云：因曾历过一番梦幻之后，故将真事隐去。")


@pytest.fixture
def book(cast: Cast) -> Project:
    """Two chapters, one in another language, whose takes are speech with silence at both ends; and a cover."""
    project = Project.objects.create(
        team=cast.team, title="Lamp & Night", author="曹雪芹", language="English"
    )
    project.cover.save("cover.jpg", ContentFile(sounds.picture()))
    for title, texts in (("I", TEXTS), (CHINESE[0], CHINESE)):
        manuscripts.add_script(project, Chapter.of(title, texts))
    for n, line in enumerate(line for script in project.scripts.all() for line in script.paragraphs.all()):
        if "回" in line.text:
            line.language = "Chinese"
            paragraphs.edit(line, project=project, by=None)
        halves = [sounds.burst(4000, seed=n), np.zeros(4800, np.int16), sounds.burst(12000, seed=n + 50)]
        factories.ready(line, samples=sounds.padded(np.concatenate(halves), 2400, 2400))
    return project


@pytest.fixture
def epub(book: Project) -> Path:
    export = exports.request(book, book.scripts.all(), format="epub", narrator="Neil", by=None)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"
    done = Export.objects.get(pk=export.pk)
    assert (done.ending, done.by_chapter, str(done)) == ("epub", True, "Lamp & Night.epub")
    assert exports.media_type(done) == "application/epub+zip"
    assert [mark["title"] for mark in done.marks] == ["I", "第一回"]
    return Path(default_storage.path(done.file))


def ms(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return 1000 * (3600 * int(hours) + 60 * int(minutes) + float(seconds))


def test_the_w3c_accepts_it_and_its_text_goes_along_with_its_sound(epub: Path, tmp_path: Path) -> None:
    assert epubcheck.complaints(epub) == []
    with ZipFile(epub) as file:
        first = file.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", ZIP_STORED, b"")
        file.extractall(tmp_path)
    folder = tmp_path / "EPUB"
    text = " ".join(etree.parse(folder / "text/chapter-001.xhtml").getroot()[1].itertext())
    assert re.sub(r"\s+", "", text) == re.sub(r"\s+", "", "I" + "".join(TEXTS))
    overlay = etree.parse(folder / "overlays/chapter-001.smil")
    begins = {
        par[0].get("src").partition("#")[2]: ms(par[1].get("clipBegin")) for par in overlay.iter(f"{SMIL}par")
    }
    assert list(begins) == ["p1-1", "p1-2", "p2-1", "p3-1"]
    samples, rate_hz = sounds.decoded(folder / "audio/001.m4a")
    loud = np.flatnonzero(np.abs(samples) > 0.02) / rate_hz * 1000
    heard = loud[[0, *(np.flatnonzero(np.diff(loud) > 100) + 1)]]
    assert len(heard) == 6, "each take is heard in two parts"
    # A line's first sentence begins where it is heard, its second after the pause that is heard in it.
    assert [begins[name] for name in ("p1-2", "p2-1", "p3-1")] == pytest.approx(heard[[1, 2, 4]], abs=30)
    assert begins["p1-1"] == 0, "the sound runs from the beginning of the file"
    chinese = (folder / "text/chapter-002.xhtml").read_text()
    assert '<h1 id="title" lang="zh" xml:lang="zh"><span id="p1-1">第一回</span></h1>' in chinese
    package = (folder / "package.opf").read_text()
    assert "<dc:language>en</dc:language>" in package
    assert 'properties="cover-image"' in package


def test_a_read_along_that_is_cancelled_leaves_no_file(book: Project) -> None:
    export = exports.request(book, book.scripts.all(), format="epub", by=None)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.cancel(export, by=None)
    assert exports.assemble(claimed) == "cancelled"
    assert Export.objects.get().file == ""
