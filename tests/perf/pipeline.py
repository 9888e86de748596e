#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long Phasor takes, and how fast its programs are.

usage: tests/perf/pipeline.py [--phasorc build/phasorc] [--runs 9] [--json FILE] [MODEL INPUT [BIN]]

Measures, for one model: wall time and peak memory of `check` and of `build --emit=obj` as whole processes, and the steps
per second of the generated program beside the interpreter's, taken in turn within this run (the ratio is what counts:
machines drift). Medians with minimum and maximum. Without MODEL: the N-MNIST network of ../shared where that is there,
else the example network. The goals are those of the N-MNIST network: check 50 ms, build 1 s, 300 MB.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def whole_process(command):
    """Wall seconds and peak resident bytes of one run of `command`."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{errors.decode()}")
    return wall, usage.ru_maxrss * 1024


def loop_seconds(command):
    """The wall time of the step loop that `run --message-format=json` reports, and its number of steps."""
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    summary = json.loads(result.stdout.strip().splitlines()[-1])
    return summary["wall_seconds"], summary["steps"]


def spread(values, scale=1.0, digits=1):
    low, mid, high = (f"{scale * f(values):.{digits}f}" for f in (min, statistics.median, max))
    return f"{mid} ({low} to {high})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phasorc", default=str(ROOT / "build/phasorc"))
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json")
    parser.add_argument("model", nargs="?")
    parser.add_argument("input", nargs="?")
    parser.add_argument("bin", nargs="?", default="1e-3")
    args = parser.parse_args()

    shared = ROOT.parent / "shared"
    if not args.model:
        args.model = shared / "models/nir/cnn_sinabs.nir"
        args.input = shared / "data/nmnist/sample_nmnist.bin"
        if not args.model.exists():
            print("the N-MNIST network is absent: measuring the example network, whose goals are its own")
            args.model = next(ROOT.glob("examples/*/*.nir"))
            args.input = next(args.model.parent.glob("**/*.bin"))
    phasorc = [args.phasorc]

    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "check": phasorc + ["check", args.model],
            "build --emit=obj": phasorc + ["build", args.model, "-t", "cpu", "--emit=obj", "-o", f"{folder}/model.o"],
        }
        figures = {}
        for name, command in commands.items():
            whole_process(command)
            runs = [whole_process(command) for _ in range(args.runs)]
            figures[name] = {"wall_s": [r[0] for r in runs], "peak_bytes": [r[1] for r in runs]}

        run = phasorc + ["run", args.model, "-i", args.input, "--bin", args.bin, "--message-format=json"]
        speed = {"cpu": [], "reference": []}
        for _ in range(args.runs):
            for target, values in speed.items():
                seconds, steps = loop_seconds(run + ["-t", target])
                values.append(steps / seconds)
        figures["steps_per_second"] = speed

    print(f"model: {pathlib.Path(args.model).name}, {args.runs} runs, median (minimum to maximum)")
    for name in commands:
        f = figures[name]
        print(f"  {name:18} wall {spread(f['wall_s'], 1e3)} ms, peak memory {spread(f['peak_bytes'], 1e-6)} MB")
    ratio = [c / r for c, r in zip(speed["cpu"], speed["reference"])]
    print(f"  program            {spread(speed['cpu'], 1, 0)} steps/s")
    print(f"  interpreter        {spread(speed['reference'], 1, 0)} steps/s")
    print(f"  program / interpreter, pair by pair: {spread(ratio)}")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
