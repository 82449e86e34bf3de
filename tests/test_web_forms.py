"""What the page's form becomes, and how its status is shown."""

import pytest

from vqinpaint import Request
from vqinpaint.errors import UsageError
from vqinpaint.web import forms


def test_the_form_becomes_a_request():
    options = forms.options_of(4.0, 7, 0.5, 0, 1, 2, "most different")
    request = Request(**options)
    assert (request.num_samples, request.seed, request.temperature) == (4, 7, 0.5)
    assert (request.keep, request.keep_by) == (2, "difference")
    for values, words in (
        ((None, 0, 1, 0, 1, 0, "likeliest"), "Number is empty"),
        ((1, 0.5, 1, 0, 1, 0, "likeliest"), "seed is 0.5; give a whole"),
        ((1, 0, 1, 0, 1, 0, "by luck"), "Keep the: take one of"),
        ((1, float("nan"), 1, 0, 1, 0, "likeliest"), "seed is nan"),
    ):
        with pytest.raises(UsageError, match=words):
            forms.options_of(*values)


def test_status_is_text_for_people_not_markup():
    assert "&lt;b&gt;" in forms.status("<b>")
    assert 'role="status"' in forms.status("x") and "<progress" not in forms.status("x")
    assert 'value="0.250"' in forms.status("x", 0.25)
