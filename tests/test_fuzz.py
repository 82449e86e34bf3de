"""The fuzz harness finds planted faults, and finds none in the readers.

This is the short form; `python -m tests.fuzz` is the long one.
"""

import pytest

from tests.fuzz import numbers_of, table
from tests.fuzzing import planted, watching
from tests.fuzzing.cases import CLEAN, FAULT, REFUSED, data_of, run_case
from tests.fuzzing.targets import TARGETS

# Pillow warns of damage that it reads nevertheless.
pytestmark = pytest.mark.filterwarnings(r"ignore::UserWarning:PIL\.")

PLANTED = {target.name: target for target in planted.TARGETS}
# Cases of a target of weight 1.
_CASES = 100
# Among so many cases some are shorter than eight bytes.
_NUMBERS = range(40)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_readers_answer_or_refuse(target):
    for number in range(max(1, round(_CASES * target.weight))):
        outcome = run_case(target, number)
        assert outcome.kind in (CLEAN, REFUSED), f"{target.name}:{number} {outcome}"


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_readers_answer_good_input(target):
    for data in target.inputs():
        target.read(data)


def _run(name):
    return watching.run(
        PLANTED[name], _NUMBERS, module="tests.fuzzing.planted", patience=0.5
    )


def test_refusals_are_no_faults():
    kinds = _run("good").kinds
    assert kinds[REFUSED] and not kinds[FAULT] and sum(kinds.values()) == len(_NUMBERS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("traceback", "KeyError: 'a traceback' (planted.py:"),
        ("hang", "does not return"),
        ("death", "ends the process"),
        ("memory", "MB, at most 50 allowed"),
    ],
)
def test_planted_faults_are_found_and_replayed(name, words):
    found = _run(name)
    expected = [n for n in _NUMBERS if len(data_of(PLANTED[name], n)) < 8]
    assert expected and [fault.number for fault in found.faults] == expected
    assert all(words in fault.text for fault in found.faults)
    assert sum(found.kinds.values()) == len(_NUMBERS)


def test_the_table_adds_up():
    assert numbers_of(planted.TARGETS, 100)["hang"] == range(20)
    counts = [_run("good"), _run("traceback")]
    faults = len(counts[1].faults)
    last = table(counts).splitlines()[-1]
    assert last.startswith("| all | 80 |") and last.endswith(f"| {faults} |")
