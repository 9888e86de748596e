#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How good and how fast mapping is, beside other methods on the same networks and machines.

usage: tests/perf/mapping.py [--build DIR] [--json FILE] [--jobs 2] [--only quality,sparse,scale] [--nets NAME,...]

Builds the program perf_mapping in DIR (a configured build folder; default build-perf, made when it is not there), runs
every network by every method in a process of its own, and prints the tables of docs/mapping.md. Ends with 1 where the
good mode does not have the least traffic, or the geometric mean against METIS is below 1.25. With everything, about half
an hour on 2 cores; the largest networks need 8 GB.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("good", "fast", "linear", "greedy", "random", "metis")
QUALITY = ("nmnist", "gesture", "vgg", "resnet", "microcircuit", "communities-1e4", "communities-1e5", "communities-1e6")
SPARSE = ("communities-1e4", "communities-1e5", "communities-1e6")
SCALE = ("areas-36", "areas-144", "areas-576", "areas-1152", "random-areas-1152", "areas-4032")


def build(folder):
    if not (folder / "CMakeCache.txt").exists():
        subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                        "-DPHASOR_TESTS=ON"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--target", "perf_mapping"], check=True, stdout=subprocess.DEVNULL)
    return next(folder.rglob("perf_mapping"))


def measure(program, net, method, jobs):
    result = subprocess.run([program, net, method, "--jobs", str(jobs), "--targets", ROOT / "tests/perf/targets"],
                            capture_output=True, text=True)
    if not result.stdout:
        sys.exit(f"{net} by {method}: {result.stderr or 'no output'}")
    row = json.loads(result.stdout)
    print(f"  {net} by {method}: {row.get('error') or '%.4g spike-hops' % row['spike_hops']}, {row['seconds']:.2f} s",
          file=sys.stderr)
    return row


def table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def cell(row, best):
    if "error" in row:
        return "fails"
    mark = "" if row["fits"] else " (does not fit)"
    return f"{row['spike_hops'] / best:.2f}{mark}"


def quality(run, nets):
    rows, worse, ratios = [], [], []
    for net in nets:
        by = {method: run(net, method) for method in METHODS}
        good = by["good"]
        if "error" in good:
            sys.exit(f"{net}: {good['error']}")
        rows.append([f"{net}: {good['what']}", good["target"], f"{good['neurons']:,}", f"{good['synapses'] / 1e6:.2f} M",
                     f"{good['cores']} / {by['metis'].get('cores', '-')}", f"{good['spike_hops']:.4g}"]
                    + [cell(by[m], good["spike_hops"]) for m in METHODS[1:]]
                    + [f"{good['seconds']:.2f} / {by['metis']['seconds']:.2f}"])
        for method in METHODS[1:]:
            if "error" not in by[method] and by[method]["spike_hops"] < good["spike_hops"]:
                worse.append(f"{net}: {method} has less traffic")
        if "error" not in by["metis"]:
            ratios.append(by["metis"]["spike_hops"] / good["spike_hops"])
    table(["network", "target", "neurons", "synapses", "cores, good / METIS", "spike-hops a step, good",
           *(f"{m} / good" for m in METHODS[1:]), "seconds, good / METIS"], rows)
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"METIS and greedy placement have {mean:.2f} times the traffic of the good mode (geometric mean of "
              f"{len(ratios)} networks).\n")
        if mean < 1.25:
            worse.append(f"geometric mean {mean:.2f}")
    return worse


def sparse(run, nets):
    rows = []
    for net in nets:
        for method in ("good", "fast"):
            r = run(net, method)
            rows.append([net, method, f"{r['synapses'] / 1e6:.1f} M", f"{r['seconds']:.3f}",
                         f"{r['synapses'] / r['seconds'] / 1e6:.1f} M", f"{r['memory'] / 2**30:.2f}"])
    table(["network", "mode", "synapses", "seconds", "synapses a second", "memory, GiB"], rows)


def scale(run, nets):
    rows = []
    for net in nets:
        r = run(net, "good")
        if "error" in r:
            rows.append([net, r["target"], f"{r['neurons']:,}", r["error"]] + [""] * 4)
            continue
        rows.append([net, r["target"], f"{r['neurons'] / 1e6:,.1f} M", f"{r['synapses'] / 1e9:.1f} G", f"{r['cores']:,}",
                     f"{r['flows'] / 1e6:.2f} M", f"{r['seconds']:.1f}", f"{r['memory'] / 2**30:.2f}"])
    table(["network", "target", "neurons", "synapses", "cores", "flows", "seconds", "memory, GiB"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-perf")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="quality,sparse,scale")
    parser.add_argument("--nets")
    args = parser.parse_args()
    program, rows = build(args.build.resolve()), {}

    def run(net, method):
        if (net, method) not in rows:
            rows[net, method] = measure(program, net, method, args.jobs)
        return rows[net, method]

    worse = []
    chosen = args.nets.split(",") if args.nets else None
    for part, all_nets, function in (("quality", QUALITY, quality), ("sparse", SPARSE, sparse), ("scale", SCALE, scale)):
        nets = [n for n in all_nets if not chosen or n in chosen]
        if part in args.only.split(",") and nets:
            worse += function(run, nets) or []
    if args.json:
        args.json.write_text(json.dumps(list(rows.values()), indent=1) + "\n")
    print("\n".join(worse), file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
