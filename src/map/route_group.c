/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Slices of one population that send to the same cores: they share one tree, and one block of keys
 * that a single entry matches wherever their messages come in by one link. */
#include "base/parallel.h"
#include "map/route.h"

#include <string.h>

enum { CHUNK = 64 };

typedef struct hashed {
  uint64_t hash;
  uint32_t slice;
} hashed;

typedef struct hashing {
  const phs_flows *flows;
  uint64_t *hash;
} hashing;

/* Multiply and fold, eight bytes at a time; lists of equal hashes are compared afterwards. */
static uint64_t hash_list(const uint32_t *list, size_t count) {
  uint64_t h = count * UINT64_C(0x9e3779b97f4a7c15);
  for (size_t i = 0; i + 1 < count; i += 2) {
    uint64_t v = list[i] | (uint64_t)list[i + 1] << 32;
    h = (h ^ v) * UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 32;
  }
  if (count & 1) {
    h = (h ^ list[count - 1]) * UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 32;
  }
  return h;
}

static void hash_slices(void *user, size_t first, size_t end, int thread) {
  (void)thread;
  hashing *x = user;
  for (size_t s = first; s < end; s++) {
    uint64_t at = x->flows->row[s];
    x->hash[s] = hash_list(x->flows->core + at, (size_t)(x->flows->row[s + 1] - at));
  }
}

static bool same_list(const phs_flows *f, uint32_t a, uint32_t b) {
  uint64_t n = f->row[a + 1] - f->row[a];
  return n == f->row[b + 1] - f->row[b] &&
         memcmp(f->core + f->row[a], f->core + f->row[b], (size_t)n * sizeof *f->core) == 0;
}

static int by_hash(const void *a, const void *b) {
  const hashed *x = a, *y = b;
  if (x->hash != y->hash) {
    return x->hash < y->hash ? -1 : 1;
  }
  return (x->slice > y->slice) - (x->slice < y->slice);
}

static int by_slice(const void *a, const void *b) {
  const hashed *x = a, *y = b;
  return (x->slice > y->slice) - (x->slice < y->slice);
}

/* Groups in order of their first slices; each slice's group number is in `of`. */
static uint32_t number_groups(const phs_flows *f, hashed *list, size_t count, uint32_t *of,
                              uint32_t first_group) {
  bool sorted = true; /* the usual case: all the same */
  for (size_t i = 1; i < count; i++) {
    sorted = sorted && list[i].hash == list[0].hash;
  }
  if (!sorted) {
    qsort(list, count, sizeof *list, by_hash);
  }
  for (size_t i = 0; i < count; i++) { /* the first slice of a group stands for it */
    bool same = i > 0 && list[i].hash == list[i - 1].hash &&
                same_list(f, list[i].slice, of[list[i - 1].slice]);
    of[list[i].slice] = same ? of[list[i - 1].slice] : list[i].slice;
  }
  if (!sorted) {
    qsort(list, count, sizeof *list, by_slice);
  }
  uint32_t groups = first_group;
  for (size_t i = 0; i < count; i++) { /* a group's first slice comes before its others */
    uint32_t s = list[i].slice;
    of[s] = of[s] == s ? groups++ : of[of[s]];
  }
  return groups;
}

/* Members by group, in ascending order, by counting. */
static bool fill(const phs_map *m, phs_forest *f, const uint32_t *of) {
  f->group = phs_room(f->group_count, sizeof *f->group);
  f->member = phs_room(m->slice_count, sizeof *f->member);
  if (!f->group || !f->member) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (of[s] != UINT32_MAX) {
      f->group[of[s]].count++;
      f->group[of[s]].population = m->slice[s].population;
    }
  }
  uint32_t at = 0;
  for (uint32_t g = 0; g < f->group_count; g++) {
    f->group[g].first = at;
    at += f->group[g].count;
    f->group[g].count = 0;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (of[s] != UINT32_MAX) {
      phs_group *g = &f->group[of[s]];
      f->member[g->first + g->count++] = s;
    }
  }
  return true;
}

bool phs_forest_group(const phs_router *r, phs_forest *f) {
  const phs_map *m = r->m;
  uint64_t *hash = phs_room(m->slice_count, sizeof *hash);
  hashed *list = phs_room(m->slice_count, sizeof *list);
  uint32_t *of = phs_room(m->slice_count, sizeof *of);
  bool ok = hash && list && of;
  if (ok) {
    hashing x = {.flows = &m->flows, .hash = hash};
    phs_parallel(phs_route_jobs(m), m->slice_count, CHUNK, hash_slices, &x);
    for (uint32_t s = 0; s < m->slice_count;) {
      uint32_t population = m->slice[s].population;
      size_t count = 0;
      for (; s < m->slice_count && m->slice[s].population == population; s++) {
        of[s] = UINT32_MAX;
        if (m->flows.row[s + 1] > m->flows.row[s] && m->slice[s].count > 0) {
          list[count++] = (hashed){hash[s], s};
        }
      }
      f->group_count = number_groups(&m->flows, list, count, of, f->group_count);
    }
    ok = fill(m, f, of);
  }
  free(hash);
  free(list);
  free(of);
  return ok;
}
