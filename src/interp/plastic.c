/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Plastic synapses, word for word as src/synapses/plasticity.h defines them: all loops run over all
 * synapses. */
#include "interp/run.h"

#include <math.h>
#include <string.h>

static float clip(const phs_plasticity *p, float w) {
  float least = w < p->w_min ? p->w_min : w;
  return least > p->w_max ? p->w_max : least;
}

static float fade(float decay, float trace) {
  float left = decay * trace;
  return fabsf(left) < PHS_TRACE_LEAST ? 0.0F : left;
}

phs_plastic_run *phs_plastic_run_create(phs_arena *arena, const phs_net *net, const phs_op *op,
                                        phs_diag *diag) {
  const phs_projection *p = &op->synapses.projection[0];
  phs_plastic_run *run = PHS_NEW(arena, phs_plastic_run);
  if (!run) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the synapses '%s'", op->name);
    return NULL;
  }
  if (!phs_synapse_table_make(arena, net, p, true, &run->table, diag)) {
    return NULL;
  }
  size_t sources = run->table.sources;
  run->synapses = run->table.first[sources];
  run->delay = (size_t)run->table.delay_low;
  run->w = PHS_NEW_ARRAY(arena, float, run->synapses);
  run->e = PHS_NEW_ARRAY(arena, float, run->synapses);
  run->P = PHS_NEW_ARRAY(arena, float, sources);
  run->Q = PHS_NEW_ARRAY(arena, float, phs_shape_count(&op->shape));
  run->past = phs_arena_array(arena, run->delay, sources * sizeof *run->past);
  if (!run->w || !run->e || !run->P || !run->Q || !run->past) {
    phs_synapse_table_too_large(net, p, (double)run->synapses, diag);
    return NULL;
  }
  memcpy(run->w, run->table.weight, run->synapses * sizeof *run->w);
  return run;
}

void phs_plastic_run_reset(phs_plastic_run *run, size_t targets) {
  size_t sources = run->table.sources;
  memcpy(run->w, run->table.weight, run->synapses * sizeof *run->w);
  memset(run->e, 0, run->synapses * sizeof *run->e);
  memset(run->P, 0, sources * sizeof *run->P);
  memset(run->Q, 0, targets * sizeof *run->Q);
  memset(run->past, 0, run->delay * sources * sizeof *run->past);
}

/* What one arriving spike does to its synapses: it is delivered, then follows the targets' spikes.
 */
static void arrive_one(phs_plastic_run *run, const phs_plasticity *p, size_t i, float x, float *y) {
  for (size_t k = run->table.first[i]; k < run->table.first[i + 1]; k++) {
    uint32_t j = run->table.target[k];
    y[j] = y[j] + run->w[k] * x;
    if (p->kind == PHS_PLASTICITY_RSTDP) {
      run->e[k] = run->e[k] - p->a_minus * run->Q[j];
    } else {
      float a = p->mu_minus ? p->a_minus * run->w[k] : p->a_minus;
      run->w[k] = clip(p, run->w[k] - a * run->Q[j]);
    }
  }
  run->P[i] = run->P[i] + 1.0F;
}

void phs_plastic_run_arrive(phs_plastic_run *run, const phs_plasticity *p, uint64_t step,
                            const float *init, float *y, size_t targets) {
  size_t sources = run->table.sources;
  for (size_t i = 0; i < sources; i++) {
    run->P[i] = fade(p->decay_plus, run->P[i]);
  }
  for (size_t j = 0; j < targets; j++) {
    run->Q[j] = fade(p->decay_minus, run->Q[j]);
    y[j] = 0.0F;
  }
  const float *x = run->past + (size_t)(step % run->delay) * sources;
  for (size_t i = 0; i < sources; i++) {
    if (x[i] != 0.0F) {
      arrive_one(run, p, i, x[i], y);
    }
  }
  for (size_t j = 0; init && j < targets; j++) {
    y[j] = init[j] + y[j];
  }
}

/* The targets' spikes follow what arrived before. */
static void follow(phs_plastic_run *run, const phs_plasticity *p, const phs_quantity *z) {
  for (size_t i = 0; i < run->table.sources; i++) {
    for (size_t k = run->table.first[i]; k < run->table.first[i + 1]; k++) {
      if (phs_quantity_at(z, run->table.target[k]) == 0.0F) {
        continue;
      }
      if (p->kind == PHS_PLASTICITY_RSTDP) {
        run->e[k] = run->e[k] + p->a_plus * run->P[i];
      } else {
        float a = p->mu_plus ? p->a_plus * (p->w_max - run->w[k]) : p->a_plus;
        run->w[k] = clip(p, run->w[k] + a * run->P[i]);
      }
    }
  }
  for (size_t j = 0; j < z->count; j++) {
    if (phs_quantity_at(z, j) != 0.0F) {
      run->Q[j] = run->Q[j] + 1.0F;
    }
  }
}

void phs_plastic_run_learn(phs_plastic_run *run, const phs_plasticity *p, uint64_t step,
                           const phs_quantity *x, const phs_quantity *z, float reward) {
  follow(run, p, z);
  for (size_t k = 0; p->kind == PHS_PLASTICITY_RSTDP && k < run->synapses; k++) {
    if (reward != 0.0F) {
      run->w[k] = clip(p, run->w[k] + (p->rate * reward) * run->e[k]);
    }
    run->e[k] = fade(p->decay_e, run->e[k]);
  }
  float *past = run->past + (size_t)(step % run->delay) * run->table.sources;
  for (size_t i = 0; i < run->table.sources; i++) {
    past[i] = phs_quantity_at(x, i);
  }
}
