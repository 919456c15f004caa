"""Simulated partners over HTTP: `POST .../<operation>`; the agency's header says which of them is meant."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kuaichu.links.signing import AGENCY_HEADER
from kuaichu.links.twin import Answer, Twin

MAX_BODY_BYTES = 256 * 1024


class TwinServer(ThreadingHTTPServer):
    """Serves the twins on this machine only. Port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, twins: Iterable[Twin], *, port: int = 0) -> None:
        self.twins = {twin.agency_code: twin for twin in twins}
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def origin(self) -> str:
        """Its address without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: TwinServer

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= MAX_BODY_BYTES:
            self._send(Answer(413, {"error": "request.size"}))
            return
        body = self.rfile.read(length)
        operation = self.path.rstrip("/").rpartition("/")[2]
        twin = self.server.twins.get(self.headers.get(AGENCY_HEADER) or "")
        answer = (
            twin.handle(operation, dict(self.headers.items()), body)
            if twin
            else Answer(404, {"error": "agency.unknown"})
        )
        if answer.delay_s:
            threading.Event().wait(answer.delay_s)
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        body = json.dumps(answer.body).encode()
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the other side lost patience, as its time limit says

    def log_message(self, format: str, *args: object) -> None:
        """Paths and bodies stay out of the log."""


@contextmanager
def running(*twins: Twin) -> Iterator[TwinServer]:
    """A server in this process for the length of the block (tests)."""
    server = TwinServer(twins)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
