"""The one expected failure of the product."""


class Refused(Exception):
    """An expected refusal: the caller may show `message` to the person and nothing was changed.

    `code` is `<noun>.<reason>` and stable (API clients match on it). `message` is the Chinese sentence, also the key of
    the translation catalogue; `params` are filled into it with `%(name)s` after translation.
    """

    def __init__(self, code: str, message: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return f"{self.code}: {self.message % self.params if self.params else self.message}"


class NotFound(Refused):
    """The thing does not exist, or the asker may not know that it does (shown as 404)."""


class FieldErrors(Refused):
    """Some fields of a form were refused; what was typed must not be lost. `fields` maps a field to its own refusal."""

    def __init__(self, fields: dict[str, Refused]) -> None:
        super().__init__("form.invalid", "请看标红的地方，改好后再提交")
        self.fields = fields
