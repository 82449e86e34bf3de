"""Pickles of plain data, read without executing them.

Python's own reader calls whatever function a pickle names. This one is a stack machine for
the instructions that a dict of tensors needs; what a pickle may build besides dicts, lists,
tuples, texts and numbers is told by its caller, by name. The instructions are documented in
Python's `pickletools`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_LONGEST_NAME = 200
_LONGEST_NUMBER = 16  # bytes; magic numbers of file formats have ten


class Global(NamedTuple):
    """A class or function that a pickle names; nothing is imported."""

    name: str


def read_pickle(
    data: bytes,
    place: int,
    builders: Mapping[str, Callable | None],
    stored: Callable[[Any], Any] | None = None,
) -> tuple[Any, int]:
    """Reads one pickle.

    Args:
      data: holds the pickle; its size must have been bounded.
      place: index in `data` of the pickle's first byte.
      builders: by full name, such as `collections.OrderedDict`, the function that stands
        for what a pickle calls by that name, or None for a name that is mentioned only.
      stored: makes an object of what a pickle tells as its persistent identity; without
        it there must be none.

    Returns:
      (the value, index of the byte behind the pickle).

    Raises:
      ValueError: says what is wrong, or names what the pickle asks for.
    """
    machine = _Machine(data, place, builders, stored)
    while True:
        code = machine.take(1)
        if code == b".":
            return machine.pop(), machine.place
        step = _STEPS.get(code)
        if step is None:
            raise ValueError(f"an instruction {code!r} that no plain data need")
        step(machine)


class _Machine:
    """What the instructions act upon."""

    def __init__(self, data, place, builders, stored):
        self.data, self.place = data, place
        self.builders, self.stored = builders, stored
        self.stack: list = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def take(self, count):
        end = self.place + count
        if end > len(self.data):
            raise ValueError("it ends in the middle of a pickle")
        found = self.data[self.place : end]
        self.place = end
        return found

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def line(self):
        end = self.data.find(b"\n", self.place, self.place + _LONGEST_NAME)
        if end < 0:
            raise ValueError("a name without an end")
        text = _text(self.data[self.place : end])
        self.place = end + 1
        return text

    def push(self, value):
        self.stack.append(value)

    def pop(self):
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise ValueError("an instruction lacks its operands")
        return self.stack.pop()

    def top(self, kind):
        value = self.pop()
        if not isinstance(value, kind):
            raise ValueError(f"an instruction does not fit a {type(value).__name__}")
        self.push(value)
        return value

    def since_mark(self):
        if not self.marks:
            raise ValueError("an instruction lacks its mark")
        mark = self.marks.pop()
        values = self.stack[mark:]
        del self.stack[mark:]
        return values


def _text(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("a text that is not UTF-8") from None


def _constant(value):
    return lambda machine: machine.push(value)


def _whole(form):
    return lambda machine: machine.push(machine.number(form))


def _string(form):
    return lambda machine: machine.push(_text(machine.take(machine.number(form))))


def _long(machine):
    length = machine.number("<B")
    if length > _LONGEST_NUMBER:
        raise ValueError(f"a whole number of {length} bytes")
    machine.push(int.from_bytes(machine.take(length), "little", signed=True))


def _global(machine, module, name):
    full = f"{module}.{name}"
    if full not in machine.builders:
        raise ValueError(f"it asks for {full[:_LONGEST_NAME]!r}")
    machine.push(Global(full))


def _global_of_lines(machine):
    _global(machine, machine.line(), machine.line())


def _global_of_stack(machine):
    name, module = machine.pop(), machine.pop()
    _global(machine, module, name)


def _call(machine):
    arguments, function = machine.pop(), machine.pop()
    build = machine.builders[function.name] if isinstance(function, Global) else None
    if build is None or not isinstance(arguments, tuple):
        raise ValueError("it calls what cannot be called")
    try:
        machine.push(build(*arguments))
    except TypeError:  # another number of arguments, or others
        raise ValueError(f"it calls {function.name} with odd arguments") from None


def _stored(machine):
    if machine.stored is None:
        raise ValueError("it refers to something outside of itself")
    machine.push(machine.stored(machine.pop()))


def _tuple(length):
    def step(machine):
        values = [machine.pop() for _ in range(length)]
        machine.push(tuple(reversed(values)))

    return step


def _set_items(machine, values):
    target = machine.top(dict)
    if len(values) % 2:
        raise ValueError("a key without a value")
    for key, value in zip(values[::2], values[1::2]):
        # Others could be changed later, or take long to compare.
        if not isinstance(key, (str, int)):
            raise ValueError(f"a key that is a {type(key).__name__}")
        target[key] = value


def _set_item(machine):
    value, key = machine.pop(), machine.pop()
    _set_items(machine, [key, value])


def _dict_of_mark(machine):
    values = machine.since_mark()
    machine.push({})
    _set_items(machine, values)


def _append(machine):
    value = machine.pop()
    machine.top(list).append(value)


def _append_all(machine):
    values = machine.since_mark()
    machine.top(list).extend(values)


def _set_items_of_mark(machine):
    values = machine.since_mark()
    _set_items(machine, values)


def _leave_state(machine):
    """A dict may have attributes, such as versions of layers; they are left out."""
    machine.pop()
    machine.top(dict)


def _put(form):
    def step(machine):
        machine.memo[machine.number(form)] = machine.top(object)

    return step


def _memoize(machine):
    machine.memo[len(machine.memo)] = machine.top(object)


def _get(form):
    def step(machine):
        number = machine.number(form)
        if number not in machine.memo:
            raise ValueError("it uses again what it has not had")
        machine.push(machine.memo[number])

    return step


_STEPS: dict[bytes, Callable] = {
    b"\x80": lambda machine: machine.take(1),  # protocol
    b"\x95": lambda machine: machine.take(8),  # length of a frame
    b"(": lambda machine: machine.marks.append(len(machine.stack)),
    b"N": _constant(None),
    b"\x88": _constant(True),
    b"\x89": _constant(False),
    b"J": _whole("<i"),
    b"K": _whole("<B"),
    b"M": _whole("<H"),
    b"G": _whole(">d"),
    b"\x8a": _long,
    b"X": _string("<I"),
    b"\x8c": _string("<B"),
    b"T": _string("<I"),  # texts of Python 2
    b"U": _string("<B"),
    b")": _constant(()),
    b"\x85": _tuple(1),
    b"\x86": _tuple(2),
    b"\x87": _tuple(3),
    b"t": lambda machine: machine.push(tuple(machine.since_mark())),
    b"]": lambda machine: machine.push([]),
    b"l": lambda machine: machine.push(machine.since_mark()),
    b"a": _append,
    b"e": _append_all,
    b"}": lambda machine: machine.push({}),
    b"d": _dict_of_mark,
    b"s": _set_item,
    b"u": _set_items_of_mark,
    b"c": _global_of_lines,
    b"\x93": _global_of_stack,
    b"R": _call,
    b"b": _leave_state,
    b"Q": _stored,
    b"q": _put("<B"),
    b"r": _put("<I"),
    b"\x94": _memoize,
    b"h": _get("<B"),
    b"j": _get("<I"),
}
