"""The one error of the law room."""


class LawError(Exception):
    """The law can't be loaded, or was asked for something it does not hold.

    Messages name the file and key (at load) or the key, day and place (when asked), never personal data.
    """
