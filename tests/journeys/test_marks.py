"""A browser hears every line of a book on the very sample that the timeline says."""

import base64
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from projects.audio import encoding
from projects.audio.book import Book, Chapter
from projects.audio.formats import Format
from tests.audio import sounds

DECODE = """async ([data, rate]) => {
  const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
  const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes.buffer);
  const samples = new Uint8Array(sound.getChannelData(0).buffer);
  let text = "";
  for (let at = 0; at < samples.length; at += 32768) {
    text += String.fromCharCode(...samples.subarray(at, at + 32768));
  }
  return btoa(text);
}"""


@pytest.mark.parametrize("format", ["mp3", "mp3-vbr", "m4b", "opus", "flac"])
def test_every_line_starts_on_its_sample_in_chromium(
    chromium: Browser, tmp_path: Path, format: Format
) -> None:
    takes = [sounds.padded(sounds.burst(9_000 + 1_237 * n, seed=n), 240, 480) for n in range(8)]
    chapters = tuple(Chapter(f"{n}", (sounds.line(take, pause_ms=411),)) for n, take in enumerate(takes))
    target = tmp_path / f"book.{format}"
    plan = encoding.write(Book("T", "A", "N", chapters), target, format).timeline
    page = chromium.new_page()
    data = base64.b64encode(target.read_bytes()).decode()
    played = np.frombuffer(base64.b64decode(page.evaluate(DECODE, [data, plan.grid.rate_hz])), "<f4")
    page.close()
    starts = [row[0] for row in plan.line_starts]
    found = [
        sounds.offset(played, plan.grid.rate_hz, take, at) for take, at in zip(takes, starts, strict=True)
    ]
    assert found == [0] * len(takes)
