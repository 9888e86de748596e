/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Plans: pieces of populations on cores, and how they become slices of a map. */
#include "map/partition.h"

#include <stdlib.h>
#include <string.h>

phs_plan *phs_plan_create(const phs_work *w, const phs_machine *machine, const char *name) {
  phs_arena *arena = phs_arena_create();
  phs_plan *p = arena ? PHS_NEW(arena, phs_plan) : NULL;
  uint32_t **order = p ? PHS_NEW_ARRAY(arena, uint32_t *, w->population_count) : NULL;
  if (!order) {
    phs_arena_destroy(arena);
    return NULL;
  }
  *p = (phs_plan){.arena = arena, .work = w, .machine = machine, .name = name, .order = order};
  return p;
}

void phs_plan_free(phs_plan *p) {
  if (p) {
    free(p->piece);
    free(p->part);
    phs_arena_destroy(p->arena);
  }
}

/* Room for one more of `size` bytes; NULL without memory. */
static void *grow(void *array, uint32_t count, uint32_t *room, size_t size) {
  if (count < *room) {
    return array;
  }
  uint32_t more = *room ? *room + *room / 2 + 1 : 64;
  void *bigger = more > *room ? realloc(array, (size_t)more * size) : NULL;
  if (bigger) {
    *room = more;
  }
  return bigger;
}

void phs_plan_add(phs_plan *p, phs_piece piece) {
  phs_piece *bigger = grow(p->piece, p->count, &p->room, sizeof *p->piece);
  if (!bigger) {
    p->no_memory = true;
    return;
  }
  p->piece = bigger;
  if (!piece.listed) {
    piece.count = (uint32_t)phs_box_count(&piece.box);
  }
  p->piece[p->count++] = piece;
}

void phs_plan_add_part(phs_plan *p, phs_part part) {
  phs_part *bigger = grow(p->part, p->part_count, &p->part_room, sizeof *p->part);
  if (!bigger) {
    p->no_memory = true;
    return;
  }
  p->part = bigger;
  p->part[p->part_count++] = part;
}

uint32_t phs_piece_lowest(const phs_plan *p, const phs_piece *piece) {
  if (piece->listed) {
    return p->order[piece->population][piece->first];
  }
  return phs_box_index(&p->work->population[piece->population], piece->box.low[0],
                       piece->box.low[1], piece->box.low[2]);
}

typedef struct piece_key {
  uint64_t where; /* population, lowest neuron */
  uint32_t role, index;
} piece_key;

static int compare_keys(const void *a, const void *b) {
  const piece_key *x = a, *y = b;
  if (x->where != y->where) {
    return x->where < y->where ? -1 : 1;
  }
  if (x->role != y->role) {
    return x->role < y->role ? -1 : 1;
  }
  return (x->index > y->index) - (x->index < y->index);
}

static piece_key *sorted_keys(const phs_plan *p) {
  piece_key *key = malloc(((size_t)p->count + 1) * sizeof *key);
  for (uint32_t i = 0; key && i < p->count; i++) {
    const phs_piece *piece = &p->piece[i];
    key[i] = (piece_key){.where = (uint64_t)piece->population << 32 | phs_piece_lowest(p, piece),
                         .role = piece->role,
                         .index = i};
  }
  if (key) {
    qsort(key, p->count, sizeof *key, compare_keys);
  }
  return key;
}

/* A slice for each piece, in order, and one for each input. */
static void write_slices(const phs_plan *p, const piece_key *key, phs_map *m, uint32_t *slice_of) {
  const phs_work *w = p->work;
  uint32_t next = 0, at = 0;
  for (uint32_t q = 0; q < w->population_count; q++) {
    m->first_slice[q] = next;
    if (w->population[q].kind == PHS_POPULATION_INPUT) {
      m->slice[next] = (phs_slice){.population = q,
                                   .core = PHS_OUTSIDE,
                                   .box = phs_box_all(&w->population[q]),
                                   .count = w->population[q].count,
                                   .owner = next};
      next++;
      continue;
    }
    uint32_t listed = 0;
    for (; at < p->count && key[at].where >> 32 == q; at++, next++) {
      const phs_piece *piece = &p->piece[key[at].index];
      m->slice[next] = (phs_slice){.population = q,
                                   .core = piece->core,
                                   .listed = piece->listed,
                                   .box = piece->box,
                                   .first = listed,
                                   .count = piece->count,
                                   .role = piece->role,
                                   .owner = next,
                                   .first_part = piece->first_part,
                                   .part_count = piece->part_count};
      slice_of[key[at].index] = next;
      if (piece->listed) {
        memcpy(m->order[q] + listed, p->order[q] + piece->first,
               piece->count * sizeof *m->order[q]);
        listed += piece->count;
      }
    }
  }
  m->first_slice[w->population_count] = next;
  m->slice_count = next;
}

/* Cores numbered by their first slices. */
static void write_cores(const phs_plan *p, phs_map *m, uint32_t *core_of) {
  memset(core_of, 0xff, (size_t)p->core_count * sizeof *core_of);
  uint32_t cores = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    phs_slice *slice = &m->slice[s];
    if (slice->core == PHS_OUTSIDE) {
      continue;
    }
    if (core_of[slice->core] == UINT32_MAX) {
      core_of[slice->core] = cores++;
    }
    slice->core = core_of[slice->core];
    m->core[slice->core].slice_count++;
  }
  m->core_count = cores;
  uint32_t first = 0;
  for (uint32_t c = 0; c < cores; c++) {
    m->core[c].first_slice = first;
    first += m->core[c].slice_count;
    m->core[c].slice_count = 0;
    m->core[c].place = PHS_UNPLACED;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (m->slice[s].core != PHS_OUTSIDE) {
      phs_core *c = &m->core[m->slice[s].core];
      m->slice_of[c->first_slice + c->slice_count++] = s;
    }
  }
}

static bool make_room(const phs_plan *p, phs_map *m) {
  const phs_work *w = p->work;
  uint32_t inputs = 0;
  m->order = PHS_NEW_ARRAY(m->arena, uint32_t *, w->population_count);
  for (uint32_t q = 0; m->order && q < w->population_count; q++) {
    inputs += w->population[q].kind == PHS_POPULATION_INPUT;
    if (p->order[q]) {
      m->order[q] = PHS_NEW_ARRAY(m->arena, uint32_t, w->population[q].count);
      if (!m->order[q]) {
        return false;
      }
    }
  }
  size_t slices = (size_t)p->count + inputs;
  m->slice = slices < UINT32_MAX ? PHS_NEW_ARRAY(m->arena, phs_slice, slices) : NULL;
  m->slice_of = PHS_NEW_ARRAY(m->arena, uint32_t, p->count);
  m->core = PHS_NEW_ARRAY(m->arena, phs_core, p->core_count);
  m->first_slice = PHS_NEW_ARRAY(m->arena, uint32_t, (size_t)w->population_count + 1);
  m->part_count = p->part_count;
  m->part = phs_arena_copy(m->arena, p->part ? (const void *)p->part : "",
                           (size_t)p->part_count * sizeof *p->part);
  return m->order && m->slice && m->slice_of && m->core && m->first_slice && m->part;
}

phasor_status phs_plan_install(const phs_plan *p, phs_map *m, uint32_t *core_of, phs_diag *diag) {
  phasor_status status = PHASOR_ERROR_INTERNAL;
  uint32_t *mine = malloc(((size_t)p->core_count + 1) * sizeof *mine);
  uint32_t *slice_of = malloc(((size_t)p->count + 1) * sizeof *slice_of);
  piece_key *key = p->no_memory ? NULL : sorted_keys(p);
  if (!mine || !slice_of || !key || !make_room(p, m)) {
    phs_map_no_memory(diag, "slices");
    goto cleanup;
  }
  write_slices(p, key, m, slice_of);
  for (uint32_t i = 0; i < p->count; i++) {
    if (p->piece[i].role == PHS_SLICE_PARTIAL) {
      m->slice[slice_of[i]].owner = slice_of[p->piece[i].owner];
    }
  }
  write_cores(p, m, mine);
  if (core_of) {
    memcpy(core_of, mine, (size_t)p->core_count * sizeof *mine);
  }
  m->flows = (phs_flows){0};
  m->block_row = NULL;
  m->block = NULL;
  m->use = NULL;
  status = PHASOR_OK;
cleanup:
  free(key);
  free(slice_of);
  free(mine);
  return status;
}

phs_plan *phs_plan_of_map(const phs_map *m) {
  phs_plan *p = phs_plan_create(m->work, m->machine, "the map so far");
  if (!p) {
    return NULL;
  }
  uint32_t *piece_of = malloc(((size_t)m->slice_count + 1) * sizeof *piece_of);
  p->no_memory = !piece_of;
  p->core_count = m->core_count;
  for (uint32_t q = 0; q < m->work->population_count; q++) {
    if (m->order[q]) {
      p->order[q] =
          phs_arena_copy(p->arena, m->order[q], m->work->population[q].count * sizeof *m->order[q]);
      p->no_memory |= !p->order[q];
    }
  }
  for (uint32_t s = 0; !p->no_memory && s < m->slice_count; s++) {
    const phs_slice *slice = &m->slice[s];
    piece_of[s] = p->count;
    if (slice->core != PHS_OUTSIDE) {
      phs_plan_add(p, (phs_piece){.population = slice->population,
                                  .core = slice->core,
                                  .listed = slice->listed,
                                  .role = slice->role,
                                  .box = slice->box,
                                  .first = slice->first,
                                  .count = slice->count,
                                  .owner = slice->owner,
                                  .first_part = slice->first_part,
                                  .part_count = slice->part_count});
    }
  }
  for (uint32_t i = 0; !p->no_memory && i < p->count; i++) {
    p->piece[i].owner = piece_of[p->piece[i].owner];
  }
  for (uint32_t i = 0; i < m->part_count; i++) {
    phs_plan_add_part(p, m->part[i]);
  }
  free(piece_of);
  if (p->no_memory) {
    phs_plan_free(p);
    p = NULL;
  }
  return p;
}
