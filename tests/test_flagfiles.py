"""Flagfiles: all parse into valid options, and all are found by name from anywhere."""

import json
import os
import pathlib
import subprocess
import sys
import threading

import pytest
from absl import flags

from tests.commands import ROOT, run
from vqinpaint import shipped
from vqinpaint.cli.flagfiles import expanded
from vqinpaint.errors import UsageError

FLAGFILES = sorted((ROOT / "flags").glob("*.flags"))

READ_ALL = """
import json, sys, tempfile
from vqinpaint import train
from vqinpaint.cli import FLAGS, read
from vqinpaint.options import DataOptions, OptimizerOptions
result = {}
for path in sys.argv[1:]:
    with tempfile.TemporaryDirectory() as run:
        FLAGS.unparse_flags()
        for name in list(FLAGS):
            FLAGS[name].unparse()
        FLAGS(["train", "--flagfile=" + path])
        stage = "pic" if "/pic_" in path else "vqvae"
        options = train.resolve_model(stage, run)
        data = read(DataOptions)
        data.load_size_for(options.image_size)
        steps = {s: read(OptimizerOptions, s + "_").steps
                 for s in ("vqvae", "structure", "texture", "pic")}
        result[path] = {"model": options.to_dict(), "mask": data.mask, "steps": steps}
print(json.dumps(result))
"""


def _read_all():
    run = subprocess.run(
        [sys.executable, "-c", READ_ALL, *map(str, FLAGFILES)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert run.returncode == 0, run.stderr
    return {pathlib.Path(k).name: v for k, v in json.loads(run.stdout).items()}


def test_flagfiles_hold_valid_options():
    found = _read_all()
    assert set(found) == {path.name for path in FLAGFILES}
    for data in ("celebahq", "places2", "imagenet"):
        for mask in ("center", "random"):
            options = found[f"{data}_{mask}.flags"]
            assert options["mask"] == mask
            assert options["model"]["image_size"] == 256
            assert options["model"]["vqvae"]["codes"] == 512
            assert options["steps"]["vqvae"] == 1_000_000
    for data in ("celebahq", "paris", "places2", "imagenet"):
        for mask, kind in (("center", "center"), ("random", "pic")):
            options = found[f"pic_{data}_{mask}.flags"]
            assert options["mask"] == kind
            assert options["model"]["image_size"] == 256
            assert options["model"]["pic"]["latent_channels"] == 128
            assert options["steps"]["pic"] == 1_000_000
    assert found["pic_creatures64.flags"]["model"]["pic"]["depth"] == 4
    for name in ("sample", "faces64", "creatures128"):
        assert f"{name}.flags" in found


def _by_absl(*arguments):
    """What absl makes of a command line, which knows flagfiles by path only."""
    return flags.FlagValues().read_flags_from_files(list(arguments), force_gnu=True)


@pytest.mark.parametrize("path", FLAGFILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("form", ["flags/{}.flags", "{}", "{}.flags", "flags/{}"])
def test_names_and_paths_give_what_absl_reads(path, form, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    wanted = _by_absl("--seed=1", f"--flagfile={path}", "--seed=2")
    assert len(wanted) > 3
    for folder in (ROOT, tmp_path):
        monkeypatch.chdir(folder)
        name = form.format(path.stem)
        assert expanded(["--seed=1", f"--flagfile={name}", "--seed=2"]) == wanted


def test_names_are_those_of_the_files():
    assert shipped.flagfile_names() == [path.stem for path in FLAGFILES]
    for path in FLAGFILES:
        assert os.path.samefile(shipped.flagfile(path.stem), path)
    assert shipped.flagfile("nonesuch") is None
    assert shipped.flagfile("../setup") is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--flagfile", "a.flags"],
        ["-flagfile=a.flags"],
        ["-flagfile", "a.flags", "--flagfile=b.flags"],
        ["--flagfile=b.flags", "--", "--flagfile=a.flags"],
        ["--flagfile="],
        ["--noflagfile=a.flags", "--x", "1"],
        ["--flagfile=~/a.flags"],
    ],
)
def test_every_form_is_read_as_absl_reads_it(arguments, monkeypatch, tmp_path):
    """Comments, empty lines, spaces and included files among them."""
    (tmp_path / "a.flags").write_text("# first\n--a=1\n\n// second\n  --b=2  \n")
    (tmp_path / "b.flags").write_text("--c=3\n--flagfile=a.flags\n-flagfile=a.flags\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expanded(arguments) == _by_absl(*arguments)


def test_a_path_goes_before_a_name(monkeypatch, tmp_path):
    (tmp_path / "celebahq_center").write_text("--mine=1\n")
    monkeypatch.chdir(tmp_path)
    assert expanded(["--flagfile=celebahq_center"]) == ["--mine=1"]


def test_a_flagfile_includes_one_of_the_package_by_its_name(monkeypatch, tmp_path):
    (tmp_path / "mine.flags").write_text("--flagfile=sample\n--mine=1\n")
    monkeypatch.chdir(tmp_path)
    own = expanded(["--flagfile=sample"])
    assert expanded(["--flagfile=mine.flags"]) == [*own, "--mine=1"]


def test_flags_come_through_a_pipe(tmp_path):
    """As a shell passes them: --flagfile=<(command)"""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    threading.Thread(target=path.write_text, args=("--a=1\n",), daemon=True).start()
    assert expanded([f"--flagfile={path}"]) == ["--a=1"]


def test_files_that_cannot_be_used_are_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "circle.flags").write_text("--flagfile=circle.flags\n")
    (tmp_path / "picture.flags").write_bytes(b"\x89PNG\xff\xfe")
    (tmp_path / "folder").mkdir()
    for name, words in {
        "circle.flags": "circle.flags includes itself",
        "picture.flags": "picture.flags cannot be read",
        "folder": "neither a file",
        "flags/nonesuch.flags": "neither a file",
    }.items():
        with pytest.raises(UsageError, match=words):
            expanded([f"--flagfile={name}"])
    with pytest.raises(UsageError, match="needs a value"):
        expanded(["--flagfile"])


def test_an_unknown_name_is_one_line_that_lists_the_known(tmp_path):
    command = "-m", "vqinpaint.make_sample_data", f"--output={tmp_path / 'never'}"
    done = run(*command, "--flagfile=celebahq_centre", code=2)
    assert done.stderr.startswith("vqinpaint: error: --flagfile=celebahq_centre is")
    assert ", ".join(path.stem for path in FLAGFILES) in done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "never").exists()


def test_a_file_without_an_end_is_refused(tmp_path):
    with pytest.raises(UsageError, match="more than 1,000,000 characters"):
        expanded(["--flagfile=/dev/zero"])
