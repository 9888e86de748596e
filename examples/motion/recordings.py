# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Simulated event-camera recordings of a bar that moves left, right, up or down.

Each pixel of an event camera watches the logarithm of its brightness by itself. Whenever that has moved by more than a
threshold since the pixel's last event, the pixel sends an event: its place, the time, and whether it became brighter or
darker. So a moving bar shows as two lines of events, at its leading and at its trailing edge. Bars here are brighter or
darker than the background, have different widths, lengths, speeds and places, are turned a little, and do not move
exactly along an axis; pixels have different thresholds, and send events for no reason now and then.
"""

import numpy as np

LABELS = ["left", "right", "up", "down"]
SIZE = 34  # pixels a side
DURATION = 200  # ms
HEADING = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]])  # x to the right, y downwards


def scenes(n, rng):
    """What happens in n recordings; labels take turns."""
    label = np.arange(n) % len(LABELS)
    turn = rng.uniform(-0.25, 0.25, n)  # radians, about 14 degrees
    along = HEADING[label]
    along = np.stack([along[:, 0] * np.cos(turn) - along[:, 1] * np.sin(turn),
                      along[:, 0] * np.sin(turn) + along[:, 1] * np.cos(turn)], axis=1)
    tilt = rng.uniform(-0.25, 0.25, n)  # of the bar against the heading
    return {
        "label": label,
        "along": along,
        "normal": np.stack([along[:, 0] * np.cos(tilt) - along[:, 1] * np.sin(tilt),
                            along[:, 0] * np.sin(tilt) + along[:, 1] * np.cos(tilt)], axis=1),
        "middle": (SIZE - 1) / 2 + rng.uniform(-5, 5, (n, 2)),  # of the way, in pixels
        "speed": rng.uniform(0.08, 0.18, n),  # pixels a ms
        "width": rng.uniform(1.5, 3.5, n),  # half of it, in pixels
        "length": rng.uniform(5.0, 9.0, n),  # half of it, in pixels
        "contrast": rng.uniform(0.8, 1.2, n) * rng.choice([-1.0, 1.0], n),  # in units of log brightness
    }


def brightness(scene, time):
    """Logarithm of the brightness, [n, SIZE, SIZE], at a time in ms."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    centre = scene["middle"] + scene["along"] * (scene["speed"] * (time - DURATION / 2))[:, None]
    dx = x[None] - centre[:, 0, None, None]
    dy = y[None] - centre[:, 1, None, None]
    nx, ny = scene["normal"][:, 0, None, None], scene["normal"][:, 1, None, None]
    across = np.abs(dx * nx + dy * ny) - scene["width"][:, None, None]
    beside = np.abs(dy * nx - dx * ny) - scene["length"][:, None, None]
    soft = 1 / (1 + np.exp(np.clip(np.maximum(across, beside) / 0.35, -60, 60)))
    return scene["contrast"][:, None, None] * soft


def record(n, seed):
    """Labels, and for each of n recordings its events [count, 4]: x, y, polarity, time in us, in order of time."""
    rng = np.random.default_rng(seed)
    scene = scenes(n, rng)
    threshold = np.clip(rng.normal(0.55, 0.03, (n, SIZE, SIZE)), 0.4, None)
    before = brightness(scene, 0)
    reference = before + threshold * rng.uniform(-0.5, 0.5, (n, SIZE, SIZE))  # left by what was there earlier
    found = []
    for ms in range(DURATION):
        now = brightness(scene, ms + 1)
        change = np.where(now == before, 1.0, now - before)
        for polarity, sign in ((0, -1.0), (1, 1.0)):
            level = reference + sign * threshold
            which = np.nonzero(sign * (now - level) > 0)
            reference[which] = level[which]
            # when within this millisecond the brightness crossed the level, and some delay of the pixel's circuit
            part = np.clip((level[which] - before[which]) / change[which], 0, 1)
            us = 1000 * (ms + part) + rng.exponential(200, len(part))
            found.append(np.stack([which[0], which[2], which[1], np.full(len(part), polarity), us], axis=1))
        before = now
    noise = rng.poisson(1.0 * DURATION / 1000 * SIZE * SIZE, n)  # 1 Hz a pixel
    sample = np.repeat(np.arange(n), noise)
    found.append(np.stack([sample, rng.integers(0, SIZE, len(sample)), rng.integers(0, SIZE, len(sample)),
                           rng.integers(0, 2, len(sample)), rng.uniform(0, 1000 * DURATION, len(sample))], axis=1))
    events = np.concatenate(found).astype(np.int64)
    events = events[events[:, 4] < 1000 * DURATION]
    events = events[np.lexsort((events[:, 1], events[:, 2], events[:, 4], events[:, 0]))]
    parts = np.split(events[:, 1:], np.searchsorted(events[:, 0], np.arange(1, n)))
    return scene["label"], parts


def frames(events, bin_us):
    """Counts [steps, 2, SIZE, SIZE] of one recording; as `phasorc run --bin` makes them."""
    steps = DURATION * 1000 // bin_us
    out = np.zeros((steps, 2, SIZE, SIZE), np.float32)
    np.add.at(out, (events[:, 3] // bin_us, events[:, 2], events[:, 1], events[:, 0]), 1)
    return out


def write_nmnist(path, events):
    """The file format of N-MNIST: 5 bytes an event: x, y, then the polarity above 23 bits of time in us."""
    with open(path, "wb") as file:
        for x, y, polarity, us in events.tolist():
            file.write(bytes([x, y, polarity << 7 | us >> 16, us >> 8 & 0xFF, us & 0xFF]))
