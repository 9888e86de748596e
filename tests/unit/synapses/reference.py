#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A second implementation of rows, from the definitions in src/random and src/synapses alone: Philox from the paper,
exact fractions for the binomial law, Python's own normal quantiles. Prints reference.inc, which test_reference.c holds
the C code against.
usage: reference.py > reference.inc"""
import math
import statistics
from fractions import Fraction

MASK = 0xFFFFFFFF
TARGET, COUNT, DELAY, WEIGHT = 0, 1, 2, 3  # purposes


def philox(key, counter):
    """Salmon et al. 2011, section 4.3: ten rounds, keys raised by the Weyl constants."""
    k0, k1 = key & MASK, key >> 32
    c0, c1, c2, c3 = counter
    for _ in range(10):
        p0, p1 = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK, (p0 >> 32) ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def word(key, at, i):
    return philox(key, (16 * (i // 64) + i % 16, *at))[i // 16 % 4]


def stream_key(seed, name):
    key = seed
    data = name.encode()
    for first in range(0, len(data), 16):
        part = data[first : first + 16].ljust(16, b"\0")
        block = philox(key, [int.from_bytes(part[k : k + 4], "little") for k in (0, 4, 8, 12)])
        key = block[0] | block[1] << 32
    block = philox(key, (len(data), 0, 0, MASK))
    return block[0] | block[1] << 32


def binomial(n, p, w):
    """The first k with word < 2^32 P(K <= k), rounded."""
    below, p = Fraction(0), Fraction(p)
    for k in range(n + 1):
        below += math.comb(n, k) * p**k * (1 - p) ** (n - k)
        if w < math.floor(below * 2**32 + Fraction(1, 2)):
            return k
    return n


def distinct(key, source, tile, count, size):
    """Drawn in turn, those that come again left out; or, of more than half, those left out are drawn."""
    few = count <= size // 2
    drawn, i = set(), 0
    while len(drawn) < (count if few else size - count):
        drawn.add(word(key, (source, tile, TARGET), i) * size >> 32)
        i += 1
    return sorted(drawn if few else set(range(size)) - drawn)


def row(key, source, tile, targets, p, low, high, mean, sd):
    """Within one population, without autapses: targets, delays (uniform, in steps), weights (normal)."""
    size = min(1024, targets - 1024 * tile)
    itself = source % 1024 if source // 1024 == tile else None
    others = size - (itself is not None)
    count = binomial(others, p, word(key, (tile, 0, COUNT), source))
    chosen = [t + (itself is not None and t >= itself) for t in distinct(key, source, tile, count, others)]
    uniform = lambda purpose, i: (word(key, (source, tile, purpose), i) + 0.5) / 2**32
    delays = [math.floor(low + (high - low) * uniform(DELAY, i) + 0.5) for i in range(count)]
    weights = [mean + sd * statistics.NormalDist().inv_cdf(uniform(WEIGHT, i)) for i in range(count)]
    return chosen, delays, weights


def main():
    key = stream_key(12345, "exc>inh, a name of 32 characters")
    print("/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */")
    print("/* Made by reference.py. */")
    print(f"static const uint64_t reference_key = {key:#x}u;")
    print("static const struct {\n  double probability;\n  uint32_t source, tile, count;")
    print("  struct {\n    uint16_t target, delay;\n    double weight;\n  } synapse[80];\n} reference[] = {")
    for p, source, tile in ((0.05, 3, 0), (0.05, 1030, 1), (0.05, 1099, 0), (0.8, 1030, 1), (0.99, 1076, 1)):
        synapses = list(zip(*row(key, source, tile, 1100, p, 2.25, 40.5, -3.0, 0.75)))
        print(f"    {{{p}, {source}, {tile}, {len(synapses)}, {{")
        for t, d, w in synapses:
            print(f"        {{{t}, {d}, {w!r}}},")
        print("    }},")
    print("};")


main()
