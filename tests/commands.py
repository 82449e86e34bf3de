"""Runs the project's commands as people do, from the repository root."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent


def command(*arguments):
    return [sys.executable, *map(str, arguments)]


def run(*arguments, code=0, **environment):
    """Runs a command to its end, with these variables set, and checks its exit code."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done
