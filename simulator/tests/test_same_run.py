"""The same seed gives the same requests and answers: two runs of the real product in processes of their own."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CITY = ["--days", "1", "--cases", "2", "--calls", "20", "--faults", "hard", "--from", "2026-03-02"]
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    "DJANGO_SETTINGS_MODULE": "kuaichu.settings",
    "KUAICHU_TESTING": "1",  # else every static file is compressed first
}


def python(*arguments: str, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=ENVIRONMENT | more, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    return done.stdout


def run(home: Path, seed: int) -> str:
    told = python("kuaichu.command", "simulate", *CITY, "--seed", str(seed), "--home", str(home))
    return next(line for line in told.splitlines() if line.startswith("digest"))


def test_same_seed_same_run(tmp_path: Path):
    homes = tmp_path / "one", tmp_path / "two"
    python("kuaichu.command.prepare", "--no-seed", KUAICHU_HOME=str(homes[0]), KUAICHU_DEMO="1")
    shutil.copytree(*homes)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda home: run(home, 5), homes)
    assert first == second
