/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Loads of atoms, in each capacity that limits anything. What a core takes is not the sum over its
 * atoms where they share kernels, axons or formats: an atom then counts as its share of a core that
 * is full of its population.
 */
#include "map/format.h"
#include "map/partition_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const phs_capacity loaded[PHS_HYPER_DIMS] = {
    PHS_CAPACITY_NEURONS,           PHS_CAPACITY_SYNAPSES,
    PHS_CAPACITY_SYNAPSE_BITS,      PHS_CAPACITY_COMPARTMENT_FORMATS,
    PHS_CAPACITY_THRESHOLD_FORMATS, PHS_CAPACITY_SYNAPSE_FORMATS,
    PHS_CAPACITY_DATA_BYTES,        PHS_CAPACITY_SHARED_BYTES,
};

double *phs_bits_per_synapse(const phs_work *w, const phs_machine *machine,
                             const phs_map *measured) {
  double *bits = calloc((size_t)w->projection_count + 1, sizeof *bits);
  double *synapses = calloc((size_t)w->projection_count + 1, sizeof *synapses);
  if (!bits || !synapses) {
    free(bits);
    free(synapses);
    return NULL;
  }
  if (measured) {
    for (uint64_t i = 0; i < measured->block_row[measured->slice_count]; i++) {
      const phs_block *b = &measured->block[i];
      bits[b->projection] += (double)b->bits;
      synapses[b->projection] += (double)b->synapses;
    }
  }
  for (uint32_t q = 0; q < w->projection_count; q++) {
    const phs_work_projection *p = &w->projection[q];
    if (synapses[q] > 0) {
      bits[q] /= synapses[q];
      continue;
    }
    phs_axon_class one = {.axons = 1, .synapses = 4};
    phs_synapse_format format;
    uint32_t targets = w->population[p->target].count;
    bits[q] = p->wiring == PHS_WIRING_LIST
                  ? (double)phs_synapse_choose_format(w, q, machine, targets, &one, 1, &format) / 4
                  : 0;
  }
  free(synapses);
  return bits;
}

typedef struct loader {
  const phs_atoms *a;
  phs_atom_graph *g;
  int dims;
  double shared;
  const double *bits_per_synapse;
} loader;

/* Capacities that all populations together do not exceed need not be watched. */
static int choose_dimensions(const phs_atoms *a, const phs_box *tile, phs_atom_graph *g) {
  double limit[PHS_CAPACITIES], sum[PHS_CAPACITIES] = {0}, use[PHS_CAPACITIES];
  phs_core_limits(a->machine, limit);
  for (uint32_t q = 0; q < a->work->population_count; q++) {
    if (a->first[q] < a->first[q + 1]) {
      phs_piece_use(a->work, a->machine, q, &tile[q], use);
      for (int c = 0; c < PHS_CAPACITIES; c++) {
        sum[c] += use[c];
      }
    }
  }
  int dims = 0;
  for (int i = 0; i < PHS_HYPER_DIMS; i++) {
    phs_capacity c = loaded[i];
    bool formats = c == PHS_CAPACITY_COMPARTMENT_FORMATS || c == PHS_CAPACITY_THRESHOLD_FORMATS ||
                   c == PHS_CAPACITY_SYNAPSE_FORMATS;
    if (isfinite(limit[c]) && (!formats || sum[c] > limit[c])) {
      g->dimension[dims] = c;
      g->limits.capacity[dims++] = limit[c];
    }
  }
  g->limits.axons_in = limit[PHS_CAPACITY_AXONS_IN];
  g->limits.axons_out = limit[PHS_CAPACITY_AXONS_OUT];
  uint64_t cores = a->machine->core_count;
  g->limits.most_parts = cores < UINT32_MAX ? (uint32_t)cores : UINT32_MAX - 1;
  return dims;
}

/* A tile's use over its neurons. Synapses of lists are not in it: they are counted. */
static void load_boxes(const loader *l, uint32_t population, const phs_box *tile) {
  double use[PHS_CAPACITIES] = {0}, neurons = (double)phs_box_count(tile);
  phs_box_use(l->a->work, l->a->machine, population, tile, use);
  for (uint32_t i = l->a->first[population]; i < l->a->first[population + 1]; i++) {
    double n = l->a->fine[population] ? 1 : (double)phs_box_count(&l->a->box[i]);
    for (int d = 0; d < l->dims; d++) {
      phs_capacity c = l->g->dimension[d];
      bool plain =
          c == PHS_CAPACITY_NEURONS || c == PHS_CAPACITY_SYNAPSES || c == PHS_CAPACITY_DATA_BYTES;
      double part =
          fmin(use[c] * n / fmax(neurons, 1) * (plain ? 1 : l->shared), l->g->limits.capacity[d]);
      l->g->load[(size_t)i * (size_t)l->dims + (size_t)d] = (float)part;
    }
  }
}

static int dimension_of(const loader *l, phs_capacity c) {
  for (int d = 0; d < l->dims; d++) {
    if (l->g->dimension[d] == c) {
      return d;
    }
  }
  return -1;
}

static void load_list(const loader *l, uint32_t projection) {
  const phs_work_projection *p = &l->a->work->projection[projection];
  uint32_t sources = l->a->work->population[p->source].count, base = l->a->first[p->target];
  double bits = l->bits_per_synapse[projection];
  double each[3] = {1, bits, bits / 8};
  int dim[3] = {dimension_of(l, PHS_CAPACITY_SYNAPSES), dimension_of(l, PHS_CAPACITY_SYNAPSE_BITS),
                dimension_of(l, PHS_CAPACITY_SHARED_BYTES)};
  for (int k = 0; k < 3; k++) {
    float *load = dim[k] >= 0 ? l->g->load + dim[k] : NULL;
    for (uint64_t s = 0; load && s < p->list.row[sources]; s++) {
      load[((size_t)base + p->list.target[s]) * (size_t)l->dims] += (float)each[k];
    }
  }
}

bool phs_atom_graph_load(phs_atom_graph *g, const phs_atoms *a, const phs_box *tile, double shared,
                         const double *bits_per_synapse) {
  free(g->load);
  loader l = {.a = a, .g = g, .shared = shared, .bits_per_synapse = bits_per_synapse};
  l.dims = choose_dimensions(a, tile, g);
  g->load = calloc((size_t)a->count * (size_t)l.dims + 1, sizeof *g->load);
  if (!g->load) {
    return false;
  }
  for (uint32_t q = 0; q < a->work->population_count; q++) {
    if (a->first[q] < a->first[q + 1]) {
      load_boxes(&l, q, &tile[q]);
    }
  }
  for (uint32_t q = 0; q < a->work->projection_count; q++) {
    if (a->work->projection[q].wiring == PHS_WIRING_LIST) {
      load_list(&l, q);
    }
  }
  g->h.dims = l.dims;
  g->h.load = g->load;
  return true;
}
