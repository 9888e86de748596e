# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""recount.py SPIKES SAMPLES STEPS FIRST NEURONS BIN SUMMARY: the statistics of a recording, from their definitions, against
the row that a run printed: spikes, CV of the inter-spike intervals, neurons with at least three spikes, synchrony."""
import re
import statistics
import sys

path, samples, steps, first, neurons, width, summary = sys.argv[1], *map(int, sys.argv[2:7]), sys.argv[7]
trains = {(s, i): [] for s in range(samples) for i in range(neurons)}
lines = open(path).read().split()
assert lines[0] == ("sample,step,neuron" if samples > 1 else "step,neuron"), lines[0]
for line in lines[1:]:
    *s, t, i = map(int, line.split(","))
    if t >= first:
        trains[s[0] if s else 0, i].append(t - first)
cvs, counts = [], []
for train in trains.values():
    intervals = [b - a for a, b in zip(train, train[1:])]
    if len(train) >= 3:
        cvs.append(statistics.pstdev(intervals) / statistics.mean(intervals))
for s in range(samples):
    count = [0] * ((steps - first) // width)
    for i in range(neurons):
        for t in trains[s, i]:
            if t // width < len(count):
                count[t // width] += 1
    counts += count
want = [sum(map(len, trains.values())), statistics.mean(cvs), len(cvs), statistics.pvariance(counts) / statistics.mean(counts)]
row = re.search(r"statistics from.*\n.*\n +\S+ +\d+ +(\d+) +\S+ +(\S+) +(\d+) +(\S+)", open(summary).read()).groups()
assert all(abs(float(a) - b) <= 1e-3 * abs(b) for a, b in zip(row, want)), (row, want)
print("the same:", *row)
