/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sends keys through routing tables, from the node where their slice lies, and holds what gets them
 * and what the links carry against the flows. Nothing is taken from what built the tables. */
#include "base/parallel.h"
#include "map/route.h"

#include <inttypes.h>
#include <math.h>

enum { CHUNK = 16, MOST_JOBS = 16 };
/* So many keys are sent one by one; of larger maps the first and last of each slice. */
static const uint64_t EVERY_KEY = 20000;

/* What is wrong with a message. */
typedef enum fault {
  FAULT_NONE,
  FAULT_MEMORY,
  FAULT_KEYS,    /* the slice has no keys, or another's */
  FAULT_DROPPED, /* starts at a node where no entry matches */
  FAULT_EDGE,    /* leaves the machine */
  FAULT_TWICE,   /* comes to a node twice */
  FAULT_STRAY,   /* gets to a core that it is not for */
  FAULT_MISSING  /* does not get to one that it is for */
} fault;

typedef struct complaint {
  fault what;
  uint32_t slice, key, node, core;
} complaint;

typedef struct sender { /* of one thread */
  uint32_t serial;
  uint32_t *visited, *queue; /* [grid] */
  uint8_t *from;             /* [grid] direction in which the message came */
  uint32_t *wanted;          /* [grid * cores per node] serial where a flow goes */
  double *load;              /* [grid * PHS_DIRECTIONS], or NULL */
} sender;

typedef struct checking {
  const phs_map *m;
  sender sender[MOST_JOBS];
  complaint *first; /* [chunks] */
  bool every_key;
  uint32_t entry;
} checking;

static const phs_route_entry *match(const phs_tables *t, uint32_t node, uint32_t key) {
  for (uint64_t i = t->row[node]; i < t->row[node + 1]; i++) {
    if ((key & t->entry[i].mask) == t->entry[i].key) {
      return &t->entry[i];
    }
  }
  return NULL;
}

/* Where a message at @p node goes: the entry's route, or straight on. 0: nowhere. */
static uint32_t route_at(const checking *c, const sender *s, uint32_t node, uint32_t key,
                         bool start) {
  const phs_route_entry *e = match(c->m->routing.tables, node, key);
  return e ? e->route : start ? 0 : UINT32_C(1) << s->from[node];
}

/* Gives a message to the cores of a node. @return those it was given to, or UINT32_MAX */
static uint32_t deliver(const checking *c, sender *s, uint32_t node, uint32_t route,
                        complaint *out) {
  uint32_t given = 0, per_node = c->m->machine->cores_per_node;
  for (uint32_t k = 0; k + PHS_DIRECTIONS < 32; k++) {
    if (route >> (PHS_DIRECTIONS + k) & 1) {
      if (k >= per_node || s->wanted[(size_t)node * per_node + k] != s->serial) {
        out->what = FAULT_STRAY;
        out->core = k;
        return UINT32_MAX;
      }
      given++;
    }
  }
  return given;
}

/* Sends one key of a slice. @p count: cores that want it. */
static bool send(const checking *c, sender *s, uint32_t start, uint32_t key, uint32_t count,
                 double rate, complaint *out) {
  uint32_t head = 0, tail = 0, given = 0;
  s->serial++;
  s->queue[tail++] = start;
  s->visited[start] = s->serial;
  while (head < tail) {
    uint32_t node = s->queue[head++], route = route_at(c, s, node, key, head == 1);
    *out = (complaint){.key = key, .node = node};
    if (route == 0) {
      out->what = FAULT_DROPPED;
      return false;
    }
    uint32_t here = deliver(c, s, node, route, out);
    if (here == UINT32_MAX) {
      return false;
    }
    given += here;
    for (phs_direction d = 0; d < PHS_DIRECTIONS; d++) {
      if (!(route >> d & 1)) {
        continue;
      }
      uint32_t to = phs_machine_neighbour(c->m->machine, node, d);
      if (to == UINT32_MAX || !phs_node_present(c->m->machine, to)) {
        out->what = FAULT_EDGE;
        return false;
      }
      if (s->visited[to] == s->serial) {
        out->what = FAULT_TWICE;
        return false;
      }
      s->visited[to] = s->serial;
      s->from[to] = (uint8_t)d;
      s->queue[tail++] = to;
      s->load[(size_t)node * PHS_DIRECTIONS + d] += rate;
    }
  }
  *out = (complaint){.what = given == count ? FAULT_NONE : FAULT_MISSING,
                     .key = key,
                     .node = start,
                     .core = given};
  return given == count;
}

/* Whether the slice's keys are a block of its own size. Whether blocks are disjoint is checked for
 * all at once. */
static bool keys_good(const phs_map *m, uint32_t s) {
  uint32_t key = m->routing.tables->key[s], mask = m->routing.tables->mask[s];
  uint64_t size = (uint64_t)~mask + 1;
  return mask != 0 && (size & (size - 1)) == 0 && (key & ~mask) == 0 && m->slice[s].count <= size;
}

static bool check_slice(const checking *c, sender *s, uint32_t slice, complaint *out) {
  const phs_map *m = c->m;
  const phs_slice *from = &m->slice[slice];
  uint64_t first = m->flows.row[slice], end = m->flows.row[slice + 1];
  if (first == end || from->count == 0) {
    return true;
  }
  if (!keys_good(m, slice)) {
    *out = (complaint){.what = FAULT_KEYS, .slice = slice};
    return false;
  }
  uint32_t per_node = m->machine->cores_per_node, key = m->routing.tables->key[slice];
  uint32_t start = from->core == PHS_OUTSIDE ? c->entry : m->core[from->core].place / per_node;
  uint32_t stride = c->every_key || from->count == 1 ? 1 : from->count - 1;
  double rate = phs_slice_rate(m, slice);
  for (uint32_t i = 0; i < from->count; i += stride) {
    for (uint64_t f = first; f < end; f++) { /* marked for the serial that send() takes next */
      s->wanted[m->core[m->flows.core[f]].place] = s->serial + 1;
    }
    if (!send(c, s, start, key + i, (uint32_t)(end - first), i == 0 ? rate : 0, out)) {
      out->slice = slice;
      return false;
    }
  }
  return true;
}

static void check_slices(void *user, size_t first, size_t end, int thread) {
  checking *c = user;
  for (size_t s = first; s < end; s++) {
    if (!check_slice(c, &c->sender[thread], (uint32_t)s, &c->first[first / CHUNK])) {
      return;
    }
  }
}

typedef struct block {
  uint32_t key, slice;
} block;

static int by_key(const void *a, const void *b) {
  const block *x = a, *y = b;
  return (x->key > y->key) - (x->key < y->key);
}

/* No key belongs to two slices. */
static bool disjoint(const phs_map *m, complaint *out) {
  const phs_tables *t = m->routing.tables;
  block *all = phs_room(m->slice_count, sizeof *all);
  if (!all) {
    out->what = FAULT_MEMORY;
    return false;
  }
  uint32_t count = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (t->mask[s] != 0) {
      all[count++] = (block){t->key[s], s};
    }
  }
  qsort(all, count, sizeof *all, by_key);
  bool ok = true;
  for (uint32_t i = 1; i < count && ok; i++) {
    uint32_t before = all[i - 1].slice;
    ok = (uint64_t)all[i - 1].key + ~t->mask[before] < all[i].key;
    if (!ok) {
      *out = (complaint){.what = FAULT_KEYS, .slice = all[i].slice};
    }
  }
  free(all);
  return ok;
}

static phasor_status complain(const phs_map *m, const complaint *c, phs_diag *diag) {
  static const char *const words[] = {[FAULT_KEYS] = "has no keys of its own",
                                      [FAULT_DROPPED] = "is dropped where it starts",
                                      [FAULT_EDGE] = "leaves the machine",
                                      [FAULT_TWICE] = "comes to a node twice",
                                      [FAULT_STRAY] = "gets to a core that it is not for",
                                      [FAULT_MISSING] = "does not get to all its cores"};
  if (c->what == FAULT_MEMORY) {
    return PHASOR_ERROR_INTERNAL;
  }
  const phs_population *p = &m->work->population[m->slice[c->slice].population];
  phs_report(diag, PHS_ROUTE_CHECK, NULL, NULL,
             "key 0x%08" PRIx32 " of slice %" PRIu32 " ('%s') %s: node %" PRIu32 ", core %" PRIu32,
             c->key, c->slice, p->name, words[c->what], c->node, c->core);
  return phs_code_status(PHS_ROUTE_CHECK);
}

/* What the walked keys put on the links. */
static phasor_status compare_loads(const checking *c, int jobs, phs_diag *diag) {
  const phs_map *m = c->m;
  for (size_t i = 0; i < (size_t)m->machine->grid_count * PHS_DIRECTIONS; i++) {
    double sum = 0, said = (double)m->routing.load[i];
    for (int j = 0; j < jobs; j++) {
      sum += c->sender[j].load[i];
    }
    if (fabs(sum - said) > 1e-5 * (fabs(sum) + fabs(said)) + 1e-12) {
      phs_report(diag, PHS_ROUTE_CHECK, NULL, NULL,
                 "the link of node %zu in direction %zu carries %g messages a step, not %g",
                 i / PHS_DIRECTIONS, i % PHS_DIRECTIONS, sum, said);
      return phs_code_status(PHS_ROUTE_CHECK);
    }
  }
  return PHASOR_OK;
}

static bool sender_create(const phs_machine *machine, sender *s) {
  size_t nodes = machine->grid_count;
  s->visited = phs_room(nodes, sizeof *s->visited);
  s->queue = phs_room(nodes, sizeof *s->queue);
  s->from = phs_room(nodes, sizeof *s->from);
  s->wanted = phs_room(nodes * machine->cores_per_node, sizeof *s->wanted);
  s->load = phs_room(nodes * PHS_DIRECTIONS, sizeof *s->load);
  return s->visited && s->queue && s->from && s->wanted && s->load;
}

static void sender_free(sender *s) {
  free(s->visited);
  free(s->queue);
  free(s->from);
  free(s->wanted);
  free(s->load);
}

static phasor_status check_tables(const phs_map *m, phs_diag *diag) {
  checking c = {.m = m};
  int jobs = m->options.jobs < 1 ? 1 : m->options.jobs > MOST_JOBS ? MOST_JOBS : m->options.jobs;
  size_t chunks = m->slice_count / CHUNK + 1;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  uint64_t keys = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    keys += m->slice[s].count;
  }
  c.every_key = keys <= EVERY_KEY;
  while (c.entry + 1 < m->machine->grid_count && !phs_node_present(m->machine, c.entry)) {
    c.entry++;
  }
  c.first = phs_room(chunks, sizeof *c.first);
  if (!c.first) {
    goto cleanup;
  }
  for (int i = 0; i < jobs; i++) {
    if (!sender_create(m->machine, &c.sender[i])) {
      goto cleanup;
    }
  }
  complaint shared = {0};
  if (!disjoint(m, &shared)) {
    status = complain(m, &shared, diag);
    goto cleanup;
  }
  phs_parallel(jobs, m->slice_count, CHUNK, check_slices, &c);
  status = PHASOR_OK;
  for (size_t i = 0; i < chunks && status == PHASOR_OK; i++) {
    status = c.first[i].what == FAULT_NONE ? PHASOR_OK : complain(m, &c.first[i], diag);
  }
  if (status == PHASOR_OK) {
    status = compare_loads(&c, jobs, diag);
  }
cleanup:
  for (int i = 0; i < MOST_JOBS; i++) {
    sender_free(&c.sender[i]);
  }
  free(c.first);
  return status;
}

phasor_status phs_route_check(const phs_map *m, phs_diag *diag) {
  return m->routing.tables ? check_tables(m, diag) : phs_loads_check(m, diag);
}
