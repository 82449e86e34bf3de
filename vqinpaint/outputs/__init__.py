"""Everything that is written: whole or not at all, and never over somebody's files."""

from vqinpaint.outputs.claims import (
    Claim,
    Index,
    claimed_names,
    forget_journal,
    kept_text,
    read_or_none,
)
from vqinpaint.outputs.locking import alone
from vqinpaint.outputs.places import check_file, check_folder, is_case_blind
from vqinpaint.outputs.taken import NameTooLong, Taken, is_taken
from vqinpaint.outputs.temporaries import new_folder
from vqinpaint.outputs.writing import (
    append,
    as_json,
    move,
    new_file,
    write,
    write_json,
)

__all__ = [
    "Claim",
    "Index",
    "NameTooLong",
    "Taken",
    "alone",
    "append",
    "as_json",
    "check_file",
    "check_folder",
    "claimed_names",
    "forget_journal",
    "is_case_blind",
    "is_taken",
    "kept_text",
    "move",
    "new_file",
    "new_folder",
    "read_or_none",
    "write",
    "write_json",
]
