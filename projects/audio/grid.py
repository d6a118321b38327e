"""How a format counts time."""

from dataclasses import dataclass

from projects.audio import pcm


@dataclass(frozen=True)
class Grid:
    """How a format counts time: `frame` samples a packet at `rate_hz`. What an encoder puts first is `priming` samples.

    With one sample a packet and no priming it is plain PCM. What is encoded as one takes a multiple of `whole` packets,
    the silence between any number, but not fewer.
    """

    rate_hz: int
    frame: int
    priming: int
    whole: int = 1

    def samples(self, frames: int) -> int:
        """So many frames of 24 kHz, in samples of this rate, rounded up."""
        return -(-frames * self.rate_hz // pcm.RATE_HZ)

    def moment(self, frame: int) -> int:
        """Where a frame of 24 kHz stands: the nearest sample of this rate."""
        return (frame * self.rate_hz + pcm.RATE_HZ // 2) // pcm.RATE_HZ

    def packets(self, frames: int) -> int:
        """The packets of a sound of so many frames of 24 kHz, its priming among them."""
        packets = -(-(self.priming + self.samples(frames)) // self.frame)
        return packets + -packets % self.whole

    def frames(self, packets: int) -> int:
        """The most frames of 24 kHz that, encoded as one, fit so many packets and leave none or enough for silence."""
        frames = (packets * self.frame - self.priming) * pcm.RATE_HZ // self.rate_hz
        if self.whole > 1:
            frames -= frames % self.whole
            frames -= self.whole if 0 < packets - frames < self.whole else 0
        return max(frames, 0)

    def nearest(self, samples: int) -> int:
        """The whole packets that are nearest to so many samples; none where they are too few."""
        packets = (samples + self.frame // 2) // self.frame
        return packets if packets >= self.whole else 0


PLAIN = Grid(pcm.RATE_HZ, 1, 0)
