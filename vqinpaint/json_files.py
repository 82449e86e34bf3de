"""JSON files, written whole or not at all."""

from __future__ import annotations

import json
from typing import Any

from vqinpaint import outputs
from vqinpaint.errors import ModelError


def encoded(values: Any) -> bytes:
    """`values` as JSON, indented for people."""
    return f"{json.dumps(values, indent=2)}\n".encode()


def write_json(path: str, values: Any, replace: bool = False) -> None:
    """Writes `values` as JSON; see `outputs.new_file`."""
    outputs.write(path, encoded(values), replace)


def read_json(path):
    """Reads a JSON file that this project wrote. Raises ModelError when it cannot."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as JSON: {error}.") from None
