"""Imports go downwards only, and every file stays one idea long."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parent.parent
PACKAGE = ROOT / "vqinpaint"
LEVELS = {
    "errors": 0,
    "shipped": 0,
    "reporting": 0,
    "printable": 0,
    "answers": 1,
    "environment": 1,
    "options": 1,
    "files": 1,
    "pictures": 2,
    "cli": 2,
    "outputs": 2,
    "servers": 2,
    "ops": 3,
    "creatures": 3,
    "metrics": 4,
    "layers": 4,
    "sampling": 4,
    "data": 4,
    "models": 5,
    "make_sample_data": 5,
    "make_tfrecords": 5,
    "runs": 6,
    "joined": 7,
    "stages": 7,
    "features": 8,
    "training": 8,
    "completing": 8,
    "exporting": 8,
    "authors": 8,
    "families": 9,
    "client": 9,
    "import_tf1": 9,
    "import_pic": 9,
    "evaluating": 10,
    "api": 10,
    "export": 10,
    "inpaint": 10,
    "generate": 10,
    "web": 10,
    "evaluate": 11,
    "train": 11,
}
FILES = sorted(PACKAGE.rglob("*.py"))
# These have no level, but as many lines at most.
OTHERS = sorted([*ROOT.glob("tests/*.py"), *ROOT.glob("tools/**/*.py")])


def _part(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path):
    if _part(path) == "__init__":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "vqinpaint" and len(parts) > 1 and parts[1] in LEVELS:
                other = parts[1]
                assert other == _part(path) or LEVELS[other] < LEVELS[_part(path)], name


# What completes pictures must not need what trains.
TRAINERS = {"stages", "training"}
INFERENCE = {
    "runs",
    "joined",
    "completing",
    "exporting",
    "families",
    "api",
    "inpaint",
    "generate",
    "web",
}


def _imported(path):
    """Names of the package's parts that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (node.module, *(f"{node.module}.{a.name}" for a in node.names)):
                parts = name.split(".")
                if parts[0] == "vqinpaint" and len(parts) > 1:
                    yield parts[1]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_completing_imports_no_trainer(path):
    if _part(path) in INFERENCE:
        assert not TRAINERS & set(_imported(path))


def test_every_part_has_a_level():
    assert {_part(path) for path in FILES} - {"__init__"} == set(LEVELS)


@pytest.mark.parametrize("path", FILES + OTHERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_under_300_lines(path):
    assert len(path.read_text().splitlines()) <= 300
