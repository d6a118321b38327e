"""Captions as a browser reads them: its own reader of WebVTT, which nobody here wrote."""

from projects.captions import subtitles
from projects.captions.breaking import captions
from projects.captions.lines import Spoken
from tests.journeys.pages import Opener

READ = """async (text) => {
  const video = document.createElement("video");
  const track = document.createElement("track");
  track.src = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
  video.append(track);
  document.body.append(video);
  track.track.mode = "hidden";
  await new Promise((done, failed) => { track.onload = done; track.onerror = failed; });
  const cues = [...track.track.cues];
  return cues.map((cue) => {
    const words = cue.getCueAsHTML();
    return [cue.startTime, cue.endTime, words.textContent, words.firstChild.title ?? ""];
  });
}"""


def test_a_browser_reads_every_caption_its_times_and_who_speaks(open_page: Opener) -> None:
    said = (
        ("It was late, & nobody <came> --> to the door. ", "He went."),
        ("“Well?”",),
        ("此开卷第一回也。",),
    )
    who = ("Narrator", "Filby & <Co>", "Narrator")
    lines = [
        Spoken(parts, 3_599_000 + 4000 * n, 3_602_000 + 4000 * n, (), name)
        for n, (parts, name) in enumerate(zip(said, who, strict=True))
    ]
    made = captions(lines)
    page = open_page()
    page.goto("about:blank")
    read = page.evaluate(READ, subtitles.vtt(made))
    assert [(round(1000 * start), round(1000 * end)) for start, end, *_ in read] == [
        (one.start_ms, one.end_ms) for one in made
    ]
    assert [(text, name) for *_, text, name in read] == [("\n".join(one.lines), one.speaker) for one in made]
