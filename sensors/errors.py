"""What the publisher cannot start with.

BadOption   an option whose value makes no sense; names the option
"""


class BadOption(ValueError):
    """``option`` is its name on the command line, ``detail`` is for a person."""

    def __init__(self, option: str, detail: str) -> None:
        super().__init__(f"{option}: {detail}")
        self.option = option
        self.detail = detail
