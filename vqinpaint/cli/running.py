"""The one way in which commands start and end."""

import atexit
import errno
import gc
import logging as logging_of_python
import os
import signal
import sys
import warnings

from absl import app, flags, logging

from vqinpaint.cli import flagfiles, helping
from vqinpaint.cli.prepared import say_error
from vqinpaint.errors import DISK, USAGE, UsageError, UserError, first_line
from vqinpaint.files.addresses import is_address, refusal

# Pillow warns of what it reads nevertheless; what it cannot read is told as an error.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging_of_python.getLogger("PIL").setLevel(logging_of_python.CRITICAL)

FLAGS = flags.FLAGS
flags.DEFINE_bool("debug", False, "Show the traceback of a mistake.")


def _parse(argv):
    try:
        rest = FLAGS([argv[0], *flagfiles.expanded(argv[1:])])
        if len(rest) > 1:
            raise flags.Error(
                f"'{rest[1]}' is no flag; values are written --name=value"
            )
        return rest
    except flags.Error as error:
        say_error(f"{error}. Fix: see --help")
        sys.exit(USAGE)
    except UserError as error:
        say_error(error)
        sys.exit(error.exit_code)


# TensorFlow Datasets reads object stores by itself.
_TAKE_ADDRESSES = ("tfds_dir",)
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)


def _disk_refuses(error):
    """Whether Python's or TensorFlow's error says that a file cannot be used."""
    if isinstance(error, OSError):
        return error.errno in _DISK_ERRORS or error.filename is not None
    return any(os.strerror(number) in str(error) for number in _DISK_ERRORS)


def _refuse_addresses():
    """Raises UsageError for what would be taken for a path; of those, none is meant."""
    for name in FLAGS:
        value = FLAGS[name].value
        if name not in _TAKE_ADDRESSES and isinstance(value, str) and is_address(value):
            raise UsageError(refusal(f"--{name}={value}"))


def run_main(main):
    """Parses flags, runs `main()`, and turns mistakes into one line and an exit code."""

    def guarded(argv):
        del argv
        logging.set_verbosity(logging.WARNING)
        try:
            _refuse_addresses()
            main()
        except UserError as error:
            if FLAGS.debug:
                raise
            say_error(error)
            sys.exit(error.exit_code)
        except BrokenPipeError:
            # Who read the output, such as head, has seen enough.
            os._exit(128 + signal.SIGPIPE)
        except Exception as error:
            if FLAGS.debug or not _disk_refuses(error):
                raise
            say_error(
                f"a file cannot be written or read ({first_line(error)[:160]}); free some space, or "
                "allow access, and start again."
            )
            sys.exit(DISK)
        except KeyboardInterrupt:
            say_error("interrupted; what was finished is in place.")
            sys.stdout.flush()
            sys.stderr.flush()
            # TensorFlow may be at work in another thread, which nothing can stop.
            os._exit(128 + signal.SIGINT)

    # All that matters is on disk by then. Without this Python takes TensorFlow's graphs
    # apart piece by piece, some seconds in which nobody knows what it is waiting for.
    atexit.register(gc.freeze)
    helping.show_module(main.__module__)
    app.run(guarded, flags_parser=_parse)
