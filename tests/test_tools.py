"""The scripts in tools/ start; what they import is checked by mypy besides."""

import pytest

from tests.commands import ROOT, run

SCRIPTS = sorted(
    path.name
    for path in (ROOT / "tools").glob("*.py")
    if path.name != "draw_examples.py"  # it has no flags
)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_explains_its_flags(script):
    done = run(f"tools/{script}", "--help", code=1)
    assert "--" in done.stdout and "Traceback" not in done.stderr
