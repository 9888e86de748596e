/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Parts made of vertices in order, and parts that exceed a limit cut into several. */
#include "map/hyper_internal.h"

uint32_t phs_hyper_cut(const phs_hypergraph *g, const phs_hyper_limits *limits, uint32_t *part) {
  double sum[PHS_HYPER_DIMS] = {0};
  uint32_t parts = 0;
  size_t dims = (size_t)g->dims;
  for (uint32_t v = 0; v < g->vertex_count; v++) {
    const float *load = g->load + v * dims;
    if (parts == 0 || !phs_hyper_fits(sum, load, limits->capacity, g->dims)) {
      parts++;
      memset(sum, 0, sizeof sum);
    }
    phs_hyper_shift(sum, load, 1.0, g->dims);
    part[v] = parts - 1;
  }
  return parts;
}

/* Cutting one part after the other. */
typedef struct cutting {
  const phs_hyper *h;
  const phs_hyper_limits *limits;
  double axons_out; /* that a piece is filled to */
  uint32_t *part;
  uint32_t parts;
  uint32_t *heard; /* [net_count]: last piece with a pin of the net, from 1 */
  uint32_t *seen;  /* [vertices]: by part, last look at a net, from 1 */
  uint32_t looks;
  uint32_t piece; /* ever begun */
  double load[PHS_HYPER_DIMS], in, out;
} cutting;

/* Axons out of v with the parts as they are. */
static double sent(cutting *c, uint32_t v) {
  const phs_hypergraph *g = &c->h->g;
  double sum = 0;
  for (uint32_t i = phs_hyper_out_begin(c->h, v); i < phs_hyper_out_end(c->h, v); i++) {
    uint32_t e = phs_hyper_out(c->h, i), spread = 0;
    c->looks++;
    for (uint64_t k = g->row[e]; k < g->row[e + 1]; k++) {
      uint32_t p = c->part[g->pin[k]];
      spread += c->seen[p] != c->looks;
      c->seen[p] = c->looks;
    }
    sum += phs_hyper_neurons(g, e) * spread;
  }
  return sum;
}

static double unheard(const cutting *c, uint32_t v) {
  double sum = 0;
  for (uint64_t i = c->h->in_row[v]; i < c->h->in_row[v + 1]; i++) {
    uint32_t e = c->h->in_net[i];
    sum += c->heard[e] != c->piece ? phs_hyper_neurons(&c->h->g, e) : 0;
  }
  return sum;
}

static void begin_piece(cutting *c) {
  c->piece++;
  memset(c->load, 0, sizeof c->load);
  c->in = c->out = 0;
}

/* The first piece keeps the part's number. */
static void cut_part(cutting *c, const uint32_t *vertex, uint32_t count) {
  const phs_hypergraph *g = &c->h->g;
  uint32_t number = c->part[vertex[0]];
  begin_piece(c);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t v = vertex[i];
    const float *load = g->load + (size_t)v * (size_t)g->dims;
    double in = unheard(c, v), out = sent(c, v);
    if (i > 0 && (!phs_hyper_fits(c->load, load, c->limits->capacity, g->dims) ||
                  c->in + in > c->limits->axons_in || c->out + out > c->axons_out)) {
      begin_piece(c);
      number = c->parts++;
      in = unheard(c, v);
    }
    phs_hyper_shift(c->load, load, 1.0, g->dims);
    c->in += in;
    c->out += out;
    for (uint64_t k = c->h->in_row[v]; k < c->h->in_row[v + 1]; k++) {
      c->heard[c->h->in_net[k]] = c->piece;
    }
    c->part[v] = number;
  }
  if (number == c->part[vertex[0]]) { /* sums of loads in another order may just fit */
    for (uint32_t i = count / 2; i < count; i++) {
      c->part[vertex[i]] = c->parts;
    }
    c->parts++;
  }
}

/* Vertices by part, each part in the given order. */
static bool sorted(const uint32_t *part, uint32_t parts, const uint32_t *order, uint32_t count,
                   phs_arena *arena, uint32_t **row, uint32_t **item) {
  if (!order) {
    return phs_hyper_group(part, count, parts, arena, row, item);
  }
  uint32_t *key = PHS_NEW_ARRAY(arena, uint32_t, count);
  if (!key) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    key[i] = part[order[i]];
  }
  if (!phs_hyper_group(key, count, parts, arena, row, item)) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    (*item)[i] = order[(*item)[i]];
  }
  return true;
}

/* Cuts each part that exceeds a limit. @return false without memory, or where a part of one vertex
 * exceeds one: the result says so. */
static bool cut_exceeded(cutting *c, const phs_hyper_use *use, const uint32_t *order,
                         phs_arena *arena, phs_hyper_result *result) {
  const phs_hypergraph *g = &c->h->g;
  uint32_t *row, *item;
  if (!sorted(c->part, c->parts, order, g->vertex_count, arena, &row, &item)) {
    return false;
  }
  int dimension;
  uint32_t p = phs_hyper_exceeded(g, c->limits, use, 0, &dimension);
  for (; p != PHS_HYPER_NONE; p = phs_hyper_exceeded(g, c->limits, use, p + 1, &dimension)) {
    if (row[p + 1] - row[p] < 2) {
      result->vertex = item[row[p]];
      result->dimension = dimension;
      return false;
    }
    cut_part(c, item + row[p], row[p + 1] - row[p]);
  }
  return true;
}

/* Rounds of cutting: pieces make nets of others reach more parts, which may exceed limits anew. */
static phasor_status cut_rounds(cutting *c, int jobs, const uint32_t *order, phs_arena *arena,
                                phs_hyper_use *use, phs_hyper_result *result) {
  const phs_hypergraph *g = &c->h->g;
  phasor_status status = PHASOR_OK;
  for (int round = 0, dimension;; round++) {
    phs_arena *own = phs_arena_create();
    if (!own) {
      return PHASOR_ERROR_INTERNAL;
    }
    /* cut below the limit, the more the longer it takes: others' pieces will add to it */
    c->axons_out = c->limits->axons_out * (round < 2 ? 1.0 : round < 8 ? 0.85 : 0.6);
    if (!cut_exceeded(c, use, order, own, result)) {
      status = result->vertex != PHS_NO_VERTEX ? PHASOR_ERROR_TARGET : PHASOR_ERROR_INTERNAL;
    } else if (c->parts > c->limits->most_parts) {
      result->parts = c->parts;
      result->dimension = -1;
      status = PHASOR_ERROR_TARGET;
    } else if (!phs_hyper_count(g, c->part, c->parts, jobs, arena, use)) {
      status = PHASOR_ERROR_INTERNAL;
    }
    phs_arena_destroy(own);
    if (status != PHASOR_OK ||
        phs_hyper_exceeded(g, c->limits, use, 0, &dimension) == PHS_HYPER_NONE) {
      return status;
    }
  }
}

phasor_status phs_hyper_split(const phs_hypergraph *g, const phs_hyper_limits *limits, int jobs,
                              const uint32_t *order, uint32_t *part, uint32_t *parts,
                              phs_hyper_result *result) {
  phs_arena *arena = phs_arena_create();
  phasor_status status = PHASOR_ERROR_INTERNAL;
  phs_hyper_use use;
  phs_hyper h;
  int dimension;
  if (!arena || !phs_hyper_count(g, part, *parts, jobs, arena, &use)) {
    goto cleanup;
  }
  status = PHASOR_OK;
  if (phs_hyper_exceeded(g, limits, &use, 0, &dimension) != PHS_HYPER_NONE) {
    cutting c = {.h = &h, .limits = limits, .part = part, .parts = *parts};
    status = PHASOR_ERROR_INTERNAL;
    c.heard = PHS_NEW_ARRAY(arena, uint32_t, g->net_count);
    c.seen = PHS_NEW_ARRAY(arena, uint32_t, (size_t)g->vertex_count + 1);
    if (c.heard && c.seen && phs_hyper_create(g, jobs, arena, &h)) {
      status = cut_rounds(&c, jobs, order, arena, &use, result);
      *parts = c.parts;
    }
  }
  if (status == PHASOR_OK && *parts > limits->most_parts) {
    result->parts = *parts;
    result->dimension = -1;
    status = PHASOR_ERROR_TARGET;
  }
  result->cost = use.cost;
cleanup:
  phs_arena_destroy(arena);
  return status;
}
