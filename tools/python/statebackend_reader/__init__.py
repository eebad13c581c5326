# SPDX-License-Identifier: Apache-2.0
"""Reads checkpoints of statebackend without Java; written from docs/format alone.

    python -m statebackend_reader DIR        writes the rows of a checkpoint as JSON lines

Needs Python 3.8 and its standard library; see the README beside this package.
"""

from .checkpoint import Checkpoint, Snapshot
from .errors import DamagedError, IncompatibleError, ReaderError
from .rows import json_text, rows

__all__ = [
    "Checkpoint",
    "DamagedError",
    "IncompatibleError",
    "ReaderError",
    "Snapshot",
    "json_text",
    "rows",
]
