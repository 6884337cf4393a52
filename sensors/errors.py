"""What the publisher cannot start with.

BadOption   an option whose value makes no sense; names the option
BadStory    a story's file that makes no sense; names the file, the key and the remedy
"""


class BadOption(ValueError):
    """``option`` is its name on the command line, ``detail`` is for a person."""

    def __init__(self, option: str, detail: str) -> None:
        super().__init__(f"{option}: {detail}")
        self.option = option
        self.detail = detail


class BadStory(ValueError):
    """``file`` and ``key`` tell where, ``remedy`` what to do."""

    def __init__(self, file: str, key: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {remedy}")
        self.file = file
        self.key = key
        self.remedy = remedy
