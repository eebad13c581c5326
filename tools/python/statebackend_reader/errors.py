# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a checkpoint."""


class ReaderError(Exception):
    """A checkpoint that cannot be read; the message says why."""


class DamagedError(ReaderError):
    """Stored bytes are not what was written."""


class IncompatibleError(ReaderError):
    """Stored bytes are of a version, a type or an engine that this reader does not know."""
