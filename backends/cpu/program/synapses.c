/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Synapses in a step: who spiked, tile by tile of sources, and the delivery of their rows, tile by
 * tile of targets. A tile's rings stay in the nearest cache while all its rows are added to them;
 * each of its elements still sees projections, sources and ranks in their order.
 */
#include "backends/cpu/program/program.h"
#include "backends/cpu/program/row.h"

enum { WORD = 8, BLOCK = 64 /* bytes looked at together: most hold no spike */ };

static uint64_t word_at(const uint8_t *x) {
  uint64_t w;
  __builtin_memcpy(&w, x, sizeof w);
  return w;
}

/* Bytes of 0 and 1. */
static uint32_t list_bytes(const uint8_t *x, uint32_t n, uint16_t *out) {
  uint32_t count = 0, i = 0;
  for (; i + BLOCK <= n; i += BLOCK) {
    uint64_t any = 0;
    for (uint32_t k = 0; k < BLOCK; k += WORD) {
      any |= word_at(x + i + k);
    }
    for (uint32_t k = 0; any && k < BLOCK; k += WORD) {
      for (uint64_t w = word_at(x + i + k); w; w &= w - 1) {
        out[count++] = (uint16_t)(i + k + (uint32_t)__builtin_ctzll(w) / 8);
      }
    }
  }
  for (; i < n; i++) {
    out[count] = (uint16_t)i;
    count += x[i] != 0;
  }
  return count;
}

/* Always written, counted where not 0. */
static uint32_t list_counts(const int32_t *x, uint32_t n, uint16_t *out) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; i++) {
    out[count] = (uint16_t)i;
    count += x[i] != 0;
  }
  return count;
}

static uint32_t list_floats(const float *x, uint32_t n, uint16_t *out) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; i++) {
    out[count] = (uint16_t)i;
    count += x[i] != 0;
  }
  return count;
}

void phs_program_list(char *list, uint64_t tiles, const void *x, uint64_t elem, uint64_t lo,
                      uint64_t hi) {
  uint32_t *counts = (uint32_t *)list;
  uint16_t *entries = (uint16_t *)(list + phs_program_list_entries(tiles));
  for (uint64_t i = lo; i < hi; i += PHS_TILE) {
    uint32_t n = (uint32_t)(hi - i < PHS_TILE ? hi - i : PHS_TILE);
    uint16_t *out = entries + i;
    counts[i / PHS_TILE] = elem == PHS_PROGRAM_I1    ? list_bytes((const uint8_t *)x + i, n, out)
                           : elem == PHS_PROGRAM_I32 ? list_counts((const int32_t *)x + i, n, out)
                                                     : list_floats((const float *)x + i, n, out);
  }
}

typedef struct delivery {
  char *state;
  const char *tables;
  const phs_program_projection *projection;
  bool counted;
  uint32_t tile;
  phs_ring_buffer ring;
} delivery;

/* Who sends what, in order, as many at a time. */
enum { BATCH = 256 };

typedef struct batch {
  uint32_t count;
  uint32_t source[BATCH];
  float x[BATCH];
} batch;

static void flush(const delivery *d, batch *b) {
  const phs_program_projection *p = d->projection;
  const phs_rows *rows = &((const phs_program_rows *)(d->tables + p->rows))->rows;
  if (p->form == PHS_PROGRAM_STORED) {
    phs_store_deliver(&p->store, rows, d->tables + p->table, b->source, b->x, b->count, d->tile,
                      d->counted, &d->ring);
  } else {
    phs_row scratch = phs_program_row(d->state + p->remade, p->longest, d->tile);
    for (uint32_t k = 0; k < b->count; k++) {
      phs_rows_deliver(rows, b->source[k], d->tile, b->x[k], d->counted, &d->ring, &scratch);
    }
  }
  b->count = 0;
}

/* i1: 1 in any case. */
static float value(const char *x, uint32_t elem, uint32_t source) {
  return elem == PHS_PROGRAM_I1    ? 1.0F
         : elem == PHS_PROGRAM_I32 ? (float)((const int32_t *)x)[source]
                                   : ((const float *)x)[source];
}

static void deliver_rows(const delivery *d) {
  const phs_program_projection *p = d->projection;
  const char *list = d->state + p->list, *x = d->state + p->x;
  uint32_t tiles = phs_tile_count(p->sources);
  const uint32_t *counts = (const uint32_t *)list;
  const uint16_t *entries = (const uint16_t *)(list + phs_program_list_entries(tiles));
  batch b;
  b.count = 0;
  for (uint32_t s = 0; s < tiles; s++, entries += PHS_TILE) {
    for (uint32_t k = 0; k < counts[s]; k++) {
      uint32_t source = s * PHS_TILE + entries[k];
      b.source[b.count] = source;
      b.x[b.count++] = value(x, p->elem, source);
      if (b.count == BATCH) {
        flush(d, &b);
      }
    }
  }
  if (b.count > 0) {
    flush(d, &b);
  }
}

/* One synapse an element, all alike. Elements that are 0 add 0, which changes no sum: none of them
 * is ever -0. */
static void deliver_each(const delivery *d, uint32_t n) {
  const phs_program_projection *p = d->projection;
  uint32_t slot = (d->ring.now + p->delay) % d->ring.depth;
  size_t at = (size_t)d->tile * PHS_TILE;
  const char *x = d->state + p->x;
  if (d->counted) {
    int32_t *restrict to = (int32_t *)d->ring.slots + slot * d->ring.pitch + at;
    const uint8_t *bytes = (const uint8_t *)x + at;
    const int32_t *counts = (const int32_t *)x + at;
    for (uint32_t i = 0; p->elem == PHS_PROGRAM_I1 && i < n; i++) {
      to[i] += bytes[i];
    }
    for (uint32_t i = 0; p->elem == PHS_PROGRAM_I32 && i < n; i++) {
      to[i] += counts[i];
    }
    return;
  }
  float *restrict to = (float *)d->ring.slots + slot * d->ring.pitch + at;
  for (uint32_t i = 0; p->elem == PHS_PROGRAM_I1 && i < n; i++) {
    to[i] += p->weight * (float)((const uint8_t *)x + at)[i];
  }
  for (uint32_t i = 0; p->elem == PHS_PROGRAM_I32 && i < n; i++) {
    to[i] += p->weight * (float)((const int32_t *)x + at)[i];
  }
  for (uint32_t i = 0; p->elem == PHS_PROGRAM_F32 && i < n; i++) {
    to[i] += p->weight * ((const float *)x + at)[i];
  }
}

void phs_program_deliver(char *state, const char *blob, const char *tables,
                         const phs_program_synapses *op, uint64_t t, uint64_t lo, uint64_t hi) {
  const phs_program_projection *p = (const phs_program_projection *)(blob + op->projection);
  delivery d = {.state = state, .tables = tables, .counted = op->counted};
  d.ring =
      (phs_ring_buffer){.depth = op->depth, .now = (uint32_t)(t % op->depth), .pitch = op->pitch};
  for (uint64_t i = lo; i < hi; i += PHS_TILE) {
    d.tile = (uint32_t)(i / PHS_TILE);
    /* the slots of a tile lie together; delivery counts targets from the first tile's */
    uint64_t bytes = (uint64_t)d.tile * op->depth * op->pitch * 4;
    d.ring.slots = (void *)((uintptr_t)(state + op->ring) + bytes - 4 * i);
    for (uint32_t k = 0; k < op->projection_count; k++) {
      d.projection = &p[k];
      if (p[k].form == PHS_PROGRAM_EACH) {
        deliver_each(&d, (uint32_t)(hi - i < PHS_TILE ? hi - i : PHS_TILE));
      } else {
        deliver_rows(&d);
      }
    }
  }
}
