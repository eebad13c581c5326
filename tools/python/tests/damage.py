# SPDX-License-Identifier: Apache-2.0
"""Damages the files of checkpoints, given by their directories, and checks that none is misread.

    python tests/damage.py DIR...
"""

import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

from statebackend_reader import Checkpoint, ReaderError, Snapshot, json_text, rows  # noqa: E402
from statebackend_reader.rows import snapshot_rows  # noqa: E402

FLIPS = 100
CUTS = 15


def main(directories):
    rng = random.Random(20261129)
    refused = 0
    for directory in directories:
        for name in sorted(os.listdir(directory)):
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                data = file.read()
            for damaged in damages(data, rng):
                # The checksum of the whole file, and without it those inside of a snapshot.
                check(path, damaged, lambda: all_rows(directory))
                refused += 1
                if name.endswith(".snapshot"):
                    refuse(lambda: list(snapshot_rows(Snapshot(damaged, path))), path)
                    refused += 1
            with open(path, "wb") as file:
                file.write(data)
            all_rows(directory)
    print(f"refused {refused} of {refused}")


def all_rows(directory):
    return [json_text(row) for row in rows(Checkpoint(directory))]


def damages(data, rng):
    for _ in range(FLIPS):
        damaged = bytearray(data)
        damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        yield bytes(damaged)
    for _ in range(CUTS):
        yield data[: rng.randrange(len(data))]


def check(path, damaged, read):
    with open(path, "wb") as file:
        file.write(damaged)
    refuse(read, path)


def refuse(read, path):
    """Fails unless reading is refused; any other exception is a fault of the reader."""
    try:
        read()
    except ReaderError:
        return
    raise SystemExit(f"damage was not noticed: {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
