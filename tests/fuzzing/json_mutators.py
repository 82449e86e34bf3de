"""Mutations of JSON that stays JSON: other values, types, keys and depths."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from tests.fuzzing.mutators import GENERAL

# Values of every type, and those at which readers stumble.
_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1.7,
    2**31,
    2**40,
    10**30,
    float("nan"),
    float("inf"),
    "",
    "0",
    "../../etc/passwd",
    "/dev/zero",
    "\x1b[31m",
    "\ud800",
    "a" * 5000,
    [],
    {},
    [[]],
    [None],
    {"": None},
)
_DEPTH = 100_000


def change_value(data: bytes, draw: random.Random) -> bytes:
    """Gives an entry another value, or removes, doubles, renames or moves it."""
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        return draw.choice(GENERAL)(data, draw)
    holders = list(_holders(values))
    if not holders:
        return json.dumps(draw.choice(_VALUES)).encode()
    holder = draw.choice(holders)
    keys = list(holder) if isinstance(holder, dict) else range(len(holder))
    key = draw.choice(keys)
    action = draw.randrange(6)
    if action == 0:
        del holder[key]
    elif action == 1 and isinstance(holder, dict):
        holder[key + "_"] = holder.pop(key)
    elif action == 1:
        holder.append(copy.deepcopy(holder[key]))
    elif action == 2:
        holder[key] = [holder[key]]
    else:
        holder[key] = copy.deepcopy(draw.choice(_VALUES))
    return json.dumps(values).encode()


def replace_all(data: bytes, draw: random.Random) -> bytes:
    """Another value in place of the whole, among them one of great depth."""
    if draw.random() < 0.2:
        return b"[" * _DEPTH + b"]" * _DEPTH
    if draw.random() < 0.2:
        return b'{"a":' * _DEPTH + b"1" + b"}" * _DEPTH
    return json.dumps(draw.choice(_VALUES)).encode()


def _holders(value):
    """All lists and dicts inside a value that hold something, itself among them."""
    if isinstance(value, (dict, list)) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner)


# The whole is replaced rarely, as nothing of the input is left then.
JSON_MUTATORS = (*[change_value] * 9, replace_all)
