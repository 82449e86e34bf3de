"""The short form of the tests tries a property on some cases, the long form on all."""

import pytest


def short_for(cases, *short):
    """Parameters for `parametrize`, of which the short form has some alone.

    Args:
      cases: values, tuples of values, or `pytest.param`s.
      short: the values of those that are tried in the short form too.

    Raises:
      ValueError: one of them is no case.
    """
    params = [
        case if hasattr(case, "marks") else pytest.param(*_values(case))
        for case in cases
    ]
    kept = [_values(case) for case in short]
    missing = [case for case in kept if case not in [p.values for p in params]]
    if missing:
        raise ValueError(f"no cases: {missing}")
    return [
        param
        if param.values in kept
        else pytest.param(*param.values, marks=[*param.marks, pytest.mark.long])
        for param in params
    ]


def _values(case):
    return case if isinstance(case, tuple) else (case,)
