"""What --help shows of a command that is started through another file."""

import sys

from absl import flags


def show_module(name: str) -> None:
    """Lets --help show the docstring and the flags of a module.

    absl shows those of the file that was started. A console script and the former names
    of commands in tools/ are files of their own, which only call the module.

    Args:
      name: of the module; nothing changes for "__main__".
    """
    if name == "__main__":
        return
    sys.modules["__main__"].__doc__ = sys.modules[name].__doc__
    for flag in flags.FLAGS.get_key_flags_for_module(name):
        flags.FLAGS.register_key_flag_for_module(sys.argv[0], flag)
