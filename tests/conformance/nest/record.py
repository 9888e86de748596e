#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Records what NEST computes of small, deterministic set-ups, for tests/conformance/test_nest.c.

usage: record.py          (needs `pip install nest-simulator`; writes the .csv files beside this script)

Every file begins with a line that says with what it was made. Steps are those of Phasor, from 0: step k goes from k dt to
(k + 1) dt, so NEST's time stamp t is step t / dt - 1. A spike that NEST stamps with t acts at t + delay: the same steps later.

MODEL.csv      one neuron of a model under two spike trains and a step current: V_m at the end of each step, and 1 where it spikes
net_spikes.csv all spikes of a network of 40 neurons whose synapses are in net_synapses.csv (source, target, weight, delay)
stdp.csv       weights of a synapse after each arrival of a presynaptic spike
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
DT = 0.1  # ms
STEPS = 1500

# Spike trains (steps in which the source spikes), delays in steps, and the current: the same for every model.
EXC = [50, 90, 120, 131, 140, 250, 252, 254, 400, 430, 470, 700, 760, 761, 900, 1100, 1200, 1210, 1220, 1300]
INH = [70, 125, 260, 300, 480, 720, 950, 1000, 1150, 1290]
EXC_DELAY, INH_DELAY = 15, 7
CURRENT = (600, 1200)  # steps in which the current acts: from, until

# Model: parameters that are not NEST's defaults, weight of the excitatory and of the inhibitory train, current in pA.
MODELS = {
    "iaf_psc_delta": ({"tau_m": 20.0, "t_ref": 1.5, "V_reset": -68.0}, 6.0, -3.0, 260.0),
    "iaf_psc_exp": ({"tau_syn_ex": 0.5, "tau_syn_in": 3.0, "t_ref": 2.0}, 3200.0, -500.0, 420.0),
    "iaf_psc_alpha": ({"tau_syn_ex": 0.7, "tau_syn_in": 2.0, "t_ref": 1.0}, 1700.0, -500.0, 430.0),
    "iaf_cond_exp": ({"tau_syn_ex": 1.5, "tau_syn_in": 5.0}, 25.0, 10.0, 400.0),
    "aeif_cond_exp": ({"tau_syn_ex": 1.5, "tau_syn_in": 5.0, "t_ref": 2.0, "gsl_error_tol": 1e-9}, 60.0, 10.0, 900.0),
    "izhikevich": ({}, 8.0, -4.0, 8.0),
    "hh_psc_alpha": ({"tau_syn_ex": 0.5, "tau_syn_in": 2.0}, 1000.0, -300.0, 700.0),
    "hh_cond_exp_traub": ({}, 25.0, 20.0, 400.0),
}
NEGATIVE_INHIBITION = ("iaf_cond_exp", "aeif_cond_exp", "hh_cond_exp_traub")  # NEST tells receptors by the sign of the weight


def header(nest, what):
    return f"# {what}; NEST {nest.__version__}, dt {DT} ms; made by record.py\n"


def reset(nest):
    nest.ResetKernel()
    nest.resolution = DT
    nest.local_num_threads = 1


def train(nest, steps):
    return nest.Create("spike_generator", params={"spike_times": [round((k + 1) * DT, 1) for k in steps]})


def single(nest, model, spec):
    """One neuron: V_m and spikes a step."""
    parameters, exc, inh, amplitude = spec
    reset(nest)
    neuron = nest.Create(model, params=parameters)
    if model in NEGATIVE_INHIBITION:
        inh = -inh
    nest.Connect(train(nest, EXC), neuron, syn_spec={"weight": exc, "delay": EXC_DELAY * DT})
    nest.Connect(train(nest, INH), neuron, syn_spec={"weight": inh, "delay": INH_DELAY * DT})
    # A generator's current between start and stop is received `delay` later, at the end of a step, and integrated in the next.
    current = nest.Create("dc_generator", params={"amplitude": amplitude, "start": CURRENT[0] * DT - DT, "stop": CURRENT[1] * DT - DT})
    nest.Connect(current, neuron, syn_spec={"delay": DT})
    voltage = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": DT})
    spikes = nest.Create("spike_recorder")
    nest.Connect(voltage, neuron)
    nest.Connect(neuron, spikes)
    nest.Simulate((STEPS + 2) * DT)
    steps = [round(t / DT) - 1 for t in voltage.events["times"]]
    v = dict(zip(steps, voltage.events["V_m"]))
    fired = {round(t / DT) - 1 for t in spikes.events["times"]}
    with open(HERE / f"{model}.csv", "w", encoding="ascii") as f:
        f.write(header(nest, f"{model}, {parameters}, weights {exc} and {inh}, delays {EXC_DELAY} and {INH_DELAY} steps, {amplitude} pA"))
        f.write("V_m,spike\n")
        for k in range(STEPS):
            f.write(f"{v[k]:.9g},{int(k in fired)}\n")
    print(f"{model}: {len(fired)} spikes, V_m {min(v.values()):.2f} to {max(v.values()):.2f} mV, in steps {sorted(fired)}")


def lcg(seed):
    """Numbers between 0 and 1, the same everywhere (Knuth's MMIX generator)."""
    while True:
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (seed >> 33) / 2**31


NET_EXC, NET_INH, NET_STEPS = 30, 10, 2000


def network(nest):
    """40 neurons with synapses one by one, driven by currents and two trains: all spikes."""
    draw = lcg(20240229)
    synapses = []
    for i in range(NET_EXC + NET_INH):
        for j in range(NET_EXC + NET_INH):
            if next(draw) < 0.2:
                w = 40 + 80 * next(draw)
                weight = round(w if i < NET_EXC else -4 * w, 3)
                synapses.append((i, j, weight, 5 + int(40 * next(draw))))
    reset(nest)
    neurons = nest.Create("iaf_psc_exp", NET_EXC + NET_INH, params={
        "C_m": 250.0, "tau_m": 10.0, "E_L": -65.0, "V_reset": -65.0, "V_th": -50.0, "t_ref": 2.0, "tau_syn_ex": 0.5, "tau_syn_in": 0.5})
    neurons.V_m = [-65.0 + 0.25 * i for i in range(len(neurons))]
    neurons.I_e = [370.0 + 2.0 * i for i in range(len(neurons))]
    for i, j, w, d in synapses:
        nest.Connect(neurons[i], neurons[j], syn_spec={"weight": w, "delay": d * DT})
    for first, last, start in ((0, 20, 100), (10, 30, 137)):
        source = train(nest, range(start, NET_STEPS - 50, 173))
        nest.Connect(source, neurons[first:last], syn_spec={"weight": 500.0, "delay": 1.0})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    nest.Simulate(NET_STEPS * DT)
    events = sorted((round(t / DT) - 1, int(s) - 1) for t, s in zip(recorder.events["times"], recorder.events["senders"]))
    with open(HERE / "net_synapses.csv", "w", encoding="ascii") as f:
        f.write("source,target,weight_pA,delay_ms\n")
        f.writelines(f"{i},{j},{w},{d * DT:.1f}\n" for i, j, w, d in synapses)
    with open(HERE / "net_spikes.csv", "w", encoding="ascii") as f:
        f.write(header(nest, f"{NET_EXC + NET_INH} neurons iaf_psc_exp, {len(synapses)} synapses, {NET_STEPS} steps"))
        f.write("step,neuron\n")
        f.writelines(f"{t},{n}\n" for t, n in events)
    print(f"network: {len(synapses)} synapses, {len(events)} spikes, {len(events) / 40 / NET_STEPS / DT * 1e3:.1f} /s a neuron")


# Pre- and postsynaptic spikes (steps), so that no pair falls together: there the two definitions differ.
PRE = [100, 180, 300, 310, 420, 700, 705, 900, 1000, 1200, 1210, 1220, 1500, 1700, 1710, 1900]
POST = [130, 175, 290, 330, 415, 500, 702, 710, 890, 1020, 1190, 1215, 1330, 1490, 1530, 1705, 1850]


def stdp(nest):
    """A synapse's weight after each presynaptic arrival, additive and multiplicative. NEST's delay is one of the dendrite:
    a postsynaptic spike reaches the synapse a delay late, and a presynaptic one at once. In Phasor it is one of the axon. With
    delays of one step a synapse sees the same pairs when Phasor's presynaptic train is two steps earlier."""
    rows = {}
    for rule, mu in (("additive", 0.0), ("multiplicative", 1.0)):
        reset(nest)
        nest.CopyModel("stdp_synapse", "plastic")
        recorder = nest.Create("weight_recorder")
        nest.SetDefaults("plastic", {"weight_recorder": recorder, "tau_plus": 15.0, "lambda": 0.02, "alpha": 1.1, "mu_plus": mu,
                                     "mu_minus": mu, "Wmax": 2.0})
        pre, post = nest.Create("parrot_neuron"), nest.Create("parrot_neuron", params={"tau_minus": 30.0})
        # a parrot repeats a spike in the step after the generator's at the least delay
        for target, steps in ((pre, PRE), (post, POST)):
            nest.Connect(train(nest, [k - 1 for k in steps]), target, syn_spec={"delay": DT})
        nest.Connect(pre, post, syn_spec={"synapse_model": "plastic", "weight": 1.0, "delay": DT, "receptor_type": 1})
        nest.Simulate(205.0)
        events = recorder.events
        rows[rule] = [(round(t / DT) - 1, w) for t, w in sorted(zip(events["times"], events["weights"]))]
    with open(HERE / "stdp.csv", "w", encoding="ascii") as f:
        f.write(header(nest, "stdp_synapse, tau_plus 15, tau_minus 30, lambda 0.02, alpha 1.1, Wmax 2, w 1 at first, delay 1 step"))
        f.write("pre_step,additive,multiplicative\n")
        for (t, a), (t2, m) in zip(rows["additive"], rows["multiplicative"]):
            assert t == t2
            f.write(f"{t},{a:.12g},{m:.12g}\n")
    print("stdp:", rows)


def main():
    try:
        import nest
    except ImportError:
        sys.exit("SKIP: NEST is not installed: pip install nest-simulator")
    nest.set_verbosity("M_ERROR")
    for model, spec in MODELS.items():
        single(nest, model, spec)
    network(nest)
    stdp(nest)


if __name__ == "__main__":
    main()
