"""Files are written in one place."""

import ast
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).parent.parent / "vqinpaint"
FILES = [
    path for path in sorted(PACKAGE.rglob("*.py")) if path.parent.name != "outputs"
]
# Calls that write to a path, or take one away. The second argument of `open` is a mode.
WRITERS = ("write_text", "write_bytes", "copyfile", "rmtree", "replace", "savetxt")
# Why they may: what they do stays in a folder of the package's own making.
ALLOWED = {
    ("runs/checkpoints.py", "shutil.rmtree"),  # unfinished checkpoints
    ("web/storage.py", "shutil.rmtree"),  # a visitor's temporary folder
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_everything_is_written_through_outputs(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called == "open" and len(node.args) > 1:
            assert ast.literal_eval(node.args[1]) in ("r", "rb"), ast.unparse(node)
        owner, _, name = called.rpartition(".")
        if owner in ("os", "shutil", "np") and name in WRITERS:
            to_file = called == "np.savetxt" and ast.unparse(node.args[0]) == "file"
            key = str(path.relative_to(PACKAGE)), called
            assert to_file or key in ALLOWED, ast.unparse(node)
