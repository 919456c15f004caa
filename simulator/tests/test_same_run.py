"""The same seed gives the same requests and answers: two runs of the real product in processes of their own."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(home: Path, seed: int) -> str:
    command = [
        "-m",
        "kuaichu.command",
        "simulate",
        "--days",
        "1",
        "--cases",
        "2",
        "--faults",
        "hard",
        "--seed",
        str(seed),
    ]
    done = subprocess.run(
        [sys.executable, *command, "--home", str(home), "--from", "2026-03-02"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    return next(line for line in done.stdout.splitlines() if line.startswith("digest"))


@pytest.mark.browser  # slow, not because of a browser: left out of the fast tests
def test_same_seed_same_run(tmp_path: Path):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda name: run(tmp_path / name, 5), ["one", "two"])
    assert first == second
