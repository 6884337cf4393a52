"""What can go wrong in a test with the kit.

KitError                  the test asks for what cannot be (AssertionError: pytest shows it as one)
├── Diverged              after a crash the same events led to something else
└── NotGolden             the outputs are not those of the golden file
"""


class KitError(AssertionError):
    """The test asks for what cannot be, or for what is not there; the text says what there is."""


class Diverged(KitError):
    """The same events, applied again from what was committed, led to something else."""


class NotGolden(KitError):
    """The outputs differ from the golden file; the text shows the first difference."""
