"""Drawing structure codes. Samplers know no network: they take a logits function.

All share one contract: Gumbel noise in, codes and what they cost in bits out, and equal
noise gives equal codes.
"""
