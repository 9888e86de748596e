/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The coarser graph of clusters. A cluster keeps its heaviest neighbours alone: what is left out is
 * noise to clustering, and a network without structure costs no more than one with. */
#include "map/hyper_table.h"

enum { CHUNK = 64, VISITS = 4096, LEAST_VISITS = 24, ROOM = 4 * VISITS };

typedef struct edge {
  float weight;
  uint32_t to;
} edge;

typedef struct contracting {
  const phs_hyper_level *fine;
  phs_hyper_level *coarse;
  phs_hyper_table *table; /* [jobs] */
  edge *edge;             /* [jobs * ROOM] */
} contracting;

static bool heavier(edge a, edge b) {
  return a.weight > b.weight || (a.weight == b.weight && a.to < b.to);
}

/* The @p k heaviest come first: quickselect; the order is total, so the set is determined. */
static void select_heaviest(edge *e, uint32_t n, uint32_t k) {
  uint32_t low = 0, high = n;
  while (high - low > 1 && k > low && k < high) {
    edge pivot = e[low + (high - low - 1) / 2];
    uint32_t i = low, j = high - 1;
    for (;;) {
      while (heavier(e[i], pivot)) {
        i++;
      }
      while (heavier(pivot, e[j])) {
        j--;
      }
      if (i >= j) {
        break;
      }
      edge swap = e[i];
      e[i++] = e[j];
      e[j--] = swap;
    }
    if (k <= j + 1) {
      high = j + 1;
    } else {
      low = j + 1;
    }
  }
}

static void sort_edges(edge *e, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    edge x = e[i];
    uint32_t k = i;
    for (; k > 0 && heavier(x, e[k - 1]); k--) {
      e[k] = e[k - 1];
    }
    e[k] = x;
  }
}

/* The heaviest @p most neighbours of cluster i. Those of the least weight are noise: which of them
 * are kept, where there is room, is left to the order of visits. @return how many */
static uint32_t keep_heaviest(const phs_hyper_table *t, uint32_t i, uint32_t most, edge *e) {
  float least = INFINITY;
  uint32_t n = 0;
  for (uint32_t k = 0; k < t->count; k++) {
    least = t->key[t->used[k]] != i ? fminf(least, t->value[t->used[k]]) : least;
  }
  least *= 1.5f;
  for (uint32_t k = 0; k < t->count; k++) {
    float weight = t->value[t->used[k]];
    if (weight > least && t->key[t->used[k]] != i) {
      e[n++] = (edge){weight, t->key[t->used[k]]};
    }
  }
  if (n > most) {
    select_heaviest(e, n, most);
    n = most;
  }
  for (uint32_t k = 0; k < t->count && n < most; k++) {
    float weight = t->value[t->used[k]];
    if (weight <= least && t->key[t->used[k]] != i) {
      e[n++] = (edge){weight, t->key[t->used[k]]};
    }
  }
  sort_edges(e, n);
  return n;
}

static void contract_clusters(void *user, size_t first, size_t end, int thread) {
  contracting *c = user;
  phs_hyper_table *t = &c->table[thread];
  edge *e = c->edge + (size_t)thread * ROOM;
  const phs_hyper_level *f = c->fine;
  for (size_t i = first; i < end; i++) {
    uint32_t members = f->member_row[i + 1] - f->member_row[i];
    uint32_t visits = VISITS / members > LEAST_VISITS ? VISITS / members : LEAST_VISITS;
    uint64_t degree = 0;
    for (uint32_t m = f->member_row[i]; m < f->member_row[i + 1]; m++) {
      phs_hyper_bring(f, f->member, m, f->count);
      degree += phs_hyper_degree(f, f->member[m]);
    }
    phs_hyper_table_fit(t, degree);
    for (uint32_t m = f->member_row[i]; m < f->member_row[i + 1]; m++) {
      phs_hyper_visit(f, f->member[m], f->cluster, visits, t);
    }
    uint32_t kept = keep_heaviest(t, (uint32_t)i, c->coarse->stride, e);
    phs_hyper_table_clear(t);
    c->coarse->degree[i] = kept;
    for (uint32_t k = 0; k < kept; k++) {
      c->coarse->neighbour[i * c->coarse->stride + k] = e[k].to;
      c->coarse->weight[i * c->coarse->stride + k] = e[k].weight;
    }
  }
}

/* Clusters from 0 without gaps, in the order of their first vertices. */
static uint32_t number_clusters(phs_hyper_level *level, const uint32_t *label, phs_arena *arena) {
  uint32_t *number = PHS_HYPER_ARRAY(arena, uint32_t, level->count), next = 0;
  level->cluster = PHS_HYPER_ARRAY(arena, uint32_t, level->count);
  if (!number || !level->cluster) {
    return PHS_HYPER_NONE;
  }
  for (uint32_t v = 0; v < level->count; v++) {
    if (number[label[v]] == 0) {
      number[label[v]] = ++next;
    }
    level->cluster[v] = number[label[v]] - 1;
  }
  return next;
}

static bool sum_loads(const phs_hyper_level *fine, phs_hyper_level *coarse, phs_arena *arena) {
  size_t dims = (size_t)fine->dims;
  float *load = PHS_HYPER_ARRAY(arena, float, coarse->count *dims);
  for (uint32_t v = 0; load && v < fine->count; v++) {
    for (size_t d = 0; d < dims; d++) {
      load[fine->cluster[v] * dims + d] += fine->load[v * dims + d];
    }
  }
  coarse->load = load;
  return load != NULL;
}

bool phs_hyper_contract(phs_hyper_level *level, const uint32_t *label, int jobs, phs_arena *arena,
                        phs_hyper_level *coarse) {
  phs_arena *own = phs_arena_create();
  uint32_t n = own ? number_clusters(level, label, arena) : PHS_HYPER_NONE;
  *coarse = (phs_hyper_level){.count = n, .dims = level->dims};
  bool ok =
      n != PHS_HYPER_NONE &&
      phs_hyper_group(level->cluster, level->count, n, arena, &level->member_row, &level->member) &&
      sum_loads(level, coarse, arena);
  if (ok) {
    coarse->stride = n < level->count / 8 || (n < 200000 && level->co_pins == 0) ? 64
                     : n < level->count / 3                                      ? 32
                                                                                 : 16;
    size_t cells = (size_t)n * coarse->stride, threads = (size_t)phs_hyper_jobs(jobs);
    contracting c = {.fine = level, .coarse = coarse};
    coarse->degree = PHS_HYPER_ARRAY(arena, uint32_t, n);
    coarse->neighbour = PHS_HYPER_ARRAY(arena, uint32_t, cells);
    coarse->weight = PHS_HYPER_ARRAY(arena, float, cells);
    c.table = PHS_HYPER_ARRAY(own, phs_hyper_table, threads);
    c.edge = PHS_HYPER_ARRAY(own, edge, threads * ROOM);
    ok = coarse->degree && coarse->neighbour && coarse->weight && c.table && c.edge;
    for (size_t j = 0; ok && j < threads; j++) {
      ok = phs_hyper_table_create(&c.table[j], ROOM / 2, own);
    }
    if (ok) {
      phs_parallel((int)threads, n, CHUNK, contract_clusters, &c);
    }
  }
  phs_arena_destroy(own);
  return ok;
}
