"""The house that is played: how the simulator reaches an installation, whether over the network or in one process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Answer:
    """What a request got. Header names in small letters; several cookies are separated by line ends."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


@dataclass(frozen=True)
class Text:
    """A text message as the simulated carrier has it: the phone is masked (138****5678)."""

    number: int
    phone: str
    words: str


class Unreachable(Exception):
    """No answer came: the network, or the house itself, is away. Whether the request was carried out is not known."""


class House(Protocol):
    """An installation under play."""

    faults: tuple[str, ...]  # what it can be made to suffer

    def suffer(self, fault: str) -> None:
        """Let one of `faults` happen; returns when it is over or the house is being started again."""

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes, address: str) -> Answer:
        """One HTTP request as if from the IP `address`. Raises Unreachable."""

    def now(self) -> datetime:
        """The house's clock, aware."""

    def wait_until(self, moment: datetime) -> None:
        """Until the house's clock shows `moment`: it is moved there, or we sleep."""

    def work(self) -> datetime | None:
        """Let the worker do what waits, if it doesn't do so by itself; when it wants to go on, at the latest."""

    def texts(self, after: int) -> list[Text]:
        """Text messages with a number above `after`, oldest first."""

    def secret_of(self, agency_code: str) -> bytes:
        """The secret that a partner shares with the house."""

    def partner_address(self, port: int) -> None:
        """Where the house finds its partners from now on."""

    def verify(self, number: str) -> list[str]:
        """What `./kuaichu verify NUMBER` finds wrong with a case."""
