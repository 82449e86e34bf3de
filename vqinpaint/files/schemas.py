"""Checks what a JSON file holds against a dataclass that describes its form.

A dataclass describes a JSON object: its fields are the keys, their annotations say what
the values must be, and a field without a default must be there. Other keys are refused,
as a newer version may mean something by them, unless the dataclass has a class variable
`other_keys = True`.
"""

from __future__ import annotations

import dataclasses
import typing
from typing import Any, TypeVar

from vqinpaint.errors import ModelError, UsageError, UserError
from vqinpaint.files.json_files import MOST_BYTES, read_json

_Form = TypeVar("_Form")
# Larger sizes and counts cannot be real; other languages round them besides.
_MOST = 2**53
_LONGEST = 60  # characters that are shown of what a file holds
_LONGEST_TEXT = 1000  # characters of a name, a version or a path
_LONGEST_REASON = 300  # characters of why values are refused
_WORDS = {
    int: "a whole number",
    float: "a finite number",
    str: "a text",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def read_form(
    path: str,
    form: type[_Form],
    most_bytes: int = MOST_BYTES,
    error: type[UserError] = ModelError,
) -> _Form:
    """Reads a JSON file of a known form.

    Args:
      path: of the file.
      form: dataclass that describes it.
      most_bytes, error: as of `json_files.read_json`.

    Raises:
      UserError: of the kind `error`; in one line, which key of which file holds what,
        and what was wanted.
    """
    return as_form(read_json(path, most_bytes, error), form, path, error)


def as_form(
    values: Any, form: Any, name: str, error: type[UserError] = ModelError
) -> Any:
    """JSON values as an object of a dataclass, or as a list or dict of such.

    Args:
      values: as of `json_files.read_json`.
      form: what they must be: a dataclass, int, float, str, bool, Any, Optional[...],
        list[...] or dict[str, ...].
      name: of the file, for messages.
      error: kind of `UserError` to raise.

    Raises:
      UserError: of the kind `error`; see `read_form`.

    Example:
      >>> as_form([1, 2], list[int], "numbers.json")
      [1, 2]
    """
    try:
        return _as_kind(values, form, "")
    except _Unfit as reason:
        raise error(f"{name} does not fit: {reason}") from None


class _Unfit(Exception):
    """What does not fit, in one sentence."""


def _as_kind(value, kind, key):
    if kind is Any:
        return value
    origin, given = typing.get_origin(kind), typing.get_args(kind)
    if type(None) in given:
        (kind,) = (k for k in given if k is not type(None))
        return None if value is None else _as_kind(value, kind, key)
    if dataclasses.is_dataclass(kind):
        return _as_dataclass(value, kind, key)
    _require(value, origin or kind, key)
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        raise _Unfit(
            f"{key or 'it'} is a text of {len(value)} characters; at most {_LONGEST_TEXT} "
            "are read."
        )
    if origin is list:
        return [_as_kind(v, given[0], f"{key}[{i}]") for i, v in enumerate(value)]
    if origin is dict:
        return {n: _as_kind(v, given[1], _inside(key, n)) for n, v in value.items()}
    return value


def _as_dataclass(value, form, key):
    _require(value, dict, key)
    fields, kinds = dataclasses.fields(form), typing.get_type_hints(form)
    unknown = sorted(set(value) - {field.name for field in fields})
    if unknown and not getattr(form, "other_keys", False):
        raise _Unfit(
            f"this version does not know {_inside(key, unknown[0])}; a newer one may "
            "have written it."
        )
    found = {}
    for field in fields:
        inside = _inside(key, field.name)
        if field.name in value:
            found[field.name] = _as_kind(value[field.name], kinds[field.name], inside)
        elif field.default is field.default_factory is dataclasses.MISSING:
            raise _Unfit(f"{inside} is missing.")
    try:
        return form(**found)
    except UsageError as reason:
        told = str(reason)[:_LONGEST_REASON]
        raise _Unfit(f"{key}: {told}" if key else told) from None


def _require(value, kind, key):
    if not _is_kind(value, kind):
        raise _Unfit(f"{key or 'it'} is {_shown(value)}; {_WORDS[kind]} is wanted.")


def _is_kind(value, kind):
    if kind in (int, float):
        # In Python True is a whole number too, and whole numbers are numbers.
        number = isinstance(value, (int, kind)) and not isinstance(value, bool)
        return number and abs(value) <= _MOST  # which neither NaN nor infinity is
    return isinstance(value, kind)


def _inside(key, name):
    name = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
    return f"{key}.{name}" if key else name


def _shown(value):
    """A wrong value in few characters, as JSON writes it."""
    if isinstance(value, (list, dict)):
        return f"{_WORDS[type(value)]} with {len(value)} inside"
    if isinstance(value, bool) or value is None:
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
