# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains the example network, and writes everything else in this folder that is not text: motion.nir, inputs, expected.

    python3 -m venv venv && venv/bin/pip install torch nir numpy && venv/bin/python examples/motion/train.py

The neurons are stepped by the equations of Phasor's `nir` preset (docs/conventions.md): forward Euler, current before
voltage, spike if v > threshold, reset to zero. Weights are whole multiples of 1/1024. So are all sums of them, which
makes them exact in any order of addition: the spikes that PyTorch finds here are the spikes that any correct program for
this network finds, to the last bit.
"""

import argparse
import os
import pathlib
import time

import nir
import numpy as np
import torch
import torch.nn.functional as F

from recordings import DURATION, LABELS, SIZE, frames, record, write_nmnist

DT = 2e-3  # seconds a step
BIN_US = 2000
TAU = {"lif1": 10e-3, "lif2": 10e-3, "hidden": 20e-3, "out": 20e-3}  # seconds
TAU_SYN = 10e-3
HIDDEN = 32
GRID = 1024
HERE = pathlib.Path(__file__).parent


class Spike(torch.autograd.Function):
    """1 where the membrane is above threshold; backwards, the slope of a fast sigmoid."""

    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v > 0).to(v.dtype)

    @staticmethod
    def backward(ctx, grad):
        (v,) = ctx.saved_tensors
        return grad / (1 + 5 * v.abs()) ** 2


def decay(tau):
    """What a step leaves of a state, as Phasor finds it from the time constant that the file holds."""
    stored = float(np.float32(tau))
    assert np.float32(float(np.float32(tau / DT)) * DT / stored) == 1  # the weight of the input: see graph()
    kept = np.float32(1 - DT / stored)
    assert kept == np.float32(1 - DT / tau)  # also if DT is found from the file as tau / r
    return float(kept)


def on_grid(weight):
    """The weight rounded to the grid; gradients pass as if it were not."""
    return weight + (torch.round(weight * GRID) / GRID - weight).detach()


class Motion(torch.nn.Module):
    def __init__(self):
        super().__init__()
        def weight(*shape, scale):
            return torch.nn.Parameter(torch.randn(*shape) * scale)
        self.conv1 = weight(6, 2, 5, 5, scale=0.25)
        self.conv2 = weight(6, 6, 3, 3, scale=0.25)
        self.fc = weight(HIDDEN, 96, scale=0.03)
        self.recurrent = weight(HIDDEN, HIDDEN, scale=0.03)
        self.readout = weight(len(LABELS), HIDDEN, scale=0.15)

    def forward(self, x, exact=False):
        """x: counts [batch, steps, 2, SIZE, SIZE]. Returns the spikes of each layer, [batch, steps, ...].

        exact: sums in double precision, to show that those in single precision are exact as well."""
        kind = torch.float64 if exact else torch.float32
        batch, steps = x.shape[:2]

        def total(function, value, weight):
            return function(value.to(kind), on_grid(weight).to(kind)).float()

        def each_step(function, value):
            y = function(value.flatten(0, 1))
            return y.view(batch, steps, *y.shape[1:])

        spikes = {}
        current = each_step(lambda v: total(lambda a, w: F.conv2d(a, w, stride=2), v, self.conv1), x)
        spikes["lif1"] = self.lif(current, "lif1")
        current = each_step(lambda v: total(lambda a, w: F.conv2d(a, w, stride=2, padding=1), v, self.conv2), spikes["lif1"])
        spikes["lif2"] = self.lif(current, "lif2")
        pooled = each_step(lambda v: F.avg_pool2d(v, 2) * 4, spikes["lif2"]).flatten(2)
        spikes["hidden"] = self.hidden(total(F.linear, pooled, self.fc), total)
        spikes["out"] = self.lif(total(F.linear, spikes["hidden"], self.readout), "out")
        return spikes

    @staticmethod
    def lif(current, name):
        v, out = torch.zeros_like(current[:, 0]), []
        for x in current.unbind(1):
            v = decay(TAU[name]) * v + x
            z = Spike.apply(v - 1)
            v = v * (1 - z.detach())
            out.append(z)
        return torch.stack(out, 1)

    def hidden(self, current, total):
        v = i = z = torch.zeros_like(current[:, 0])
        out = []
        for x in current.unbind(1):
            i = decay(TAU_SYN) * i + (x + total(F.linear, z, self.recurrent))
            v = decay(TAU["hidden"]) * v + i
            z = Spike.apply(v - 1)
            v = v * (1 - z.detach())
            out.append(z)
        return torch.stack(out, 1)


def batch_of(events, which):
    return torch.from_numpy(np.stack([frames(events[k], BIN_US) for k in which]))


def train(model, count, rounds, batch, seed):
    rng = np.random.default_rng(seed)
    labels, events = record(count, seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, rounds)
    start = time.time()
    for k in range(rounds):
        which = rng.integers(0, count, batch)
        label = torch.from_numpy(labels[which])
        spikes = model(batch_of(events, which))
        counts = spikes["out"].sum(1)
        busy = sum(F.relu(s.mean() - 0.1) for name, s in spikes.items() if name != "out")
        loss = F.cross_entropy(0.3 * counts, label) + 0.5 * busy + 1e-3 * (counts.sum(1) - 25).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if k % 20 == 19 or k == rounds - 1:
            right = (counts.argmax(1) == label).float().mean().item()
            rates = ", ".join(f"{name} {s.mean().item():.3f}" for name, s in spikes.items())
            print(f"round {k + 1:4d}  loss {loss.item():.3f}  right {right:.2f}  {time.time() - start:.0f} s  {rates}", flush=True)


@torch.no_grad()
def test(model, count, batch, seed):
    labels, events = record(count, seed)
    right = np.zeros(len(LABELS), int)
    for k in range(0, count, batch):
        which = range(k, min(k + batch, count))
        answer = model(batch_of(events, which))["out"].sum(1).argmax(1).numpy()
        for label in labels[k : k + batch][answer == labels[k : k + batch]]:
            right[label] += 1
    return right.sum() / count, {name: right[k] * len(LABELS) / count for k, name in enumerate(LABELS)}


def graph(model):
    """The network as NIR. r = tau / dt and w_in = tau_syn / dt make the input of a step count in full."""
    def array(weight):
        return on_grid(weight).detach().numpy()

    def full(shape, value):
        return np.full(shape, value, np.float32)

    def lif(name, *shape):
        return nir.LIF(tau=full(shape, TAU[name]), r=full(shape, TAU[name] / DT), v_leak=full(shape, 0),
                       v_threshold=full(shape, 1), v_reset=full(shape, 0))

    def conv(weight, size, stride, padding):
        return nir.Conv2d(input_shape=size, weight=array(weight), stride=stride, padding=padding, dilation=1, groups=1,
                          bias=full(len(weight), 0))

    nodes = {
        "input": nir.Input({"input": np.array([2, SIZE, SIZE])}),
        "conv1": conv(model.conv1, (SIZE, SIZE), 2, 0),
        "lif1": lif("lif1", 6, 15, 15),
        "conv2": conv(model.conv2, (15, 15), 2, 1),
        "lif2": lif("lif2", 6, 8, 8),
        "pool": nir.SumPool2d(kernel_size=np.array([2, 2]), stride=np.array([2, 2]), padding=np.array([0, 0])),
        "flatten": nir.Flatten(input_type={"input": np.array([6, 4, 4])}, start_dim=0, end_dim=-1),
        "fc": nir.Linear(weight=array(model.fc)),
        "hidden": nir.CubaLIF(tau_syn=full(HIDDEN, TAU_SYN), w_in=full(HIDDEN, TAU_SYN / DT),
                              tau_mem=full(HIDDEN, TAU["hidden"]), r=full(HIDDEN, TAU["hidden"] / DT),
                              v_leak=full(HIDDEN, 0), v_threshold=full(HIDDEN, 1), v_reset=full(HIDDEN, 0)),
        "recurrent": nir.Linear(weight=array(model.recurrent)),
        "readout": nir.Linear(weight=array(model.readout)),
        "out": lif("out", len(LABELS)),
        "output": nir.Output({"output": np.array([len(LABELS)])}),
    }
    chain = ["input", "conv1", "lif1", "conv2", "lif2", "pool", "flatten", "fc", "hidden", "readout", "out", "output"]
    return nir.NIRGraph(nodes, list(zip(chain, chain[1:])) + [("hidden", "recurrent"), ("recurrent", "hidden")])


@torch.no_grad()
def write(model, folder, seed):
    """The network, a recording of each kind, and the spikes that the network has to answer them with."""
    for name in ("inputs", "expected"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    nir.write(str(folder / "motion.nir"), graph(model), compression=None)
    (folder / "labels.txt").write_text("".join(f"{name}\n" for name in LABELS))
    labels, events = record(len(LABELS), seed)
    for label, sample in zip(labels, events):
        name = LABELS[label]
        write_nmnist(folder / "inputs" / f"{name}.bin", sample)
        steps = int(sample[:, 3].max()) // BIN_US + 1
        x = torch.from_numpy(frames(sample, BIN_US)[None, :steps])
        spikes, exact = model(x), model(x, exact=True)
        for layer in spikes:
            assert torch.equal(spikes[layer], exact[layer]), f"{layer}: the order of additions matters"
        for layer in ("hidden", "out"):
            rows = spikes[layer][0].int().tolist()
            text = "".join(",".join(map(str, row)) + "\n" for row in rows)
            (folder / "expected" / f"{name}.{layer}.csv").write_text(text)
        counts = spikes["out"][0].sum(0).int().tolist()
        print(f"{name}.bin: {len(sample)} events, {steps} steps, output spikes {counts}: {LABELS[int(np.argmax(counts))]}")


def main():
    options = argparse.ArgumentParser(description="Train the example network.")
    options.add_argument("--folder", type=pathlib.Path, default=HERE, help="where to write (default: here)")
    options.add_argument("--rounds", type=int, default=800)
    options.add_argument("--threads", type=int, default=1)
    arguments = options.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(1)
    start = time.time()
    model = Motion()
    train(model, count=3000, rounds=arguments.rounds, batch=32, seed=1)
    accuracy, each = test(model, count=1000, batch=50, seed=2)
    print(f"test accuracy {accuracy:.3f} on 1000 new recordings: " + ", ".join(f"{k} {v:.2f}" for k, v in each.items()))
    write(model, arguments.folder, seed=3)
    print(f"{time.time() - start:.0f} s, {os.path.getsize(arguments.folder / 'motion.nir')} bytes of motion.nir")


if __name__ == "__main__":
    main()
