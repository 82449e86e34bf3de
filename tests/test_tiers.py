"""What one tier of Python and TensorFlow wrote works on the other, and on itself."""

import tarfile

import numpy as np
import pytest
import tensorflow as tf

from tests import tiers
from vqinpaint.joined import loading
from vqinpaint.runs import folders

pytestmark = pytest.mark.numerical

ARCHIVES = sorted(tiers.GOLDENS.glob("*.tar.xz"))


@pytest.fixture(scope="module", params=ARCHIVES, ids=lambda p: p.name[:-7])
def written(request, tmp_path_factory):
    """(folder of what a tier wrote, what it expected to come next)."""
    folder = tmp_path_factory.mktemp("tier")
    with tarfile.open(request.param) as tar:
        # Where Python knows it (3.9.17, 3.10.12, 3.11.4 and later).
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(folder)
    with np.load(folder / "expected.npz") as file:
        return folder, dict(file)


def test_both_tiers_have_written():
    assert [path.name for path in ARCHIVES] == [
        "tensorflow-2.15.tar.xz",
        "tensorflow-2.21.tar.xz",
    ]


@pytest.mark.parametrize("name", folders.STAGES)
def test_training_goes_on_with_weights_and_moments(written, name):
    """The fourth step's losses are those of the weights that the third one has moved."""
    folder, expected = written
    stage = tiers.make_stage(name, folder / "run")
    tiers.checkpoints(stage, folder / "run").restore_step(2)
    third, fourth = tiers.step(stage, 2), tiers.step(stage, 3)
    for number, found in (("third", third), ("fourth", fourth)):
        for key, value in found.items():
            # Other kernels of TensorFlow, oneDNN and processors: float32 rounding, which
            # Adam enlarges.
            np.testing.assert_allclose(
                value, expected[f"{name}|{number}|{key}"], rtol=2e-4, atol=1e-6
            )


@pytest.mark.parametrize("name", folders.STAGES)
def test_without_the_moments_training_would_go_on_otherwise(written, name):
    """So the test above would see it if Adam's moments were not restored."""
    folder, expected = written
    stage = tiers.make_stage(name, folder / "run")
    tiers.checkpoints(stage, folder / "run").restore_step(2)
    optimizer = stage.optimizer
    for variable in (*optimizer._momentums, *optimizer._velocities):
        assert np.abs(variable.numpy()).max() > 0 or "keys" in variable.name
        variable.assign(tf.zeros_like(variable))
    tiers.step(stage, 2)
    fourth = tiers.step(stage, 3)
    errors = [
        abs(value / expected[f"{name}|fourth|{key}"] - 1)
        for key, value in fourth.items()
        if key != "skipped"
    ]
    assert max(errors) > 2e-3  # ten times what the test above tolerates


@pytest.mark.parametrize("kind", ["run", "export"])
def test_completions_are_the_same(written, kind):
    folder, expected = written
    found = tiers.complete(loading.load(str(folder / kind))[0])
    np.testing.assert_array_equal(found["codes"], expected["completion|codes"])
    np.testing.assert_allclose(found["bits"], expected["completion|bits"], rtol=1e-4)
    difference = found["completed"].astype(int) - expected["completion|completed"]
    assert np.abs(difference).max() <= 1  # rounding at the border of two grey levels
