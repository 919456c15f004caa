"""The launcher's own decisions; a whole installation is what CI does first."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kuaichu.command import bootstrap

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy that counts as installed; its command only prints what it was called with."""
    root = tmp_path / "a checkout"
    command = root / "src" / "kuaichu" / "command"
    command.mkdir(parents=True)
    for name in ("kuaichu", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, root)
    (root / "src" / "kuaichu" / "__init__.py").touch()
    (command / "__init__.py").touch()
    (command / "__main__.py").write_text("import sys; print(sys.argv[1:])")
    (command / "bootstrap.py").write_text("import sys; print('installs', sys.argv[2]); sys.exit(7)")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (root / ".venv" / "installed").write_text(f"run {key(root)}\n")
    return root


def key(root: Path) -> str:
    names = ("requirements.lock", "requirements-dev.lock")
    sums = [subprocess.run(["cksum"], stdin=(root / n).open(), capture_output=True, text=True).stdout for n in names]
    return "_".join(text.strip().replace(" ", "-") for text in sums)


def launch(root: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "KUAICHU_PYTHON": sys.executable} | env
    program = [str(root / "kuaichu"), *arguments]
    return subprocess.run(program, cwd="/", env=environment, capture_output=True, text=True)


def test_a_second_start_goes_straight_to_the_command(checkout: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(checkout)
    (tmp_path / "kc").symlink_to("link/kuaichu")
    direct = launch(checkout, "demo", "--port", "8 1")
    by_link = subprocess.run([tmp_path / "kc", "demo"], capture_output=True, text=True)
    assert (direct.stdout, direct.returncode) == ("['demo', '--port', '8 1']\n", 0)
    assert by_link.stdout == "['demo']\n"


def test_tests_ask_for_the_tools(checkout: Path):
    done = launch(checkout, "test")
    assert (done.stdout, done.returncode) == ("installs dev\n", 7)


def test_a_changed_lock_file_installs_again(checkout: Path):
    (checkout / "requirements.lock").write_text("changed")
    assert launch(checkout, "demo").stdout == "installs run\n"


def test_without_python_it_says_what_to_install(checkout: Path, tmp_path: Path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "cksum", "tr", "cat", "readlink"):
        (tools / name).symlink_to(str(shutil.which(name)))
    (checkout / ".venv" / "installed").unlink()
    done = launch(checkout, "demo", PATH=str(tools), KUAICHU_PYTHON="")
    assert done.returncode == 1
    assert "找不到 Python 3.11" in done.stderr
    assert "apt install python3 python3-venv" in done.stderr


def test_pip_settings_hold_for_uv(tmp_path: Path):
    listing = tmp_path / "listing"
    listing.write_text(
        "global.index-url='https://mirror.example.cn/simple'\n"
        "global.extra-index-url='https://a.example/x\\nhttps://b.example/y'\n"
        "freeze.timeout='10'\n"
        ":env:.index-url='https://nearer.example.cn/simple'\n"
    )
    fake = tmp_path / "pip"
    fake.write_text(f"#!/bin/sh\ncat '{listing}'\n")
    fake.chmod(0o755)
    assert bootstrap.pip_settings([str(fake)], dict(os.environ)) == {
        "UV_DEFAULT_INDEX": "https://nearer.example.cn/simple",
        "UV_INDEX": "https://a.example/x https://b.example/y",
    }


def test_an_interrupted_environment_is_made_anew_and_keeps_the_downloads(tmp_path: Path):
    venv = tmp_path / ".venv"
    (venv / "tools").mkdir(parents=True)
    (venv / "lib" / "half").mkdir(parents=True)
    (venv / bootstrap.MARKER_BUSY).touch()
    bootstrap.clear(venv)
    assert [path.name for path in venv.iterdir()] == ["tools"]
    assert bootstrap.installed_level(venv, "key") == ""
