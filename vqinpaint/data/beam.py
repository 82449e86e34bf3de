"""Writing a split as an Apache Beam pipeline, for data sets past one machine.

Every worker needs this package and must see the folders of the pictures and of the data
set under the same paths.
"""

from __future__ import annotations

import collections
import json
import os
from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from vqinpaint import outputs
from vqinpaint.data import checking, records, writing
from vqinpaint.data.conversion import Converted, SplitPlan
from vqinpaint.data.items import Item
from vqinpaint.environment import pipelines


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
      UsageError: the pipeline failed; so it does then.
    """
    writing.claim(plan.folder, plan.split, plan.shards)
    with outputs.new_folder(plan.folder) as temporary:
        try:
            _run(names, temporary, plan, options)
        except Exception as error:
            advice = "the data set is as it was; mend that, and start again"
            raise pipelines.failed(error, advice) from error
        shards, skipped = [], []
        changes: collections.Counter[str] = collections.Counter()
        for index in range(plan.shards):
            shard, own, changed = _read_back(index, temporary, plan)
            shards.append(shard)
            skipped += own
            changes.update(changed)
        reasons = [reason for _, reason in sorted(skipped)]
        entries = {**plan.entries(), "skipped": reasons}
        writing.finish(plan.folder, temporary, plan.split, shards, entries)
    written = sum(shard.entry["records"] for shard in shards)
    return Converted(written, reasons, changes)


def _run(names, temporary, plan, options):
    with beam.Pipeline(options=PipelineOptions(list(options))) as pipeline:
        (
            pipeline
            | "name" >> beam.Create(list(enumerate(names)))
            | "spread" >> beam.Reshuffle()
            | "check" >> beam.Map(_check, plan)
            | "gather" >> beam.GroupByKey()
            | "write" >> beam.Map(_write_shard, temporary, plan)
        )


def _check(item, plan):
    """(number, name) -> (shard, (number, serialised example or None, `Checked`))."""
    number, name = item
    result = checking.check(Item(name), plan.min_size, plan.short_side, plan.reading)
    example = records.to_example(result.picture) if result.picture else None
    return number % plan.shards, (number, example, result._replace(picture=None))


def _write_shard(group, temporary, plan):
    """Writes a shard and, in a JSON file beside it, what the manifest needs of it."""
    index, items = group
    path = _path(index, temporary, plan)
    writer, skipped, changes = writing.ShardWriter(path), [], []
    for number, example, result in sorted(items, key=lambda item: item[0]):
        changes += result.changes
        if example is None:
            skipped.append((number, result.reason))
        else:
            writer.write(example)
    shard = writer.finish()
    told = {**shard._asdict(), "skipped": skipped, "changes": changes}
    outputs.write_json(f"{path}.json", told, replace=True)


def _read_back(index, temporary, plan):
    """What a worker wrote: (`WrittenShard`, list of (number, reason), changes)."""
    path = _path(index, temporary, plan)
    if not os.path.exists(f"{path}.json"):  # fewer pictures than shards
        _write_shard((index, []), temporary, plan)
    with open(f"{path}.json", encoding="utf-8") as file:
        told = json.load(file)
    shard = writing.WrittenShard(told["entry"], told["starts"])
    return shard, told["skipped"], told["changes"]


def _path(index, temporary, plan):
    return os.path.join(temporary, writing.shard_name(plan.split, index, plan.shards))
