#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A raster plot of recorded spikes, a band for each file.

usage: examples/raster.py [--dt MS] [--every N] [-o FILE.png] NAME.spikes...     (needs `pip install matplotlib`)

The files are those of `phasorc run ... --record NAME.spikes=NAME.spikes`. --every N draws each Nth neuron.
"""
import argparse
import pathlib
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dt", type=float, default=0.1, help="length of a step in ms")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("-o", default="raster.png")
    parser.add_argument("files", nargs="+", metavar="FILE")
    args = parser.parse_args()
    try:
        import matplotlib
    except ImportError:
        sys.exit("SKIP: pip install matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 1 + 4.5), layout="constrained")
    base, ticks = 0, []
    for k, name in enumerate(args.files):
        with open(name, encoding="ascii") as f:
            columns = f.readline().strip().split(",")
            rows = [line.split(",") for line in f]
        step, neuron = columns.index("step"), columns.index("neuron")
        spikes = [(int(r[step]) * args.dt, int(r[neuron])) for r in rows]
        height = max((n for _, n in spikes), default=0) + 1
        shown = [(t, base + n) for t, n in spikes if n % args.every == 0]
        axes.scatter([t for t, _ in shown], [y for _, y in shown], s=4, marker=".", linewidths=0, color="#b03a2e" if k % 2 else "#1f4e79")
        ticks.append((base + height / 2, pathlib.Path(name).stem))
        base += height
    axes.set_yticks([y for y, _ in ticks], [label for _, label in ticks])
    axes.invert_yaxis()
    axes.set_xlabel("time (ms)")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    axes.margins(0.005)
    figure.savefig(args.o, dpi=150)
    print(args.o)


if __name__ == "__main__":
    main()
