"""What the option dataclasses are made of: explained fields, and checks of values."""

import dataclasses

from vqinpaint.errors import UsageError


def option(default, text, free=False, choices=None):
    """A dataclass field with its explanation, which the flag of the same name shows.

    Args:
      default: its value when not given.
      text: one sentence.
      free: whether a run may go on with another value.
      choices: the values that it may have; None where they are not a short list.
    """
    metadata = {"help": text, "free": free, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


def fixed_values(options):
    """The fields that a run cannot change once begun, as a dict."""
    return {
        field.name: getattr(options, field.name)
        for field in dataclasses.fields(options)
        if not field.metadata.get("free")
    }


def difference(saved, asked):
    """The entries of two dicts that differ, in words."""
    return ", ".join(
        f"{name} {value}, not {asked[name]}"
        for name, value in saved.items()
        if value != asked[name]
    )


def require(condition, message):
    """Raises UsageError with this message unless the condition holds."""
    if not condition:
        raise UsageError(message)


def require_positive(options, may_be_zero=()):
    """Raises UsageError for a whole number below 1, or below 0 where that is allowed.

    Args:
      options: dataclass.
      may_be_zero: names of fields that may be 0.
    """
    for field in dataclasses.fields(options):
        value, least = getattr(options, field.name), int(field.name not in may_be_zero)
        if field.type in (int, "int") and value < least:
            raise UsageError(
                f"{type(options).__name__}.{field.name} is {value}; it must be at least "
                f"{least}."
            )
