"""What reaches a terminal."""

import ast
import io
import os
import pathlib
import sys

import pytest

from tests.commands import run
from vqinpaint.cli.console import Console
from vqinpaint.cli.printing import say
from vqinpaint.printable import printable

PACKAGE = pathlib.Path(__file__).parent.parent / "vqinpaint"
# The modules that may write to the terminal.
DOORS = {"cli/printing.py", "cli/console.py"}


@pytest.mark.parametrize(
    "text, shown",
    [
        ("Käthe, 猫 and 🐈.png", "Käthe, 猫 and 🐈.png"),
        ("a\x1b[31m\x07\x00\x7f", r"a\x1b[31m\x07\x00\x7f"),
        ("a\nb\r\tc", r"a\x0ab\x0d\x09c"),
        ("\x9b31m", r"\x9b31m"),
        ("gpj.\u202etac\u2066\u200f", r"gpj.\u202etac\u2066\u200f"),
        ("zero\u200bwidth\ufeff\u00ad", r"zero\u200bwidth\ufeff\xad"),
        ("line\u2028paragraph\u2029", r"line\u2028paragraph\u2029"),
        ("tag\U000e0041", r"tag\U000e0041"),
        (os.fsdecode(b"caf\xe9"), r"caf\xe9"),
        ("half\ud83d", r"half\ud83d"),
    ],
)
def test_every_character_can_be_seen(text, shown):
    assert printable(text) == shown
    assert printable(shown) == shown


def test_notes_bars_and_lines_are_printable(capsys):
    say("\x1b[2J")
    say("\x1b[2J", sys.stderr)
    console = Console()
    console.note("\x1b[2J")
    for done in range(4):
        console.progress("pictures", done, 3, detail="\x1b[2J")
    told = capsys.readouterr()
    assert "\x1b[2J" not in told.out + told.err
    assert told.out == "\\x1b[2J\n" and told.err.count("\\x1b[2J") >= 3


def test_a_terminal_that_lacks_characters_gets_their_numbers():
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    say("Käthe 🐈", file)
    file.flush()
    assert file.buffer.getvalue() == b"K\\xe4the \\U0001f408\n"


def test_mistakes_are_printable():
    done = run(
        "-m", "vqinpaint.inpaint", "--model=\x1b]0;title\x07", "--image=a", code=2
    )
    assert "\x1b" not in done.stderr
    done = run("-m", "vqinpaint.inpaint", "--\x1b[31mred=1", code=2)
    assert "\x1b" not in done.stderr and "\\x1b[31mred" in done.stderr


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_there_is_one_door(path):
    if str(path.relative_to(PACKAGE)) in DOORS:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("print", "sys.stdout.write", "sys.stderr.write")
            assert not called.endswith("bar.write") and called != "tqdm.write"
