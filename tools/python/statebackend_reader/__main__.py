# SPDX-License-Identifier: Apache-2.0
"""The command line: python -m statebackend_reader DIR"""

import argparse
import io
import os
import re
import sys

from .checkpoint import Checkpoint
from .errors import DamagedError, IncompatibleError, ReaderError
from .rows import json_text, rows

DAMAGED, USAGE, INCOMPATIBLE, UNAVAILABLE = 1, 2, 3, 4


def find(directory):
    """Returns the directory of the checkpoint that is meant: itself, or the latest one in it."""
    if os.path.isfile(os.path.join(directory, "_metadata")):
        return directory
    found = [
        (int(name[4:]), name)
        for name in os.listdir(directory)
        if re.fullmatch("chk-[1-9][0-9]*", name)
        and os.path.isfile(os.path.join(directory, name, "_metadata"))
    ]
    if not found:
        raise FileNotFoundError(f"no complete checkpoint in {directory}")
    return os.path.join(directory, max(found)[1])


def main():
    parser = argparse.ArgumentParser(
        prog="python -m statebackend_reader",
        description="Writes the rows of a checkpoint as JSON lines, as `statebackend cat` does. "
        "Exit status: 0 fine, 1 damaged, 2 usage, 3 not known here, 4 cannot be read.",
    )
    parser.add_argument("directory", help="a checkpoint or savepoint, or what holds checkpoints")
    parser.add_argument("--state", help="only this state")
    arguments = parser.parse_args()
    # Whole numbers of any length are written; newer versions of Python limit them by default.
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="\n", write_through=False)
    try:
        for row in rows(Checkpoint(find(arguments.directory))):
            if arguments.state in (None, row["state"]):
                out.write(json_text(row) + "\n")
        out.flush()
        return 0
    except (ReaderError, OSError) as e:
        out.flush()
        print(f"error: {e}", file=sys.stderr)
        if isinstance(e, DamagedError):
            return DAMAGED
        return INCOMPATIBLE if isinstance(e, IncompatibleError) else UNAVAILABLE


if __name__ == "__main__":
    sys.exit(main())
