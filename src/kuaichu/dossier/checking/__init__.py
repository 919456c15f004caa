"""The offline check of a whole case: does everything still fit together, and if not, what does not?"""

from kuaichu.dossier.checking.case import CaseCheck, check_case
from kuaichu.dossier.checking.findings import Finding, Level

__all__ = ["CaseCheck", "Finding", "Level", "check_case"]
