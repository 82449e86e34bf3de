"""Flags made from option dataclasses, and dataclasses read from flags."""

import dataclasses
from typing import Optional

import pytest
from absl import flags

from vqinpaint.cli import flagging
from vqinpaint.options import StructureOptions, training
from vqinpaint.options.fields import option, require_choices


@dataclasses.dataclass(frozen=True)
class Example:
    """A field of every kind."""

    number: int = option(3, "A whole number.")
    count: Optional[int] = option(
        None, "A whole number. Default: as many as there are."
    )
    rate: Optional[float] = option(None, "A rate. Default: the usual one.")
    name: str = option("", "A name.")
    switch: bool = option(False, "Whether it is on.")
    colour: str = option("red", "A colour.", choices=("red", "green"))
    unexplained: tuple = dataclasses.field(default_factory=tuple)

    def __post_init__(self):
        require_choices(self, "x_")


@pytest.fixture()
def defined(monkeypatch):
    """The flags of `Example`, unparsed."""
    values = flags.FlagValues()
    monkeypatch.setattr(flagging, "FLAGS", values)
    flagging.define(Example, "x_")
    return values


def test_a_flag_has_the_type_of_its_annotation(defined):
    text = ["--x_number=4", "--x_count=5", "--x_rate=0.5", "--x_switch", "--x_name=6"]
    defined(["program", *text, "--x_colour=green"])
    read = flagging.read(Example, "x_")
    assert read == Example(4, 5, 0.5, "6", True, "green")
    for name, value in dataclasses.asdict(read).items():
        assert type(value) is type(getattr(Example(4, 5, 0.5, "6", True), name))


@pytest.mark.parametrize(
    "text, words",
    [
        ("--x_count=many", "x_count"),
        ("--x_count=0.5", "x_count"),
        ("--x_rate=fast", "x_rate"),
        ("--x_colour=blue", "<red|green>"),
        ("--x_unexplained=1", "Unknown command line flag"),
    ],
)
def test_values_of_another_type_are_refused(defined, text, words):
    with pytest.raises(flags.Error) as caught:
        defined(["program", text])
    assert words in str(caught.value)


def test_flags_that_are_not_given_leave_the_defaults(defined):
    defined(["program"])
    assert flagging.given(Example, "x_") == {}
    assert flagging.read(Example, "x_", number=7) == Example(number=7)
    assert flagging.read(Example, "x_").count is None


def test_help_names_choices_and_no_default_of_none(defined):
    shown = defined.get_help()
    assert "--x_colour: <red|green>: A colour. Default: 'red'." in shown
    assert "Default: as many as there are." in shown
    assert "Default: None" not in shown


@pytest.mark.parametrize(
    "made, name, choices",
    [
        (training.DataOptions, "mask", training.MASK_KINDS),
        (training.OptimizerOptions, "precision", training.PRECISIONS),
        (StructureOptions, "nonlinearity", ("concat_elu", "elu", "relu")),
    ],
)
def test_options_of_a_few_values_name_them_in_help(monkeypatch, made, name, choices):
    values = flags.FlagValues()
    monkeypatch.setattr(flagging, "FLAGS", values)
    flagging.define(made)
    assert values[name].parser.enum_values == list(choices)
