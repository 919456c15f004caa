"""打印: all values, rules, clocks, instruments and worked cases as one page for a lawyer to read and mark.

page(today) -> HTML that stands alone: no script, no outside file, made to be printed.
"""

from kuaichu.law.printing.page import page

__all__ = ["page"]
