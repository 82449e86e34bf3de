"""Drawing structure codes from an autoregressive prior. Samplers know no network.

All share one contract: Gumbel noise in, codes and their bits out, and equal noise gives
equal codes whatever the sampler. They differ in what they ask of the prior:

- `naive` and `fixed_point.sample_grid` ask for a function from codes int32 [N, h, w] to
  logits [N, h, w, K], where the logits at a place depend on codes strictly before it in
  raster order;
- `incremental` and `fixed_point` ask for the step interface, which keeps what earlier codes
  have settled: the methods `start`, `open_row`, `no_places`, `logits`, `keep` and
  `close_row` of `models.prior_steps.PriorSteps`.

`fixed_point` and `fixed_point_grid` take a first guess of the codes, which saves passes and
changes nothing else. `fixed_point` is the default. `naive` samples as the authors do; the tests hold the others
to it.
"""

from vqinpaint.sampling import fixed_point, incremental, naive

BY_LOGITS = {"naive": naive.sample, "fixed_point_grid": fixed_point.sample_grid}
BY_STEPS = {"fixed_point": fixed_point.sample, "incremental": incremental.sample}
TAKE_GUESSES = ("fixed_point", "fixed_point_grid")
SAMPLERS = ("fixed_point", "incremental", "fixed_point_grid", "naive")
DEFAULT = "fixed_point"
