"""A wheel of the tree, alone in a folder: nothing of it needs the repository."""

import ast
import configparser
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.commands import ROOT

pytestmark = pytest.mark.portable

# Enough of the repository to build a wheel.
SOURCES = (
    *("vqinpaint", "flags", "examples", "saved_models/demo"),
    *("README.md", "LICENSE", "setup.py", "pyproject.toml"),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Folder with what a wheel holds and nothing else; built from a copy of the tree."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        (source / name).parent.mkdir(exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        ignore = {"ignore": shutil.ignore_patterns("__pycache__")}
        copy(ROOT / name, source / name, **(ignore if copy == shutil.copytree else {}))
    build = "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"
    wheels = tmp_path_factory.mktemp("wheels")
    subprocess.run(
        [sys.executable, "-m", *build, f"--wheel-dir={wheels}", source], check=True
    )
    (wheel,) = wheels.glob("vqinpaint-*.whl")
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def run(installed, tmp_path):
    """Runs Python with the wheel alone, from an empty folder."""

    def run(*arguments, code=0):
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


def _files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in pathlib.Path(folder).rglob("*")
        if path.is_file()
    }


def test_the_demo_model_and_its_pictures_are_found(run, installed):
    code = "from vqinpaint import shipped as s; print(s.model('demo'), s.examples())"
    model, examples = run("-c", code).stdout.split()
    assert model == str(installed / "vqinpaint" / "demo")
    version = pathlib.Path(model) / "1"
    assert _files(version) == _files(ROOT / "saved_models/demo/1")
    assert _files(examples) == _files(ROOT / "examples")


def test_flagfiles_are_found_by_name(run):
    print_all = (
        "from vqinpaint import shipped; from vqinpaint.cli import flagfiles;"
        "print({n: flagfiles.expanded([f'--flagfile={n}'])"
        " for n in shipped.flagfile_names()})"
    )
    found = ast.literal_eval(run("-c", print_all).stdout)
    assert set(found) == {path.stem for path in (ROOT / "flags").glob("*.flags")}
    assert "--image_size=256" in found["celebahq_center"]


def test_commands_start(run):
    shown = run("-m", "vqinpaint.inpaint", "--help", code=1).stdout
    assert "--model" in shown
    # All flags of the flagfile are known by the time that the stage is refused.
    arguments = "--flagfile=celebahq_center", "--stage=painting"
    done = run("-m", "vqinpaint.train", *arguments, code=2)
    assert "painting is unknown" in done.stderr


# Commands define flags of the same names, so that each is imported in a process of its
# own. They are forked from one that has imported TensorFlow, which takes seconds.
RESOLVE = """
import importlib, os, sys
import tensorflow
for target in sys.argv[1:]:
    if not os.fork():
        module, name = target.split(":")
        made = getattr(importlib.import_module(module), name)
        print(target, callable(made), sys.modules[module].__file__, flush=True)
        os._exit(0)
    os.wait()
"""


def test_every_console_script_is_a_function_of_the_wheel(run, installed):
    (path,) = installed.glob("*.dist-info/entry_points.txt")
    parser = configparser.ConfigParser()
    parser.read(path)
    scripts = dict(parser["console_scripts"])
    assert {"vqinpaint-make-tfrecords", "vqinpaint-import-tf1"} <= set(scripts)
    printed = run("-c", RESOLVE, *scripts.values()).stdout.splitlines()
    assert len(printed) == len(scripts)
    for line, target in zip(printed, scripts.values()):
        module = target.split(":")[0].replace(".", "/")
        assert line == f"{target} True {installed / module}.py"


def test_modules_import_nothing_of_the_repository(installed):
    """Neither tools/ nor tests/, and of the package only what the wheel holds."""
    outside = {"tools", "tests"} | {path.stem for path in (ROOT / "tools").glob("*.py")}
    outside |= {path.stem for path in (ROOT / "tests").glob("*.py")}
    modules = sorted((installed / "vqinpaint").rglob("*.py"))
    assert len(modules) > 50
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path}: relative import"
                names = [node.module]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                assert name.split(".")[0] not in outside, f"{path} imports {name}"
                if name.startswith("vqinpaint."):
                    file = installed / name.replace(".", "/")
                    assert file.is_dir() or file.with_suffix(".py").is_file(), name
