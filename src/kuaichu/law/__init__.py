"""法规: dated values with their sources, and dated pure rules. No Django here."""

from kuaichu.law.citations import Citation
from kuaichu.law.engine import find, value
from kuaichu.law.errors import LawError
from kuaichu.law.values import Value

__all__ = ["Citation", "LawError", "Value", "find", "value"]
