"""Option dataclasses as absl flags."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

from absl import flags

FLAGS = flags.FLAGS
# Flags that `define` makes belong to the program that asks for them, in --help too.
flags.disclaim_key_flags()

_KINDS: dict[Any, Any] = {
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    str: flags.DEFINE_string,
    bool: flags.DEFINE_bool,
}


def define(
    options_class: type, prefix: str = "", without: tuple[str, ...] = ()
) -> None:
    """Makes one flag per field: `channels` of prefix "vqvae_" is --vqvae_channels.

    The default of every flag is None, "not given": `read` then takes the dataclass's
    own default, and a run folder can tell what was asked for from what was left open.

    Args:
      options_class: dataclass whose fields are made by `options.fields.option`; fields
        without a default, which hold other dataclasses, make no flag.
      prefix: how the flags' names begin.
      without: names of fields that make no flag.
    """
    kinds = typing.get_type_hints(options_class)
    for field in dataclasses.fields(options_class):
        if field.default is dataclasses.MISSING or field.name in without:
            continue
        name, text = f"{prefix}{field.name}", field.metadata.get("help", "")
        if field.default is not None:
            text = f"{text} Default: {field.default!r}."
        if field.metadata.get("choices"):
            flags.DEFINE_enum(name, None, field.metadata["choices"], text)
        else:
            _KINDS[_plain(kinds[field.name])](name, None, text)


def _plain(kind):
    """int of int and of Optional[int]."""
    inner = [k for k in typing.get_args(kind) if k is not type(None)]
    return inner[0] if inner else kind


def given(options_class: type, prefix: str = "") -> dict[str, Any]:
    """The values of those flags that were given, by field name."""
    values = {}
    for field in dataclasses.fields(options_class):
        flag = f"{prefix}{field.name}"
        if flag in FLAGS and getattr(FLAGS, flag) is not None:
            values[field.name] = getattr(FLAGS, flag)
    return values


def read(options_class: type, prefix: str = "", **base: Any):
    """Makes the dataclass from the flags, over `base`, over its defaults.

    Raises:
      UsageError: the dataclass refuses a value.
    """
    return options_class(**{**base, **given(options_class, prefix)})
