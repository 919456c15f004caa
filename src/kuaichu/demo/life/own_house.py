"""The running demonstration as a house that the simulator can play (docs/SIMULATOR.md): real HTTP, the real clock."""

import threading
from datetime import UTC, datetime
from typing import Any

from simulator.over_http import OverHttp

TIMEOUT_S = 30.0
KEPT_OPEN = 24  # connections


class OwnHouse(OverHttp):
    """`stopping` ends every rest."""

    faults: tuple[str, ...] = ()

    def __init__(self, host: str, port: int, stopping: threading.Event) -> None:
        super().__init__(host, port, timeout_s=TIMEOUT_S, most_idle=KEPT_OPEN)
        self._stopping = stopping

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait_until(self, moment: datetime) -> None:
        self._stopping.wait(max((moment - self.now()).total_seconds(), 0.0))

    def work(self) -> datetime | None:
        return None

    def secret_of(self, agency_code: str) -> bytes:
        from kuaichu.links.signing import secret_of

        return secret_of(agency_code)

    def suffer(self, fault: str) -> None:
        """Nothing breaks here on purpose."""

    def partner_address(self, port: int) -> None:
        """The demonstration's own partners answer."""

    def verify(self, number: str) -> list[Any]:
        return []
