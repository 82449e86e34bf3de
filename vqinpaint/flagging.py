"""Option dataclasses as absl flags, and the one way in which programs start and end."""

import atexit
import dataclasses
import errno
import gc
import os
import signal
import sys

from absl import app, flags, logging

from vqinpaint import machine
from vqinpaint.errors import DISK, USAGE, SetupError, UserError, first_line


def _say(message):
    text = " ".join(str(message).split())
    print(f"vqinpaint: error: {text}", file=sys.stderr)


# Commands import this module before TensorFlow, which must find its settings by then.
try:
    machine.prepare()
except SetupError as _error:
    _say(_error)
    sys.exit(_error.exit_code)

FLAGS = flags.FLAGS
flags.DEFINE_bool("debug", False, "Show the traceback of a mistake.")
# Flags that `define` makes belong to the program that asks for them, in --help too.
flags.disclaim_key_flags()

_KINDS = {
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    str: flags.DEFINE_string,
    bool: flags.DEFINE_bool,
}


def define(options_class, prefix=""):
    """Makes one flag per field: `channels` of prefix "vqvae_" is --vqvae_channels.

    The default of every flag is None, "not given": `read` then takes the dataclass's
    own default, and a run folder can tell what was asked for from what was left open.
    """
    for field in dataclasses.fields(options_class):
        if field.default is dataclasses.MISSING:
            continue
        text = f"{field.metadata.get('help', '')} Default: {field.default!r}."
        _KINDS[type(field.default)](f"{prefix}{field.name}", None, text)


def given(options_class, prefix=""):
    """The values of those flags that were given, by field name."""
    values = {}
    for field in dataclasses.fields(options_class):
        flag = f"{prefix}{field.name}"
        if flag in FLAGS and getattr(FLAGS, flag) is not None:
            values[field.name] = getattr(FLAGS, flag)
    return values


def read(options_class, prefix="", **base):
    """Makes the dataclass from the flags, over `base`, over its defaults."""
    return options_class(**{**base, **given(options_class, prefix)})


def _parse(argv):
    try:
        rest = FLAGS(argv)
        if len(rest) > 1:
            raise flags.Error(
                f"'{rest[1]}' is no flag; values are written --name=value"
            )
        return rest
    except flags.Error as error:
        _say(f"{error}. Fix: see --help")
        sys.exit(USAGE)


_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)


def _disk_refuses(error):
    """Whether Python's or TensorFlow's error says that nothing can be written."""
    if isinstance(error, OSError):
        return error.errno in _DISK_ERRORS
    return any(os.strerror(number) in str(error) for number in _DISK_ERRORS)


def run_main(main):
    """Parses flags, runs `main()`, and turns mistakes into one line and an exit code."""

    def guarded(argv):
        del argv
        logging.set_verbosity(logging.WARNING)
        try:
            main()
        except UserError as error:
            if FLAGS.debug:
                raise
            _say(error)
            sys.exit(error.exit_code)
        except Exception as error:
            if FLAGS.debug or not _disk_refuses(error):
                raise
            _say(
                f"a file cannot be written or read ({first_line(error)[:160]}); free some space, or "
                "allow access, and start again."
            )
            sys.exit(DISK)
        except KeyboardInterrupt:
            _say("interrupted.")
            sys.exit(128 + signal.SIGINT)

    # All that matters is on disk by then. Without this Python takes TensorFlow's graphs
    # apart piece by piece, some seconds in which nobody knows what it is waiting for.
    atexit.register(gc.freeze)
    app.run(guarded, flags_parser=_parse)
