"""Exact probabilities of a creature's attributes, by summing over the table."""

import collections
import functools
import itertools
import math

from vqinpaint.creatures.attributes import HIDDEN, TABLES, covered, seen
from vqinpaint.errors import UsageError


def probability(event, given=None):
    """Probability that attributes take certain values, given those of others.

    Args:
      event: mapping of attribute names to values.
      given: mapping of further attributes, visible or hidden, that are known. Entries
        that have no table (hue, width, height, pattern) change nothing.

    Returns:
      float, 0 to 1.

    Raises:
      UsageError: an attribute is unknown, or `given` has probability 0.

    Example:
      >>> from vqinpaint.creatures.probability import probability
      >>> round(probability({"iris": "blue"}), 6)
      0.3
      >>> round(probability({"nose": "long"}, given={"top": "horns"}), 6)
      0.6
    """
    event, given = _tabled(event), _tabled(given or {})
    if any(given.get(name, value) != value for name, value in event.items()):
        return 0.0
    known = _total(given)
    if not known:
        raise UsageError(f"no creature has {given}; its probability is 0.")
    return _total({**given, **event}) / known


def distribution(name, given=None):
    """{value: probability} of one attribute, given others; see `probability`."""
    if name not in TABLES:
        raise UsageError(f"'{name}' is no attribute with a table of probabilities.")
    return {value: probability({name: value}, given) for value in TABLES[name].values()}


def log2_probability(creature):
    """log2 of the probability of all that the hole shows, given what is around it.

    Attributes that cannot be seen are summed over; see `attributes.seen`.
    """
    event = {name: getattr(creature, name) for name in seen(creature)}
    return math.log2(probability(event, creature.visible()))


def entropy(given):
    """Entropy in bits of what the hole shows, given what is around it.

    Args:
      given: mapping that holds the visible attributes, such as `Creature.visible()`.

    Returns:
      float, the mean of -log2 of the probability over everything the hole can show.
    """
    return _entropy(given["top"])


def mean_entropy():
    """Mean of `entropy` over the visible attributes, in bits."""
    return sum(share * _entropy(top) for top, share in distribution("top").items())


def mutual_information(first, second):
    """Mutual information of two attributes in bits, all others being unknown."""
    total = 0.0
    for (a, pa), (b, pb) in itertools.product(
        distribution(first).items(), distribution(second).items()
    ):
        both = probability({first: a, second: b})
        if both:
            total += both * math.log2(both / (pa * pb))
    return total


def _tabled(values):
    unknown = set(values) - {*TABLES, "hue", "width", "height", "pattern"}
    if unknown:
        raise UsageError(f"'{min(unknown)}' is no attribute of a creature.")
    return {name: value for name, value in values.items() if name in TABLES}


def _total(assigned):
    """Probability of an assignment, summed over the attributes that it depends on."""
    needed = set(assigned)
    for name in reversed(TABLES):  # an attribute stands after what it depends on
        if name in needed and TABLES[name].given:
            needed.add(TABLES[name].given)
    order = [name for name in TABLES if name in needed]
    choices = [
        [assigned[name]] if name in assigned else TABLES[name].values()
        for name in order
    ]
    total = 0.0
    for values in itertools.product(*choices):
        chosen = dict(zip(order, values))
        total += math.prod(TABLES[n].row(chosen).get(chosen[n], 0.0) for n in order)
    return total


@functools.lru_cache
def _entropy(top):
    """Entropy of what the hole shows; of the visible attributes only `top` matters."""
    shares = collections.Counter()
    for face, share in _faces({"top": top}, list(HIDDEN)):
        unseen = covered(face)
        shares[tuple(v for name, v in face.items() if name not in unseen)] += share
    return -sum(share * math.log2(share) for share in shares.values())


def _faces(values, names, share=1.0):
    """All (values, probability) of the attributes `names` that are possible."""
    if not names:
        yield values, share
        return
    for value, own in TABLES[names[0]].row(values).items():
        yield from _faces({**values, names[0]: value}, names[1:], share * own)
