/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The graph of traffic between cores: flows of slices summed by core, and both directions. */
#include "base/parallel.h"
#include "map/place.h"

#include <stdlib.h>
#include <string.h>

enum { CORES_A_CHUNK = 512 };

typedef struct csr {
  uint64_t *row;
  uint32_t *core;
  float *weight;
} csr;

typedef struct scratch {
  double *sum;       /* [core_count], 0 between cores */
  uint32_t *touched; /* [core_count] */
} scratch;

typedef struct builder {
  const phs_map *m;
  uint32_t n;
  csr out;  /* directed, from each core */
  csr back; /* the same turned round */
  csr *both;
  scratch *of; /* each thread */
} builder;

static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* Sums what the slices of a core send to other cores. @return how many there are, ascending. */
static uint32_t gather(const builder *b, uint32_t core, const scratch *s) {
  const phs_map *m = b->m;
  const phs_core *c = &m->core[core];
  uint32_t count = 0;
  bool sorted = true;
  for (uint32_t i = 0; i < c->slice_count; i++) {
    uint32_t slice = m->slice_of[c->first_slice + i];
    for (uint64_t k = m->flows.row[slice]; k < m->flows.row[slice + 1]; k++) {
      uint32_t to = m->flows.core[k];
      double rate = (double)m->flows.rate[k];
      if (to == core || !(rate > 0)) {
        continue;
      }
      if (s->sum[to] == 0) {
        sorted = sorted && (count == 0 || s->touched[count - 1] < to);
        s->touched[count++] = to;
      }
      s->sum[to] += rate;
    }
  }
  if (!sorted) {
    qsort(s->touched, count, sizeof *s->touched, compare);
  }
  return count;
}

static void count_out(void *user, size_t first, size_t end, int thread) {
  builder *b = user;
  const scratch *s = &b->of[thread];
  for (size_t i = first; i < end; i++) {
    uint32_t count = gather(b, (uint32_t)i, s);
    b->out.row[i + 1] = count;
    for (uint32_t k = 0; k < count; k++) {
      s->sum[s->touched[k]] = 0;
    }
  }
}

static void fill_out(void *user, size_t first, size_t end, int thread) {
  builder *b = user;
  const scratch *s = &b->of[thread];
  for (size_t i = first; i < end; i++) {
    uint32_t count = gather(b, (uint32_t)i, s);
    uint64_t at = b->out.row[i];
    for (uint32_t k = 0; k < count; k++, at++) {
      b->out.core[at] = s->touched[k];
      b->out.weight[at] = (float)s->sum[s->touched[k]];
      s->sum[s->touched[k]] = 0;
    }
  }
}

/* Merges the rows of both directions; counts only where @p fill is false. */
static uint64_t merge(const builder *b, uint32_t i, bool fill, uint64_t at) {
  uint64_t o = b->out.row[i], oe = b->out.row[i + 1], k = b->back.row[i], ke = b->back.row[i + 1];
  while (o < oe || k < ke) {
    uint32_t x = o < oe ? b->out.core[o] : UINT32_MAX;
    uint32_t y = k < ke ? b->back.core[k] : UINT32_MAX;
    uint32_t to = x < y ? x : y;
    if (fill) {
      b->both->core[at] = to;
      b->both->weight[at] = (x == to ? b->out.weight[o] : 0) + (y == to ? b->back.weight[k] : 0);
    }
    o += x == to;
    k += y == to;
    at++;
  }
  return at;
}

static void count_both(void *user, size_t first, size_t end, int thread) {
  builder *b = user;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    b->both->row[i + 1] = merge(b, (uint32_t)i, false, 0);
  }
}

static void fill_both(void *user, size_t first, size_t end, int thread) {
  builder *b = user;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    merge(b, (uint32_t)i, true, b->both->row[i]);
  }
}

static void add_up(uint64_t *row, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    row[i + 1] += row[i];
  }
}

static bool allocate(csr *c, uint64_t entries) {
  size_t n = entries ? (size_t)entries : 1;
  c->core = malloc(n * sizeof *c->core);
  c->weight = malloc(n * sizeof *c->weight);
  return c->core && c->weight;
}

/* Rows by destination; sources ascend in each because they are met ascending. */
static bool turn(builder *b) {
  uint32_t n = b->n;
  uint64_t total = b->out.row[n];
  b->back.row = calloc((size_t)n + 2, sizeof *b->back.row);
  if (!b->back.row || !allocate(&b->back, total)) {
    return false;
  }
  uint64_t *next = b->back.row + 1; /* next[i] ends as the end of row i */
  for (uint64_t k = 0; k < total; k++) {
    next[b->out.core[k] + 1]++;
  }
  for (uint32_t i = 0; i < n; i++) {
    next[i + 1] += next[i];
  }
  for (uint32_t i = 0; i < n; i++) {
    for (uint64_t k = b->out.row[i]; k < b->out.row[i + 1]; k++) {
      uint64_t at = next[b->out.core[k]]++;
      b->back.core[at] = i;
      b->back.weight[at] = b->out.weight[k];
    }
  }
  return true;
}

static bool make_scratch(builder *b, int jobs) {
  b->of = calloc((size_t)jobs, sizeof *b->of);
  for (int i = 0; b->of && i < jobs; i++) {
    b->of[i].sum = calloc((size_t)b->n + 1, sizeof *b->of[i].sum);
    b->of[i].touched = malloc(((size_t)b->n + 1) * sizeof *b->of[i].touched);
    if (!b->of[i].sum || !b->of[i].touched) {
      return false;
    }
  }
  return b->of != NULL;
}

static void drop(builder *b, int jobs) {
  for (int i = 0; b->of && i < jobs; i++) {
    free(b->of[i].sum);
    free(b->of[i].touched);
  }
  free(b->of);
  free(b->out.row);
  free(b->out.core);
  free(b->out.weight);
  free(b->back.row);
  free(b->back.core);
  free(b->back.weight);
}

bool phs_core_graph_create(const phs_map *m, phs_arena *arena, phs_core_graph *out) {
  uint32_t n = m->core_count;
  int jobs = m->options.jobs < 1 ? 1 : m->options.jobs > 64 ? 64 : m->options.jobs;
  csr both = {.row = PHS_NEW_ARRAY(arena, uint64_t, (size_t)n + 1)};
  builder b = {.m = m, .n = n, .both = &both};
  bool ok = false;
  b.out.row = calloc((size_t)n + 1, sizeof *b.out.row);
  if (!both.row || !b.out.row || !make_scratch(&b, jobs)) {
    goto cleanup;
  }
  phs_parallel(jobs, n, CORES_A_CHUNK, count_out, &b);
  add_up(b.out.row, n);
  if (!allocate(&b.out, b.out.row[n])) {
    goto cleanup;
  }
  phs_parallel(jobs, n, CORES_A_CHUNK, fill_out, &b);
  if (!turn(&b)) {
    goto cleanup;
  }
  phs_parallel(jobs, n, CORES_A_CHUNK, count_both, &b);
  add_up(both.row, n);
  both.core = PHS_NEW_ARRAY(arena, uint32_t, both.row[n]);
  both.weight = PHS_NEW_ARRAY(arena, float, both.row[n]);
  ok = both.core && both.weight;
  if (ok) {
    phs_parallel(jobs, n, CORES_A_CHUNK, fill_both, &b);
    *out = (phs_core_graph){n, both.row, both.core, both.weight};
  }
cleanup:
  drop(&b, jobs);
  return ok;
}
