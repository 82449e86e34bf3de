"""--help is the same however a command is started."""

import pytest

from tests.commands import run

MODULE = "vqinpaint.make_sample_data"
AS_MODULE = "-m", MODULE
AS_CONSOLE_SCRIPT = "-c", f"from {MODULE} import run; run()"


def _help(*arguments):
    """The lines of the text, without the one that names the program."""
    lines = run(*arguments, "--help", code=1).stdout.splitlines()
    program = lines.index("flags:") + 2
    assert lines[program].endswith(":")
    return lines[:program] + lines[program + 1 :]


def test_a_console_script_shows_what_the_module_shows():
    shown = _help(*AS_MODULE)
    assert shown[0].startswith("Draws the sample data set")
    assert any(line.startswith("  --train: Number of pictures") for line in shown)
    assert _help(*AS_CONSOLE_SCRIPT) == shown


@pytest.mark.parametrize(
    "former, module",
    [
        ("tools/make_tfrecords.py", "vqinpaint.make_tfrecords"),
        ("tools/import_tf1_checkpoint.py", "vqinpaint.import_tf1"),
    ],
)
def test_former_names_of_commands_show_what_the_module_shows(former, module):
    shown = _help("-m", module)
    assert sum(line.startswith("  --") for line in shown) >= 8
    assert _help(former) == shown
