/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "vm/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t phs_synchrony_steps(double dt) {
  double steps = dt > 0 ? floor(PHS_SYNCHRONY_BIN / dt + 0.5) : 1;
  return steps >= 1e9 ? (size_t)1000000000 : steps >= 1 ? (size_t)steps : 1;
}

void phs_spike_sums_add(phs_spike_sums *to, const phs_spike_sums *more) {
  to->spikes += more->spikes;
  to->irregular += more->irregular;
  to->cv += more->cv;
  to->bins += more->bins;
  to->squares += more->squares;
  to->binned += more->binned;
}

double phs_spike_cv(const phs_spike_sums *s) {
  return s->irregular > 0 ? s->cv / s->irregular : NAN;
}

double phs_spike_synchrony(const phs_spike_sums *s) {
  if (!(s->binned > 0)) {
    return NAN;
  }
  double mean = s->binned / s->bins;
  double variance = s->squares / s->bins - mean * mean;
  return variance > 0 ? variance / mean : 0;
}

bool phs_spike_meter_create(phs_spike_meter *m, phs_record_type type, size_t neurons, size_t bin) {
  *m = (phs_spike_meter){.type = type, .neurons = neurons, .bin = bin};
  m->neuron = calloc(neurons ? neurons : 1, sizeof *m->neuron);
  return m->neuron != NULL;
}

void phs_spike_meter_reset(phs_spike_meter *m) {
  memset(m->neuron, 0, m->neurons * sizeof *m->neuron);
  m->step = 0;
  m->count = 0;
  m->sums = (phs_spike_sums){0};
}

/* @p count spikes of one neuron in this step: those after the first follow it at once. */
static void spike(phs_spike_meter *m, size_t i, uint32_t count) {
  phs_intervals *n = &m->neuron[i];
  if (n->spikes > 0) {
    uint64_t interval = m->step - n->last;
    n->sum += interval;
    n->squares += interval * interval;
  }
  n->last = m->step;
  n->spikes = n->spikes > UINT32_MAX - count ? UINT32_MAX : n->spikes + count;
  m->count += count;
}

/* Most neurons are silent in most steps: eight at a time are passed over. */
static void take_bytes(phs_spike_meter *m, const uint8_t *spikes) {
  size_t i = 0;
  for (; i + 8 <= m->neurons; i += 8) {
    uint64_t any;
    memcpy(&any, spikes + i, sizeof any);
    for (size_t k = i; any && k < i + 8; k++) {
      if (spikes[k]) {
        spike(m, k, spikes[k]);
      }
    }
  }
  for (; i < m->neurons; i++) {
    if (spikes[i]) {
      spike(m, i, spikes[i]);
    }
  }
}

static void take_counts(phs_spike_meter *m, const int32_t *spikes) {
  for (size_t i = 0; i < m->neurons; i++) {
    if (spikes[i] > 0) {
      spike(m, i, (uint32_t)spikes[i]);
    }
  }
}

void phs_spike_meter_take(phs_spike_meter *m, const void *spikes) {
  if (m->type == PHS_RECORD_U8) {
    take_bytes(m, spikes);
  } else if (m->type == PHS_RECORD_I32) {
    take_counts(m, spikes);
  }
  m->step++;
  if (m->step % m->bin == 0) {
    m->sums.bins++;
    m->sums.binned += m->count;
    m->sums.squares += m->count * m->count;
    m->sums.spikes += m->count;
    m->count = 0;
  }
}

void phs_spike_meter_end(phs_spike_meter *m, phs_spike_sums *out) {
  *out = m->sums;
  out->spikes += m->count;
  for (size_t i = 0; i < m->neurons; i++) {
    const phs_intervals *n = &m->neuron[i];
    if (n->spikes < 3) {
      continue;
    }
    double intervals = (double)(n->spikes - 1);
    double mean = (double)n->sum / intervals;
    double variance = (double)n->squares / intervals - mean * mean;
    out->irregular++;
    out->cv += mean > 0 && variance > 0 ? sqrt(variance) / mean : 0;
  }
}

void phs_spike_meter_free(phs_spike_meter *m) {
  free(m->neuron);
  *m = (phs_spike_meter){0};
}
