"""Every option explains itself, and wrong values are refused when they are made."""

import dataclasses

import pytest

from vqinpaint import options
from vqinpaint.errors import UsageError
from vqinpaint.options import LoopOptions

CLASSES = (
    options.VQVAEOptions,
    options.StructureOptions,
    options.TextureOptions,
    options.ModelOptions,
    options.DataOptions,
    options.OptimizerOptions,
    LoopOptions,
)
FIELDS = [
    (made, field)
    for made in CLASSES
    for field in dataclasses.fields(made)
    if field.default is not dataclasses.MISSING
]


@pytest.mark.parametrize("made, field", FIELDS, ids=lambda x: getattr(x, "name", None))
def test_every_option_is_explained_by_a_whole_sentence(made, field):
    text = field.metadata["help"]
    assert text[0].isupper() and text.endswith("."), text
    assert len(text.split()) >= 5, text


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: options.StructureOptions(channels=7), "at least 8"),
        (lambda: options.StructureOptions(heads=0), "heads is 0"),
        (lambda: options.StructureOptions(dropout=1.0), "below 1"),
        (lambda: options.StructureOptions(residual_blocks=7), "multiple"),
        (lambda: options.VQVAEOptions(channels=7), "even"),
        (lambda: options.ModelOptions(image_size=100), "multiple of 64"),
        (lambda: options.DataOptions(load_size=0), "load_size is 0.*left out for"),
        (lambda: options.DataOptions(batch_size=0), "batch_size is 0"),
        (lambda: options.DataOptions(mask="hole"), "center, random, box, strokes"),
        (lambda: options.OptimizerOptions(steps=0), "steps is 0.*left out for"),
        (lambda: options.OptimizerOptions(learning_rate=0.0), "left out for"),
        (lambda: options.OptimizerOptions(learning_rate=-1.0), "positive number"),
        (lambda: options.OptimizerOptions(precision="float16"), "float32, bfloat16"),
        (lambda: options.StructureOptions(nonlinearity="tanh"), "structure_nonlin"),
        (lambda: LoopOptions(keep=0), "keep is 0"),
    ],
)
def test_impossible_values_are_refused_in_one_line(make, words):
    with pytest.raises(UsageError, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("heads", [1, 3, 5, 8])
def test_any_number_of_heads_goes_with_any_width(heads):
    assert options.StructureOptions(channels=20, heads=heads).heads == heads


def test_a_load_size_that_is_left_out_follows_the_picture_size():
    assert options.DataOptions().load_size_for(256) == 266
    assert options.DataOptions().load_size_for(64) == 66  # 66.5, rounded to even
    assert options.DataOptions(load_size=64).load_size_for(64) == 64
    with pytest.raises(UsageError, match="would not fit"):
        options.DataOptions(load_size=63).load_size_for(64)
