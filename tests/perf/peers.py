#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The example networks here, in NEST and in Brian2, side by side in one run: rates, irregularity, synchrony and time.

usage: tests/perf/peers.py [--phasorc build/phasorc] [--nest DIR] [--brian2 DIR] [--scale S] [--ms T] [--skip MS] [NAME...]

Peers come from `pip install nest-simulator brian2`; each runs in a process of its own, with DIR as its PYTHONPATH where it
was installed elsewhere (pip install --target DIR). A peer that is not there is told and left out. Networks are drawn
anew by each simulator, so figures agree as those of two seeds do; every simulator runs --seeds of them. First, one
deterministic network (tests/conformance/nest/net.yaml) is compared spike by spike. Ends with 1 where rates of the
populations differ by more than --tolerance (relative) and three times the spread over seeds.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import examples

HERE = pathlib.Path(__file__).resolve().parent
PEERS = {
    "nest": ("peer_nest.py", ["brunel", "coba", "cuba", "hodgkin-huxley", "microcircuit"]),
    "brian2": ("peer_brian2.py", ["brunel", "coba", "cuba", "hodgkin-huxley", "izhikevich"]),
}
QUANTITIES = [("rate", "1/s"), ("cv", ""), ("synchrony", "")]


def environment(folder):
    return dict(os.environ, PYTHONPATH=folder) if folder else dict(os.environ)


def peer(kind, folder, name, o, args, seed):
    """One run in a peer, or None where it is not installed."""
    script, _ = PEERS[kind]
    command = [sys.executable, HERE / script, name, "--ms", args.ms, "--skip", args.skip, "--scale", o["scale"], "--seed", seed]
    if kind == "nest":
        command += ["--k-scale", o.get("k_scale", 1), "--threads", args.threads]
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=environment(folder))
    if result.returncode != 0:
        reason = result.stderr.strip().splitlines()[-1:] or ["no reason given"]
        print(reason[0] if reason[0].startswith("SKIP") else f"SKIP: {kind} failed on {name}: {reason[0]}")
        return None
    return json.loads(result.stdout.strip().splitlines()[-1])


def phasor(name, o, args, seed):
    s = examples.run(args.phasorc, name, o, args.ms, args.skip, ["-j", args.threads, "--seed", seed])
    return {"peer": "Phasor", "loop_s": s["wall_seconds"], "build_s": s["whole_s"] - s["wall_seconds"],
            "populations": {p["name"]: {"rate": p["measured"]["rate_hz"], "cv": p["measured"]["cv_isi"],
                                        "synchrony": p["measured"]["synchrony"]} for p in s["populations"]}}


def mean(runs, population, quantity):
    """Mean and spread over seeds of a quantity of a population; None where no run has it."""
    values = [r["populations"][population].get(quantity) for r in runs]
    values = [v for v in values if v is not None]
    return (statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0) if values else None


def compare(name, o, args, kinds):
    """Prints one network's table; the number of rates that disagree."""
    runs = {"Phasor": [phasor(name, o, args, s) for s in range(1, args.seeds + 1)]}
    for kind, folder in kinds.items():
        if name in PEERS[kind][1]:
            made = [peer(kind, folder, name, o, args, s) for s in range(1, args.seeds + 1)]
            if all(made):
                runs[made[0]["peer"]] = made
    print(f"\n{name} {o}, {args.ms:g} ms of which the first {args.skip:g} do not count, {args.seeds} seeds, {args.threads} threads")
    for who, made in runs.items():
        loop = statistics.median(r["loop_s"] for r in made)
        ratio = loop / statistics.median(r["loop_s"] for r in runs["Phasor"])
        print(f"  {who:14} loop {loop:8.3f} s ({ratio:.1f} times Phasor's), before it {statistics.median(r['build_s'] for r in made):.2f} s")
    wrong = 0
    for population in runs["Phasor"][0]["populations"]:
        ours = mean(runs["Phasor"], population, "rate")
        for who, made in runs.items():
            figures = [(q, unit, mean(made, population, q)) for q, unit in QUANTITIES]
            text = ", ".join(f"{q} {m[0]:.3g} ± {m[1]:.2g}{' ' + unit if unit else ''}" for q, unit, m in figures if m)
            theirs = figures[0][2]
            apart = abs(ours[0] - theirs[0])
            allowed = args.tolerance * theirs[0] + 3 * (ours[1] ** 2 + theirs[1] ** 2) ** 0.5
            wrong += apart > allowed
            print(f"    {population:6} {who:14} {text}{'   DIFFERS' if apart > allowed else ''}")
    return wrong


def exact(args, folder):
    """Every spike of a deterministic network, from NEST as it runs now."""
    conformance = HERE.parent / "conformance" / "nest"
    with tempfile.TemporaryDirectory() as out:
        code = (f"import sys; sys.path.insert(0, {str(conformance)!r}); import pathlib, record, nest; "
                f"record.HERE = pathlib.Path({out!r}); record.network(nest)")
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(folder))
        if result.returncode != 0:
            absent = "ModuleNotFoundError" in result.stderr
            print("SKIP: NEST is not installed: pip install nest-simulator" if absent else f"NEST failed: {result.stderr[-500:]}")
            return 0 if absent else 1
        rows = pathlib.Path(out, "net_spikes.csv").read_text().splitlines()[2:]
        theirs = sorted(tuple(map(int, row.split(","))) for row in rows)
        examples.whole_process([args.phasorc, "run", conformance / "net.yaml", "-t", "cpu", "--steps", 2000,
                                "--record", f"net.spikes={out}/ours.spikes"])
        rows = pathlib.Path(out, "ours.spikes").read_text().splitlines()[1:]
        ours = sorted(tuple(map(int, row.split(",")[:2])) for row in rows)
    same = ours == theirs
    print(f"deterministic network: {len(theirs)} spikes in NEST, {len(ours)} here: {'all in the same steps' if same else 'DIFFERENT'}")
    return 0 if same else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phasorc", default=str(examples.ROOT / "build/phasorc"))
    parser.add_argument("--nest", metavar="DIR")
    parser.add_argument("--brian2", metavar="DIR")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--microcircuit", type=float, default=0.1, metavar="S", help="its scale, and that of its in-degrees")
    parser.add_argument("--ms", type=float, default=1000.0)
    parser.add_argument("--skip", type=float, default=100.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tolerance", type=float, default=0.05)
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()

    kinds = {"nest": args.nest, "brian2": args.brian2}
    wrong = exact(args, args.nest)
    for name in args.names or [n for n in examples.EXAMPLES if n != "stdp"]:
        o = {"scale": args.microcircuit, "k_scale": args.microcircuit} if name == "microcircuit" else {"scale": args.scale}
        wrong += compare(name, o, args, kinds)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
