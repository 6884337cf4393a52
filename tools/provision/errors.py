"""The one error of the setup."""


class SetupError(Exception):
    """A step cannot be done.

    `cause` tells what is wrong, `remedy` what the reader can do about it.
    """

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
