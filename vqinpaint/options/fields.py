"""What the option dataclasses are made of: explained fields, and checks of values."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from vqinpaint.errors import UsageError


def option(
    default: Any, text: str, free: bool = False, choices: Sequence[str] | None = None
) -> Any:
    """A dataclass field with its explanation, which the flag of the same name shows.

    Args:
      default: its value when not given; None where that follows from other options.
      text: one sentence.
      free: whether a run may go on with another value.
      choices: the values that it may have; None where they are not a short list.
    """
    metadata = {"help": text, "free": free, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


def kinds(options_class: type) -> dict[str, type]:
    """The type of every field by its name; that of `Optional[int]` is int."""
    found, hints = {}, typing.get_type_hints(options_class)
    for name in (field.name for field in dataclasses.fields(options_class)):
        kind = hints[name]
        given = typing.get_args(kind)
        if type(None) in given:
            (kind,) = (k for k in given if k is not type(None))
        found[name] = kind
    return found


def fixed_values(options: Any) -> dict[str, Any]:
    """The fields that a run cannot change once begun, as a dict."""
    return {
        field.name: getattr(options, field.name)
        for field in dataclasses.fields(options)
        if not field.metadata.get("free")
    }


def difference(saved: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """The entries of two dicts that differ, in words."""
    return ", ".join(
        f"{name} {value}, not {asked[name]}"
        for name, value in saved.items()
        if value != asked[name]
    )


def require(condition: Any, message: str) -> None:
    """Raises UsageError with this message unless the condition holds."""
    if not condition:
        raise UsageError(message)


def require_positive(options: Any, may_be_zero: Collection[str] = ()) -> None:
    """Raises UsageError for a whole number below 1, or below 0 where that is allowed.

    Values that are None, "not given", pass.

    Args:
      options: dataclass.
      may_be_zero: names of fields that may be 0.
    """
    for name, kind in kinds(type(options)).items():
        value, least = getattr(options, name), int(name not in may_be_zero)
        if kind is int and value is not None and value < least:
            raise UsageError(
                f"{type(options).__name__}.{name} is {value}; it must be at least {least}."
            )


def require_choices(options: Any, prefix: str = "") -> None:
    """Raises UsageError for a value that is not among its field's choices.

    Args:
      options: dataclass.
      prefix: of the flags that are made from it, to name the field by its flag.
    """
    for field in dataclasses.fields(options):
        value, choices = getattr(options, field.name), field.metadata.get("choices")
        if choices and value is not None and value not in choices:
            raise UsageError(
                f"{prefix}{field.name} is '{value}'; it must be one of "
                f"{', '.join(choices)}."
            )
