"""Networks of other people that figures are defined by, run from files of their weights."""
