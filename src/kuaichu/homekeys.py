"""The secrets of an installation: from the environment, or (demonstration and tests) made once in the home folder."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

_NAMES = ("KUAICHU_SECRET_KEY", "KUAICHU_DATA_KEYS", "KUAICHU_INDEX_KEY")


@dataclass(frozen=True)
class Keys:
    """`data_keys`: the first encrypts, all decrypt."""

    secret_key: str
    data_keys: tuple[str, ...]
    index_key: str


def load_or_create_keys(home: Path, *, is_throwaway_allowed: bool) -> Keys:
    """The three secrets. Raises SystemExit with what to do when production lacks one."""
    given = [os.environ.get(name, "") for name in _NAMES]
    if all(given):
        return _keys(*given)
    if not is_throwaway_allowed:
        missing = ", ".join(name for name, text in zip(_NAMES, given, strict=True) if not text)
        raise SystemExit(f"缺少密钥 / missing secrets: {missing}. 请在环境变量中设置，见 docs/OPERATIONS.md")
    stored = [_stored(home / "keys" / name.lower()) for name in _NAMES]
    return _keys(*stored)


def _keys(secret_key: str, data_keys: str, index_key: str) -> Keys:
    return Keys(secret_key, tuple(key.strip() for key in data_keys.split(",") if key.strip()), index_key)


def _stored(path: Path) -> str:
    """The text of `path`, made at the first call; two processes that start together agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(secrets.token_urlsafe(48))
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
