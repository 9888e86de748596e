/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file graph.h  Work graphs by hand, for tests and benchmarks: populations, then projections
 * between them, then graph_end(). Everything is the arena's; without memory the program ends. */
#ifndef TESTS_GRAPH_H
#define TESTS_GRAPH_H

#include "map/work.h"
#include "synapses/rows.h"

#include <stdlib.h>
#include <string.h>

enum { GRAPH_ROOM = 8192 };

static inline void *graph_need(void *p) {
  if (!p) {
    abort();
  }
  return p;
}

static inline phs_work *graph_begin(void) {
  phs_arena *arena = graph_need(phs_arena_create());
  phs_work *w = graph_need(PHS_NEW(arena, phs_work));
  w->arena = arena;
  w->name = "graph";
  w->population = graph_need(PHS_NEW_ARRAY(arena, phs_population, GRAPH_ROOM));
  w->projection = graph_need(PHS_NEW_ARRAY(arena, phs_work_projection, 4 * GRAPH_ROOM));
  return w;
}

/** @return its index */
static inline uint32_t graph_population(phs_work *w, phs_population_kind kind, uint32_t channels,
                                        uint32_t height, uint32_t width, float rate) {
  uint32_t i = w->population_count++;
  float *r = graph_need(PHS_NEW(w->arena, float));
  *r = rate;
  w->population[i] = (phs_population){
      .name = graph_need(phs_arena_printf(w->arena, "p%u", i)),
      .op = -1,
      .kind = kind,
      .count = channels * height * width,
      .dim = {channels, height, width},
      .rate = r,
      .rate_count = 1,
      .state_count = 1,
      .receptor_count = 1,
      .format_count = 1,
      .threshold_count = 1,
  };
  return i;
}

static inline phs_work_projection *graph_projection(phs_work *w, uint32_t source, uint32_t target,
                                                    phs_wiring wiring) {
  uint32_t i = w->projection_count++;
  w->projection[i] = (phs_work_projection){
      .name = graph_need(phs_arena_printf(w->arena, "p%u_p%u_%u", source, target, i)),
      .op = -1,
      .source = source,
      .target = target,
      .wiring = wiring,
      .delay_least = 1,
      .delay_most = 1,
      .exact = true,
      .weight_bits = 8,
      .mixed_sign = true,
  };
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    w->projection[i].window[d] = (phs_window_axis){.divide = 1, .taps = 1, .step = 1};
  }
  return &w->projection[i];
}

/** Each target from all sources. */
static inline phs_work_projection *graph_dense(phs_work *w, uint32_t source, uint32_t target) {
  phs_work_projection *p = graph_projection(w, source, target, PHS_WIRING_WINDOW);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    p->window[d].taps = w->population[source].dim[d];
  }
  p->synapses = (double)w->population[source].count * w->population[target].count;
  p->kernel_weights = (uint32_t)p->synapses;
  return p;
}

/** Neuron i from neuron i; equal grids. */
static inline phs_work_projection *graph_one_to_one(phs_work *w, uint32_t source, uint32_t target) {
  phs_work_projection *p = graph_projection(w, source, target, PHS_WIRING_WINDOW);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    p->window[d].stride = 1;
  }
  p->synapses = w->population[source].count;
  p->kernel_weights = w->population[source].count;
  return p;
}

/** A square convolution over all channels, @p pad on each side. The target's grid has to agree. */
static inline phs_work_projection *graph_conv(phs_work *w, uint32_t source, uint32_t target,
                                              uint32_t kernel, int64_t stride, int64_t pad) {
  phs_work_projection *p = graph_projection(w, source, target, PHS_WIRING_WINDOW);
  const phs_population *s = &w->population[source], *t = &w->population[target];
  p->shared = true;
  p->kernel_weights = t->dim[0] * s->dim[0] * kernel * kernel;
  p->window[0].taps = s->dim[0];
  double pairs = (double)s->dim[0] * t->dim[0];
  for (int d = 1; d < PHS_MAP_RANK; d++) {
    p->window[d] =
        (phs_window_axis){.divide = 1, .stride = stride, .offset = -pad, .taps = kernel, .step = 1};
    double n = 0;
    for (int64_t y = 0; y < t->dim[d]; y++) {
      for (int64_t k = 0; k < kernel; k++) {
        int64_t at = y * stride - pad + k;
        n += at >= 0 && at < s->dim[d];
      }
    }
    pairs *= n;
  }
  p->synapses = pairs;
  return p;
}

static inline phs_work_projection *graph_recipe(phs_work *w, uint32_t source, uint32_t target,
                                                phs_recipe recipe) {
  phs_work_projection *p = graph_projection(w, source, target, PHS_WIRING_RECIPE);
  phs_recipe *r = graph_need(PHS_NEW(w->arena, phs_recipe));
  *r = recipe;
  r->source_count = w->population[source].count;
  r->target_count = w->population[target].count;
  r->same_population = source == target;
  p->recipe = r;
  p->synapses = phs_recipe_expected(r);
  return p;
}

/** @p list borrowed */
static inline phs_work_projection *graph_list(phs_work *w, uint32_t source, uint32_t target,
                                              phs_csr list) {
  phs_work_projection *p = graph_projection(w, source, target, PHS_WIRING_LIST);
  p->list = list;
  p->synapses = (double)list.row[w->population[source].count];
  return p;
}

/** Sums and the index of projections by population. */
static inline void graph_end(phs_work *w) {
  uint32_t *in = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, w->projection_count));
  uint32_t *out = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, w->projection_count));
  for (uint32_t i = 0; i < w->projection_count; i++) {
    w->population[w->projection[i].target].in_count++;
    w->population[w->projection[i].source].out_count++;
    w->synapses += w->projection[i].synapses;
  }
  uint32_t a = 0, b = 0;
  for (uint32_t i = 0; i < w->population_count; i++) {
    phs_population *p = &w->population[i];
    p->first_in = a;
    p->first_out = b;
    a += p->in_count;
    b += p->out_count;
    p->in_count = p->out_count = 0;
    w->neurons += p->kind == PHS_POPULATION_INPUT ? 0 : p->count;
  }
  for (uint32_t i = 0; i < w->projection_count; i++) {
    phs_population *s = &w->population[w->projection[i].source];
    phs_population *t = &w->population[w->projection[i].target];
    in[t->first_in + t->in_count++] = i;
    out[s->first_out + s->out_count++] = i;
  }
  w->in = in;
  w->out = out;
}

static inline void graph_free(phs_work *w) {
  if (w) {
    phs_arena_destroy(w->arena);
  }
}

#endif
