import io
import struct

from projects.audio import riff


def test_chunks_are_walked_over_their_padding() -> None:
    data = b"RIFF....WAVE" + riff.chunk(b"odd ", b"abc") + riff.chunk(b"even", b"abcd")
    found = [(chunk.name, chunk.offset, chunk.size_bytes) for chunk in riff.walk(io.BytesIO(data), len(data))]
    assert found == [(b"odd ", 20, 3), (b"even", 32, 4)]


def test_a_header_cut_in_half_ends_the_walk() -> None:
    data = b"RIFF....WAVE" + riff.chunk(b"even", b"abcd") + b"data\x01"
    assert [chunk.name for chunk in riff.walk(io.BytesIO(data), len(data))] == [b"even"]
    assert [chunk.name for chunk in riff.walk(io.BytesIO(data), 10_000)] == [b"even"]


def test_texts_left_empty_leave_no_chunk() -> None:
    assert riff.info([(b"INAM", ""), (b"IART", "")]) == b""
    assert (
        riff.info([(b"INAM", "Tür"), (b"IART", "")])
        == b"LIST\x12\x00\x00\x00INFOINAM\x05\x00\x00\x00T\xc3\xbcr\0\0"
    )


def test_cues_name_frames_and_are_left_out_where_32_bits_end() -> None:
    data = riff.cues([(0, "One"), (riff.U32_MAX, "Two")])
    assert struct.unpack_from("<4sII", data) == (b"cue ", 4 + 2 * 24, 2)
    assert struct.unpack_from("<I", data, 12 + 24 + 20) == (riff.U32_MAX,)
    assert b"labl\x08\x00\x00\x00\x01\x00\x00\x00One\0" in data
    assert riff.cues([(0, "One"), (riff.U32_MAX + 1, "Two")]) == b""
    assert riff.cues([]) == b""
