"""Loads a scenario in a process of its own: what it does there harms nobody.

`python -m hub.sdk.trial FOLDER` prints why it cannot be loaded, and ends with status 1.
"""

import sys
from pathlib import Path

from hub.core.errors import BadScenario
from hub.core.registry import Registry
from hub.sdk.loading import load

if __name__ == "__main__":
    try:
        Registry([load(Path(sys.argv[1]))])
    except BadScenario as error:
        sys.stdout.write(str(error))
        raise SystemExit(1) from error
