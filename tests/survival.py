"""Kills training at random times and compares what is left with an uninterrupted run.

python tests/survival.py --kills=100          the long form, some hours; prints a table
"""

import argparse
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from tests import commands, tiny

STEPS, INTERVAL = 60, 5


def train(stage, data, run_dir, *flags):
    """The command of one stage, tiny, exact, with a checkpoint every few steps."""
    return commands.command(
        *("-m", "vqinpaint.train", f"--stage={stage}", f"--data={data}"),
        *(f"--run_dir={run_dir}", f"--{stage}_steps={STEPS}", "--deterministic"),
        *(f"--save_every={INTERVAL}", "--log_every=1", "--eval_split=", *tiny.FLAGS),
        *flags,
    )


def losses(run_dir, stage):
    path = pathlib.Path(run_dir) / stage / "losses.txt"
    return path.read_text().splitlines() if path.exists() else []


def kill_and_resume(stage, data, run_dir, kills, seed, *flags):
    """Kills a stage `kills` times, every third inside a slow write, then lets it end.

    Returns:
      dict: `kills`, `inside a write`, `lost` (most steps that one kill cost).
    """
    generator, worst, inside = random.Random(seed), 0, 0
    for kill in range(kills):
        before = len(losses(run_dir, stage))
        aim = before // INTERVAL * INTERVAL + INTERVAL * generator.randint(1, 2)
        write = kill % 3 == 0 and aim < STEPS
        fault = [f"--fault=slow_save@{aim}"] if write else []
        process = subprocess.Popen(
            train(stage, data, run_dir, *fault, *flags),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=commands.ROOT,
        )
        written = pathlib.Path(run_dir) / stage / "checkpoints" / f"step-{aim}.index"
        deadline = time.monotonic() + 120
        wait = generator.uniform(0, 0.3)
        while time.monotonic() < deadline and process.poll() is None:
            # Inside the write of `aim`, or some time after its first new step.
            reached = (
                written.exists() if write else len(losses(run_dir, stage)) > before
            )
            if reached:
                time.sleep(wait)
                break
            time.sleep(0.01)
        inside += write and written.exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = len(losses(run_dir, stage))
        kept = max(
            [int(p.stem[5:]) for p in written.parent.glob("step-*.index")], default=0
        )
        worst = max(worst, done - kept)
    subprocess.run(
        train(stage, data, run_dir, *flags),
        check=True,
        cwd=commands.ROOT,
        capture_output=True,
    )
    return {"kills": kills, "inside a write": inside, "most steps lost": worst}


def compare(stage, data, folder, kills, seed=0, vqvae=None, *flags):
    """Figures of a killed run beside an uninterrupted one, `differing` steps included."""
    runs = [
        pathlib.Path(folder) / name for name in (f"{stage}_whole", f"{stage}_killed")
    ]
    for run in runs:
        run.mkdir()
        if vqvae:
            (run / "vqvae").symlink_to(pathlib.Path(vqvae) / "vqvae")
    subprocess.run(
        train(stage, data, runs[0], *flags),
        check=True,
        cwd=commands.ROOT,
        capture_output=True,
    )
    figures = kill_and_resume(stage, data, runs[1], kills, seed, *flags)
    whole, killed = losses(runs[0], stage), losses(runs[1], stage)
    assert len(whole) == STEPS
    figures["differing"] = sum(a != b for a, b in zip(whole, killed)) + abs(
        len(whole) - len(killed)
    )
    return figures


def make_data(folder):
    """A tiny data set; returns its folder."""
    for arguments in (
        (
            "tools/make_sample_data.py",
            f"--output={folder}/png",
            "--train=24",
            "--val=4",
        ),
        (
            *("tools/make_tfrecords.py", f"--input={folder}/png/train"),
            *(f"--output={folder}/records", "--split=train"),
        ),
    ):
        commands.run(*arguments)
    return f"{folder}/records"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="Per stage.")
    parser.add_argument("--replicas", type=int, default=1, choices=(1, 2))
    arguments = parser.parse_args()
    flags = ["--devices=CPU:0,CPU:1"] if arguments.replicas == 2 else []
    with tempfile.TemporaryDirectory() as folder:
        data, vqvae = make_data(folder), None
        for stage in ("vqvae", "structure", "texture"):
            figures = compare(stage, data, folder, arguments.kills, 0, vqvae, *flags)
            vqvae = vqvae or f"{folder}/vqvae_whole"
            print(stage, figures, flush=True)


if __name__ == "__main__":
    main()
