"""Meters that nobody here wrote: FFmpeg's, fed with samples."""

from itertools import pairwise
from pathlib import Path

import av

from projects.audio import pcm


def ebur128(samples: pcm.Pcm) -> dict[str, float]:
    """FFmpeg's meter of EBU R 128: ``I`` in LUFS, ``true_peak`` and ``sample_peak`` with 1 for full scale."""
    source = f"sample_rate={pcm.RATE_HZ}:sample_fmt=s16:channel_layout=mono:time_base={pcm.TICK}"
    return _read(samples, source, "ebur128", "metadata=1:peak=true+sample", "lavfi.r128.")


def ebur128_of(path: Path) -> dict[str, float]:
    """The same of an encoded file, as FFmpeg decodes it."""
    graph, last = av.filter.Graph(), dict[str, str]()
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        chain = [graph.add_abuffer(template=stream), graph.add("ebur128", "metadata=1:peak=true+sample")]
        chain.append(graph.add("abuffersink"))
        for before, after in pairwise(chain):
            before.link_to(after)
        graph.configure()
        for frame in container.decode(stream):
            graph.push(frame)
            last = _drained(graph) or last
    graph.push(None)
    return _named(_drained(graph) or last, "lavfi.r128.")


def astats(samples: pcm.Pcm) -> dict[str, float]:
    """FFmpeg's plain levels: ``RMS_level`` and ``Peak_level`` in dBFS."""
    source = f"sample_rate={pcm.RATE_HZ}:sample_fmt=s16:channel_layout=mono:time_base={pcm.TICK}"
    return _read(samples, source, "astats", "metadata=1", "lavfi.astats.Overall.")


def _read(samples: pcm.Pcm, source: str, name: str, options: str, prefix: str) -> dict[str, float]:
    graph = av.filter.Graph()
    chain = [graph.add("abuffer", source), graph.add(name, options), graph.add("abuffersink")]
    for before, after in pairwise(chain):
        before.link_to(after)
    graph.configure()
    last: dict[str, str] = {}
    for start in range(0, samples.size, pcm.RATE_HZ):
        graph.push(pcm.frame(samples[start : start + pcm.RATE_HZ], at=start))
        last = _drained(graph) or last
    graph.push(None)
    last = _drained(graph) or last
    return _named(last, prefix)


def _named(last: dict[str, str], prefix: str) -> dict[str, float]:
    return {key.removeprefix(prefix): float(text) for key, text in last.items() if key.startswith(prefix)}


def _drained(graph: av.filter.Graph) -> dict[str, str]:
    last: dict[str, str] = {}
    while True:
        try:
            last = dict(graph.pull().metadata) or last
        except (BlockingIOError, EOFError):
            return last
