"""`./kuaichu demo`: the whole product on this machine, with simulated partners and example cases."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from kuaichu.command import network, paths
from kuaichu.command.processes import Group, demo_processes

READY_LIMIT_S = 60.0
DATABASE = "kuaichu.sqlite3"
MARKER = "demo"  # names the homes that --reset may delete


def run(options: argparse.Namespace) -> int:
    started = time.monotonic()
    home = paths.home(options.home)
    if options.reset:
        _reset(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()
    port = network.free_port(options.port, options.host)
    if port != options.port:
        print(f"端口 {options.port} 已被占用，改用 {port} · Port {options.port} is taken, using {port}")
    _set_environment(home, port=port, host=options.host)
    if _prepare(home, is_seeded=not options.no_seed) != 0:
        return 1
    pace = None if options.no_life or options.no_seed else options.pace
    web, *others = demo_processes(port, options.host, pace=pace)
    group = Group([web], paths.logs(home))
    try:
        group.start()
        is_ready = _wait_until_ready(group, port)
        for process in () if group.is_stopping() else others:  # the page comes first
            group.add(process)
        if is_ready:
            _welcome(port=port, host=options.host, home=home, seconds=time.monotonic() - started)
            if pace is not None and not (home / "life.json").exists():
                print(
                    "  六周的警情正在后台载入，约十几秒 · six weeks of calls are being loaded behind this\n", flush=True
                )
        code = group.wait()
    finally:
        group.stop()
    if code == 0:
        print("\n已停止，数据保留在原处。· Stopped; the data stays where it is.")
    return code


def _reset(home: Path) -> None:
    if not home.exists():
        return
    if not (home / MARKER).exists():
        raise SystemExit(f"{home} 不是演示数据目录，没有删除 · is not a demo folder, nothing was deleted")
    shutil.rmtree(home)
    print(f"已清空演示数据 · demo data deleted: {home}")


def _set_environment(home: Path, *, port: int, host: str) -> None:
    """What the children read. The public address is printed in QR codes, so a phone must be able to reach it."""
    name = _local_address(host) or ("127.0.0.1" if host == network.EVERYWHERE else host)
    os.environ["KUAICHU_HOME"] = str(home)
    os.environ["KUAICHU_DEMO"] = "1"
    os.environ.setdefault("KUAICHU_ORIGIN", f"http://{name}:{port}")


def _local_address(host: str) -> str:
    return network.local_address() if host == network.EVERYWHERE else ""


def _prepare(home: Path, *, is_seeded: bool) -> int:
    """Database and example cases, in a process of its own, which gives its memory back. Nothing when that was done with
    exactly this product."""
    (home / "origin").write_text(os.environ["KUAICHU_ORIGIN"])
    stamp, wanted = home / "prepared", _fingerprint(is_seeded=is_seeded)
    is_done = stamp.exists() and stamp.read_text() == wanted and (home / DATABASE).exists()
    if is_done and not os.environ.get("DATABASE_URL"):
        return 0
    stamp.unlink(missing_ok=True)
    print("正在准备数据 · preparing the data …", flush=True)
    arguments = [] if is_seeded else ["--no-seed"]
    code = subprocess.run([sys.executable, "-m", "kuaichu.command.prepare", *arguments], check=False).returncode
    if code == 0:
        stamp.write_text(wanted)
    return code


def _fingerprint(*, is_seeded: bool) -> str:
    """Names, sizes and times of everything that the database and the static files are made from."""
    digest = hashlib.sha256(f"{is_seeded} {sys.version}".encode())
    for path in sorted([*(paths.ROOT / "src" / "kuaichu").rglob("*"), *paths.ROOT.glob("requirements*.lock")]):
        if path.suffix != ".pyc" and path.is_file():
            status = path.stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _wait_until_ready(group: Group, port: int) -> bool:
    limit = time.monotonic() + READY_LIMIT_S
    while time.monotonic() < limit and not group.is_stopping() and not group.dead():
        if network.answers(port):
            return True
        group.pause()
    if not group.is_stopping() and not group.dead():
        log = group.log_of("web")
        print(f"网页还没有应答，仍在等待，日志：{log} · no answer yet, see the log", file=sys.stderr)
    return False


def _welcome(*, port: int, host: str, home: Path, seconds: float) -> None:
    address = _local_address(host)
    phone = f"  手机（同一网络）On a phone   http://{address}:{port}/\n" if address else ""
    examples = "" if find_spec("kuaichu.demo") else "  （没有示例案件 · no example cases）\n"
    print(
        f"\n  快处已就绪 · Kuaichu is ready   {seconds:.1f} s\n\n"
        f"  请打开 · Please open          http://127.0.0.1:{port}/\n{phone}{examples}\n"
        f"  演示数据 Data  {home}\n"
        f"  停止 Stop      Ctrl-C\n",
        flush=True,
    )
