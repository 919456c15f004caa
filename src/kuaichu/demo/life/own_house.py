"""The running demonstration as a house that the simulator can play (docs/SIMULATOR.md): real HTTP, the real clock."""

import http.client
import sys
import threading
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from simulator.house import Answer, Text, Unreachable

TIMEOUT_S = 30.0
KEPT_OPEN = 24  # connections


class OwnHouse:
    """Requests come from an address of their own in 127/8 for each phone (Linux), so limits by address count as they
    would; `stopping` ends every rest."""

    faults: tuple[str, ...] = ()

    def __init__(self, host: str, port: int, stopping: threading.Event) -> None:
        self._host, self._port, self._stopping = host, port, stopping
        self._idle: dict[str, http.client.HTTPConnection] = {}

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes, address: str) -> Answer:
        wire = self._idle.pop(address, None) or self._wire(address)
        try:
            wire.request(method, path, body=body or None, headers=dict(headers))
            response = wire.getresponse()
            found = {name.lower(): "\n".join(response.headers.get_all(name) or ()) for name in response.headers}
            answer = Answer(response.status, found, response.read())
        except (OSError, http.client.HTTPException) as error:
            wire.close()
            raise Unreachable(type(error).__name__) from None
        self._idle[address] = wire
        if len(self._idle) > KEPT_OPEN:
            self._idle.pop(next(iter(self._idle))).close()
        return answer

    def _wire(self, address: str) -> http.client.HTTPConnection:
        number = zlib.crc32(address.encode())
        own = f"127.{1 + number % 200}.{number // 200 % 250}.{1 + number // 50_000 % 250}"
        is_here = sys.platform == "linux" and self._host.startswith("127.")
        source = (own, 0) if is_here else None
        return http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_S, source_address=source)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait_until(self, moment: datetime) -> None:
        self._stopping.wait(max((moment - self.now()).total_seconds(), 0.0))

    def work(self) -> datetime | None:
        return None

    def texts(self, after: int) -> list[Text]:
        answer = self.request("GET", f"/demo/outbox.json?after={after}", headers={}, body=b"", address="127.0.0.1")
        return [Text(row["number"], row["phone"], row["words"]) for row in answer.json["texts"]]

    def secret_of(self, agency_code: str) -> bytes:
        from kuaichu.links.insurer.signing import secret_of

        return secret_of(agency_code)

    def suffer(self, fault: str) -> None:
        """Nothing breaks here on purpose."""

    def insurer_address(self, port: int) -> None:
        """The demonstration's own insurers answer."""

    def verify(self, number: str) -> list[Any]:
        return []
