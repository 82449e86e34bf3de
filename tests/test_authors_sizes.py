"""Sizes of the authors' models follow from names and shapes, whatever they are."""

import json

import pytest

from tests.commands import command, run
from tests.tf1 import write_model
from vqinpaint.authors.checkpoint import TF1Checkpoint
from vqinpaint.authors.contents import full_model
from vqinpaint.authors.sizes import infer_options
from vqinpaint.files.schemas import as_form
from vqinpaint.options import ModelOptions


@pytest.mark.parametrize("nonlinearity", ["elu", "relu"])
def test_sizes_of_other_models_are_found(nonlinearity, tmp_path):
    """Other counts of everything than the oracle's, written under the authors' names."""
    options = as_form(
        {
            "image_size": 128,
            "vqvae": {
                "channels": 12,
                "residual_blocks": 3,
                "residual_channels": 5,
                "code_dimension": 6,
                "codes": 20,
            },
            "structure": {
                "channels": 12,
                "residual_channels": 7,
                "residual_blocks": 6,
                "attention_blocks": 3,
                "heads": 4,
                "output_blocks": 2,
                "condition_channels": 3,
                "condition_residual_channels": 4,
                "nonlinearity": nonlinearity,
            },
            "texture": {"generator_channels": 6, "discriminator_channels": 3},
        },
        ModelOptions,
        "options.json",
    )
    write_model(options, tmp_path)
    contents = full_model(TF1Checkpoint(str(tmp_path)))
    assert infer_options(contents, 128, nonlinearity) == options


@pytest.mark.long
def test_full_size_import_stays_under_four_gibibytes(tmp_path):
    write_model(ModelOptions(), tmp_path)
    # A process counts its parent's memory as its own until it has loaded its program,
    # and this one's is large by now; so a small one stands between.
    between = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    imported = command(
        "-m",
        "vqinpaint.import_tf1",
        f"--checkpoint={tmp_path}",
        f"--output={tmp_path / 'model/1'}",
        "--num_samples=1",
    )
    printed = run("-c", between, *imported).stdout
    assert "| structure_pixelcnn | 792 | 26,769,536 |" in printed
    assert int(printed.splitlines()[-1]) < 4 << 20  # in KiB
    saved = json.loads((tmp_path / "model/1/options.json").read_text())
    assert as_form(saved["model"], ModelOptions, "options.json") == ModelOptions()
