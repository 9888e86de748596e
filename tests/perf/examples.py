# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The hand-written example networks, for the scripts beside this one: where they are, how they are scaled, what a spike
costs, and how phasorc runs them."""
import json
import math
import os
import pathlib
import subprocess
import sys
import time

from peer_nest import LAYERS, PROBABILITY, SIZES

ROOT = pathlib.Path(__file__).resolve().parents[2]


def microcircuit_degree(o):
    """Synapses that a neuron of each population has, and all of them."""
    total = [sum(round(o["k_scale"] * o["scale"] * math.log(1 - row[j]) / math.log(1 - 1 / (SIZES[i] * SIZES[j])))
                 for i, row in enumerate(PROBABILITY)) for j in range(8)]
    return {name: t / round(o["scale"] * n) for name, t, n in zip(LAYERS, total, SIZES)}, sum(total)


def same_degree(full):
    """Networks in which every neuron has about as many synapses as any other."""
    def degree(o):
        neurons, each = full(o)
        return {"exc": each, "inh": each}, neurons * each
    return degree


# name: file, steps of a biological second, synapses
EXAMPLES = {
    "brunel": ("brunel/brunel.yaml", 10000, same_degree(lambda o: (10000 * o["scale"], 1000 * o["scale"]))),
    "microcircuit": ("microcircuit/microcircuit.yaml", 10000, microcircuit_degree),
    "coba": ("vogels-abbott/coba.yaml", 10000, same_degree(lambda o: (4000 * o["scale"], 80))),
    "cuba": ("vogels-abbott/cuba.yaml", 10000, same_degree(lambda o: (4000 * o["scale"], 80))),
    "hodgkin-huxley": ("hodgkin-huxley/hodgkin-huxley.yaml", 10000, same_degree(lambda o: (4000 * o["scale"], 80))),
    "izhikevich": ("izhikevich/izhikevich.yaml", 1000, same_degree(lambda o: (1000 * o["scale"], 1000 * o["scale"]))),
    "stdp": ("stdp/stdp.yaml", 10000, None),
}


def settings(o):
    """--set options for what differs from the file."""
    out = []
    for name in ("scale", "k_scale", "poisson"):
        if o.get(name, 1) != 1:
            out += ["--set", f"{name}={o[name]:g}"]
    return out


def whole_process(command):
    """Standard output, wall seconds and peak resident bytes of a command; ends the script where it fails."""
    start = time.perf_counter()
    child = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, errors = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{errors.decode()}")
    return out.decode(), time.perf_counter() - start, usage.ru_maxrss * 1024


def run(phasorc, name, o, ms=1000.0, skip=0.0, extra=()):
    """One run of an example: its summary (phasorc's JSON), with whole_s and peak_bytes."""
    file, steps, _ = EXAMPLES[name]
    command = [phasorc, "run", ROOT / "examples" / file, "-t", "cpu", "--message-format=json", "--steps", round(steps * ms / 1e3)]
    command += settings(o) + (["--transient", f"{skip / 1e3:g}"] if skip else []) + list(extra)
    out, whole, peak = whole_process(command)
    summary = json.loads(out.strip().splitlines()[-1])
    summary.update(whole_s=whole, peak_bytes=peak)
    return summary


def events(name, o, summary):
    """Synaptic events of a run: the sum over all spikes of the synapses of a neuron of that population (expected)."""
    if name == "stdp":  # the inputs' spikes, at their expected rate
        return (1000 * 15 + 200 * 10) * summary["steps"] * 1e-4
    degree, _ = EXAMPLES[name][2](o)
    return sum(p["spikes"] * degree[p["name"]] for p in summary["populations"])


def synapses(name, o):
    return 1000 if name == "stdp" else EXAMPLES[name][2](o)[1]
