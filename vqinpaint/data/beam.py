"""Writing a split as an Apache Beam pipeline, for data sets past one machine.

Every worker needs this package and sees the pictures' and the data set's folders under
the same names.
"""

import json
import os
import shutil

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from vqinpaint.data import records, sources


def write_split(names, folder, split, shards, min_size, short_side, extra, options=()):
    """Checks pictures and writes those that are good; see `records.split_writer`.

    Args:
      names: paths of pictures.
      folder, split, shards: as in `records.split_writer`. Picture i goes to shard
        i % shards, whether or not those before it were good.
      min_size, short_side: see `sources.check`.
      extra: dict of further entries for the manifest.
      options: of the pipeline, as on a command line; the default runs it here.

    Returns:
      Number of pictures written and list of reasons why others were skipped.

    Raises:
      DataError: nothing was written.
    """
    os.makedirs(folder, exist_ok=True)
    temporary = records.temporary_folder(folder, split)
    try:
        with beam.Pipeline(options=PipelineOptions(list(options))) as pipeline:
            (
                pipeline
                | "name" >> beam.Create(list(enumerate(names)))
                | "spread" >> beam.Reshuffle()
                | "check" >> beam.Map(_check, min_size, short_side, shards)
                | "gather" >> beam.GroupByKey()
                | "write" >> beam.Map(_write_shard, temporary, split, shards)
            )
        described, skipped = [], []
        for index in range(shards):
            told = _told(temporary, split, index, shards)
            described.append((told["entry"], told["starts"]))
            skipped += told["skipped"]
        extra = {**extra, "skipped": [text for _, text in sorted(skipped)]}
        records.finish(folder, temporary, split, described, extra)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return sum(entry["records"] for entry, _ in described), extra["skipped"]


def _check(item, min_size, short_side, shards):
    """(number, name) -> (shard, (number, serialised example or None, reason or None))"""
    number, name = item
    picture, reason = sources.check((name, None), min_size, short_side)
    example = records.to_example(picture) if picture else None
    return number % shards, (number, example, reason)


def _write_shard(group, temporary, split, shards):
    """Writes one shard and, beside it, what the manifest needs to know of it."""
    index, items = group
    path = os.path.join(temporary, records.shard_name(split, index, shards))
    writer, skipped = records.ShardWriter(path), []
    for number, example, reason in sorted(items, key=lambda item: item[0]):
        if example is None:
            skipped.append((number, reason))
        else:
            writer.write(example)
    entry, starts = writer.described()
    with open(f"{path}.json", "w", encoding="utf-8") as file:
        json.dump({"entry": entry, "starts": starts, "skipped": skipped}, file)


def _told(temporary, split, index, shards):
    path = os.path.join(temporary, records.shard_name(split, index, shards))
    if not os.path.exists(f"{path}.json"):  # fewer pictures than shards
        _write_shard((index, []), temporary, split, shards)
    with open(f"{path}.json", encoding="utf-8") as file:
        return json.load(file)
