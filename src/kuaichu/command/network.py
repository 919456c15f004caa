"""Free ports, our address in the local network, and whether a page answers."""

import http.client
import socket

PORTS_TO_TRY = 50
EVERYWHERE = "0.0.0.0"  # noqa: S104 - the demonstration is meant to be reached from a phone


def free_port(wanted: int, host: str) -> int:
    """The wanted port or the next free one. Raises SystemExit when fifty in a row are taken."""
    for port in range(wanted, min(wanted + PORTS_TO_TRY, 65536)):
        if _is_free(port, host):
            return port
    raise SystemExit(f"端口 {wanted} 起的 {PORTS_TO_TRY} 个都被占用 · no free port from {wanted} on; try --port")


def _is_free(port: int, host: str) -> bool:
    """Not only bindable (SO_REUSEPORT would allow a second server) but also answered by nobody."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    with socket.socket() as caller:
        caller.settimeout(0.3)
        return caller.connect_ex(("127.0.0.1", port)) != 0


def local_address() -> str:
    """Our address in the local network, or nothing. Connecting a UDP socket only asks the routing table."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if address.startswith("127.") else address


def answers(port: int, path: str = "/healthz") -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
