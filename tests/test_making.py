"""Stages as a run makes them, and what of a run is refused."""

import json
import shutil

import numpy as np
import pytest

from tests import tiny
from vqinpaint.errors import ModelError
from vqinpaint.options import OptimizerOptions
from vqinpaint.runs import folders
from vqinpaint.stages import making

pytestmark = pytest.mark.numerical


def test_a_prior_to_look_at_changes_no_initial_weight(tmp_path):
    tiny.run_folder(tmp_path)
    arguments = ("texture", tiny.OPTIONS, OptimizerOptions(), str(tmp_path), 3)
    with_prior = making.make_stage(*arguments)
    shutil.rmtree(tmp_path / "structure")
    without = making.make_stage(*arguments)
    assert with_prior.structure is not None and without.structure is None
    for network in ("generator", "discriminator"):
        pair = (getattr(stage.texture, network) for stage in (with_prior, without))
        for a, b in zip(*(network.trainable_variables for network in pair)):
            np.testing.assert_array_equal(a, b)


def test_a_prior_with_the_heads_of_version_0_1_is_refused(tmp_path):
    tiny.run_folder(tmp_path)
    path = tmp_path / "structure/options.json"
    saved = json.loads(path.read_text())
    for heads, refused in ((2, True), (8, False)):
        saved["version"], saved["model"]["structure"]["heads"] = "0.1.0", heads
        path.write_text(json.dumps(saved))
        if refused:
            with pytest.raises(ModelError, match="2 attention heads.*train it anew"):
                folders.saved_options(str(tmp_path), "structure")
        else:
            assert folders.saved_options(str(tmp_path), "structure")
        assert folders.saved_options(str(tmp_path), "texture")
