"""A page on which people paint a hole and look at its completions.

`session` and what it needs know nothing of Gradio: they hold one visitor's picture, hole
and results. `layout` says what is on the page, `events` what happens on it, `guard` who
may fetch what, and `serving` starts it.
"""
