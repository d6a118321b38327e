"""Fetches the audio that an answer points to: a foreign URL, opened with care and without the token."""

from urllib.parse import urljoin

import requests

from projects.sentences import gettext_noop as _
from projects.speech.deadline import Deadline
from projects.speech.errors import Unavailable
from projects.speech.exchange import Answer, sent
from projects.speech.hosts import AudioHosts, Origin, refused_url

THE_AUDIO_COULD = _("The audio could not be fetched (HTTP %(status)s). The line is tried again by itself.")

_MOST_REDIRECTS = 3
_GONE_STATUSES = (403, 404, 410)


class Downloader:
    """own: the session for the endpoint's own origin. public: the one that reaches nothing but public https hosts."""

    def __init__(
        self, *, own: requests.Session, public: requests.Session, hosts: AudioHosts, max_bytes: int
    ) -> None:
        self._own, self._public, self._hosts, self._max_bytes = own, public, hosts, max_bytes

    def fetch(self, url: str, until: Deadline) -> bytes:
        """The body behind a URL; every redirect is checked like the URL itself. Raises Unavailable or Stopped.

        `audio_expired` means that the link is dead: only a new call (paid again) brings a new one.
        """
        for _hop in range(_MOST_REDIRECTS + 1):
            url = self._hosts.checked(url)
            session = self._own if Origin.of(url) == self._hosts.own else self._public
            with sent(
                session, "GET", url, headers={"Accept": "*/*"}, until=until, max_bytes=self._max_bytes
            ) as answer:
                if not answer.location:
                    return self._body(answer)
                url = urljoin(url, answer.location)
        raise refused_url(_("it leads from one address to the next without end"))

    def _body(self, answer: Answer) -> bytes:
        if answer.status == 200:
            return answer.body()
        if answer.status in _GONE_STATUSES:
            message = _("The link to the audio is no longer valid. The line has to be spoken again.")
            raise Unavailable(message, code="audio_expired", status=answer.status)
        message = THE_AUDIO_COULD % {"status": answer.status}
        raise Unavailable(message, code="audio_unavailable", status=answer.status)
