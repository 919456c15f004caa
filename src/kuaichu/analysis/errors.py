"""What the analysis refuses, in words that say what to do."""


class BadInput(ValueError):
    """Input that no analysis can use.

    `field` names the argument, option or column; `row` is the first row at fault, counted from 0, or None.
    """

    def __init__(self, zh: str, en: str, *, field: str = "", row: int | None = None) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en
        self.field = field
        self.row = row
