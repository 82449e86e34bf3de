"""Models name their family, and commands find what belongs to it."""

import json
import shutil

import pytest

from tests import tiny
from vqinpaint import families
from vqinpaint.errors import ModelError
from vqinpaint.runs import locating


@pytest.fixture
def run(tmp_path):
    tiny.run_folder(tmp_path / "run")
    return tmp_path / "run"


def _rename_family(path, family):
    options = json.loads(path.read_text())
    if family is None:
        options.pop("family")
    else:
        options["family"] = family
    path.write_text(json.dumps(options))


def test_runs_and_exports_name_their_family(run, exported):
    for path in (run / "vqvae" / "options.json", f"{exported[1]}/options.json"):
        with open(path, encoding="utf-8") as file:
            assert json.load(file)["family"] == "vqvae"


def test_models_from_before_families_are_of_the_first(run):
    for stage in ("vqvae", "structure", "texture"):
        _rename_family(run / stage / "options.json", None)
    assert families.family_of(str(run)) is families.FAMILIES["vqvae"]


@pytest.mark.parametrize("what", ["run", "export"])
def test_an_unknown_family_is_one_line(run, exported, tmp_path, what):
    if what == "run":
        path = run
        options = sorted(run.glob("*/options.json"))
    else:
        path = tmp_path / "model"
        shutil.copytree(exported[1], path)
        options = [path / "options.json"]
    for file in options:
        _rename_family(file, "gan")
    with pytest.raises(ModelError, match="family 'gan'; this version knows vqvae"):
        families.open_engine(str(path))


def test_a_fingerprint_tells_models_apart(run, exported, tmp_path):
    first = locating.fingerprint(locating.locate(str(run)))
    assert first == locating.fingerprint(locating.locate(str(run)))
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    assert first == locating.fingerprint(locating.locate(str(copy)))
    # Training on writes a newer checkpoint; other weights, other checksums.
    index = copy / "structure" / "checkpoints" / "step-1.index"
    index.write_bytes(index.read_bytes() + b" ")
    assert first != locating.fingerprint(locating.locate(str(copy)))
    assert first != locating.fingerprint(locating.locate(exported[1]))
