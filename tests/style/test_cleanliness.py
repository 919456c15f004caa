"""Nothing of a developer's machine, no package hosts, no secrets."""

import re

from tests.style import reading

HOST = re.compile(r"\b(?:p[y]pi|n[p]mjs|python[h]osted|c[r]ates|r[u]bygems)\.(?:org|com|io)\b|files\.python[h]osted")
MACHINE = re.compile(r"(?<![\w.$}])/(?:wor[k]|hom[e]|User[s]|roo[t])/[a-z.]\S*|/tm[p]/[a-z]\w+")
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KE[Y]-----|\bAKI[A][0-9A-Z]{16}\b|\bgh[p]_[A-Za-z0-9]{36}\b")
# Where a service lives on a server is said in deploy/.
DEPLOYMENT = ("deploy/",)


def dirt(text: str) -> set[str]:
    return {match.group() for pattern in (HOST, MACHINE, SECRET) for match in pattern.finditer(text)}


def test_the_tree_is_clean():
    top = [path for path in reading.ROOT.iterdir() if path.is_file() and not path.name.endswith((".sqlite3", ".log"))]
    paths = [path for path in [*reading.files(*reading.TEXTS), *top] if not reading.name(path).startswith(DEPLOYMENT)]
    found = {reading.name(path): dirt(path.read_text(errors="replace")) for path in paths}
    assert len(paths) > 40
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_dirt_is_found():
    py, home, work = "py", "home", "work"
    assert dirt(f"see https://{py}pi.org/simple") == {f"{py}pi.org"}
    assert dirt(f'open("/{home}/someone/photo.jpg")') == {f'/{home}/someone/photo.jpg")'}
    assert dirt(f"GET /journeys/{home}/ and docs/{work}/") == set()
