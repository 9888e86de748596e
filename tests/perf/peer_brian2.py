#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of examples/ in Brian2: rates, irregularity, synchrony and times as one JSON object.

usage: peer_brian2.py NETWORK [--scale S] [--dc] [--ms T] [--skip MS] [--seed N] [--a-plus A] [--codegen cython|numpy]
       NETWORK: brunel, coba, cuba, hodgkin-huxley, izhikevich, stdp         (needs `pip install brian2`)

Brian2's order within a step is its own (state update, threshold, synapses, reset), so single spikes differ; and its
`rand() < p` connectivity, initial values and Poisson spikes come from its own generator. Rates are to agree.
"""
import argparse
import json
import sys
import time

try:
    import numpy
except ImportError:
    sys.exit("SKIP: Brian2 is not installed: pip install brian2")


def two(b, group, n_exc, w_exc, w_inh, variable_exc, variable_inh, p, delay):
    """Random synapses from the first n_exc neurons and from the others onto all."""
    made = []
    for part, w, variable in ((group[:n_exc], w_exc, variable_exc), (group[n_exc:], w_inh, variable_inh)):
        synapses = b.Synapses(part, group, on_pre=f"{variable} += w", namespace={"w": w})
        synapses.connect(p=p)
        synapses.delay = delay
        made.append(synapses)
    return made


def halves(n_exc, n):
    return {"exc": (0, n_exc), "inh": (n_exc, n)}


def brunel(b, o):
    n_exc, n = round(8000 * o.scale), round(10000 * o.scale)
    weight = 0.1 / o.scale * b.mV
    drive = "+ 40*mV/(20*ms)" if o.dc else ""
    group = b.NeuronGroup(n, f"dv/dt = -v/(20*ms) {drive} : volt (unless refractory)", threshold="v >= 20*mV", reset="v = 10*mV",
                          refractory=2 * b.ms, method="exact")
    group.v = "20*mV*rand()"
    made = []
    for first, last, w in ((0, n_exc, weight), (n_exc, n, -5 * weight)):  # the in-degree is fixed: it matters for irregularity
        degree = round((last - first) / 10)
        synapses = b.Synapses(group, group, on_pre="v += w", namespace={"w": w})
        synapses.connect(i=numpy.random.randint(first, last, n * degree), j=numpy.repeat(numpy.arange(n), degree))
        synapses.delay = 1.5 * b.ms
        made.append(synapses)
    if not o.dc:
        made.append(b.PoissonInput(group, "v", round(800 * o.scale), 25 * b.Hz, weight))
    return group, made, halves(n_exc, n)


def coba(b, o):
    n_exc, n = round(3200 * o.scale), round(4000 * o.scale)
    group = b.NeuronGroup(n, """dv/dt = (-60*mV - v + (ge*(0*mV - v) + gi*(-80*mV - v))/(10*nS)) / (20*ms) : volt (unless refractory)
        dge/dt = -ge/(5*ms) : siemens
        dgi/dt = -gi/(10*ms) : siemens""", threshold="v >= -50*mV", reset="v = -60*mV", refractory=5 * b.ms, method="exponential_euler")
    group.v, group.ge, group.gi = "-65*mV + 5*mV*randn()", "clip(40 + 15*randn(), 0, inf)*nS", "clip(200 + 120*randn(), 0, inf)*nS"
    return group, two(b, group, n_exc, 6 * b.nS, 67 * b.nS, "ge", "gi", 0.02 / o.scale, 0.1 * b.ms), halves(n_exc, n)


def cuba(b, o):
    n_exc, n = round(3200 * o.scale), round(4000 * o.scale)
    group = b.NeuronGroup(n, """dv/dt = (-49*mV - v + ge + gi) / (20*ms) : volt (unless refractory)
        dge/dt = -ge/(5*ms) : volt
        dgi/dt = -gi/(10*ms) : volt""", threshold="v >= -50*mV", reset="v = -60*mV", refractory=5 * b.ms, method="exact")
    group.v = "-60*mV + 10*mV*rand()"
    return group, two(b, group, n_exc, 1.62 * b.mV, -9 * b.mV, "ge", "gi", 0.02 / o.scale, 0.1 * b.ms), halves(n_exc, n)


def hodgkin_huxley(b, o):
    n_exc, n = round(3200 * o.scale), round(4000 * o.scale)
    group = b.NeuronGroup(n, """
        dv/dt = (10*nS*(-60*mV - v) + ge*(0*mV - v) + gi*(-80*mV - v) + 20*uS*m**3*h*(50*mV - v) + 6*uS*k**4*(-90*mV - v)) / (200*pF) : volt
        dm/dt = am*(1 - m) - bm*m : 1
        dk/dt = ak*(1 - k) - bk*k : 1
        dh/dt = ah*(1 - h) - bh*h : 1
        dge/dt = -ge/(5*ms) : siemens
        dgi/dt = -gi/(10*ms) : siemens
        u = (v + 63*mV)/mV : 1
        am = 1.28/exprel((13 - u)/4)/ms : Hz
        bm = 1.4/exprel((u - 40)/5)/ms : Hz
        ah = 0.128*exp((17 - u)/18)/ms : Hz
        bh = 4./(1 + exp((40 - u)/5))/ms : Hz
        ak = 0.16/exprel((15 - u)/5)/ms : Hz
        bk = 0.5*exp((10 - u)/40)/ms : Hz""", threshold="v > -20*mV", refractory=3 * b.ms, method="exponential_euler")
    group.v, group.ge, group.gi = "-65*mV + 5*mV*randn()", "clip(40 + 15*randn(), 0, inf)*nS", "clip(200 + 120*randn(), 0, inf)*nS"
    return group, two(b, group, n_exc, 6 * b.nS, 67 * b.nS, "ge", "gi", 0.02 / o.scale, 0.1 * b.ms), halves(n_exc, n)


def izhikevich(b, o):
    """At a step of 1 ms, with the two half steps of the paper's program."""
    n_exc, n = round(800 * o.scale), round(1000 * o.scale)
    b.defaultclock.dt = 1 * b.ms
    group = b.NeuronGroup(n, "v : 1\nu : 1\nI : 1\nI_now : 1\nr : 1\ninh : 1", threshold="v >= 30",
                          reset="v = -65 + 15*(1 - inh)*r**2; u += inh*2 + (1 - inh)*(8 - 6*r**2)")
    group.r, group.inh, group.v = "rand()", f"int(i >= {n_exc})", -65
    group.u = "-65*(0.2 + inh*(0.05 - 0.05*r))"
    group.run_regularly("""I_now = I
        I = (5 - 3*inh)*randn()
        v += 0.5*(0.04*v**2 + 5*v + 140 - u + I_now)
        v += 0.5*(0.04*v**2 + 5*v + 140 - u + I_now)
        u += (0.02 + 0.08*inh*r)*((0.2 + inh*(0.05 - 0.05*r))*v - u)""", when="start")
    made = []
    for part, weight in ((group[:n_exc], f"0.5*rand()/{o.scale}"), (group[n_exc:], f"-rand()/{o.scale}")):
        synapses = b.Synapses(part, group, "w : 1", on_pre="I += w")
        synapses.connect()
        synapses.w = weight
        made.append(synapses)
    return group, made, halves(n_exc, n)


def stdp(b, o):
    inputs = b.PoissonGroup(1000, rates=15 * b.Hz)
    group = b.NeuronGroup(1, """dv/dt = (-70*mV - v + ge*(0*mV - v) + gi*(-70*mV - v)) / (20*ms) : volt
        dge/dt = -ge/(5*ms) : 1
        dgi/dt = -gi/(5*ms) : 1""", threshold="v >= -54*mV", reset="v = -60*mV", method="exponential_euler")
    group.v = -70 * b.mV
    synapses = b.Synapses(inputs, group, "w : 1\ndp/dt = -p/(20*ms) : 1 (event-driven)\ndq/dt = -q/(20*ms) : 1 (event-driven)",
                          on_pre="ge += w; w = clip(w - 1.05*A*0.015*q, 0, 0.015); p += 1",
                          on_post="w = clip(w + A*0.015*p, 0, 0.015); q += 1", namespace={"A": o.a_plus})
    synapses.connect()
    synapses.w = "0.015*rand()"
    return group, [inputs, synapses, b.PoissonInput(group, "gi", 200, 10 * b.Hz, 0.05)], {"neuron": (0, 1)}


NETWORKS = {"brunel": brunel, "coba": coba, "cuba": cuba, "hodgkin-huxley": hodgkin_huxley, "izhikevich": izhikevich, "stdp": stdp}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--dc", action="store_true")
    parser.add_argument("--ms", type=float, default=1000.0)
    parser.add_argument("--skip", type=float, default=0.0, help="ms before the measures begin")
    parser.add_argument("--a-plus", type=float, default=0.005, help="stdp: growth by one pair")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--codegen", default="cython", choices=["cython", "numpy"])
    o = parser.parse_args()
    try:
        import brian2 as b
    except ImportError:
        sys.exit("SKIP: Brian2 is not installed: pip install brian2")
    import activity

    b.prefs.codegen.target = o.codegen
    b.defaultclock.dt = 0.1 * b.ms
    b.seed(o.seed)
    numpy.random.seed(o.seed)
    begin = time.perf_counter()
    group, made, parts = NETWORKS[o.network](b, o)
    monitor = b.SpikeMonitor(group)
    network = b.Network(group, monitor, *made)
    network.run(0 * b.ms)
    built = time.perf_counter()
    network.run(o.ms * b.ms, namespace={})
    ended = time.perf_counter()
    times, senders = numpy.asarray(monitor.t / b.ms), numpy.asarray(monitor.i)
    result = {"peer": f"Brian2 {b.__version__}", "network": o.network, "build_s": built - begin, "loop_s": ended - built, "ms": o.ms, "populations": {}}
    for name, (first, last) in parts.items():
        mine = (senders >= first) & (senders < last)
        result["populations"][name] = activity.measures(times[mine], senders[mine] - first, last - first, o.skip, o.ms)
    if o.network == "stdp":
        w = numpy.asarray(made[1].w) / 0.015
        result["weights"] = {"mean": float(w.mean()), "low": float((w < 0.2).mean()), "high": float((w > 0.8).mean())}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
