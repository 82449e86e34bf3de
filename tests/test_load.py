"""A short form of `tests.load`: good and bad requests at a time, in batches."""

import pytest

from tests import load, load_requests, stand_in


@pytest.mark.portable
def test_every_good_request_is_answered_rightly_among_bad_ones(exported, loaded):
    cases = load_requests.cases(loaded)
    with stand_in.serve(exported[1], batching=True) as (model, urls):
        found = load.run(urls, cases, number=200, at_a_time=8)
    assert not found["wrong"]
    assert set(found["kinds"]) == {case.kind for case in cases}
    # Good and bad ones were in the same batches, or nothing was tried.
    assert max(model.batches["serving_default"].sizes) > 1


def test_a_wrong_answer_is_noticed(exported, loaded):
    """The judges must be able to fail."""
    cases = load_requests.cases(loaded)
    good = [c for c in cases if c.kind.startswith("good") and c.api == "rest"][:2]
    bad = [c for c in cases if c.kind == "bad picture" and c.api == "rest"][:1]
    with stand_in.serve(exported[1]) as (_, urls):
        send = load_requests.senders(urls, stand_in.NAME)["rest"]
        assert good[0].judge(send(good[0])) is None
        assert good[0].judge(send(good[1])) is not None
        assert good[0].judge(send(bad[0])) is not None
        assert bad[0].judge(send(good[0])) is not None
