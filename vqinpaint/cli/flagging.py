"""Option dataclasses as absl flags."""

import dataclasses

from absl import flags

FLAGS = flags.FLAGS
# Flags that `define` makes belong to the program that asks for them, in --help too.
flags.disclaim_key_flags()

_KINDS = {
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    str: flags.DEFINE_string,
    bool: flags.DEFINE_bool,
}


def define(options_class, prefix=""):
    """Makes one flag per field: `channels` of prefix "vqvae_" is --vqvae_channels.

    The default of every flag is None, "not given": `read` then takes the dataclass's
    own default, and a run folder can tell what was asked for from what was left open.
    """
    for field in dataclasses.fields(options_class):
        if field.default is dataclasses.MISSING:
            continue
        text = f"{field.metadata.get('help', '')} Default: {field.default!r}."
        _KINDS[type(field.default)](f"{prefix}{field.name}", None, text)


def given(options_class, prefix=""):
    """The values of those flags that were given, by field name."""
    values = {}
    for field in dataclasses.fields(options_class):
        flag = f"{prefix}{field.name}"
        if flag in FLAGS and getattr(FLAGS, flag) is not None:
            values[field.name] = getattr(FLAGS, flag)
    return values


def read(options_class, prefix="", **base):
    """Makes the dataclass from the flags, over `base`, over its defaults."""
    return options_class(**{**base, **given(options_class, prefix)})
