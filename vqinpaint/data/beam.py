"""Writing a split as an Apache Beam pipeline, for data sets past one machine.

Every worker needs this package and must see the folders of the pictures and of the data
set under the same paths.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from vqinpaint import outputs
from vqinpaint.data import checking, records, writing
from vqinpaint.data.conversion import Converted, SplitPlan
from vqinpaint.data.sources import Item
from vqinpaint.json_files import write_json


def write_split(
    names: Sequence[str], plan: SplitPlan, options: Sequence[str] = ()
) -> Converted:
    """Checks pictures and writes those that are good, as `conversion.write_split` does.

    Args:
      names: paths of pictures. Picture i goes to shard i % shards, whether or not those
        before it were good; so shards differ from those of `conversion.write_split`
        when pictures are left out.
      plan: what to write, and where.
      options: of the pipeline, as on a command line; by default it runs in this process.

    Raises:
      DataError: no picture was good; the data set stays as it was.
    """
    writing.claim(plan.folder, plan.split, plan.shards)
    with outputs.new_folder(plan.folder) as temporary:
        with beam.Pipeline(options=PipelineOptions(list(options))) as pipeline:
            (
                pipeline
                | "name" >> beam.Create(list(enumerate(names)))
                | "spread" >> beam.Reshuffle()
                | "check" >> beam.Map(_check, plan)
                | "gather" >> beam.GroupByKey()
                | "write" >> beam.Map(_write_shard, temporary, plan)
            )
        shards, skipped = [], []
        for index in range(plan.shards):
            shard, own = _read_back(index, temporary, plan)
            shards.append(shard)
            skipped += own
        reasons = [reason for _, reason in sorted(skipped)]
        entries = {**plan.entries(), "skipped": reasons}
        writing.finish(plan.folder, temporary, plan.split, shards, entries)
    return Converted(sum(shard.entry["records"] for shard in shards), reasons)


def _check(item, plan):
    """(number, name) -> (shard, (number, serialised example or None, reason or None))."""
    number, name = item
    result = checking.check(Item(name), plan.min_size, plan.short_side)
    example = records.to_example(result.picture) if result.picture else None
    return number % plan.shards, (number, example, result.reason)


def _write_shard(group, temporary, plan):
    """Writes a shard and, in a JSON file beside it, what the manifest needs of it."""
    index, items = group
    path = _path(index, temporary, plan)
    writer, skipped = writing.ShardWriter(path), []
    for number, example, reason in sorted(items, key=lambda item: item[0]):
        if example is None:
            skipped.append((number, reason))
        else:
            writer.write(example)
    shard = writer.finish()
    write_json(f"{path}.json", {**shard._asdict(), "skipped": skipped}, replace=True)


def _read_back(index, temporary, plan):
    """(`WrittenShard`, list of (number, reason)) of a shard that a worker wrote."""
    path = _path(index, temporary, plan)
    if not os.path.exists(f"{path}.json"):  # fewer pictures than shards
        _write_shard((index, []), temporary, plan)
    with open(f"{path}.json", encoding="utf-8") as file:
        told = json.load(file)
    return writing.WrittenShard(told["entry"], told["starts"]), told["skipped"]


def _path(index, temporary, plan):
    return os.path.join(temporary, writing.shard_name(plan.split, index, plan.shards))
