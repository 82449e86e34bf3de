"""Flags of the commands that complete a picture or a folder of pictures."""

from __future__ import annotations

from vqinpaint.cli.flagging import FLAGS, define, flags, read
from vqinpaint.errors import UsageError
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.options.request import Request
from vqinpaint.options.sharding import WHOLE, Shard

# These flags belong to the commands that ask for them, in --help too.
flags.disclaim_key_flags()


def define_picture_flags(without: tuple[str, ...] = ()) -> None:
    """Makes the flags for pictures, masks, results, and all that a `Request` says.

    Args:
      without: names of the request's fields that make no flag.
    """
    flags.DEFINE_string(
        "image",
        None,
        "Picture, folder of pictures, or list of them (.txt, .flist; a path a line), to complete.",
    )
    flags.DEFINE_string(
        "mask",
        None,
        "Mask of the missing pixels, which are white (over 127): one file for all "
        "pictures, or a folder or list with a mask of the same name, or NAME_mask, for each.",
    )
    flags.DEFINE_string("output", None, "Folder for the results; it is made if needed.")
    flags.DEFINE_bool(
        "overwrite",
        False,
        "Complete pictures again whose results are there already. Default: False.",
    )
    flags.DEFINE_string(
        "shard",
        None,
        "Part of the pictures to complete, I/N: I of N parts, counted from 1. Runs with "
        "1/N to N/N do together what one run does. Default: all pictures.",
    )
    flags.DEFINE_string(
        "overview",
        None,
        "PNG file for one sheet of all pictures, each beside its completions; not with "
        "--shard. Default: none.",
    )
    define(Request, without=without)
    define(ReadingOptions)


def require_flags(*names: str) -> None:
    """Raises UsageError unless all these flags, and those for files, are given."""
    for name in (*names, "image", "mask", "output"):
        if not getattr(FLAGS, name):
            raise UsageError(f"give --{name}; see --help.")


def read_request() -> Request:
    """The `Request` that the flags describe. Raises UsageError."""
    return read(Request)


def read_shard() -> Shard:
    """The part of the pictures that --shard asks for. Raises UsageError."""
    return WHOLE if FLAGS.shard is None else Shard.parse(FLAGS.shard)


def read_reading() -> ReadingOptions:
    """The bounds on pictures that the flags describe. Raises UsageError."""
    return read(ReadingOptions)
