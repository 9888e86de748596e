/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Routing tables: what trees ask of each node, made small, held against the node's capacity. */
#include "base/parallel.h"
#include "map/route.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { GROVES = 1, NODES = 8, MOST_JOBS = 64, BLOCKS = 72 };

typedef struct atoms {
  phs_atom *atom;
  size_t count, room;
  bool failed;
} atoms;

typedef struct building {
  const phs_router *r;
  const phs_forest *f;
  uint32_t *first_group; /* [chunks + 1] groups by grove */
  atoms *chunk;          /* [chunks] */
  uint64_t *row;         /* [grid + 1] atoms of nodes */
  phs_atom *atom;
  phs_route_entry *entry; /* at the node's atoms */
  uint32_t *count;        /* [grid] of entries */
  phs_table_room room[MOST_JOBS];
  bool *failed; /* [grid / NODES + 1] */
} building;

static phs_atom *more_atoms(atoms *a, size_t count) {
  if (a->count + count > a->room) {
    size_t room = 2 * a->room + count + 256;
    phs_atom *atom = realloc(a->atom, room * sizeof *atom);
    if (!atom) {
      a->failed = true;
      return NULL;
    }
    a->atom = atom;
    a->room = room;
  }
  return a->atom + a->count;
}

/* Atoms for the keys of spots first <= i < end, that come in by one link. */
static void add_atoms(const phs_group *g, const phs_spot *spot, uint32_t first, uint32_t end,
                      const phs_atom *like, atoms *out) {
  phs_key_block block[BLOCKS];
  if (first == end) {
    return;
  }
  uint32_t slices = spot[end - 1].first + spot[end - 1].count - spot[first].first;
  size_t count = phs_keys_cover(g, spot, first, end, block);
  phs_atom *atom = more_atoms(out, count);
  if (!atom) {
    return;
  }
  for (size_t i = 0; i < count; i++) {
    atom[i] = *like;
    atom[i].key = block[i].key;
    atom[i].mask = block[i].mask;
    atom[i].slices = i == 0 ? slices : 0;
  }
  out->count += count;
}

/* What a node of a tree does with messages: from its own slices, its parent, each child. */
static void node_atoms(const phs_group *g, const phs_tree_node *tree, uint32_t i,
                       const phs_spot *spot, atoms *out) {
  const phs_tree_node *n = &tree[i];
  uint32_t up = i > 0 ? UINT32_C(1) << phs_opposite((phs_direction)n->in) : 0;
  uint32_t all = n->cores | (i > 0 && n->up ? up : 0);
  for (uint32_t c = i + 1; c < n->end; c = tree[c].end) {
    all |= tree[c].down ? UINT32_C(1) << tree[c].in : 0;
  }
  phs_atom atom = {.node = n->node};
  if (n->spot) {
    atom.route = all;
    add_atoms(g, spot, n->first_spot, n->first_spot + 1, &atom, out);
  }
  if (i > 0 && n->down) {
    atom.route = all & ~up;
    atom.straight = atom.route == UINT32_C(1) << n->in;
    add_atoms(g, spot, 0, n->first_spot, &atom, out);
    add_atoms(g, spot, n->end_spot, g->spot_count, &atom, out);
  }
  for (uint32_t c = i + 1; c < n->end; c = tree[c].end) {
    if (tree[c].up && tree[c].first_spot < tree[c].end_spot) {
      atom.route = all & ~(UINT32_C(1) << tree[c].in);
      atom.straight = atom.route == UINT32_C(1) << phs_opposite((phs_direction)tree[c].in);
      add_atoms(g, spot, tree[c].first_spot, tree[c].end_spot, &atom, out);
    }
  }
}

static void grove_atoms(void *user, size_t first, size_t end, int thread) {
  (void)thread;
  building *b = user;
  for (size_t c = first; c < end; c++) {
    const phs_grove *v = &b->f->grove[c];
    for (uint32_t i = b->first_group[c]; i < b->first_group[c + 1]; i++) {
      const phs_group *g = &b->f->group[i];
      for (uint32_t k = 0; k < g->tree_count; k++) {
        node_atoms(g, v->node + g->tree, k, v->spot + g->spot, &b->chunk[c]);
      }
    }
  }
}

/* Atoms by node, each node's by group: by key within populations. */
static bool sort_atoms(building *b) {
  uint32_t nodes = b->r->grid.count;
  for (uint32_t c = 0; c < b->f->chunk_count; c++) {
    if (b->chunk[c].failed) {
      return false;
    }
    for (size_t i = 0; i < b->chunk[c].count; i++) {
      b->row[b->chunk[c].atom[i].node + 1]++;
    }
  }
  for (uint32_t n = 0; n < nodes; n++) {
    b->row[n + 1] += b->row[n];
  }
  size_t all = (size_t)b->row[nodes];
  uint64_t *at = malloc((nodes + (size_t)1) * sizeof *at);
  b->atom = malloc((all ? all : 1) * sizeof *b->atom);
  b->entry = malloc((all ? all : 1) * sizeof *b->entry);
  if (!at || !b->atom || !b->entry) {
    free(at);
    return false;
  }
  memcpy(at, b->row, nodes * sizeof *at);
  for (uint32_t c = 0; c < b->f->chunk_count; c++) {
    for (size_t i = 0; i < b->chunk[c].count; i++) {
      const phs_atom *a = &b->chunk[c].atom[i];
      b->atom[at[a->node]++] = *a;
    }
    free(b->chunk[c].atom);
    b->chunk[c] = (atoms){0};
  }
  free(at);
  return true;
}

static void minimise_nodes(void *user, size_t first, size_t end, int thread) {
  building *b = user;
  for (size_t n = first; n < end; n++) {
    size_t count = (size_t)(b->row[n + 1] - b->row[n]);
    size_t entries = count == 0 ? 0
                                : phs_table_minimise(b->atom + b->row[n], count, &b->room[thread],
                                                     b->entry + b->row[n]);
    if (entries == SIZE_MAX) {
      b->failed[first / NODES] = true;
      return;
    }
    b->count[n] = (uint32_t)entries;
  }
}

/* Entries that slices would take without minimisation. */
static void count_before(const building *b, phs_tables *t) {
  for (uint32_t n = 0; n < b->r->grid.count; n++) {
    for (uint64_t i = b->row[n]; i < b->row[n + 1]; i++) {
      t->before[n] += b->atom[i].straight ? 0 : b->atom[i].slices;
    }
    t->total_before += t->before[n];
    t->most_before = t->before[n] > t->most_before ? t->before[n] : t->most_before;
  }
}

static phasor_status refuse(const building *b, const phs_tables *t, uint32_t node, double limit) {
  phs_map *m = b->r->m;
  uint32_t over = 0, count = (uint32_t)(t->row[node + 1] - t->row[node]);
  for (uint32_t n = 0; n < b->r->grid.count; n++) {
    over += (double)(t->row[n + 1] - t->row[n]) > limit;
  }
  phs_map_note(
      m,
      "Tables: %s %u needs %u entries, %u before merging; entries of one route were merged "
      "exactly, then over keys that nobody sends and under entries before them, and "
      "straight ways left out; %u of %u nodes stay above %.0f.",
      m->machine->node_name, node, count, t->before[node], over, m->machine->node_count, limit);
  const phs_place place = {.file = m->work->file};
  phs_report(
      b->r->diag, PHS_ROUTE_ENTRIES, &place,
      "put more neurons on a core, project to fewer populations, or take a larger machine",
      "%s %u (x %u, y %u) needs %u entries of its routing table, %u before they were merged; "
      "it holds %.0f",
      m->machine->node_name, node, node % b->r->grid.width, node / b->r->grid.width, count,
      t->before[node], limit);
  return phs_code_status(PHS_ROUTE_ENTRIES);
}

static phasor_status finish(const building *b, phs_tables *t) {
  phs_arena *arena = b->r->m->arena;
  uint32_t nodes = b->r->grid.count, fullest = 0;
  for (uint32_t n = 0; n < nodes; n++) {
    t->row[n + 1] = t->row[n] + b->count[n];
    if (b->count[n] > t->most) {
      t->most = b->count[n];
      fullest = n;
    }
  }
  t->total = t->row[nodes];
  t->entry = PHS_NEW_ARRAY(arena, phs_route_entry, (size_t)t->total);
  if (!t->entry) {
    return PHASOR_ERROR_INTERNAL;
  }
  for (uint32_t n = 0; n < nodes; n++) {
    memcpy(t->entry + t->row[n], b->entry + b->row[n], b->count[n] * sizeof *t->entry);
  }
  double limit = b->r->m->machine->node_capacity[PHS_CAPACITY_ROUTER_ENTRIES];
  return (double)t->most > limit ? refuse(b, t, fullest, limit) : PHASOR_OK;
}

static bool create(building *b, phs_tables *t) {
  const phs_forest *f = b->f;
  uint32_t nodes = b->r->grid.count;
  b->first_group = phs_room(f->chunk_count + (size_t)1, sizeof *b->first_group);
  b->chunk = phs_room(f->chunk_count, sizeof *b->chunk);
  b->row = phs_room(nodes + (size_t)1, sizeof *b->row);
  b->count = phs_room(nodes, sizeof *b->count);
  b->failed = phs_room(nodes / NODES + (size_t)1, sizeof *b->failed);
  t->row = PHS_NEW_ARRAY(b->r->m->arena, uint64_t, nodes + (size_t)1);
  t->before = PHS_NEW_ARRAY(b->r->m->arena, uint32_t, nodes);
  if (!b->first_group || !b->chunk || !b->row || !b->count || !b->failed || !t->row || !t->before) {
    return false;
  }
  for (uint32_t g = 0; g < f->group_count; g++) {
    b->first_group[f->group[g].chunk + 1] = g + 1;
  }
  for (uint32_t c = 0; c < f->chunk_count; c++) {
    uint32_t *end = &b->first_group[c + 1];
    *end = *end < b->first_group[c] ? b->first_group[c] : *end;
  }
  return true;
}

static void destroy(building *b) {
  for (uint32_t c = 0; b->chunk && c < b->f->chunk_count; c++) {
    free(b->chunk[c].atom);
  }
  for (int i = 0; i < MOST_JOBS; i++) {
    phs_table_room_free(&b->room[i]);
  }
  free(b->first_group);
  free(b->chunk);
  free(b->row);
  free(b->atom);
  free(b->entry);
  free(b->count);
  free(b->failed);
}

phasor_status phs_tables_build(phs_router *r, const phs_forest *f, phs_tables *t) {
  building b = {.r = r, .f = f};
  int jobs = phs_route_jobs(r->m);
  jobs = jobs < 1 ? 1 : jobs > MOST_JOBS ? MOST_JOBS : jobs;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (!create(&b, t)) {
    goto cleanup;
  }
  phs_parallel(jobs, f->chunk_count, GROVES, grove_atoms, &b);
  if (!sort_atoms(&b)) {
    goto cleanup;
  }
  count_before(&b, t);
  phs_parallel(jobs, r->grid.count, NODES, minimise_nodes, &b);
  for (uint32_t i = 0; i <= r->grid.count / NODES; i++) {
    if (b.failed[i]) {
      goto cleanup;
    }
  }
  status = finish(&b, t);
cleanup:
  destroy(&b);
  return status;
}
