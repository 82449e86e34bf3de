"""JSON files, written whole or not at all."""

import json
import os

from vqinpaint.errors import ModelError


def write_json(path, values):
    """Writes `values` as JSON under a temporary name, then renames it into place."""
    temporary = f"{path}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(values, file, indent=2)
        file.write("\n")
    os.replace(temporary, path)


def read_json(path):
    """Reads a JSON file that this project wrote. Raises ModelError when it cannot."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as JSON: {error}.") from None
