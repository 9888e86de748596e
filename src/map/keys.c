/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Keys: an aligned block of 2^k for each slice. Those of a group lie together in the order of its
 * tree, so that what comes in by one link is a range; groups lie together by population; and
 * populations follow each other along a curve over the machine, so that keys that are near each
 * other come from places that are. Where keys are scarce, blocks are no longer rounded up. */
#include "map/route.h"

#include <inttypes.h>

typedef enum spacing { ROUNDED, DENSE, SPACINGS } spacing;

typedef struct run { /* groups of one population */
  uint32_t first, count;
  uint64_t curve; /* where its first tree has its root */
  uint64_t keys, align;
} run;

static uint64_t power_of_two(uint64_t n) {
  uint64_t p = 1;
  while (p < n) {
    p *= 2;
  }
  return p;
}

static uint64_t align_up(uint64_t n, uint64_t align) {
  return (n + align - 1) / align * align;
}

/* Bits of x and y by turns (Morton's order). */
static uint64_t curve(const phs_fabric_grid *g, uint32_t node) {
  uint32_t x = node % g->width, y = node / g->width;
  uint64_t key = 0;
  for (int b = 0; b < 32; b++) {
    key |= (uint64_t)(x >> b & 1) << (2 * b) | (uint64_t)(y >> b & 1) << (2 * b + 1);
  }
  return key;
}

/* Sets spots apart within a group. @return the alignment that the group needs */
static uint64_t space_group(const phs_map *m, const phs_forest *f, phs_group *g, spacing how) {
  phs_spot *spot = f->grove[g->chunk].spot + g->spot;
  uint64_t at = 0, widest = 1;
  for (uint32_t i = 0; i < g->spot_count; i++) {
    uint64_t keys = 0;
    for (uint32_t k = 0; k < spot[i].count; k++) {
      keys += UINT64_C(1) << phs_key_bits(m->slice[f->member[spot[i].first + k]].count);
    }
    uint64_t align = UINT64_C(1) << phs_key_bits(m->slice[f->member[spot[i].first]].count);
    if (how == ROUNDED) {
      align = keys = power_of_two(keys);
    }
    at = align_up(at, align);
    spot[i].key = (uint32_t)at;
    spot[i].keys = keys;
    at += keys;
    widest = align > widest ? align : widest;
  }
  g->keys = how == ROUNDED ? power_of_two(at) : at;
  return how == ROUNDED ? g->keys : widest;
}

/* @return keys of all populations, from 0 */
static uint64_t space_all(const phs_map *m, phs_forest *f, run *runs, uint32_t count, spacing how) {
  uint64_t at = 0;
  for (uint32_t r = 0; r < count; r++) {
    uint64_t inside = 0, widest = 1;
    for (uint32_t i = runs[r].first; i < runs[r].first + runs[r].count; i++) {
      uint64_t align = space_group(m, f, &f->group[i], how);
      inside = align_up(inside, align);
      f->group[i].key = (uint32_t)inside;
      inside += f->group[i].keys;
      widest = align > widest ? align : widest;
    }
    runs[r].align = how == ROUNDED ? power_of_two(inside) : widest;
    runs[r].keys = inside;
    at = align_up(at, runs[r].align);
    for (uint32_t i = runs[r].first; i < runs[r].first + runs[r].count; i++) {
      f->group[i].key += (uint32_t)at;
    }
    at += inside;
  }
  return at;
}

static int along_curve(const void *a, const void *b) {
  const run *x = a, *y = b;
  if (x->curve != y->curve) {
    return x->curve < y->curve ? -1 : 1;
  }
  return (x->first > y->first) - (x->first < y->first);
}

static uint32_t find_runs(const phs_router *r, const phs_forest *f, run *out) {
  uint32_t count = 0;
  for (uint32_t g = 0; g < f->group_count; g++) {
    if (g == 0 || f->group[g].population != f->group[g - 1].population) {
      uint32_t root = f->grove[f->group[g].chunk].node[f->group[g].tree].node;
      out[count++] = (run){.first = g, .curve = curve(&r->grid, root)};
    }
    out[count - 1].count++;
  }
  qsort(out, count, sizeof *out, along_curve);
  return count;
}

static void write_keys(const phs_map *m, const phs_forest *f, phs_tables *t) {
  for (uint32_t g = 0; g < f->group_count; g++) {
    const phs_group *group = &f->group[g];
    phs_spot *spot = f->grove[group->chunk].spot + group->spot;
    for (uint32_t i = 0; i < group->spot_count; i++) {
      spot[i].key += group->key;
      uint32_t at = spot[i].key;
      for (uint32_t k = 0; k < spot[i].count; k++) {
        uint32_t slice = f->member[spot[i].first + k];
        uint32_t size = UINT32_C(1) << phs_key_bits(m->slice[slice].count);
        t->key[slice] = at;
        t->mask[slice] = ~(size - 1);
        at += size;
      }
    }
  }
}

static phasor_status refuse(const phs_router *r, const phs_forest *f, const run *runs,
                            uint32_t count, uint64_t need, unsigned bits) {
  const phs_map *m = r->m;
  const run *most = &runs[0];
  for (uint32_t i = 1; i < count; i++) {
    most = runs[i].keys > most->keys ? &runs[i] : most;
  }
  const phs_population *p = &m->work->population[f->group[most->first].population];
  const phs_place place = {m->work->file, p->where, p->line, p->column, NULL};
  phs_map_note(r->m,
               "Keys: blocks rounded up by population, then as dense as slices allow; neither "
               "fits into %u bits.",
               bits);
  phs_report(r->diag, PHS_ROUTE_KEYS, &place,
             "fewer neurons, or numbers of neurons a core that are powers of two",
             "the network needs %" PRIu64 " keys, %" PRIu64 " of them for '%s' of %u neurons; keys "
             "of %u bits are %" PRIu64,
             need, most->keys, p->name, p->count, bits, UINT64_C(1) << bits);
  return phs_code_status(PHS_ROUTE_KEYS);
}

static unsigned key_bits(const phs_machine *machine) {
  const phs_figure *f = machine->target ? &machine->target->format[PHS_FORMAT_KEY_BITS] : NULL;
  bool fewer = f && f->state == PHS_FIGURE_KNOWN && f->most >= 1 && f->most < 32;
  return fewer ? (unsigned)f->most : 32;
}

phasor_status phs_keys_allocate(const phs_router *r, phs_forest *f, phs_tables *t) {
  const phs_map *m = r->m;
  unsigned bits = key_bits(m->machine);
  phasor_status status = PHASOR_ERROR_INTERNAL;
  run *runs = phs_room(f->group_count, sizeof *runs);
  t->key = PHS_NEW_ARRAY(m->arena, uint32_t, m->slice_count);
  t->mask = PHS_NEW_ARRAY(m->arena, uint32_t, m->slice_count);
  if (!runs || !t->key || !t->mask) {
    goto cleanup;
  }
  uint32_t count = find_runs(r, f, runs);
  uint64_t need = 0;
  for (spacing how = ROUNDED; how < SPACINGS; how++) {
    need = space_all(m, f, runs, count, how);
    if (need <= UINT64_C(1) << bits) {
      break;
    }
  }
  if (need > UINT64_C(1) << bits) {
    status = refuse(r, f, runs, count, need, bits);
    goto cleanup;
  }
  write_keys(m, f, t);
  status = PHASOR_OK;
cleanup:
  free(runs);
  return status;
}

size_t phs_keys_cover(const phs_group *g, const phs_spot *spot, uint32_t first, uint32_t end,
                      phs_key_block *out) {
  uint64_t low = first == 0 ? g->key : spot[first - 1].key + spot[first - 1].keys;
  uint64_t high = end == g->spot_count ? g->key + g->keys : spot[end].key;
  uint64_t at = spot[first].key, last = spot[end - 1].key + spot[end - 1].keys;
  size_t count = 0;
  for (uint32_t i = first; at < last;) {
    uint64_t size = 1; /* the largest block around `at` that holds no other spot's keys */
    while (size <= UINT32_MAX && (at & ~(2 * size - 1)) >= low &&
           (at & ~(2 * size - 1)) + 2 * size <= high) {
      size *= 2;
    }
    uint64_t start = at & ~(size - 1);
    out[count++] = (phs_key_block){(uint32_t)start, (uint32_t) ~(size - 1)};
    at = start + size;
    while (i < end && spot[i].key + spot[i].keys <= at) {
      i++;
    }
    at = i < end && spot[i].key > at ? spot[i].key : at;
  }
  return count;
}
