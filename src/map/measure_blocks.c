/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Blocks: what each projection takes of each slice. */
#include "map/measure.h"

#include <stdlib.h>

#define CHUNK 64
#define LOOK_BACK 4

typedef struct blocks {
  phs_measure *ms;
  phs_axis_scratch *scratch; /* [threads] */
  phs_block *block;          /* with room for all projections onto each slice */
  uint64_t *room;            /* [slice_count + 1]: where a slice's begin */
  uint32_t *count;           /* [slice_count] */
} blocks;

/* Sources of projection @p q whose synapses slice @p s holds. */
static const phs_box *sources_of(const phs_measure *ms, uint32_t s, uint32_t q, phs_box *room,
                                 size_t *count) {
  if (ms->m->slice[s].part_count == 0) {
    room[0] = phs_box_all(&ms->w->population[ms->w->projection[q].source]);
    *count = 1;
    return room;
  }
  *count = 0;
  for (uint32_t i = ms->limit_row[s]; i < ms->limit_row[s + 1]; i++) {
    if (ms->limit[i].projection == q) {
      room[(*count)++] = ms->limit[i].box;
    }
  }
  return room;
}

static void from_sum(const phs_measure *ms, uint32_t s, uint32_t q, phs_block_cost *out) {
  const phs_row_source *r = &ms->row_source[ms->row_project[q]];
  const phs_slice *slice = &ms->m->slice[s];
  const phs_row_sum *sum = &ms->sum[r->first_sum + (s - ms->m->first_slice[slice->population])];
  phs_synapse_widths w;
  phs_synapse_widths_of(ms->w, q, ms->machine, slice->count, &w);
  const uint64_t axons = sum->axons;
  uint64_t bits[PHS_SYNAPSE_FORMATS] = {
      phs_bits_times(axons, phs_axon_bits(&w, PHS_SYNAPSES_DENSE, axons > 0, slice->count)),
      sum->bitmap_bits, sum->index_bits};
  if (w.padded) {
    bits[PHS_SYNAPSES_INDEX] =
        phs_bits_times(axons, phs_axon_bits(&w, PHS_SYNAPSES_INDEX, sum->longest, slice->count));
  }
  const bool has[] = {w.dense, w.bitmap, w.listed};
  *out = (phs_block_cost){.axons = axons, .synapses = sum->synapses, .bits = UINT64_MAX};
  for (int f = PHS_SYNAPSES_DENSE; f <= PHS_SYNAPSES_INDEX; f++) {
    if (has[f] && bits[f] < out->bits) {
      out->bits = bits[f];
      out->format = (phs_synapse_format)f;
    }
  }
}

static bool recipe_cost(phs_measure *ms, uint32_t s, uint32_t q, const phs_box *source,
                        size_t count, phs_pair_cache *pairs, phs_block_cost *out) {
  const phs_slice *slice = &ms->m->slice[s];
  const phs_rule rule = ms->w->projection[q].recipe->rule;
  phs_box target = ms->box[s];
  if (!pairs) {
    return false;
  }
  if (slice->listed && rule != PHS_RULE_DISTANCE && rule != PHS_RULE_ONE_TO_ONE) {
    target = (phs_box){.high = {1, 1, slice->count}}; /* only the size matters */
  }
  phs_recipe_box_cost(ms->w, q, ms->machine, source, count, &target, phs_pairs_get, pairs, out);
  return true;
}

static bool cost_of(blocks *b, uint32_t s, uint32_t q, int thread, phs_block_cost *out) {
  phs_measure *ms = b->ms;
  const phs_wiring wiring = ms->w->projection[q].wiring;
  const phs_slice *slice = &ms->m->slice[s];
  if (wiring == PHS_WIRING_LIST || (wiring == PHS_WIRING_WINDOW && ms->listed[slice->population])) {
    from_sum(ms, s, q, out);
    return true;
  }
  uint32_t limits = ms->limit_row[s + 1] - ms->limit_row[s];
  phs_box one, *room = limits > 1 ? calloc(limits, sizeof *room) : &one;
  size_t count = 0;
  bool ok = room != NULL;
  if (ok) {
    const phs_box *source = sources_of(ms, s, q, room, &count);
    ok = wiring == PHS_WIRING_WINDOW
             ? phs_window_cost(ms->w, q, ms->machine, source, count, &slice->box,
                               &b->scratch[thread], out)
             : recipe_cost(ms, s, q, source, count, phs_pairs_of(ms, thread), out);
  }
  if (room != &one) {
    free(room);
  }
  return ok;
}

static bool blocks_of(blocks *b, uint32_t s, int thread) {
  const phs_measure *ms = b->ms;
  const phs_slice *slice = &ms->m->slice[s];
  const phs_population *p = &ms->w->population[slice->population];
  phs_block *out = b->block + b->room[s];
  for (uint32_t i = 0; i < p->in_count && slice->count; i++) {
    const uint32_t q = ms->w->in[p->first_in + i];
    phs_block_cost cost = {0};
    if (!cost_of(b, s, q, thread, &cost)) {
      return false;
    }
    if (cost.synapses) {
      out[b->count[s]++] = (phs_block){.projection = q,
                                       .format = cost.format,
                                       .axons = (uint32_t)cost.axons,
                                       .synapses = cost.synapses,
                                       .bits = cost.bits};
    }
  }
  return true;
}

/* As in measure_flows.c: a slice not long before @p s that gets what it does, else @p s. */
static size_t gets_alike(const phs_measure *ms, size_t first, size_t s) {
  const phs_slice *y = &ms->m->slice[s];
  for (size_t i = s; ms->even_in[y->population] && i > first && s - i < LOOK_BACK; i--) {
    const phs_slice *x = &ms->m->slice[i - 1];
    if (x->population == y->population && x->count == y->count) {
      return i - 1;
    }
  }
  return s;
}

static bool repeat(blocks *b, size_t from, size_t to) {
  b->count[to] = b->count[from];
  for (uint32_t i = 0; i < b->count[to]; i++) {
    b->block[b->room[to] + i] = b->block[b->room[from] + i];
  }
  return true;
}

static void make_blocks(void *user, size_t first, size_t end, int thread) {
  blocks *b = user;
  for (size_t s = first; s < end && !atomic_load(&b->ms->failed); s++) {
    const size_t like = gets_alike(b->ms, first, s);
    bool ok = like < s ? repeat(b, like, s) : blocks_of(b, (uint32_t)s, thread);
    if (!ok) {
      atomic_store(&b->ms->failed, true);
    }
  }
}

static bool store(const blocks *b) {
  phs_map *m = b->ms->m;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    m->block_row[s + 1] = m->block_row[s] + b->count[s];
  }
  m->block = PHS_NEW_ARRAY(m->measured, phs_block, (size_t)m->block_row[m->slice_count] + 1);
  for (uint32_t s = 0; s < m->slice_count && m->block; s++) {
    for (uint32_t i = 0; i < b->count[s]; i++) {
      m->block[m->block_row[s] + i] = b->block[b->room[s] + i];
    }
  }
  return m->block != NULL;
}

bool phs_measure_blocks(phs_measure *ms) {
  phs_map *m = ms->m;
  const size_t slices = (size_t)m->slice_count + 1;
  blocks b = {.ms = ms,
              .scratch = PHS_NEW_ARRAY(ms->arena, phs_axis_scratch, (size_t)ms->threads),
              .room = PHS_NEW_ARRAY(ms->arena, uint64_t, slices),
              .count = PHS_NEW_ARRAY(ms->arena, uint32_t, slices)};
  m->block_row = PHS_NEW_ARRAY(m->measured, uint64_t, slices);
  if (!b.scratch || !b.room || !b.count || !m->block_row) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    b.room[s + 1] = b.room[s] + ms->w->population[m->slice[s].population].in_count;
  }
  b.block = PHS_NEW_ARRAY(ms->arena, phs_block, (size_t)b.room[m->slice_count] + 1);
  if (!b.block) {
    return false;
  }
  phs_parallel(ms->threads, m->slice_count, CHUNK, make_blocks, &b);
  for (int i = 0; i < ms->threads; i++) {
    phs_axis_scratch_free(&b.scratch[i]);
  }
  return !atomic_load(&ms->failed) && store(&b);
}
