"""Colour profiles for tests, made byte by byte after the ICC specification (v2)."""

from __future__ import annotations

import struct

# Primaries of Display P3 in the profile's own white (D50), as Apple's profile has them.
P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
_WHITE = (0.9642, 1.0, 0.8249)


def rgb(name: str, primaries=P3, gamma: float = 2.2) -> bytes:
    """A profile of three primaries and one gamma."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    tags = {"desc": _text(name), "cprt": _plain("none"), "wtpt": _xyz(_WHITE)}
    for letter, primary in zip("rgb", primaries):
        tags[f"{letter}XYZ"], tags[f"{letter}TRC"] = _xyz(primary), curve
    return _profile(b"RGB ", tags)


def grey(name: str, gamma: float = 1.0) -> bytes:
    """A profile for grey pictures."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    tags = {"desc": _text(name), "cprt": _plain("none"), "wtpt": _xyz(_WHITE)}
    return _profile(b"GRAY", {**tags, "kTRC": curve})


def _profile(space, tags):
    body, table = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name.encode() + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4sI4s4s4s", start + len(body), b"", 0x02100000, b"mntr", space, b"XYZ "
    )
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", *map(_fixed, _WHITE))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _fixed(value):
    return round(value * 65536)


def _xyz(value):
    return b"XYZ " + bytes(4) + struct.pack(">3i", *map(_fixed, value))


def _plain(text):
    return b"text" + bytes(4) + text.encode() + b"\0"


def _text(name):
    data = name.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(data)) + data + bytes(78)
