"""Where things are: the checkout, the home folder of an installation, the logs."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def home(given: str | None = None) -> Path:
    """The folder of the embedded database, files, keys and logs; from the option, the environment, or the checkout."""
    return Path(given or os.environ.get("KUAICHU_HOME") or ROOT / ".kuaichu").expanduser().resolve()


def logs(home_folder: Path) -> Path:
    folder = home_folder / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
