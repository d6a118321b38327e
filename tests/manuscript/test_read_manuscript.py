"""The command, and through it every shared sample graded by the grader that came with the samples."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.manuscript.samples import PROSE, SHARED

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = (
    "brick-and-steel.fountain",
    "butterworth_log-school-house_pg14881_latin1.txt",
    "carroll_alice_pg11_utf8-bom.txt",
    "carroll_alice_pg11_word.pdf",
    "changelog_practical-ai-6_transcript.md",
    "dazai_hashire-merosu_ja_shiftjis.txt",
    "luxun_nahan-selection-a_zh-hant_utf8.txt",
    "opensource-guide_how-to-contribute.md",
    "shakespeare_macbeth_speaker-labels.txt",
    "wells_the-time-machine_se.epub",
    "wodehouse_love-among-the-chickens_headings.docx",
)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("read_manuscript", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("sample", SAMPLES)
def test_shared_samples_pass_their_grader(sample: str, tmp_path: Path) -> None:
    if not (SHARED / sample).exists():
        pytest.skip("../shared/manuscripts is not here")
    (tmp_path / "import.json").write_text(run(str(SHARED / sample), "--json"), encoding="utf-8")
    expectation = SHARED / "expectations" / f"{sample}.json"
    grader = [sys.executable, str(SHARED / "grade.py"), str(expectation), str(tmp_path / "import.json")]
    graded = subprocess.run(grader, capture_output=True, text=True, check=False)
    assert graded.returncode == 0, graded.stdout


def test_json_holds_ticked_chapters_and_the_table_holds_all(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        f"A Tale\nby Ann Miller\n\n\nChapter 1\n\n{PROSE}\n\n\nChapter 2\n\n{PROSE}\n", encoding="cp1252"
    )
    found = json.loads(run(str(path), "--json"))
    assert {key: found[key] for key in ("title", "author", "language")} == {
        "title": "A Tale",
        "author": "Ann Miller",
        "language": "en",
    }
    assert found["chapters"] == [{"title": f"Chapter {n}", "paragraphs": [PROSE]} for n in (1, 2)]
    table = run(str(path))
    assert "[ ]" in table
    assert "(Title page)" in table


def test_a_file_that_cannot_be_read_gives_one_sentence_and_code_2(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        run(str(tmp_path / "absent.txt"))
    assert refused.value.returncode == 2
    command = [
        sys.executable,
        str(ROOT / "manage.py"),
        "read_manuscript",
        str(tmp_path / "absent.txt"),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "There is no file “absent.txt”. Check the name and the folder.\n"
