"""What an export holds, and what is refused before it is kept."""

import json
import os
import pathlib
import shutil

import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import prediction_log_pb2
from tensorflow_serving.config import model_server_config_pb2

from tests import tiny
from tests.commands import ROOT
from tests.export_world import SIGNATURES
from vqinpaint import exporting
from vqinpaint.errors import ModelError
from vqinpaint.exporting import validation
from vqinpaint.exporting.published import without_folders
from vqinpaint.exporting.warmup import FILE
from vqinpaint.joined import saved_graph


@pytest.mark.portable
def test_an_export_passes_every_trial(exported):
    validation.validate(exported[1], exported[0])


def test_only_what_completing_needs_is_stored(exported):
    model, folder = exported
    names = dict(tf.train.list_variables(f"{folder}/variables/variables"))
    stored = {name for name in names if "CHECKPOINTABLE" not in name}
    # The weights and the counter of rows; each prior kernel once, weight norm fused.
    assert len(stored) == len(model.inpainter.weights) + 1
    raw = [
        v.name
        for v in model.inpainter.weights
        if "gain" in v.name or "direction" in v.name
    ]
    assert not raw
    # Nor gradients: an export is not trained.
    library = saved_graph.read_graph(folder).graph_def.library
    assert library.function and not library.registered_gradients


class _Bad(tf.Module):
    """A model whose only function needs what servers do not have."""

    def __init__(self, call, **options):
        super().__init__()
        self.call = tf.function(
            call, input_signature=[tf.TensorSpec([None])], autograph=False, **options
        )


@pytest.mark.parametrize("kind", ["python", "xla"])
def test_python_and_xla_in_a_graph_are_refused(tmp_path, kind):
    bad = (
        _Bad(lambda x: tf.py_function(lambda y: y, [x], tf.float32))
        if kind == "python"
        else _Bad(lambda x: tf.function(tf.sin, jit_compile=True)(x))
    )
    tf.saved_model.save(bad, str(tmp_path), signatures=bad.call)
    with pytest.raises(ModelError, match="server without"):
        validation.check_operations(str(tmp_path))


def test_a_failed_trial_leaves_the_version_before(exported, tmp_path, monkeypatch):
    model, folder = exported
    shutil.copytree(folder, tmp_path / "m" / "1")
    before = (tmp_path / "m" / "1" / "fingerprint.pb").read_bytes()
    # The model changes after it was saved, so that the trial sees two.
    weight = model.inpainter.frozen.encoder.top_codebook.codes
    kept, save = weight.numpy(), tf.saved_model.save

    def save_then_change(*arguments, **options):
        save(*arguments, **options)
        weight.assign(kept[:, ::-1])

    monkeypatch.setattr(tf.saved_model, "save", save_then_change)
    try:
        with pytest.raises(ModelError, match="answers otherwise"):
            exporting.write_saved_model(
                model,
                tiny.OPTIONS,
                str(tmp_path / "m" / "1"),
                {"version": "2"},
                "tiny",
                "",
            )
    finally:
        weight.assign(kept)
    assert os.listdir(tmp_path / "m") == ["1"]
    assert (tmp_path / "m" / "1" / "fingerprint.pb").read_bytes() == before


@pytest.mark.portable
def test_every_warm_up_request_is_answered(exported, loaded):
    seen = set()
    for record in tf.data.TFRecordDataset(os.path.join(exported[1], FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        name = request.model_spec.signature_name
        seen.add(name)
        loaded[name](**{k: tf.make_ndarray(v) for k, v in request.inputs.items()})
    assert seen == set(SIGNATURES)


def test_the_example_configuration_is_one():
    text = (ROOT / "saved_models" / "models.config").read_text()
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    assert config.model_config_list.config[0].base_path.startswith("/")
    # Servers refuse a list whose last size is not the largest batch.
    batching = (ROOT / "saved_models" / "batching.config").read_text()
    sizes = [int(x.split(":")[1]) for x in batching.splitlines() if "allowed" in x]
    assert f"max_batch_size {{ value: {sizes[-1]} }}" in batching


def test_the_card_and_the_options_say_how_to_call_it(exported):
    folder = pathlib.Path(exported[1])
    options = json.loads((folder / "options.json").read_text())
    card = (folder / "README.md").read_text()
    assert set(options["signatures"]) == set(SIGNATURES)
    assert options["num_samples"] == 2 and options["model"]["image_size"] == 64
    assert options["signatures"]["inpaint"]["outputs"]["completed"] == (
        "uint8 [batch, 2, 64, 64, 3]"
    )
    assert card.startswith("---\nlicense:") and all(
        f"`{n}`" in card for n in SIGNATURES
    )


@pytest.mark.parametrize("folder", ["/home/me/runs", r"C:\\me\runs", "runs"])
def test_figures_go_out_without_the_folders_of_whoever_measured(folder):
    figures = {
        "model": f"{folder}/cats/",
        "completions_folder": f"{folder}/peers",
        "mask": "center",
        "protocol": {"holes": {"mask_dir": f"{folder}/masks", "seed": 0}},
        "completions": [{"psnr": 20.5, "intervals": {"psnr": [20.0, 21.0]}}],
    }
    found = without_folders(figures)
    assert (found["model"], found["completions_folder"]) == ("cats", "peers")
    assert found["protocol"]["holes"] == {"mask_dir": "masks", "seed": 0}
    assert found["mask"] == "center" and found["completions"] == figures["completions"]
