"""Makes `.venv` and installs the locked dependencies. Runs before anything is installed: standard library only.

Called by the launcher as `python -I bootstrap.py ROOT run|dev KEY`; KEY names the contents of the lock files and is
written to `.venv/installed` when, and only when, everything is in place.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

KEPT = {"tools", "cache"}  # survive an interrupted installation
MARKER_BUSY = "installing"
STAMP = "installed"
# The first pip that installs into another environment (--python) is 22.3.
HAS_PIP = "import pip.__main__, sys; sys.exit([int(n) for n in pip.__version__.split('.')[:2]] < [22, 3])"

NO_VENV = """\
这个 Python 缺少 venv 或 pip，无法准备运行环境。
This Python ({python}) lacks venv or pip, so the environment can't be made. Please install them and run again:
  Debian, Ubuntu    sudo apt install python3-venv python3-pip
  Fedora            sudo dnf install python3-pip
  macOS             brew install python@3.13
"""
NO_NETWORK = """\
依赖没有装好，请检查网络或 pip 镜像设置后重新运行，已下载的部分会保留。
The dependencies could not be installed. Check the network or your pip settings and run again; nothing is lost.
"""


class Broken(Exception):
    """Installation can't go on; the text is for the person at the keyboard."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(zh: str, en: str) -> Iterator[None]:
    """Say what is going on before it starts, and the seconds when it took any."""
    say(f"  {zh} · {en} …")
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    if seconds >= 1:
        say(f"    {seconds:.1f} s")


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[None]:
    """One installation at a time: an exclusive lock on the checkout folder itself, freed by the system at our death."""
    descriptor = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("  另一个窗口正在安装，请稍候 · another start is installing, waiting …")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def installed_level(venv: Path, key: str) -> str:
    """`run`, `dev`, or nothing when the installation is missing or older than the lock files."""
    try:
        level, found = (venv / STAMP).read_text().split()
    except (OSError, ValueError):
        return ""
    return level if found == key and (venv / "bin" / "python").exists() else ""


def runs(python: Path, code: str = "import sys; sys.exit(sys.version_info < (3, 11))") -> bool:
    try:
        return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def clear(venv: Path) -> None:
    for path in venv.iterdir() if venv.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            if path.name not in KEPT:
                shutil.rmtree(path)
        else:
            path.unlink()


def make_venv(venv: Path) -> None:
    """A fresh venv; an interrupted or broken one is thrown away first. Own pip only where our Python has none (4 s)."""
    python = venv / "bin" / "python"
    if (venv / MARKER_BUSY).exists() or not runs(python):
        clear(venv)
    if python.exists():
        return
    with step("创建 .venv", f"making .venv with Python {sys.version.split()[0]}"):
        try:
            import venv as maker
        except ImportError:
            raise Broken(NO_VENV.format(python=sys.executable)) from None
        try:
            maker.EnvBuilder(with_pip=not runs(Path(sys.executable), HAS_PIP), symlinks=True).create(venv)
        except (ImportError, subprocess.CalledProcessError, SystemExit):
            clear(venv)
            maker.EnvBuilder(with_pip=False, symlinks=True).create(venv)


def pip_command(python: Path) -> list[str]:
    """A pip that installs into the venv: its own, or the one of the Python that started us."""
    if runs(python, HAS_PIP):
        return [str(python), "-m", "pip"]
    if runs(Path(sys.executable), HAS_PIP):
        return [sys.executable, "-m", "pip", "--python", str(python)]
    return []


def home_is_writable() -> bool:
    home = os.environ.get("HOME", "")
    return bool(home) and os.access(home, os.W_OK)


def environment(venv: Path, pip: list[str]) -> dict[str, str]:
    """Our environment for uv: pip's own settings (mirror, proxy, certificate) hold for uv, caches need a place."""
    env = dict(os.environ) | {"UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    # As pip does: the best match of all indexes. Safe, because every file must have the locked hash.
    env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    env.pop("VIRTUAL_ENV", None)
    if not home_is_writable():
        env.setdefault("UV_CACHE_DIR", str(venv / "cache" / "uv"))
        env.setdefault("PIP_CACHE_DIR", str(venv / "cache" / "pip"))
        env["HOME"] = str(venv)
    for name, value in pip_settings(pip, env).items():
        env.setdefault(name, value)
    return env


def pip_settings(pip: list[str], env: dict[str, str]) -> dict[str, str]:
    """What `pip config list` says, as uv's environment variables. Later lines (the environment) win, as in pip."""
    if not pip:
        return {}
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
        "trusted-host": "UV_INSECURE_HOST",
        "proxy": "ALL_PROXY",
    }
    found: dict[str, str] = {}
    listing = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, env=env, check=False).stdout
    for line in listing.splitlines():
        setting, _, value = line.partition("=")
        section, _, key = setting.rpartition(".")
        if section in {"global", "install", ":env:"} and key in names:
            # pip prints Python literals, a list as one string with line ends
            words = value.strip("'\"").replace("\\n", " ").split()
            separator = "," if key == "find-links" else " "
            found[names[key]] = separator.join(words)
    return found


def find_uv(venv: Path, pip: list[str], env: dict[str, str], lock: Path) -> str:
    """The pinned uv beside the environment (`uv pip sync` would remove it from inside), else one on the PATH."""
    own = venv / "tools" / "bin" / "uv"
    if answers(own):
        return str(own)
    if pip:
        with step("下载安装器 uv", "getting the installer uv"):
            arguments = ["install", "--quiet", "--upgrade", "--only-binary=:all:", "--require-hashes"]
            arguments += ["--target", str(venv / "tools"), "--requirement", str(lock)]
            done = subprocess.run([*pip, *arguments], env=env, check=False)
        if done.returncode == 0 and answers(own):
            return str(own)
    return shutil.which("uv") or ""


def answers(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install(venv: Path, lock: Path) -> None:
    """Exactly what the lock file names, every file compared with its hash."""
    python = venv / "bin" / "python"
    pip = pip_command(python)
    env = environment(venv, pip)
    uv = find_uv(venv, pip, env, lock.with_name("requirements-uv.lock"))
    if not uv and not pip:
        raise Broken(NO_VENV.format(python=sys.executable))
    with step("安装依赖", f"installing what {lock.name} names"):
        if uv:
            command = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(lock)]
            done = subprocess.run(command, env=env, check=False)
        if pip and (not uv or done.returncode != 0):
            say("  改用 pip，会慢一些 · using pip instead, this takes longer …")
            command = [*pip_command(python), "install", "--require-hashes", "--requirement", str(lock)]
            done = subprocess.run(command, env=env, check=False)
    if done.returncode != 0:
        raise Broken(NO_NETWORK)


def prepare(root: Path, level: str, key: str) -> None:
    venv = root / ".venv"
    found = installed_level(venv, key)
    if found in {level, "dev"}:
        return  # another start did it while we waited
    say("快处正在准备运行环境，只需一次 · Preparing Kuaichu, only once")
    started = time.monotonic()
    if runs(venv / "bin" / "python", "import pytest"):
        level = "dev"  # who had the tools keeps them
    try:
        make_venv(venv)
        (venv / MARKER_BUSY).touch()
        install(venv, root / ("requirements-dev.lock" if level == "dev" else "requirements.lock"))
    except OSError as error:
        raise Broken(f"不能写入 {venv} · can't write there: {error.strerror}") from error
    (venv / MARKER_BUSY).unlink()
    fresh = venv / f"{STAMP}.new"
    fresh.write_text(f"{level} {key}\n")
    fresh.replace(venv / STAMP)
    say(f"  准备好了 · done, {time.monotonic() - started:.1f} s")


def main(root: Path, level: str, key: str) -> int:
    try:
        with only_one(root):
            prepare(root, level, key)
    except Broken as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("已停止，下次启动会接着安装。· Stopped; the next start repairs the installation.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
