"""The peers that the measurements of the analysis compare with: installed beside the product, never with it."""

import hashlib
import subprocess
from pathlib import Path

from kuaichu.command.paths import ROOT

FOLDER = ROOT / ".venv" / "peers"
LOCK = ROOT / "requirements-bench.lock"
STAMP = "installed.sha256"


def ensure() -> bool:
    """Whether the locked peers stand in `FOLDER`, installed now if need be; says so when they can't be had.

    The lock leaves out what the product has itself: a program appends the folder to its path and keeps the product's.
    """
    key = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = FOLDER / STAMP
    if stamp.is_file() and stamp.read_text() == key:
        return True
    print("安装对照软件到 .venv/peers · installing the peers to compare with …", flush=True)
    uv, python = ROOT / ".venv" / "tools" / "bin" / "uv", ROOT / ".venv" / "bin" / "python"
    command: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--python",
        python,
        "--target",
        FOLDER,
        "-r",
        LOCK,
    ]
    try:
        is_done = subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    except OSError:
        is_done = False
    if is_done:
        stamp.write_text(key)
    else:
        print("对照软件没有装好，只测自己 · the peers could not be installed: measuring without them", flush=True)
    return is_done
