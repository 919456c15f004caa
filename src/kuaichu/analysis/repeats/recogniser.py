"""The recogniser: calls in, links out, one at a time or a whole file, to the same bit."""

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.repeats import sizes as z
from kuaichu.analysis.repeats.encode import encode, fill_one, order_of
from kuaichu.analysis.repeats.feedback import Feedback, move_call
from kuaichu.analysis.repeats.kernel import S_EVENT_S, S_MATTER_S
from kuaichu.analysis.repeats.link import Alternative, Judgement, Link, link_from
from kuaichu.analysis.repeats.run import empty_batch, run
from kuaichu.analysis.repeats.state import State, new_state, with_room
from kuaichu.analysis.repeats.stream import no_counts, run_all
from kuaichu.analysis.repeats.texts import Words
from kuaichu.analysis.repeats.weights import Weights, default_weights

KINDS = np.array(["", "event", "matter"], object)
Progress = Callable[[int, int], None]


class Recogniser:
    """Repeat calls in a stream.

    `offer` calls in order of time (a few seconds of disorder do no harm). x, y in metres on one plane. `secret`:
    with it nobody
    who reads a snapshot can find phone numbers by trying them out. `aliases`: other names of roads.
    """

    def __init__(
        self, weights: Weights | None = None, *, aliases: Mapping[str, str] | None = None, secret: bytes = b""
    ) -> None:
        self.weights = weights or default_weights()
        self.feedback = Feedback()
        self._table = self.weights.table()
        self._words, self._secret = Words(aliases), secret
        self._state: State = new_state()
        self._ids: dict[int, str] = {}
        self._batch, self._out, self._counts = empty_batch(1), np.zeros((1, z.OUT)), no_counts()
        self._asked = 0

    def offer(self, call: Mapping[str, Any]) -> Judgement:
        """Judge one call and remember it.

        call: `call_id`, `t` (seconds), and what is known of `x`, `y`, `phone`, `road`, `plate_a`, `plate_b`, `typ`.
        The link says which earlier call it repeats, or is None; alternatives are the next two incidents with their
        probability.
        """
        fill_one(self._batch, call, self._words, self._secret)
        number = int(self._state.n[0])
        self._state = run_all(
            self._state, self._table, self._batch, types=self._words.types, out=self._out, counts=self._counts
        )
        self._ids[number] = str(call["call_id"])
        self._forget(number)
        return self._judged(number, str(call["call_id"]), self._out[0])

    def consider(self, call: Mapping[str, Any]) -> Judgement:
        """What `offer` would answer now, to the same bit; nothing is remembered of the call."""
        with self._words.unremembered():
            fill_one(self._batch, call, self._words, self._secret)
            scalars, types = self._table.scalars, self._words.types
            self._state = with_room(
                self._state, keep_s=scalars[S_MATTER_S], open_s=scalars[S_EVENT_S], types=types, now=self._batch.t[0]
            )
        number = self.calls
        if number == 0:
            return Judgement(call_id=str(call["call_id"]), incident_id=str(call["call_id"]), link=None, alternatives=())
        self._asked += 1
        run(self._state, self._table, self._batch, 0, 1, self._out, self._counts, False, -1 - self._asked)
        return self._judged(number, str(call["call_id"]), self._out[0])

    @property
    def calls(self) -> int:
        """How many calls were offered; they are numbered in that order from 0."""
        return int(self._state.n[0])

    def incident_of(self, number: int) -> str:
        """The first call of the incident that call `number` belongs to; empty when it is forgotten."""
        size = self._state.ct.size
        return self._incident_id(int(self._state.cinc[number % size])) if 0 <= number - self.calls + size < size else ""

    def batch(
        self, columns: Mapping[str, NDArray[Any]], *, progress: Progress | None = None
    ) -> dict[str, NDArray[Any]]:
        """All calls at once: `call_id, incident_id, repeats, score, kind` in the order of the input.

        incident_id: the incident's first call. repeats: an earlier call or None. score: probability that the call
        repeats what
        is named, or, when it repeats nothing, what anything had at most. kind: "event", "matter" or "".
        """
        order = order_of(columns)
        batch = encode(columns, self._words, self._secret, order)
        out, first = np.zeros((order.size, z.OUT)), int(self._state.n[0])
        self._state = run_all(
            self._state, self._table, batch, types=self._words.types, out=out, counts=self._counts, progress=progress
        )
        ids = np.asarray(columns["call_id"], object)[order]
        self._ids.update(zip(range(first, first + order.size), map(str, ids), strict=True))
        if order.size:
            self._forget(first + order.size - 1)
        return self._columns(columns["call_id"], order, out, first)

    def _columns(
        self, call_id: NDArray[Any], order: NDArray[np.int64], out: NDArray[np.float64], first: int
    ) -> dict[str, NDArray[Any]]:
        rows = order.size
        found: dict[str, NDArray[Any]] = {"call_id": np.asarray(call_id)}
        found |= {name: np.empty(rows, object) for name in ("incident_id", "repeats", "kind")}
        found["score"] = np.zeros(rows)
        for at, row in enumerate(order):
            judged = out[at]
            link = judged[z.O_KIND] != z.NEW
            found["incident_id"][row] = self._ids.get(int(judged[z.D_FIRST]), "")
            found["repeats"][row] = self._ids.get(int(judged[z.O_OTHER])) if link else None
        found["score"][order] = np.round(out[:, z.O_SCORE], 6)
        found["kind"][order] = KINDS[out[:, z.O_KIND].astype(int)]
        return found

    def _judged(self, number: int, call_id: str, out: NDArray[np.float64]) -> Judgement:
        alternatives = tuple(
            Alternative(incident_id=self._incident_id(int(out[place])), score=float(out[place + 1]))
            for place in (z.A_ONE, z.A_TWO)
            if out[place] >= 0 and out[place + 1] > 0.001
        )
        incident_id = call_id if out[z.D_FIRST] == number else self._ids.get(int(out[z.D_FIRST]), "")
        if out[z.O_KIND] == z.NEW:
            return Judgement(call_id=call_id, incident_id=incident_id, link=None, alternatives=alternatives)
        repeats = self._ids.get(int(out[z.O_OTHER]), "")
        link = link_from(out, call_id=call_id, incident_id=incident_id, repeats=repeats, number=number)
        return Judgement(call_id=call_id, incident_id=incident_id, link=link, alternatives=alternatives)

    def _incident_id(self, incident: int) -> str:
        if incident < int(self._state.n[1]) - self._state.icalls.size:
            return ""
        return self._ids.get(int(self._state.ifirst[incident % self._state.icalls.size]), "")

    def _forget(self, number: int) -> None:
        """Names of calls that the ring has overwritten."""
        last = number - self._state.ct.size
        if last >= 0 and len(self._ids) > 2 * self._state.ct.size:
            self._ids = {key: name for key, name in self._ids.items() if key > last}

    def confirm(self, link: Link) -> None:
        """A person says: yes. Counts for later training."""
        self.feedback = self.feedback.with_link(link, is_match=True)

    def refuse(self, link: Link) -> str:
        """A person says: no. The call gets an incident of its own; the answer is that incident's id."""
        self.feedback = self.feedback.with_link(link, is_match=False)
        move_call(self._state, link.number)
        return link.call_id

    def unite(self, number: int, earlier: int) -> None:
        """A person says that two calls are about one event: the later joins the earlier one's incident if open."""
        incident = int(self._state.cinc[earlier % self._state.ct.size])
        if self.incident_of(earlier) and self.incident_of(number) != self.incident_of(earlier):
            move_call(self._state, number, incident)

    def part(self, number: int, earlier: int) -> None:
        """A person says that two calls are not about one event: the later gets an incident of its own."""
        if self.incident_of(number) and self.incident_of(number) == self.incident_of(earlier):
            move_call(self._state, number)

    def learn(self, feedback: Feedback) -> None:
        """Judge from now on by the weights with all of what people said added to them."""
        self.feedback = feedback
        self._table = self.learned().table()

    def learned(self) -> Weights:
        """The weights with everything confirmed and refused so far added to them; give them to a new recogniser."""
        return self.feedback.added_to(self.weights)

    def snapshot(self) -> bytes:
        """Everything needed to go on elsewhere. Holds places, plates and (keyed) phones: keep it as you keep calls."""
        written = BytesIO()
        used: dict[str, Any] = {
            f"state_{name}": np.ascontiguousarray(array) for name, array in self._state._asdict().items()
        }
        numbers = np.array(list(self._ids), np.int64)
        about = {
            "version": 1, "words": self._words.snapshot(), "names": list(self._ids.values()),
            "weights": self.weights.to_json(), "feedback": self.feedback.to_dict(),
        }  # fmt: skip
        np.savez_compressed(written, about=np.array(json.dumps(about, ensure_ascii=False)), numbers=numbers, **used)
        return written.getvalue()

    @classmethod
    def restore(cls, saved: bytes, *, secret: bytes = b"") -> "Recogniser":
        """A recogniser that goes on as the one that was saved. BadInput when it is no snapshot."""
        try:
            with np.load(BytesIO(saved), allow_pickle=False) as kept:
                about = json.loads(str(kept["about"]))
                recogniser = cls(Weights.from_json(about["weights"]), secret=secret)
                recogniser._state = _state_from({name: kept[f"state_{name}"] for name in State._fields})
                recogniser._ids = dict(zip(kept["numbers"].tolist(), about["names"], strict=True))
        except (ValueError, KeyError, OSError) as error:
            raise BadInput("这不是重复警情识别的快照", "this is no snapshot of a recogniser", field="saved") from error
        recogniser._words = Words.restore(about["words"])
        recogniser.feedback = Feedback.from_dict(about["feedback"])
        return recogniser


def _state_from(arrays: Mapping[str, NDArray[Any]]) -> State:
    state = new_state(
        calls=arrays["ct"].size, incidents=arrays["icalls"].size, places=arrays["dkey"].size, types=len(arrays["tsum"])
    )
    for name, array in arrays.items():
        getattr(state, name)[...] = array
    state.imark[:] = -1  # marks of questions count anew
    return state


def recognise(
    columns: Mapping[str, NDArray[Any]], weights: Weights | None = None, **more: Any
) -> dict[str, NDArray[Any]]:
    """`Recogniser(weights).batch(columns)` with nothing known before."""
    return Recogniser(weights).batch(columns, **more)
