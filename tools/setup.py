"""Make a checkout ready to run (`--for run`), to be tested (`test`), or to make maps (`geo`).

Needs nothing but Python 3.11 or newer. What is already in place is left alone: a second run
takes well under a second.
"""

import argparse
import fcntl
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the steps in order; the exit status is 0, 1 (a named cause) or 130 (Ctrl-C)."""
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        sys.stderr.write(f"This is Python {found}. Remedy: install Python 3.12 or 3.11.\n")
        return 1
    # Imported here: on an older Python the modules below do not even parse.
    from provision.errors import SetupError
    from provision.plan import prepare

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--for", dest="purpose", choices=("run", "test", "geo"), default="run")
    purpose = parser.parse_args().purpose
    checkout = os.open(ROOT, os.O_RDONLY)
    try:
        # Two runs at once in one checkout would install over each other: the second waits.
        fcntl.flock(checkout, fcntl.LOCK_EX)
        prepare(ROOT, purpose)
    except SetupError as error:
        sys.stderr.write(f"\nSetup stopped: {error.cause}\nRemedy: {error.remedy}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nSetup interrupted; run it again to go on.\n")
        return 130
    finally:
        os.close(checkout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
