/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What parts take, and what a partition costs. */
#include "map/hyper_internal.h"

#include <stdlib.h>

double phs_hyper_cost(const phs_hypergraph *h, const uint32_t *part) {
  uint32_t parts = 0;
  for (uint32_t v = 0; v < h->vertex_count; v++) {
    parts = part[v] >= parts ? part[v] + 1 : parts;
  }
  uint32_t *seen = calloc((size_t)parts + 1, sizeof *seen); /* by net, from 1 */
  if (!seen) {
    return NAN;
  }
  double cost = 0;
  for (uint32_t e = 0; e < h->net_count; e++) {
    uint32_t source = phs_hyper_source(h, e), away = 0;
    if (source != PHS_NO_VERTEX) {
      seen[part[source]] = e + 1;
    }
    for (uint64_t i = h->row[e]; i < h->row[e + 1]; i++) {
      uint32_t p = part[h->pin[i]];
      away += seen[p] != e + 1;
      seen[p] = e + 1;
    }
    cost += phs_hyper_weight(h, e) * away;
  }
  free(seen);
  return cost;
}

enum { CHUNK = 4096 };

typedef struct counting {
  const phs_hypergraph *g;
  const uint32_t *part;
  uint32_t parts;
  uint32_t *seen;   /* [jobs * parts] last net, from 1 */
  double *in, *out; /* [jobs * parts] */
  double *cost;     /* [chunks]: summed in order */
} counting;

static void count_nets(void *user, size_t first, size_t end, int thread) {
  counting *c = user;
  const phs_hypergraph *g = c->g;
  const uint32_t *part = c->part;
  size_t own = (size_t)thread * c->parts;
  uint32_t *seen = c->seen + own;
  double *in = c->in + own, cost = 0;
  for (size_t e = first; e < end; e++) {
    double neurons = phs_hyper_neurons(g, (uint32_t)e);
    uint32_t stamp = (uint32_t)e + 1, spread = 0;
    for (uint64_t i = g->row[e]; i < g->row[e + 1]; i++) {
      uint32_t p = part[g->pin[i]];
      if (seen[p] != stamp) {
        seen[p] = stamp;
        in[p] += neurons;
        spread++;
      }
    }
    uint32_t source = phs_hyper_source(g, (uint32_t)e), away = spread;
    if (source != PHS_NO_VERTEX) {
      c->out[own + part[source]] += neurons * spread;
      away -= seen[part[source]] == stamp;
    }
    cost += phs_hyper_weight(g, (uint32_t)e) * away;
  }
  c->cost[first / CHUNK] = cost;
}

bool phs_hyper_count(const phs_hypergraph *g, const uint32_t *part, uint32_t parts, int jobs,
                     phs_arena *arena, phs_hyper_use *out) {
  size_t threads = (size_t)phs_hyper_jobs(jobs), cells = threads * parts;
  size_t chunks = (size_t)g->net_count / CHUNK + 1;
  int dims = g->dims;
  counting c = {.g = g, .part = part, .parts = parts};
  c.seen = PHS_NEW_ARRAY(arena, uint32_t, cells);
  c.in = PHS_NEW_ARRAY(arena, double, cells);
  c.out = PHS_NEW_ARRAY(arena, double, cells);
  c.cost = PHS_NEW_ARRAY(arena, double, chunks);
  *out = (phs_hyper_use){.parts = parts, .in = c.in, .out = c.out};
  out->load = PHS_NEW_ARRAY(arena, double, (size_t)parts *(size_t)dims);
  if (!c.seen || !c.in || !c.out || !c.cost || !out->load) {
    return false;
  }
  phs_parallel((int)threads, g->net_count, CHUNK, count_nets, &c);
  for (size_t i = parts; i < cells; i++) { /* whole numbers: the order changes no sum */
    c.in[i % parts] += c.in[i];
    c.out[i % parts] += c.out[i];
  }
  for (size_t i = 0; i < chunks; i++) {
    out->cost += c.cost[i];
  }
  for (uint32_t v = 0; v < g->vertex_count && dims > 0; v++) {
    phs_hyper_shift(out->load + (size_t)part[v] * (size_t)dims, g->load + (size_t)v * (size_t)dims,
                    1.0, dims);
  }
  return true;
}

uint32_t phs_hyper_exceeded(const phs_hypergraph *g, const phs_hyper_limits *limits,
                            const phs_hyper_use *use, uint32_t first, int *dimension) {
  int dims = g->dims;
  for (uint32_t p = first; p < use->parts; p++) {
    for (int d = 0; d < dims; d++) {
      if (use->load[(size_t)p * (size_t)dims + (size_t)d] > limits->capacity[d]) {
        *dimension = d;
        return p;
      }
    }
    if (use->in[p] > limits->axons_in || use->out[p] > limits->axons_out) {
      *dimension = use->in[p] > limits->axons_in ? dims : dims + 1;
      return p;
    }
  }
  return PHS_HYPER_NONE;
}

uint32_t phs_hyper_renumber(uint32_t count, uint32_t *part, uint32_t parts, phs_arena *arena) {
  uint32_t *number = PHS_NEW_ARRAY(arena, uint32_t, parts);
  if (!number) {
    return PHS_HYPER_NONE;
  }
  for (uint32_t v = 0; v < count; v++) {
    number[part[v]] = 1;
  }
  uint32_t next = 0;
  for (uint32_t p = 0; p < parts; p++) {
    number[p] = number[p] ? next++ : PHS_HYPER_NONE;
  }
  for (uint32_t v = 0; v < count; v++) {
    part[v] = number[part[v]];
  }
  return next;
}
