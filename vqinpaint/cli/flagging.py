"""Option dataclasses as absl flags."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from absl import flags

from vqinpaint.options.fields import kinds

FLAGS = flags.FLAGS
# The flags that `define` makes belong to the program that calls it, in --help too.
flags.disclaim_key_flags()

_DEFINE: dict[Any, Any] = {
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    str: flags.DEFINE_string,
    bool: flags.DEFINE_bool,
}
_Options = TypeVar("_Options")


def define(
    options_class: type, prefix: str = "", without: tuple[str, ...] = ()
) -> None:
    """Makes one flag per field: `channels` of prefix "vqvae_" is --vqvae_channels.

    The field's annotation says of which type the flag is; a field with choices becomes
    an enum. The default of every flag is None, "not given": `read` then takes the
    dataclass's own default, and a run folder can tell what was asked for from what was
    left open.

    Args:
      options_class: dataclass of `options.fields.option` fields; fields without a default
        get no flag.
      prefix: of the flags' names.
      without: names of fields that make no flag.
    """
    types = kinds(options_class)
    for field in dataclasses.fields(options_class):
        if field.default is dataclasses.MISSING or field.name in without:
            continue
        name, text = f"{prefix}{field.name}", field.metadata.get("help", "")
        if field.default is not None:
            text = f"{text} Default: {field.default!r}."
        if field.metadata.get("choices"):
            choices = field.metadata["choices"]
            flags.DEFINE_enum(name, None, choices, text, flag_values=FLAGS)
        else:
            _DEFINE[types[field.name]](name, None, text, flag_values=FLAGS)


def given(options_class: type, prefix: str = "") -> dict[str, Any]:
    """The values of those flags that were given, by field name."""
    values = {}
    for field in dataclasses.fields(options_class):
        flag = f"{prefix}{field.name}"
        if flag in FLAGS and getattr(FLAGS, flag) is not None:
            values[field.name] = getattr(FLAGS, flag)
    return values


def read(options_class: type[_Options], prefix: str = "", **base: Any) -> _Options:
    """Makes the dataclass from the flags, over `base`, over its defaults.

    Raises:
      UsageError: the dataclass refuses a value.
    """
    return options_class(**{**base, **given(options_class, prefix)})
