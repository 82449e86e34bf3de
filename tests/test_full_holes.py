"""Training pictures of which nothing is known, for models that draw from nothing."""

import numpy as np
import pytest

from tests import small_data
from vqinpaint.data import pipeline, records
from vqinpaint.errors import UsageError
from vqinpaint.options import DataOptions


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    folder = small_data.write(tmp_path_factory.mktemp("records"))
    return records.open_split(folder, "train")


def _batches(split, number, start=0, **options):
    """`number` batches of (images, masks), one after another."""
    own = DataOptions(batch_size=20, load_size=70, **options)
    data = pipeline.training_batches(split, 64, own, start)
    found = [[x.numpy() for x in batch] for batch in data.take(number)]
    return [np.concatenate(arrays) for arrays in zip(*found)]


def test_the_asked_share_is_full_and_all_else_as_without(split):
    images, masks = _batches(split, 10, mask="random", full_holes=0.25)
    full = (masks == 255).all(axis=(1, 2, 3))
    # Of 200 with probability 1/4: 50, and four deviations of 6.1; the seed is fixed.
    assert abs(int(full.sum()) - 50) < 25
    plain_images, plain_masks = _batches(split, 10, mask="random")
    np.testing.assert_array_equal(images, plain_images)
    np.testing.assert_array_equal(masks[~full], plain_masks[~full])
    assert not (plain_masks == 255).all(axis=(1, 2, 3)).any()


def test_full_holes_follow_from_seed_and_step_alone(split):
    _, whole = _batches(split, 3, full_holes=0.5)
    _, later = _batches(split, 1, start=2, full_holes=0.5)
    np.testing.assert_array_equal(later, whole[40:])
    _, other = _batches(split, 3, full_holes=0.5, seed=1)
    assert (other != whole).any()


def test_all_may_be_full_and_evaluation_never_is(split):
    _, masks = _batches(split, 1, full_holes=1.0)
    assert (masks == 255).all()
    options = DataOptions(batch_size=5, load_size=64, full_holes=1.0)
    for _, mask in pipeline.evaluation_batches(split, 64, options):
        assert (mask.numpy() == 0).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_no_other_share_is_taken(share):
    with pytest.raises(UsageError, match="full_holes is .*; it must lie between"):
        DataOptions(full_holes=share)
