"""What a checkpoint's index says is held against its files before TensorFlow sees it."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import tensor_bundle_pb2

from vqinpaint.errors import ModelError
from vqinpaint.runs import bundle_index
from vqinpaint.runs.bundles import Bundle


@pytest.fixture
def prefix(tmp_path):
    """A checkpoint with numbers of several types and the texts that TensorFlow adds."""
    variables = {
        f"v{i}": tf.Variable(np.arange(60).reshape(shape).astype(dtype))
        for i, (shape, dtype) in enumerate(
            [([60], "float32"), ([3, 4, 5], "int64"), ([2, 30], "float16")] * 20
        )
    }
    checkpoint = tf.train.Checkpoint(**variables, step=tf.Variable(7, dtype=tf.int64))
    return checkpoint.write(str(tmp_path / "step-7"))


def _varint(number):
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    return bytes([*data, number])


def _block(entries):
    """A block of a table, every key written out, with its trailer."""
    body = b"".join(
        _varint(0) + _varint(len(key)) + _varint(len(value)) + key + value
        for key, value in entries
    )
    return body + bytes(4) + (1).to_bytes(4, "little") + bytes(5)


def _table(entries):
    """A whole index of one block, without checksums."""
    block, nothing = _block(sorted(entries.items())), _block([])
    handle = _varint(0) + _varint(len(block) - 5)
    where = _block([(b"\xff", handle)])
    footer = _varint(len(block)) + _varint(len(nothing) - 5)
    footer += _varint(len(block) + len(nothing)) + _varint(len(where) - 5)
    magic = (0xDB4775248B80FB57).to_bytes(8, "little")
    return block + nothing + where + footer.ljust(40, b"\0") + magic


def _read(prefix):
    with open(f"{prefix}.index", "rb") as file:
        return dict(bundle_index._entries_of(file.read()))


def _write(prefix, entries):
    with open(f"{prefix}.index", "wb") as file:
        file.write(_table(entries))


def test_it_says_what_tensorflow_says(prefix):
    reader = tf.train.load_checkpoint(prefix)
    found = bundle_index.read_index(prefix)
    assert {name: list(value.shape) for name, value in found.items()} == (
        reader.get_variable_to_shape_map()
    )
    assert {name: value.dtype for name, value in found.items()} == (
        reader.get_variable_to_dtype_map()
    )
    # What the tests below write is read alike.
    _write(prefix, _read(prefix))
    assert bundle_index.read_index(prefix) == found


def _entry(change):
    def changed(entries):
        name = b"v1/.ATTRIBUTES/VARIABLE_VALUE"
        entry = tensor_bundle_pb2.BundleEntryProto.FromString(entries[name])
        change(entry)
        entries[name] = entry.SerializeToString()

    return changed


def _text(change):
    def changed(entries):
        entry = tensor_bundle_pb2.BundleEntryProto.FromString(
            entries[b"_CHECKPOINTABLE_OBJECT_GRAPH"]
        )
        change(entry)
        entries[b"_CHECKPOINTABLE_OBJECT_GRAPH"] = entry.SerializeToString()

    return changed


def _set(**values):
    def change(entry):
        for name, value in values.items():
            setattr(entry, name, value)

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.clear(),
        lambda entries: [entries.pop(key) for key in list(entries) if key],
        lambda entries: entries.update({b"": b""}),
        lambda entries: entries.update({b"": b"\x08\x00"}),
        lambda entries: entries.update({b"": b"\x08\xff\xff\xff\x7f"}),
        lambda entries: entries.update({b"\xff\xfe": next(iter(entries.values()))}),
        lambda entries: entries.update({b"x": b"no message"}),
        _entry(lambda entry: entry.shape.dim.add(size=-1)),
        _entry(lambda entry: entry.shape.dim.add(size=2**40)),
        _entry(lambda entry: [entry.shape.dim.add(size=1) for _ in range(300)]),
        _entry(_set(dtype=99)),
        _entry(_set(dtype=0)),
        _entry(_set(dtype=101)),
        _entry(_set(dtype=20)),
        _entry(_set(offset=2**62)),
        _entry(_set(offset=-1)),
        _entry(_set(size=2**40)),
        _entry(_set(size=-4)),
        _entry(_set(shard_id=1)),
        _entry(_set(shard_id=-1)),
        _entry(lambda entry: entry.slices.add()),
        _text(lambda entry: entry.shape.dim.add(size=2**40)),
        _text(_set(size=3)),
    ],
)
def test_what_it_cannot_hold_is_one_line(prefix, change):
    entries = _read(prefix)
    change(entries)
    _write(prefix, entries)
    with pytest.raises(ModelError, match="step-7 is damaged or incomplete") as caught:
        Bundle(prefix)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


@pytest.mark.parametrize("length", [127, 2**33, 2**40, 2**62])
def test_a_text_that_is_longer_than_its_file_is_one_line(prefix, length):
    entry = tensor_bundle_pb2.BundleEntryProto.FromString(
        _read(prefix)[b"_CHECKPOINTABLE_OBJECT_GRAPH"]
    )
    with open(f"{prefix}.data-00000-of-00001", "r+b") as file:
        file.seek(entry.offset)
        file.write(_varint(length))
    with pytest.raises(ModelError, match=r"texts of \d+ bytes"):
        Bundle(prefix)


def test_any_byte_may_be_wrong(prefix):
    """No damage raises anything but the error of one line."""
    with open(f"{prefix}.index", "rb") as file:
        whole = file.read()
    generator = np.random.default_rng(0)
    for _ in range(2000):
        data = bytearray(whole)
        for place in generator.integers(0, len(data), generator.integers(1, 4)):
            data[place] = generator.integers(256)
        if generator.random() < 0.2:
            data = data[: generator.integers(len(data))]
        with open(f"{prefix}.index", "wb") as file:
            file.write(data)
        try:
            Bundle(prefix).verify()
        except ModelError as error:
            assert "\n" not in str(error)
