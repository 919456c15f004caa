"""接口: the law's four questions as JSON in and JSON out, for the command line and the API. Pure: no clock, no files.

decide(obj) -> liability · settle(obj) -> who pays whom · screen(obj) -> fast track · due(obj) -> deadline

`obj` is what `parse` gives; `encode` writes the answer. Shapes: docs/LAW.md. Raises InputError(code, field, message)
for whatever can't be read, and nothing else.
"""

from kuaichu.law.interface.clocking import due
from kuaichu.law.interface.deciding import decide
from kuaichu.law.interface.errors import InputError
from kuaichu.law.interface.revision import law_revision
from kuaichu.law.interface.screening import screen
from kuaichu.law.interface.settling import settle
from kuaichu.law.interface.texts import encode, parse

__all__ = ["InputError", "decide", "due", "encode", "law_revision", "parse", "screen", "settle"]
