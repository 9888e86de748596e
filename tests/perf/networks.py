#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How fast the example networks run, and what their synapses cost.

usage: tests/perf/networks.py [--phasorc build/phasorc] [--scale S] [--k-scale K] [--ms T] [--runs N] [--json FILE] [NAME...]

For each example: synaptic events per second of the step loop, real-time factor (seconds a biological second), time before
the loop (compiling and making the synapses), peak memory and bytes a synapse; synapses stored and recomputed, with 1 and 2
threads, in one run. --scale applies to every example that has the constant `scale`; the microcircuit is at 0.1 unless
told otherwise (--microcircuit 1: full size, where rates farther than 10 % from the published ones end with 1). With --runs
above 1 the fastest loop counts. Synaptic events: the sum over all spikes of the synapses of the neuron that sent it.
"""
import argparse
import json
import pathlib
import sys

import examples
import peer_nest


def bytes_text(value):
    return f"{'-' if value is None else format(value, '.2f'):>9}"


def measure(phasorc, name, o, args, mode, jobs):
    best = None
    for _ in range(args.runs):
        s = examples.run(phasorc, name, o, args.ms, extra=["--synapses", mode, "-j", jobs])
        if best is None or s["wall_seconds"] < best["wall_seconds"]:
            best = s
    loop = best["wall_seconds"]
    return {
        "network": name, "synapses": mode, "threads": jobs, "loop_s": loop, "events": examples.events(name, o, best),
        "events_per_s": examples.events(name, o, best) / loop, "real_time_factor": loop / (args.ms / 1e3),
        "before_s": best["whole_s"] - loop, "peak_bytes": best["peak_bytes"], "synapse_count": examples.synapses(name, o),
        "rates": {p["name"]: p["spikes"] / p["neurons"] / args.ms * 1e3 for p in best["populations"]},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phasorc", default=str(examples.ROOT / "build/phasorc"))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--k-scale", type=float, default=1.0)
    parser.add_argument("--microcircuit", type=float, default=0.1, metavar="S")
    parser.add_argument("--ms", type=float, default=1000.0)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--modes", nargs="+", default=["store", "recompute"])
    parser.add_argument("--json")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(examples.EXAMPLES))
    args = parser.parse_args()

    figures, far = [], 0
    print(f"{'network':15} {'synapses':>10} {'threads':>7} {'M events/s':>10} {'real-time':>9} {'before s':>8} {'peak MB':>8} {'B/synapse':>9}")
    for name in args.names or examples.EXAMPLES:
        o = {"scale": args.scale}
        if name == "microcircuit":
            o = {"scale": args.microcircuit, "k_scale": args.k_scale}
        elif name == "stdp":
            o = {}
        mine = [measure(args.phasorc, name, o, args, mode, jobs) for mode in args.modes for jobs in args.threads]
        least = min(f["peak_bytes"] for f in mine)  # without tables: what else the process holds
        for f in mine:
            f["bytes_per_synapse"] = (f["peak_bytes"] - least) / f["synapse_count"] if f["synapse_count"] >= 1e6 else None
            print(f"{name:15} {f['synapses']:>10} {f['threads']:>7} {f['events_per_s'] / 1e6:>10.1f} {f['real_time_factor']:>9.3f} "
                  f"{f['before_s']:>8.2f} {f['peak_bytes'] / 1e6:>8.0f} {bytes_text(f['bytes_per_synapse'])}", flush=True)
        print("  " + ", ".join(f"{k} {v:.2f}/s" for k, v in mine[0]["rates"].items()))
        figures += mine
        if name == "microcircuit" and o == {"scale": 1.0, "k_scale": 1.0}:
            for population, published in zip(peer_nest.LAYERS, peer_nest.RATES):
                apart = mine[0]["rates"][population] / published - 1
                far += abs(apart) > 0.1
                print(f"  {population}: {100 * apart:+.1f} % from the published {published}/s{'   TOO FAR' if abs(apart) > 0.1 else ''}")
    print("real-time: seconds of the loop a biological second; before: compiling and making synapses; B/synapse: peak memory over\n"
          "the least of the network's runs (- below a million synapses). Figures of 2 threads need two idle processors.")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(figures, indent=1) + "\n")
    sys.exit(1 if far else 0)


if __name__ == "__main__":
    main()
