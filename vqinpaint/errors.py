"""Mistakes a person can mend: one line that says what came, what was wanted, what to do."""

import re

USAGE, PICTURE, DATA, MODEL, DISK, DIVERGED, SETUP, INTERRUPTED = (
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    75,
)


class UserError(Exception):
    """A mistake outside the program; becomes one line on stderr and an exit code.

    Args:
      message: what came, what was wanted, and what to do about it.
    """

    exit_code = 1


class UsageError(UserError):
    """A flag, option or combination of them is wrong."""

    exit_code = USAGE


class PictureError(UserError):
    """An image or mask file is missing, damaged or unsuitable."""

    exit_code = PICTURE


class DataError(UserError):
    """A TFRecord data set or its manifest is missing, damaged or unsuitable."""

    exit_code = DATA


class ModelError(UserError):
    """A checkpoint, run folder or SavedModel is missing, damaged or unsuitable."""

    exit_code = MODEL


class DiskError(UserError):
    """The disk is full or cannot be written."""

    exit_code = DISK


class DivergedError(UserError):
    """Training produced numbers that are not finite."""

    exit_code = DIVERGED


class SetupError(UserError):
    """Python, TensorFlow, Keras or the processor is not one that this package runs on."""

    exit_code = SETUP


class Interrupted(UserError):
    """A signal ended the work after everything was saved; it can be resumed."""

    exit_code = INTERRUPTED


def first_line(error):
    """What an exception says, in one line without TensorFlow's name of the operation.

    Where TensorFlow heads its text by "Graph execution error:", the reason is its last
    line, before those that name operations. An exception without text is told by its kind.
    """
    text = re.sub(r"\[\[\{\{.*?\}\}\]\]|\{\{.*?\}\} *|\[Op:.*", "", str(error))
    # Brackets that are left over, of operations told over several lines, tell nothing.
    lines = [line for line in text.splitlines() if re.search(r"\w", line)]
    if lines and lines[0].startswith("Graph execution error"):
        lines = lines[-1:]
    return lines[0].strip() if lines else type(error).__name__
