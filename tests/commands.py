"""Runs the project's commands as people do, from the repository root."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent


def command(*arguments):
    return [sys.executable, *map(str, arguments)]


def run(*arguments, code=0):
    """Runs a command to its end and checks its exit code."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == code, done.stdout + done.stderr
    return done
