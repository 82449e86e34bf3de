"""Every option explains itself, and wrong values are refused when they are made."""

import ast
import dataclasses

import pytest

from tests.commands import ROOT
from vqinpaint import options
from vqinpaint.errors import UsageError
from vqinpaint.options import DataOptions, LoopOptions, OptimizerOptions
from vqinpaint.options.evaluation import EvaluateOptions
from vqinpaint.options.figures import FigureOptions
from vqinpaint.options.request import Request

CLASSES = (
    options.VQVAEOptions,
    options.StructureOptions,
    options.TextureOptions,
    options.ModelOptions,
    options.PicOptions,
    options.PicModelOptions,
    DataOptions,
    OptimizerOptions,
    LoopOptions,
    Request,
    EvaluateOptions,
    FigureOptions,
)
FIELDS = [
    (made, field)
    for made in CLASSES
    for field in dataclasses.fields(made)
    if field.default is not dataclasses.MISSING
]


# Commands whose own flags are explained in the same way.
COMMANDS = (
    "client",
    "cli/picture_flags",
    "export",
    "import_pic",
    "import_tf1",
    "inpaint",
    "make_sample_data",
    "make_tfrecords",
    "cli/training_flags",
)


def _is_whole_sentence(text):
    return text[0].isupper() and text.endswith(".") and len(text.split()) >= 5


@pytest.mark.parametrize("made, field", FIELDS, ids=lambda x: getattr(x, "name", None))
def test_every_option_is_explained_by_a_whole_sentence(made, field):
    text = field.metadata["help"]
    assert _is_whole_sentence(text), text


def _helps(command):
    """(flag, help) of the flags that a command defines itself, read from its source."""
    source = (ROOT / "vqinpaint" / f"{command}.py").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(
            "flags.DEFINE_"
        ):
            text = node.args[3 if node.func.attr == "DEFINE_enum" else 2]
            if isinstance(text, ast.JoinedStr):
                parts = [getattr(part, "value", "") for part in text.values]
                text = "".join(p if isinstance(p, str) else "name" for p in parts)
            else:
                text = ast.literal_eval(text)
            yield ast.unparse(node.args[0]), text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_flag_of_a_command_is_explained_by_a_whole_sentence(command):
    helps = dict(_helps(command))
    assert helps
    for flag, text in helps.items():
        assert _is_whole_sentence(text), f"{flag}: {text}"


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


@pytest.mark.parametrize(
    "options, name",
    [(DataOptions, "load_size"), (OptimizerOptions, "steps")],
)
def test_zero_does_not_mean_the_default(options, name):
    assert getattr(options(), name) is None
    with pytest.raises(UsageError, match=f"{name} is 0; it must be at least 1"):
        options(**{name: 0})


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_learning_rate_is_a_positive_number(rate):
    with pytest.raises(UsageError, match="learning_rate is"):
        OptimizerOptions(learning_rate=rate)


def test_the_default_load_size_is_the_authors():
    assert DataOptions().load_size_for(256) == 266
    assert DataOptions(load_size=300).load_size_for(256) == 300
