#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of examples/ in NEST: rates, irregularity, synchrony and times as one JSON object.

usage: peer_nest.py NETWORK [--scale S] [--k-scale K] [--dc] [--ms T] [--skip MS] [--threads N] [--seed N]
       NETWORK: brunel, coba, cuba, hodgkin-huxley, microcircuit          (needs `pip install nest-simulator`)
"""
import argparse
import json
import sys
import time

LAYERS = ["L23e", "L23i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i"]
SIZES = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]
EXTERNAL = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]
RATES = [0.86, 2.8, 4.45, 5.93, 7.59, 8.64, 1.09, 7.88]
V0 = [(-68.28, 5.36), (-63.16, 4.57), (-63.33, 4.74), (-63.45, 4.94), (-63.11, 4.94), (-61.66, 4.55), (-66.72, 5.46), (-61.43, 4.48)]
PROBABILITY = [  # to, from: Table 5 of Potjans & Diesmann 2014
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
    [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
]


def brunel(nest, o):
    n_exc, n_inh = round(8000 * o.scale), round(2000 * o.scale)
    weight = 0.1 / o.scale
    parameters = {"C_m": 250.0, "tau_m": 20.0, "E_L": 0.0, "V_th": 20.0, "V_reset": 10.0, "t_ref": 2.0, "I_e": 500.0 if o.dc else 0.0}
    exc, inh = (nest.Create("iaf_psc_delta", n, params=parameters) for n in (n_exc, n_inh))
    both = exc + inh
    both.V_m = nest.random.uniform(0.0, 20.0)
    if not o.dc:
        drive = nest.Create("poisson_generator", params={"rate": 2 * 20.0 / (weight * 20.0) * 1e3})
        nest.Connect(drive, both, syn_spec={"weight": weight, "delay": 1.5})
    for source, w in ((exc, weight), (inh, -5 * weight)):
        nest.Connect(source, both, {"rule": "fixed_indegree", "indegree": round(len(source) / 10)}, {"weight": w, "delay": 1.5})
    return {"exc": exc, "inh": inh}


def sustained(nest, o, model, parameters, start, w_exc, w_inh):
    """The benchmarks of Brette et al. 2007."""
    exc, inh = (nest.Create(model, round(n * o.scale), params=parameters) for n in (3200, 800))
    both = exc + inh
    for name, distribution in start.items():
        setattr(both, name, distribution)
    for source, w in ((exc, w_exc), (inh, w_inh)):
        nest.Connect(source, both, {"rule": "pairwise_bernoulli", "p": 0.02 / o.scale}, {"weight": w, "delay": 0.1})
    return {"exc": exc, "inh": inh}


def coba(nest, o):
    parameters = {"C_m": 200.0, "g_L": 10.0, "E_L": -60.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0, "E_ex": 0.0, "E_in": -80.0,
                  "tau_syn_ex": 5.0, "tau_syn_in": 10.0}
    random = nest.random
    start = {"V_m": random.normal(-65.0, 5.0), "g_ex": nest.math.max(random.normal(40.0, 15.0), 0.0),
             "g_in": nest.math.max(random.normal(200.0, 120.0), 0.0)}
    return sustained(nest, o, "iaf_cond_exp", parameters, start, 6.0, -67.0)


def cuba(nest, o):
    parameters = {"C_m": 200.0, "tau_m": 20.0, "E_L": -49.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0, "tau_syn_ex": 5.0, "tau_syn_in": 10.0}
    return sustained(nest, o, "iaf_psc_exp", parameters, {"V_m": nest.random.uniform(-60.0, -50.0)}, 16.2, -90.0)


def hodgkin_huxley(nest, o):
    """NEST's model has no conductances to start from: 50 ms of Poisson input to some neurons begin the activity."""
    parameters = {"g_Na": 20000.0, "g_K": 6000.0, "g_L": 10.0, "C_m": 200.0, "E_Na": 50.0, "E_K": -90.0, "E_L": -60.0, "E_ex": 0.0, "E_in": -80.0,
                  "tau_syn_ex": 5.0, "tau_syn_in": 10.0, "V_T": -63.0, "t_ref": 3.0}
    made = sustained(nest, o, "hh_cond_exp_traub", parameters, {"V_m": nest.random.normal(-65.0, 5.0)}, 6.0, -67.0)
    kick = nest.Create("poisson_generator", params={"rate": 300.0, "start": 1.0, "stop": 51.0})
    nest.Connect(kick, made["exc"][: round(50 * o.scale) + 1], syn_spec={"weight": 6.0, "delay": 0.1})
    return made


def microcircuit(nest, o):
    from math import log, sqrt

    w = 87.81
    weight = w / sqrt(o.k_scale)
    degree = [[log(1 - c) / log(1 - 1 / (SIZES[i] * SIZES[j])) / SIZES[i] for j, c in enumerate(row)] for i, row in enumerate(PROBABILITY)]
    relative = [[(2 if (i, j) == (0, 2) else 1) if j % 2 == 0 else -4 for j in range(8)] for i in range(8)]
    made = {}
    for i, name in enumerate(LAYERS):
        lacking = sum(k * r * f for k, r, f in zip(degree[i], RATES, relative[i])) * (1 - sqrt(o.k_scale))
        external = EXTERNAL[i] * 8.0 * (1 if o.dc else 1 - sqrt(o.k_scale))
        made[name] = nest.Create("iaf_psc_exp", round(o.scale * SIZES[i]), params={
            "C_m": 250.0, "tau_m": 10.0, "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 2.0, "tau_syn_ex": 0.5, "tau_syn_in": 0.5,
            "I_e": 0.5e-3 * w * (lacking + external)})
        made[name].V_m = nest.random.normal(*V0[i])
        if not o.dc:
            drive = nest.Create("poisson_generator", params={"rate": EXTERNAL[i] * 8.0 * o.k_scale})
            nest.Connect(drive, made[name], syn_spec={"weight": weight, "delay": 1.5})
    for i, target in enumerate(LAYERS):
        for j, source in enumerate(LAYERS):
            number = round(degree[i][j] * len(made[target]) * o.k_scale)
            if number == 0:
                continue
            mean, delay = weight * relative[i][j], 1.5 if j % 2 == 0 else 0.75
            low, high = (0.0, float("inf")) if mean > 0 else (float("-inf"), 0.0)
            nest.CopyModel("static_synapse", f"{source}_{target}")  # NEST allows 134 M synapses of one kind a thread
            nest.Connect(made[source], made[target], {"rule": "fixed_total_number", "N": number}, {
                "synapse_model": f"{source}_{target}",
                "weight": nest.math.redraw(nest.random.normal(mean, abs(0.1 * mean)), low, high),
                "delay": nest.math.redraw(nest.random.normal(delay, delay / 2), 0.05, float("inf"))})
    return made


NETWORKS = {"brunel": brunel, "coba": coba, "cuba": cuba, "hodgkin-huxley": hodgkin_huxley, "microcircuit": microcircuit}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--k-scale", type=float, default=1.0)
    parser.add_argument("--dc", action="store_true")
    parser.add_argument("--ms", type=float, default=1000.0)
    parser.add_argument("--skip", type=float, default=0.0, help="ms before the measures begin")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    o = parser.parse_args()
    try:
        import nest
    except ImportError:
        sys.exit("SKIP: NEST is not installed: pip install nest-simulator")
    import activity

    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.resolution, nest.local_num_threads, nest.rng_seed = 0.1, o.threads, o.seed
    begin = time.perf_counter()
    made = NETWORKS[o.network](nest, o)
    recorders = {name: nest.Create("spike_recorder") for name in made}
    for name, neurons in made.items():
        nest.Connect(neurons, recorders[name])
    nest.Prepare()
    built = time.perf_counter()
    nest.Run(o.ms)
    ended = time.perf_counter()
    nest.Cleanup()
    result = {"peer": f"NEST {nest.__version__}", "network": o.network, "build_s": built - begin, "loop_s": ended - built, "ms": o.ms}
    result["populations"] = {
        name: activity.measures(r.events["times"], r.events["senders"] - min(made[name].tolist()), len(made[name]), o.skip, o.ms)
        for name, r in recorders.items()}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
