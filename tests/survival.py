"""Kills and stops training at random times and compares what is left with a whole run.

python tests/survival.py --kills=100 --signals=20    the long form; prints a table
"""

import argparse
import dataclasses
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from tests import commands, tiny

STAGES = ("vqvae", "structure", "texture", "bottom")
INTERVAL = 5


@dataclasses.dataclass
class Run:
    """One stage, tiny, exact, with a checkpoint every few steps."""

    stage: str
    data: str
    run_dir: pathlib.Path
    steps: int = 60
    flags: tuple = ()

    def command(self, *flags):
        return commands.command(
            *("-m", "vqinpaint.train", f"--stage={self.stage}", f"--data={self.data}"),
            *(f"--run_dir={self.run_dir}", f"--{self.stage}_steps={self.steps}"),
            *("--deterministic", f"--save_every={INTERVAL}", "--log_every=1"),
            *("--eval_split=", *tiny.FLAGS, *self.flags, *flags),
        )

    def start(self, *flags, **kwargs):
        kwargs.setdefault("stderr", subprocess.DEVNULL)
        return subprocess.Popen(
            self.command(*flags), stdout=subprocess.DEVNULL, cwd=commands.ROOT, **kwargs
        )

    def finish(self):
        """Lets it end, from wherever it stands."""
        subprocess.run(
            self.command(), check=True, capture_output=True, cwd=commands.ROOT
        )

    def losses(self):
        """Lines of "STEP HEX"."""
        path = self.run_dir / self.stage / "losses.txt"
        return path.read_text().splitlines() if path.exists() else []

    def checkpoint(self, step):
        return self.run_dir / self.stage / "checkpoints" / f"step-{step}.index"

    def newest(self):
        """The last checkpoint's step."""
        found = self.checkpoint(0).parent.glob("step-*.index")
        return max([int(path.stem[5:]) for path in found], default=0)

    def differing(self, other):
        """How many steps have another loss than in the other run."""
        ours, theirs = self.losses(), other.losses()
        assert len(theirs) == self.steps
        missing = abs(len(ours) - len(theirs))
        return sum(a != b for a, b in zip(ours, theirs)) + missing


def wait(process, reached, patience=900):
    """Waits until `reached()`; returns whether the process still runs then."""
    deadline = time.monotonic() + patience
    while process.poll() is None and not reached():
        assert time.monotonic() < deadline, "it does not get on"
        time.sleep(0.01)
    return process.poll() is None


def kill(run, kills, seed=0):
    """Kills a run `kills` times, every third inside a slow write, then lets it end.

    Returns:
      dict of figures by name.
    """
    generator, worst, inside, done = random.Random(seed), 0, 0, 0
    while done < kills and run.newest() < run.steps:
        before = len(run.losses())
        aim = before // INTERVAL * INTERVAL + INTERVAL * generator.randint(1, 2)
        write = done % 3 == 0 and aim < run.steps
        process = run.start(*([f"--fault=slow_save@{aim}"] if write else []))
        if write:
            alive = wait(process, run.checkpoint(aim).exists)
        else:
            alive = wait(process, lambda before=before: len(run.losses()) > before)
        if alive:
            time.sleep(generator.uniform(0, 0.3))
            done += process.poll() is None
            inside += write
        process.kill()
        process.wait()
        worst = max(worst, len(run.losses()) - run.newest())
    run.finish()
    return {"kills": done, "inside a write": inside, "most steps lost": worst}


def stop(run, signals, seed=0):
    """Sends a run SIGTERM and SIGINT in turn, `signals` times, then lets it end.

    Returns:
      dict of figures by name.
    """
    generator, done, wrong, unsaved, slowest = random.Random(seed), 0, 0, 0, 0.0
    while done < signals and run.newest() < run.steps:
        before, process = len(run.losses()), run.start()
        wait(process, lambda before=before: len(run.losses()) > before)
        time.sleep(generator.uniform(0, 0.2))
        sent = time.monotonic()
        process.send_signal((signal.SIGTERM, signal.SIGINT)[done % 2])
        code = process.wait()
        if code == 0:
            break  # it had just ended
        done, wrong = done + 1, wrong + (code != 75)
        slowest = max(slowest, time.monotonic() - sent)
        unsaved += len(run.losses()) != run.newest()
    run.finish()
    return {
        "signals": done,
        "exit codes other than 75": wrong,
        "last step not saved": unsaved,
        "slowest end": f"{slowest:.1f} s",
    }


def make_data(folder):
    """A tiny data set; returns its folder."""
    records = ("-m", "vqinpaint.make_sample_data", f"--output={folder}/records")
    counts = "--train=24", "--val=4", "--size=64", "--processes=1"
    commands.run(*records, "--records", *counts)
    return f"{folder}/records"


def three(stage, data, folder, steps=60, flags=()):
    """Runs of one stage: one finished, two to torment; later stages on its VQ-VAE."""
    runs = []
    for name in ("whole", "killed", "stopped"):
        run_dir = pathlib.Path(folder) / f"{stage}_{name}"
        run_dir.mkdir()
        if stage != "vqvae":
            (run_dir / "vqvae").symlink_to(pathlib.Path(folder) / "vqvae_whole/vqvae")
        runs.append(Run(stage, data, run_dir, steps, flags))
    runs[0].finish()
    return runs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="Per stage.")
    parser.add_argument("--signals", type=int, default=20, help="Per stage.")
    parser.add_argument("--stages", nargs="+", default=STAGES, choices=STAGES)
    parser.add_argument("--replicas", type=int, default=1, choices=(1, 2))
    arguments = parser.parse_args()
    flags = ("--devices=CPU:0,CPU:1",) if arguments.replicas == 2 else ()
    # A kill advances a run by one checkpoint or two; steps enough for all of them.
    steps = 2 * INTERVAL * max(arguments.kills, arguments.signals, 6)
    with tempfile.TemporaryDirectory() as folder:
        data = make_data(folder)
        if "vqvae" not in arguments.stages:  # the others need one
            three("vqvae", data, folder, INTERVAL, flags)
        for stage in arguments.stages:
            whole, killed, stopped = three(stage, data, folder, steps, flags)
            for run, torment, number in (
                (killed, kill, arguments.kills),
                (stopped, stop, arguments.signals),
            ):
                figures = torment(run, number)
                figures["differing steps"] = f"{run.differing(whole)} of {steps}"
                text = ", ".join(f"{value} {name}" for name, value in figures.items())
                print(f"{stage}, {arguments.replicas} replicas: {text}", flush=True)


if __name__ == "__main__":
    main()
