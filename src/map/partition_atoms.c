/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Atoms: what a partition moves as one. */
#include "map/partition_graph.h"

#include <stdlib.h>
#include <string.h>

bool phs_work_has_structure(const phs_work *w) {
  for (uint32_t q = 0; q < w->projection_count; q++) {
    const phs_work_projection *p = &w->projection[q];
    if (p->wiring != PHS_WIRING_RECIPE || p->recipe->rule == PHS_RULE_ONE_TO_ONE) {
      return true;
    }
  }
  return false;
}

bool phs_population_is_fine(const phs_work *w, uint32_t population) {
  const phs_population *p = &w->population[population];
  for (uint32_t i = 0; i < p->in_count; i++) {
    if (w->projection[w->in[p->first_in + i]].wiring == PHS_WIRING_LIST) {
      return true;
    }
  }
  for (uint32_t i = 0; i < p->out_count; i++) {
    if (w->projection[w->out[p->first_out + i]].wiring == PHS_WIRING_LIST) {
      return true;
    }
  }
  return false;
}

static phs_atoms *atoms_create(const phs_work *w, const phs_machine *machine) {
  phs_arena *arena = phs_arena_create();
  phs_atoms *a = arena ? PHS_NEW(arena, phs_atoms) : NULL;
  if (!a) {
    phs_arena_destroy(arena);
    return NULL;
  }
  size_t n = w->population_count;
  *a = (phs_atoms){.arena = arena,
                   .work = w,
                   .machine = machine,
                   .first = PHS_NEW_ARRAY(arena, uint32_t, n + 1),
                   .grid = PHS_NEW_ARRAY(arena, phs_tiling, n),
                   .fine = PHS_NEW_ARRAY(arena, bool, n)};
  if (!a->first || !a->grid || !a->fine) {
    phs_atoms_free(a);
    return NULL;
  }
  return a;
}

void phs_atoms_free(phs_atoms *a) {
  if (a) {
    phs_arena_destroy(a->arena);
  }
}

/* Splits of a box of the given lengths in about `pieces`: of space first, for layers meet there;
 * of channels where there is no space left. */
static phs_tiling sub_splits(const uint32_t *length, uint32_t pieces) {
  phs_tiling t = {{1, 1, 1}};
  while (phs_tiling_count(&t) < pieces) {
    int d = length[1] / t.n[1] > length[2] / t.n[2] ? 1 : 2;
    if (length[d] / t.n[d] < 2) {
      d = 0;
    }
    if (length[d] / t.n[d] < 2) {
      break;
    }
    t.n[d] *= 2;
  }
  return t;
}

static phs_tiling atom_grid(const phs_population *p, const phs_tiling *tiling, uint32_t pieces) {
  uint32_t length[PHS_MAP_RANK];
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    length[d] = p->dim[d] / tiling->n[d];
  }
  phs_tiling t = sub_splits(length, pieces);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    t.n[d] *= tiling->n[d];
  }
  return t;
}

phs_atoms *phs_atoms_of_tilings(const phs_work *w, const phs_machine *machine,
                                const phs_tiling *tiling, uint32_t pieces) {
  phs_atoms *a = atoms_create(w, machine);
  if (!a) {
    return NULL;
  }
  uint64_t count = 0;
  for (uint32_t q = 0; q < w->population_count; q++) {
    const phs_population *p = &w->population[q];
    a->first[q] = (uint32_t)count;
    if (p->kind == PHS_POPULATION_INPUT || p->count == 0) {
      continue;
    }
    a->fine[q] = phs_population_is_fine(w, q);
    memcpy(a->grid[q].n, p->dim, sizeof p->dim);
    if (!a->fine[q]) {
      a->grid[q] = atom_grid(p, &tiling[q], pieces);
    }
    count += phs_tiling_count(&a->grid[q]);
  }
  a->count = a->first[w->population_count] = (uint32_t)count;
  a->box = count < PHS_NO_VERTEX ? PHS_NEW_ARRAY(a->arena, phs_box, count) : NULL;
  if (!a->box) {
    phs_atoms_free(a);
    return NULL;
  }
  for (uint32_t q = 0; q < w->population_count; q++) {
    for (uint32_t i = a->first[q]; !a->fine[q] && i < a->first[q + 1]; i++) {
      a->box[i] = phs_tile(&w->population[q], &a->grid[q], i - a->first[q]);
    }
  }
  return a;
}

/* Atoms of slices that are boxes. */
static uint32_t count_map_atoms(const phs_map *m, uint32_t population, uint32_t pieces) {
  uint32_t count = 0;
  for (uint32_t s = m->first_slice[population]; s < m->first_slice[population + 1]; s++) {
    uint32_t length[PHS_MAP_RANK];
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      length[d] = m->slice[s].box.high[d] - m->slice[s].box.low[d];
    }
    phs_tiling t = sub_splits(length, pieces);
    count += phs_tiling_count(&t);
  }
  return count;
}

static void add_slice_atoms(phs_atoms *a, const phs_slice *s, uint32_t pieces, uint32_t *next,
                            uint32_t *core) {
  phs_population local = {0};
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    local.dim[d] = s->box.high[d] - s->box.low[d];
  }
  phs_tiling t = sub_splits(local.dim, pieces);
  for (uint32_t i = 0; i < phs_tiling_count(&t); i++) {
    phs_box b = phs_tile(&local, &t, i);
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      b.low[d] += s->box.low[d];
      b.high[d] += s->box.low[d];
    }
    a->box[*next] = b;
    core[(*next)++] = s->core;
  }
}

/* Listed populations and those with listed synapses go neuron by neuron. */
static bool population_fine_in(const phs_map *m, uint32_t population) {
  return m->order[population] || phs_population_is_fine(m->work, population);
}

phs_atoms *phs_atoms_of_map(const phs_map *m, uint32_t pieces, uint32_t **core) {
  const phs_work *w = m->work;
  phs_atoms *a = atoms_create(w, m->machine);
  if (!a) {
    return NULL;
  }
  uint64_t count = 0;
  for (uint32_t q = 0; q < w->population_count; q++) {
    a->first[q] = (uint32_t)count;
    if (w->population[q].kind != PHS_POPULATION_INPUT) {
      a->fine[q] = population_fine_in(m, q);
      count += a->fine[q] ? w->population[q].count : count_map_atoms(m, q, pieces);
    }
  }
  a->count = a->first[w->population_count] = (uint32_t)count;
  a->box = count < PHS_NO_VERTEX ? PHS_NEW_ARRAY(a->arena, phs_box, count) : NULL;
  *core = a->box ? PHS_NEW_ARRAY(a->arena, uint32_t, count) : NULL;
  if (!*core) {
    phs_atoms_free(a);
    return NULL;
  }
  for (uint32_t q = 0; q < w->population_count; q++) {
    uint32_t next = a->first[q];
    for (uint32_t s = m->first_slice[q]; s < m->first_slice[q + 1]; s++) {
      if (m->slice[s].core == PHS_OUTSIDE) {
        continue;
      }
      if (!a->fine[q]) {
        add_slice_atoms(a, &m->slice[s], pieces, &next, *core);
        continue;
      }
      memcpy(a->grid[q].n, w->population[q].dim, sizeof a->grid[q].n);
      for (uint32_t i = 0; i < m->slice[s].count; i++) {
        (*core)[a->first[q] + phs_slice_neuron(m, s, i)] = m->slice[s].core;
      }
    }
  }
  return a;
}

/* Neurons of a fine population, by part. */
static bool add_fine(phs_plan *p, const phs_atoms *a, uint32_t population, const uint32_t *part,
                     uint32_t parts) {
  const phs_population *q = &a->work->population[population];
  uint32_t *order = PHS_NEW_ARRAY(p->arena, uint32_t, q->count);
  uint32_t *row = calloc((size_t)parts + 2, sizeof *row);
  if (!order || !row) {
    free(row);
    return false;
  }
  const uint32_t *mine = part + a->first[population];
  for (uint32_t i = 0; i < q->count; i++) {
    row[mine[i] + 2]++;
  }
  for (uint32_t c = 0; c < parts; c++) {
    row[c + 2] += row[c + 1];
  }
  for (uint32_t i = 0; i < q->count; i++) {
    order[row[mine[i] + 1]++] = i;
  }
  p->order[population] = order;
  for (uint32_t c = 0; c < parts; c++) {
    if (row[c + 1] > row[c]) {
      phs_plan_add(p, (phs_piece){.population = population,
                                  .core = c,
                                  .listed = true,
                                  .first = row[c],
                                  .count = row[c + 1] - row[c]});
    }
  }
  free(row);
  return true;
}

/* The largest block of grid cells of one part that begins at a cell, grown along the last dimension
 * first. */
static phs_box grow_block(const phs_tiling *t, const uint32_t *part, const uint8_t *taken,
                          uint32_t cell) {
  uint32_t at[PHS_MAP_RANK] = {cell / t->n[2] / t->n[1], cell / t->n[2] % t->n[1], cell % t->n[2]};
  phs_box b;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    b.low[d] = at[d];
    b.high[d] = at[d] + 1;
  }
  for (int d = PHS_MAP_RANK - 1; d >= 0; d--) {
    bool free_ahead = true;
    while (b.high[d] < t->n[d] && free_ahead) {
      phs_box ahead = b;
      ahead.low[d] = b.high[d];
      ahead.high[d] = b.high[d] + 1;
      for (uint32_t z = ahead.low[0]; z < ahead.high[0]; z++) {
        for (uint32_t y = ahead.low[1]; y < ahead.high[1]; y++) {
          for (uint32_t x = ahead.low[2]; x < ahead.high[2]; x++) {
            uint32_t i = (z * t->n[1] + y) * t->n[2] + x;
            free_ahead = free_ahead && !taken[i] && part[i] == part[cell];
          }
        }
      }
      b.high[d] += free_ahead;
    }
  }
  return b;
}

static void take_block(const phs_tiling *t, const phs_box *b, uint8_t *taken) {
  for (uint32_t z = b->low[0]; z < b->high[0]; z++) {
    for (uint32_t y = b->low[1]; y < b->high[1]; y++) {
      memset(taken + (z * t->n[1] + y) * t->n[2] + b->low[2], 1, b->high[2] - b->low[2]);
    }
  }
}

/* Atoms of a grid: few boxes of neighbouring atoms that lie on one core. */
static bool add_grid(phs_plan *p, const phs_atoms *a, uint32_t population, const uint32_t *part) {
  const phs_population *q = &a->work->population[population];
  const phs_tiling *t = &a->grid[population];
  uint32_t cells = phs_tiling_count(t);
  const uint32_t *mine = part + a->first[population];
  uint8_t *taken = calloc((size_t)cells + 1, 1);
  if (!taken) {
    return false;
  }
  for (uint32_t i = 0; i < cells; i++) {
    if (taken[i]) {
      continue;
    }
    phs_box b = grow_block(t, mine, taken, i);
    take_block(t, &b, taken);
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      b.low[d] = phs_cut(q->dim[d], t->n[d], b.low[d]);
      b.high[d] = phs_cut(q->dim[d], t->n[d], b.high[d]);
    }
    phs_plan_add(p, (phs_piece){.population = population, .core = mine[i], .box = b});
  }
  free(taken);
  return true;
}

/* Two boxes that together are a box. */
static bool join(phs_box *a, const phs_box *b) {
  int differs = -1;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    if (a->low[d] != b->low[d] || a->high[d] != b->high[d]) {
      if (differs >= 0) {
        return false;
      }
      differs = d;
    }
  }
  if (differs < 0 || (a->high[differs] != b->low[differs] && b->high[differs] != a->low[differs])) {
    return false;
  }
  a->low[differs] = a->low[differs] < b->low[differs] ? a->low[differs] : b->low[differs];
  a->high[differs] = a->high[differs] > b->high[differs] ? a->high[differs] : b->high[differs];
  return true;
}

/* Irregular atoms: joined pair by pair. They come from slices in order, so that neighbours are
 * near. */
static void add_irregular(phs_plan *p, const phs_atoms *a, uint32_t population,
                          const uint32_t *part) {
  uint32_t before = p->count;
  for (uint32_t i = a->first[population]; i < a->first[population + 1]; i++) {
    phs_plan_add(p, (phs_piece){.population = population, .core = part[i], .box = a->box[i]});
  }
  bool joined = !p->no_memory;
  while (joined) {
    joined = false;
    for (uint32_t i = before; i < p->count; i++) {
      for (uint32_t k = i + 1; k < p->count && k < i + 256; k++) {
        if (p->piece[k].core == p->piece[i].core && join(&p->piece[i].box, &p->piece[k].box)) {
          p->piece[i].count += p->piece[k].count;
          memmove(p->piece + k, p->piece + k + 1, (p->count - k - 1) * sizeof *p->piece);
          p->count--;
          joined = true;
          k--;
        }
      }
    }
  }
}

phs_plan *phs_plan_of_atoms(const phs_atoms *a, const uint32_t *part, uint32_t parts,
                            const char *name) {
  phs_plan *p = phs_plan_create(a->work, a->machine, name);
  if (!p) {
    return NULL;
  }
  p->core_count = parts;
  bool ok = true;
  for (uint32_t q = 0; q < a->work->population_count && ok; q++) {
    if (a->first[q] == a->first[q + 1]) {
      continue;
    }
    if (a->fine[q]) {
      ok = add_fine(p, a, q, part, parts);
    } else if (a->grid[q].n[0] > 0) {
      ok = add_grid(p, a, q, part);
    } else {
      add_irregular(p, a, q, part);
    }
  }
  if (!ok || p->no_memory) {
    phs_plan_free(p);
    return NULL;
  }
  return p;
}
