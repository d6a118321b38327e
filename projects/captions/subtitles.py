"""Captions as files: SubRip (SRT) and WebVTT."""

from collections.abc import Sequence

from projects.captions.breaking import Caption
from projects.captions.lines import tell_apart

NOTE = (
    "NOTE\nWhere a line begins is known to the millisecond. Where a caption begins within one is estimated,\n"
    "from its pauses and the length of its words."
)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def srt(captions: Sequence[Caption]) -> str:
    """SubRip. Where several speak, the caption at which another begins says who, as podcast apps expect it."""
    says = tell_apart({caption.speaker for caption in captions})
    blocks, before = [], ""
    for number, caption in enumerate(captions, 1):
        name = f"{caption.speaker}: " if says and caption.speaker != before else ""
        before = caption.speaker
        text = (name + "\n".join(caption.lines)).replace("-->", "→")
        times = f"{_time(caption.start_ms, ',')} --> {_time(caption.end_ms, ',')}"
        blocks.append(f"{number}\n{times}\n{text}\n")
    return "\n".join(blocks)


def vtt(captions: Sequence[Caption]) -> str:
    """WebVTT. Where several speak, each caption is a voice span of who it is."""
    says = tell_apart({caption.speaker for caption in captions})
    blocks = ["WEBVTT", NOTE]
    for caption in captions:
        text = "\n".join(caption.lines).translate(_ESCAPES)
        voice = " ".join(caption.speaker.translate(_ESCAPES).split())
        times = f"{_time(caption.start_ms, '.')} --> {_time(caption.end_ms, '.')}"
        blocks.append(f"{times}\n" + (f"<v {voice}>{text}" if says and voice else text))
    return "\n\n".join(blocks) + "\n"


def _time(ms: int, mark: str) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{rest:03}"
