"""An export never takes the place of anything but an export."""

import json
import os

import pytest

from vqinpaint import outputs
from vqinpaint.errors import UsageError
from vqinpaint.exporting import check_output
from vqinpaint.exporting.placing import place


def _export(folder, version="1"):
    """The files by which an export is known."""
    os.makedirs(folder / "variables")
    (folder / "saved_model.pb").write_text(version)
    (folder / "options.json").write_text(json.dumps({"model": {}, "version": version}))
    (folder / "README.md").write_text(version)
    return folder


def _place(tmp_path, output):
    with outputs.new_folder(str(tmp_path)) as folder:
        for name in ("saved_model.pb", "options.json"):
            outputs.write(os.path.join(folder, name), b"new")
        place(folder, str(output))


def test_a_new_folder_is_free_and_nothing_is_made(tmp_path):
    check_output(str(tmp_path / "models" / "1"), overwrite=False)
    assert not list(tmp_path.iterdir())


def test_an_export_is_replaced_only_when_asked(tmp_path):
    output = _export(tmp_path / "1")
    with pytest.raises(UsageError, match="choose the next version number"):
        check_output(str(output), overwrite=False)
    check_output(str(output), overwrite=True)
    _place(tmp_path, output)
    assert sorted(os.listdir(output)) == ["options.json", "saved_model.pb"]
    assert os.listdir(tmp_path) == ["1"]


@pytest.mark.parametrize("name", ["notes.txt", "model.tflite.bak", ".git", "1"])
def test_an_export_with_other_files_in_it_stays(tmp_path, name):
    output = _export(tmp_path / "m")
    (output / name).write_text("mine")
    with pytest.raises(UsageError, match=f"holds {name}, which is no part"):
        check_output(str(output), overwrite=True)
    with pytest.raises(UsageError, match=f"holds {name}"):
        _place(tmp_path, output)
    assert (output / "saved_model.pb").read_text() == "1"
    assert os.listdir(tmp_path) == ["m"]


@pytest.mark.parametrize("name", ["README.md", "saved_model.pb", "options.json"])
def test_a_folder_that_is_no_export_stays(tmp_path, name):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text("{}")
    with pytest.raises(UsageError, match="will not be replaced"):
        check_output(str(tmp_path / "mine"), overwrite=True)


def test_neighbours_that_begin_alike_stay(tmp_path):
    output = _export(tmp_path / "1")
    for name in ("1.tmp", "1.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").write_text("mine")
    _place(tmp_path, output)
    assert sorted(os.listdir(tmp_path)) == ["1", "1.old", "1.tmp"]
    assert (tmp_path / "1.tmp" / "mine").exists()
    assert (tmp_path / "1.old" / "mine").exists()


def test_places_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    for path, words in (
        ("file", "is no folder"),
        ("file/1", "is a file, not a folder"),
        ("link/1", "is a link to nowhere"),
        ("n" * 256, "shorter or simpler name"),
    ):
        with pytest.raises(UsageError, match=words):
            check_output(str(tmp_path / path), overwrite=True)


@pytest.mark.parametrize(
    "name", ["variables/notes.txt", "assets.extra/my_warmup", "debug/x", "assets/a/b"]
)
def test_other_files_in_the_folders_of_an_export_stay(tmp_path, name):
    output = _export(tmp_path / "m")
    (output / name).parent.mkdir(parents=True, exist_ok=True)
    (output / name).write_text("mine")
    with pytest.raises(UsageError, match="which is no part of an export"):
        check_output(str(output), overwrite=True)


def test_all_parts_of_an_export_may_be_replaced(tmp_path):
    output = _export(tmp_path / "m")
    for name in (
        *("variables/variables.index", "variables/variables.data-00000-of-00001"),
        *("assets.extra/tf_serving_warmup_requests", "model_float16.tflite"),
        "model.onnx",
        *("debug/saved_model_debug_info.pb", "fingerprint.pb"),
    ):
        (output / name).parent.mkdir(exist_ok=True)
        (output / name).write_text("ours")
    check_output(str(output), overwrite=True)
