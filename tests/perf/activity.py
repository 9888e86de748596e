# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is measured of spike trains, the same for Phasor and its peers. Needs numpy."""
import numpy


def measures(times, senders, neurons, start, stop, width=3.0):
    """Of the spikes with start <= time < stop (ms) of `neurons` neurons (senders from 0): the mean rate (1/s), the mean
    coefficient of variation of the intervals of the neurons with at least three spikes, and synchrony: the variance of the
    number of spikes in windows of 3 ms, over its mean (Potjans & Diesmann 2014). The same as in phasorc's summary."""
    times, senders = numpy.asarray(times, float), numpy.asarray(senders, int)
    inside = (times >= start) & (times < stop)
    times, senders = times[inside], senders[inside]
    order = numpy.lexsort((times, senders))
    t, s = times[order], senders[order]
    gaps, owner = numpy.diff(t)[numpy.diff(s) == 0], s[1:][numpy.diff(s) == 0]
    count = numpy.bincount(owner, minlength=neurons)
    several = count >= 2
    mean = numpy.bincount(owner, gaps, neurons)[several] / count[several]
    square = numpy.bincount(owner, gaps**2, neurons)[several] / count[several]
    cv = numpy.sqrt(numpy.maximum(square - mean**2, 0)) / mean
    windows = max(int((stop - start) / width), 1)
    histogram = numpy.histogram(times, windows, (start, start + windows * width))[0]
    return {
        "neurons": neurons,
        "spikes": int(times.size),
        "rate": times.size / neurons / (stop - start) * 1e3,
        "cv": float(cv.mean()) if cv.size else None,
        "synchrony": float(histogram.var() / histogram.mean()) if histogram.any() else None,
    }
