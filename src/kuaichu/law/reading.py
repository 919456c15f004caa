"""YAML from disk, with every complaint naming its file."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from kuaichu.law.errors import LawError


def read_mapping(path: Path) -> dict[str, Any]:
    """The file as a mapping of text keys; an empty file is an empty mapping. Raises LawError."""
    import yaml  # late: it costs as much as all the rest of this room

    try:
        content = yaml.load(path.read_text("utf-8"), Loader=_loader())  # noqa: S506 - derives from the safe loader
    except FileNotFoundError:
        raise LawError(f"{path.name} is missing") from None
    except (yaml.YAMLError, UnicodeDecodeError, LawError) as error:
        raise LawError(f"{path.name}: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise LawError(f"{path.name}: must be a mapping with text keys")
    return content


@lru_cache(maxsize=1)
def _loader() -> type:
    """Safe YAML that refuses a key written twice: the second would silently win."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: set[str] = set()
            for key_node, _ in node.value:
                if key_node.value in seen:
                    raise LawError(f"{key_node.value!r} stands twice (line {key_node.start_mark.line + 1})")
                seen.add(key_node.value)
            return super().construct_mapping(node, deep)

    return Loader
