"""Children live and die together, also when we are killed."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

from kuaichu.command import network

SOURCE = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from pathlib import Path
from kuaichu.command.processes import Group, Process

shells = {shells!r}
group = Group([Process(name=n, argv=("/bin/sh", "-c", c)) for n, c in shells.items()], Path({logs!r}))
try:
    group.start()
    print("started", flush=True)
    code = group.wait()
finally:
    group.stop()
sys.exit(code)
"""
SLEEPER = "sleep 300 & echo $! > {pid}; wait"


def start(tmp_path: Path, **shells: str) -> subprocess.Popen[str]:
    program = textwrap.dedent(PROGRAM).format(shells=shells, logs=str(tmp_path))
    env = os.environ | {"PYTHONPATH": str(SOURCE)}
    pipe = subprocess.PIPE
    parent = subprocess.Popen([sys.executable, "-c", program], env=env, stdout=pipe, stderr=pipe, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "started\n"
    return parent


def grandchild(tmp_path: Path) -> int:
    """The process id of the sleeper's own child, as soon as it is written."""
    assert until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n"))
    return int((tmp_path / "pid").read_text())


def until(is_true: Callable[[], bool], limit_s: float = 10) -> bool:
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if is_true():
            return True
        time.sleep(0.05)
    return False


def is_alive(pid: int) -> bool:
    """A zombie that nobody has waited for counts as dead."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_interrupt_stops_all_with_success(tmp_path: Path):
    parent = start(tmp_path, a=SLEEPER.format(pid=tmp_path / "pid"))
    pid = grandchild(tmp_path)
    assert is_alive(pid)
    parent.send_signal(signal.SIGINT)
    assert parent.wait(timeout=10) == 0
    assert until(lambda: not is_alive(pid))


def test_a_dying_child_is_named_and_stops_the_others(tmp_path: Path):
    dying = f"while [ ! -s {tmp_path / 'pid'} ]; do :; done; echo last words; exit 3"
    parent = start(tmp_path, a=SLEEPER.format(pid=tmp_path / "pid"), b=dying)
    pid = grandchild(tmp_path)
    _, errors = parent.communicate(timeout=10)
    assert parent.returncode == 1
    assert "b ended by itself (3)" in errors
    assert "last words" in errors
    assert until(lambda: not is_alive(pid))


def test_nothing_survives_our_own_death(tmp_path: Path):
    parent = start(tmp_path, a=SLEEPER.format(pid=tmp_path / "pid"))
    pid = grandchild(tmp_path)
    parent.kill()
    parent.communicate()
    assert until(lambda: not is_alive(pid))


def test_a_taken_port_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < network.free_port(port, "127.0.0.1") < port + network.PORTS_TO_TRY
        assert not network.answers(port + 1)
