"""Drawing structure codes. Samplers know no network.

All share one contract: Gumbel noise in, codes and what they cost in bits out, and equal
noise gives equal codes. They differ in what they ask of the prior:

- `naive`, `fixed_point.sample_grid`: a function from codes int32 [N, h, w] to logits
  [N, h, w, K], where the logits at a place depend on codes strictly before it;
- `incremental`, `fixed_point`: steps through rows (start, open_row, no_places, logits,
  close_row) as `models.structure_steps.StructureSteps` has them.
"""

from vqinpaint.sampling import fixed_point, incremental, naive

BY_LOGITS = {"naive": naive.sample, "fixed_point_grid": fixed_point.sample_grid}
BY_STEPS = {"fixed_point": fixed_point.sample, "incremental": incremental.sample}
SAMPLERS = ("fixed_point", "incremental", "fixed_point_grid", "naive")
DEFAULT = "fixed_point"
