/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Nets: what the neurons of an atom send. Neurons of an atom that reach different atoms (those at
 * its borders, which neighbours need, too) are told apart: the boxes that targets need cut the atom
 * in cells, and each cell is a net. Neurons with listed synapses are a net each.
 *
 * Of recipes only expectations are known: how likely a neuron reaches a core that holds an atom.
 * The likelihoods of an atom's targets are taken in bands, each net with those above its band.
 */
#include "map/partition_nets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Beyond so many cells times targets a box is halved before its cells are looked at. */
enum { CELLS_AT_ONCE = 1 << 14, BANDS = 4 };
static const double band_from[BANDS] = {PHS_LEAST_LIKELY, 0.25, 0.5, 0.75};

bool phs_grow_array(void **array, uint64_t room, size_t size) {
  void *bigger = room < SIZE_MAX / size ? realloc(*array, (size_t)room * size) : NULL;
  if (bigger) {
    *array = bigger;
  }
  return bigger != NULL;
}

static void reserve_pins(phs_net_builder *b, uint64_t more) {
  if (b->pins + more > b->most_pins) {
    b->too_many = true;
  } else if (b->pins + more > b->pin_room) {
    uint64_t room = b->pin_room + b->pin_room / 2 + more + 1024;
    if (phs_grow_array((void **)&b->g->pin, room, sizeof *b->g->pin)) {
      b->pin_room = room;
    } else {
      b->no_memory = true;
    }
  }
}

static void reserve_net(phs_net_builder *b) {
  if (b->nets < b->net_room) {
    return;
  }
  uint64_t room = (uint64_t)b->net_room + b->net_room / 2 + 1024;
  phs_atom_graph *g = b->g;
  if (room >= UINT32_MAX) {
    b->too_many = true;
  } else if (phs_grow_array((void **)&g->row, room + 1, sizeof *g->row) &&
             phs_grow_array((void **)&g->source, room, sizeof *g->source) &&
             phs_grow_array((void **)&g->neurons, room, sizeof *g->neurons) &&
             phs_grow_array((void **)&g->weight, room, sizeof *g->weight)) {
    b->net_room = (uint32_t)room;
  } else {
    b->no_memory = true;
  }
}

static bool failed(const phs_net_builder *b) {
  return b->no_memory || b->too_many;
}

static void begin_net(phs_net_builder *b) {
  b->stamp++;
  reserve_net(b);
  if (!failed(b)) {
    b->g->row[b->nets] = b->pins;
  }
}

static inline void add_pin(phs_net_builder *b, uint32_t atom) {
  if (b->mark[atom] != b->stamp) {
    b->mark[atom] = b->stamp;
    b->g->pin[b->pins++] = atom;
  }
}

/* What comes from outside costs next to nothing, but is better taken once. */
#define OUTSIDE_WEIGHT 0.01

static void end_net(phs_net_builder *b, uint32_t source, double weight, double neurons) {
  phs_atom_graph *g = b->g;
  if (b->pins == g->row[b->nets]) {
    return;
  }
  g->source[b->nets] = source;
  g->weight[b->nets] = (float)(source == PHS_NO_VERTEX ? OUTSIDE_WEIGHT * weight : weight);
  g->neurons[b->nets] = (uint32_t)fmax(1, ceil(neurons));
  b->nets++;
}

static bool covers(const phs_box *outer, const phs_box *inner) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    if (inner->low[d] < outer->low[d] || inner->high[d] > outer->high[d]) {
      return false;
    }
  }
  return true;
}

/* The nets of a cell, all of whose neurons reach the same: one, or one for each band. */
static void add_cell(phs_net_builder *b, uint32_t source, uint32_t population, const phs_box *cell,
                     bool banded) {
  double rate = phs_work_rate(b->w, population, cell), neurons = (double)phs_box_count(cell);
  for (int band = 0; band < (banded ? BANDS : 1) && !failed(b); band++) {
    begin_net(b);
    reserve_pins(b, b->reach_count);
    if (failed(b)) {
      return;
    }
    for (uint32_t i = 0; i < b->reach_count; i++) {
      const phs_reach *r = &b->reach[i];
      if ((double)r->likely >= band_from[band] && covers(&r->need, cell)) {
        add_pin(b, r->atom);
      }
    }
    double share = banded ? 1.0 / BANDS : 1;
    end_net(b, source, rate * share, neurons * share);
  }
}

static void halve(const phs_box *box, phs_box half[2]) {
  int longest = 0;
  for (int d = 1; d < PHS_MAP_RANK; d++) {
    if (box->high[d] - box->low[d] > box->high[longest] - box->low[longest]) {
      longest = d;
    }
  }
  half[0] = half[1] = *box;
  half[0].high[longest] = half[1].low[longest] =
      box->low[longest] + (box->high[longest] - box->low[longest]) / 2;
}

/* The nets of a box of a population; `source` is the atom that it lies in. */
static void add_box(phs_net_builder *b, uint32_t source, uint32_t population, const phs_box *box) {
  const phs_population *p = &b->w->population[population];
  bool banded = false;
  b->reach_count = 0;
  for (uint32_t i = 0; i < p->out_count && !failed(b); i++) {
    uint32_t q = b->w->out[p->first_out + i];
    if (b->w->projection[q].wiring != PHS_WIRING_LIST) {
      banded |= b->w->projection[q].wiring == PHS_WIRING_RECIPE;
      phs_reach_projection(b, q, box);
    }
  }
  if (failed(b) || b->reach_count == 0) {
    return;
  }
  uint32_t cut[PHS_MAP_RANK][PHS_REACH_CUTS], n[PHS_MAP_RANK];
  bool many = false;
  uint64_t cells = 1;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    n[d] = phs_reach_cuts(b, box, d, cut[d]);
    many |= n[d] == UINT32_MAX;
    cells *= many ? 1 : n[d] - 1;
  }
  if (phs_box_count(box) > 1 && (many || (cells > 1 && cells * b->reach_count > CELLS_AT_ONCE))) {
    phs_box half[2];
    halve(box, half);
    add_box(b, source, population, &half[0]);
    add_box(b, source, population, &half[1]);
    return;
  }
  for (uint32_t z = 0; z + 1 < n[0]; z++) {
    for (uint32_t y = 0; y + 1 < n[1]; y++) {
      for (uint32_t x = 0; x + 1 < n[2] && !failed(b); x++) {
        phs_box cell = {{cut[0][z], cut[1][y], cut[2][x]},
                        {cut[0][z + 1], cut[1][y + 1], cut[2][x + 1]}};
        add_cell(b, source, population, &cell, banded);
      }
    }
  }
}

static bool has_list_out(const phs_work *w, uint32_t population) {
  const phs_population *p = &w->population[population];
  for (uint32_t i = 0; i < p->out_count; i++) {
    if (w->projection[w->out[p->first_out + i]].wiring == PHS_WIRING_LIST) {
      return true;
    }
  }
  return false;
}

/* The net of one neuron: its listed targets, and what windows reach. Bands are not told apart:
 * likely targets are pins. */
static void add_neuron(phs_net_builder *b, uint32_t source, uint32_t population, uint32_t neuron,
                       bool others) {
  const phs_population *p = &b->w->population[population];
  uint64_t most = 0;
  b->reach_count = 0;
  for (uint32_t i = 0; i < p->out_count; i++) {
    uint32_t q = b->w->out[p->first_out + i];
    const phs_work_projection *r = &b->w->projection[q];
    if (r->wiring == PHS_WIRING_LIST) {
      most += r->list.row[neuron + 1] - r->list.row[neuron];
    } else if (others) {
      phs_tiling dims = {{p->dim[0], p->dim[1], p->dim[2]}};
      phs_box one = phs_tile(p, &dims, neuron);
      phs_reach_projection(b, q, &one);
    }
  }
  begin_net(b);
  reserve_pins(b, most + b->reach_count);
  if (failed(b)) {
    return;
  }
  for (uint32_t i = 0; i < p->out_count; i++) {
    const phs_work_projection *r = &b->w->projection[b->w->out[p->first_out + i]];
    if (r->wiring == PHS_WIRING_LIST) {
      uint32_t base = b->a->first[r->target];
      for (uint64_t s = r->list.row[neuron]; s < r->list.row[neuron + 1]; s++) {
        add_pin(b, base + r->list.target[s]);
      }
    }
  }
  for (uint32_t i = 0; i < b->reach_count; i++) {
    if ((double)b->reach[i].likely >= 0.5) {
      add_pin(b, b->reach[i].atom);
    }
  }
  double rate = (double)(p->rate_count > 1 ? p->rate[neuron] : p->rate[0]);
  end_net(b, source, rate, 1);
}

static void add_population(phs_net_builder *b, uint32_t population) {
  const phs_population *p = &b->w->population[population];
  bool input = p->kind == PHS_POPULATION_INPUT, listed = has_list_out(b->w, population);
  if (p->out_count == 0 || p->count == 0) {
    return;
  }
  if (listed) {
    bool others = false;
    for (uint32_t i = 0; i < p->out_count; i++) {
      others |= b->w->projection[b->w->out[p->first_out + i]].wiring != PHS_WIRING_LIST;
    }
    for (uint32_t i = 0; i < p->count && !failed(b); i++) {
      add_neuron(b, input ? PHS_NO_VERTEX : b->a->first[population] + i, population, i, others);
    }
    return;
  }
  if (input) {
    phs_box all = phs_box_all(p);
    add_box(b, PHS_NO_VERTEX, population, &all);
    return;
  }
  for (uint32_t i = b->a->first[population]; i < b->a->first[population + 1] && !failed(b); i++) {
    phs_box box = b->a->fine[population]
                      ? phs_tile(p, &b->a->grid[population], i - b->a->first[population])
                      : b->a->box[i];
    add_box(b, i, population, &box);
  }
}

/* What each atom of a window's target needs: once, for every source asks. */
static void find_needs(phs_net_builder *b) {
  for (uint32_t q = 0; q < b->w->projection_count && !b->no_memory; q++) {
    uint32_t t = b->w->projection[q].target;
    if (b->w->projection[q].wiring != PHS_WIRING_WINDOW || b->a->fine[t]) {
      continue;
    }
    uint32_t atoms = b->a->first[t + 1] - b->a->first[t];
    b->need[q] = malloc(((size_t)atoms + 1) * sizeof *b->need[q]);
    b->no_memory |= !b->need[q];
    for (uint32_t i = 0; b->need[q] && i < atoms; i++) {
      b->need[q][i] = phs_work_sources(b->w, q, &b->a->box[b->a->first[t] + i]);
    }
  }
}

static void find_per_core(const phs_atoms *a, const phs_box *tile, double *per_core) {
  for (uint32_t q = 0; q < a->work->population_count; q++) {
    double atoms = a->first[q + 1] - a->first[q], count = a->work->population[q].count;
    per_core[q] = atoms * (double)phs_box_count(&tile[q]) / fmax(count, 1);
  }
}

/* Most pins are those of lists: room for them at once. */
static void reserve_lists(phs_net_builder *b) {
  double synapses = 0;
  for (uint32_t q = 0; q < b->w->projection_count; q++) {
    const phs_work_projection *p = &b->w->projection[q];
    synapses += p->wiring == PHS_WIRING_LIST ? p->synapses : 0;
  }
  reserve_pins(b, (uint64_t)synapses + 1);
}

static phasor_status build_nets(const phs_atoms *a, const phs_box *tile, uint64_t most_pins,
                                phs_atom_graph *out) {
  const phs_work *w = a->work;
  double *per_core = calloc((size_t)w->population_count + 1, sizeof *per_core);
  phs_net_builder b = {.a = a, .w = w, .per_core = per_core, .g = out, .most_pins = most_pins};
  b.need = calloc((size_t)w->projection_count + 1, sizeof *b.need);
  b.mark = calloc((size_t)a->count + 1, sizeof *b.mark);
  b.no_memory = !per_core || !b.need || !b.mark;
  if (!b.no_memory) {
    find_per_core(a, tile, per_core);
    find_needs(&b);
    reserve_lists(&b);
    reserve_net(&b);
  }
  for (uint32_t q = 0; q < w->population_count && !failed(&b); q++) {
    add_population(&b, q);
  }
  if (!failed(&b)) {
    out->row[b.nets] = b.pins;
    out->h = (phs_hypergraph){.vertex_count = a->count,
                              .net_count = b.nets,
                              .row = out->row,
                              .pin = out->pin,
                              .source = out->source,
                              .weight = out->weight,
                              .neurons = out->neurons};
  }
  for (uint32_t q = 0; b.need && q < w->projection_count; q++) {
    free(b.need[q]);
  }
  free(b.need);
  free(b.mark);
  free(b.reach);
  free(per_core);
  return b.no_memory ? PHASOR_ERROR_INTERNAL : b.too_many ? PHASOR_ERROR_TARGET : PHASOR_OK;
}

void phs_atom_graph_free(phs_atom_graph *g) {
  free(g->row);
  free(g->pin);
  free(g->source);
  free(g->neurons);
  free(g->weight);
  free(g->load);
  *g = (phs_atom_graph){0};
}

phasor_status phs_atom_graph_create(const phs_atoms *a, const phs_box *tile, double shared,
                                    const double *bits_per_synapse, uint64_t most_pins,
                                    phs_atom_graph *out) {
  *out = (phs_atom_graph){0};
  phasor_status status = build_nets(a, tile, most_pins, out);
  if (status == PHASOR_OK && !phs_atom_graph_load(out, a, tile, shared, bits_per_synapse)) {
    status = PHASOR_ERROR_INTERNAL;
  }
  if (status != PHASOR_OK) {
    phs_atom_graph_free(out);
  }
  return status;
}
