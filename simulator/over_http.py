"""A house reached over HTTP: for each address that asks a connection and, on Linux, a source address of its own."""

import http.client
import sys
import threading
import zlib
from collections.abc import Mapping

from simulator.house import Answer, Text, Unreachable

MOST_IDLE = 200  # connections kept open


class OverHttp:
    """Requests to one server; safe to use from several threads. With a server in 127/8 each address that is asked for
    becomes a source address of its own there (Linux), so limits by address count as they would."""

    def __init__(self, host: str, port: int, *, timeout_s: float, most_idle: int = MOST_IDLE) -> None:
        self._host, self._port, self._timeout_s, self._most_idle = host, port, timeout_s, most_idle
        self._idle: dict[str, list[http.client.HTTPConnection]] = {}
        self._lock = threading.Lock()

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes, address: str) -> Answer:
        """One request. Raises Unreachable."""
        wire = self._taken(address) or self._opened(address)
        try:
            wire.request(method, path, body=body or None, headers=dict(headers))
            response = wire.getresponse()
            found = {name.lower(): "\n".join(response.headers.get_all(name) or ()) for name in response.headers}
            answer = Answer(response.status, found, response.read())
        except (OSError, http.client.HTTPException) as error:
            wire.close()
            raise Unreachable(type(error).__name__) from None
        self._keep(address, wire)
        return answer

    def texts(self, after: int) -> list[Text]:
        """What the simulated carrier took in. Raises Unreachable."""
        answer = self.request("GET", f"/demo/outbox.json?after={after}", headers={}, body=b"", address="127.0.0.1")
        return texts_in(answer)

    def _taken(self, address: str) -> http.client.HTTPConnection | None:
        with self._lock:
            idle = self._idle.get(address)
            return idle.pop() if idle else None

    def _keep(self, address: str, wire: http.client.HTTPConnection) -> None:
        with self._lock:
            self._idle.setdefault(address, []).append(wire)
            gone = self._idle.pop(next(iter(self._idle))) if len(self._idle) > self._most_idle else []
        for wire in gone:
            wire.close()

    def _opened(self, address: str) -> http.client.HTTPConnection:
        number = zlib.crc32(address.encode())
        own = f"127.{1 + number % 200}.{number // 200 % 250}.{1 + number // 50_000 % 250}"
        source = (own, 0) if sys.platform == "linux" and self._host.startswith("127.") else None
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s, source_address=source)


def texts_in(answer: Answer) -> list[Text]:
    """The messages of an answer of the outbox. Raises Unreachable when it is none."""
    if answer.status != 200:
        raise Unreachable(f"texts: {answer.status}")
    return [Text(row["number"], row["phone"], row["words"]) for row in answer.json["texts"]]
