/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "synapses/plastic.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* ---- layout ---- */

/* Appends `count` elements of `size` bytes to a block, aligned to a cache line. Counts are below
 * 2^33 and sizes at most 8, or 2^31 times 2^24 for the past: sums stay below 2^63. */
static uint64_t append(uint64_t *bytes, uint64_t count, uint64_t size) {
  uint64_t at = *bytes;
  *bytes = at + ((count * size + 63) & ~(uint64_t)63);
  return at;
}

bool phs_plastic_plan(const phs_rows *rows, phs_plasticity_kind kind, uint32_t spike_bytes,
                      bool graded, phs_plastic_layout *out) {
  const phs_recipe *r = rows->recipe;
  uint64_t synapses = rows->synapses;
  uint64_t row_count = (uint64_t)r->source_count * rows->tiles;
  if (synapses >= UINT32_MAX || row_count >= UINT32_MAX || phs_delay_low(r) != phs_delay_high(r)) {
    return false;
  }
  uint64_t table = 0, state = 0;
  *out = (phs_plastic_layout){.sources = r->source_count,
                              .targets = r->target_count,
                              .tiles = rows->tiles,
                              .delay = (uint32_t)phs_delay_low(r),
                              .synapses = (uint32_t)synapses,
                              .spike_bytes = spike_bytes,
                              .graded = graded,
                              .eligibility = kind == PHS_PLASTICITY_RSTDP};
  out->row = append(&table, row_count + 1, sizeof(uint32_t));
  out->target = append(&table, synapses, sizeof(uint16_t));
  out->column = append(&table, (uint64_t)out->targets + 1, sizeof(uint32_t));
  out->entry = append(&table, synapses, 2 * sizeof(uint32_t));
  out->table_bytes = table;
  append(&state, synapses, sizeof(float)); /* weights, at 0 */
  out->eligible = append(&state, out->eligibility ? synapses : 0, sizeof(float));
  out->source_trace = append(&state, out->sources, sizeof(float));
  out->target_trace = append(&state, out->targets, sizeof(float));
  out->arrival = append(&state, (uint64_t)out->sources + 1, sizeof(uint32_t));
  out->value = append(&state, out->sources, sizeof(float));
  out->past = append(&state, (uint64_t)out->sources * out->delay, spike_bytes);
  out->state_bytes = state;
  return state <= SIZE_MAX && table <= SIZE_MAX;
}

/* Arrays of the two blocks: to write, and to read. */
#define ARRAY(type, block, member)                                                                 \
  ((type *)(void *)((unsigned char *)(block) + (size_t)layout->member))
#define CONST_ARRAY(type, block, member)                                                           \
  ((const type *)(const void *)((const unsigned char *)(block) + (size_t)layout->member))

/* ---- making ---- */

/* Rows one after the other, and how many synapses each target has, at `column` of the target after
 * it. */
static void fill_rows(const phs_plastic_layout *layout, const phs_rows *rows, void *table,
                      phs_row *scratch) {
  uint32_t *first = ARRAY(uint32_t, table, row), *column = ARRAY(uint32_t, table, column);
  uint16_t *target = ARRAY(uint16_t, table, target);
  uint32_t at = 0;
  for (uint32_t i = 0; i < layout->sources; i++) {
    for (uint32_t tile = 0; tile < layout->tiles; tile++) {
      phs_row row = {.target = scratch->target};
      phs_row_make(rows, i, tile, &row);
      *first++ = at;
      for (uint32_t k = 0; k < row.count; k++) {
        target[at++] = row.target[k];
        column[(tile << PHS_TILE_BITS) + row.target[k] + 1]++;
      }
    }
  }
  *first = at;
}

/* The synapses of each target, ascending. */
static void fill_columns(const phs_plastic_layout *layout, void *table) {
  const uint32_t *first = CONST_ARRAY(uint32_t, table, row);
  const uint16_t *target = CONST_ARRAY(uint16_t, table, target);
  uint32_t *column = ARRAY(uint32_t, table, column), *entry = ARRAY(uint32_t, table, entry);
  for (uint32_t j = 0; j < layout->targets; j++) {
    column[j + 1] += column[j];
  }
  for (uint32_t i = 0; i < layout->sources; i++) {
    for (uint32_t tile = 0; tile < layout->tiles; tile++, first++) {
      for (uint32_t k = first[0]; k < first[1]; k++) {
        uint32_t at = column[(tile << PHS_TILE_BITS) + target[k]]++;
        entry[2 * (size_t)at] = k;
        entry[2 * (size_t)at + 1] = i;
      }
    }
  }
  /* Each has moved on to where the next one begins. */
  for (uint32_t j = layout->targets; j > 0; j--) {
    column[j] = column[j - 1];
  }
  column[0] = 0;
}

void phs_plastic_fill(const phs_plastic_layout *layout, const phs_rows *rows, void *table,
                      phs_row *scratch) {
  uint32_t *column = ARRAY(uint32_t, table, column);
  for (size_t j = 0; j <= layout->targets; j++) {
    column[j] = 0;
  }
  fill_rows(layout, rows, table, scratch);
  fill_columns(layout, table);
}

void phs_plastic_reset(const phs_plastic_layout *layout, const phs_rows *rows, void *state,
                       phs_row *scratch) {
  uint64_t *words = (uint64_t *)state;
  for (size_t k = 0; k < layout->state_bytes / sizeof *words; k++) {
    words[k] = 0;
  }
  float *w = (float *)state;
  for (uint32_t i = 0; i < layout->sources; i++) {
    for (uint32_t tile = 0; tile < layout->tiles; tile++) {
      phs_row row = {.target = scratch->target, .weight = scratch->weight};
      phs_row_make(rows, i, tile, &row);
      for (uint32_t k = 0; k < row.count; k++) {
        *w++ = row.weight[k];
      }
    }
  }
}

/* ---- stepping ---- */

static void *past_of(const phs_plastic_layout *layout, void *state, uint64_t t) {
  return ARRAY(unsigned char, state, past) +
         (size_t)(t % layout->delay) * layout->sources * layout->spike_bytes;
}

ALWAYS_INLINE float fade(float decay, float trace) {
  float left = decay * trace;
  return left < PHS_TRACE_LEAST && left > -PHS_TRACE_LEAST ? 0.0F : left;
}

/* Whether the eight spikes from x[i], of a byte each, are all 0: most are. */
ALWAYS_INLINE bool eight_silent(const void *x, uint32_t i, uint32_t end, uint32_t bytes) {
  uint64_t word = 1;
  if (bytes == 1 && end - i >= sizeof word) {
    __builtin_memcpy(&word, (const uint8_t *)x + i, sizeof word);
  }
  return word == 0;
}

static float arriving(const phs_plastic_layout *layout, const void *x, uint32_t i) {
  if (layout->spike_bytes == 1) {
    return (float)((const uint8_t *)x)[i];
  }
  return layout->graded ? ((const float *)x)[i] : (float)((const int32_t *)x)[i];
}

void phs_plastic_arrive(const phs_plastic_layout *layout, const phs_plasticity *rule, void *state,
                        uint64_t t) {
  float *P = ARRAY(float, state, source_trace), *value = ARRAY(float, state, value);
  uint32_t *arrival = ARRAY(uint32_t, state, arrival), n = 0;
  const void *x = past_of(layout, state, t);
  for (uint32_t i = 0; i < layout->sources; i++) {
    P[i] = fade(rule->decay_plus, P[i]);
  }
  for (uint32_t i = 0; i < layout->sources; i++) {
    if (eight_silent(x, i, layout->sources, layout->spike_bytes)) {
      i += 7;
      continue;
    }
    float v = arriving(layout, x, i);
    if (v != 0.0F) {
      value[n] = v;
      arrival[1 + n++] = i;
      /* Nobody reads P before the step ends, so that it need not wait for the deliveries. */
      P[i] = P[i] + 1.0F;
    }
  }
  arrival[0] = n;
}

ALWAYS_INLINE float clip(const phs_plasticity *rule, float w) {
  float least = w < rule->w_min ? rule->w_min : w;
  return least > rule->w_max ? rule->w_max : least;
}

/* One row: w (STDP) or e (RSTDP, `eligible`) follows the targets' spikes. */
ALWAYS_INLINE void deliver_row(const phs_plasticity *rule, uint32_t first, uint32_t end,
                               const uint16_t *target, float x, float *restrict w,
                               float *restrict e, const float *restrict Q, float *restrict y,
                               bool eligible, bool scaled) {
  for (uint32_t k = first; k < end; k++) {
    uint32_t j = target[k];
    y[j] = y[j] + w[k] * x;
    if (eligible) {
      e[k] = e[k] - rule->a_minus * Q[j];
    } else {
      float a = scaled ? rule->a_minus * w[k] : rule->a_minus;
      w[k] = clip(rule, w[k] - a * Q[j]);
    }
  }
}

/* Targets of a tile. */
static uint32_t width_of(const phs_plastic_layout *layout, uint32_t tile) {
  uint32_t left = layout->targets - (tile << PHS_TILE_BITS);
  return left < PHS_TILE ? left : PHS_TILE;
}

void phs_plastic_deliver(const phs_plastic_layout *layout, const phs_plasticity *rule,
                         const void *table, void *state, uint32_t tile, const float *init,
                         float *y) {
  size_t base = (size_t)tile << PHS_TILE_BITS;
  uint32_t width = width_of(layout, tile);
  const uint32_t *row = CONST_ARRAY(uint32_t, table, row),
                 *arrival = ARRAY(uint32_t, state, arrival);
  const uint16_t *target = CONST_ARRAY(uint16_t, table, target);
  const float *value = ARRAY(float, state, value);
  float *w = (float *)state, *e = ARRAY(float, state, eligible),
        *Q = ARRAY(float, state, target_trace) + base;
  y += base;
  for (uint32_t j = 0; j < width; j++) {
    Q[j] = fade(rule->decay_minus, Q[j]);
    y[j] = 0.0F;
  }
  for (uint32_t n = 0; n < arrival[0]; n++) {
    const uint32_t *first = row + (size_t)arrival[1 + n] * layout->tiles + tile;
    if (layout->eligibility) {
      deliver_row(rule, first[0], first[1], target, value[n], w, e, Q, y, true, false);
    } else if (rule->mu_minus) {
      deliver_row(rule, first[0], first[1], target, value[n], w, e, Q, y, false, true);
    } else {
      deliver_row(rule, first[0], first[1], target, value[n], w, e, Q, y, false, false);
    }
  }
  for (uint32_t j = 0; init && j < width; j++) {
    y[j] = init[base + j] + y[j];
  }
}

/* Synapses of one target lie far apart: the ones to come are asked for in time. */
#define AHEAD 24

/* One target has spiked: its synapses follow what arrived before. */
static void learn_column(const phs_plastic_layout *layout, const phs_plasticity *rule,
                         const uint32_t *entry, const uint32_t *end, void *state) {
  const float *P = ARRAY(float, state, source_trace);
  float *w = (float *)state, *e = ARRAY(float, state, eligible);
  for (; entry < end; entry += 2) {
    if (end - entry > 2 * AHEAD) {
      __builtin_prefetch(layout->eligibility ? &e[entry[2 * AHEAD]] : &w[entry[2 * AHEAD]], 1);
    }
    uint32_t k = entry[0];
    float p = P[entry[1]];
    if (layout->eligibility) {
      e[k] = e[k] + rule->a_plus * p;
    } else {
      float a = rule->mu_plus ? rule->a_plus * (rule->w_max - w[k]) : rule->a_plus;
      w[k] = clip(rule, w[k] + a * p);
    }
  }
}

/* Reward turns eligibility into weight; then it fades. */
static void reward_rows(const phs_plastic_layout *layout, const phs_plasticity *rule,
                        const uint32_t *row, uint32_t tile, void *state, float reward) {
  float *restrict w = (float *)state, *restrict e = ARRAY(float, state, eligible);
  for (uint32_t i = 0; i < layout->sources; i++) {
    const uint32_t *first = row + (size_t)i * layout->tiles + tile;
    if (reward != 0.0F) {
      float gain = rule->rate * reward;
      for (uint32_t k = first[0]; k < first[1]; k++) {
        w[k] = clip(rule, w[k] + gain * e[k]);
      }
    }
    for (uint32_t k = first[0]; k < first[1]; k++) {
      e[k] = fade(rule->decay_e, e[k]);
    }
  }
}

void phs_plastic_learn(const phs_plastic_layout *layout, const phs_plasticity *rule,
                       const void *table, void *state, uint32_t tile, const void *z,
                       uint32_t z_bytes, float reward) {
  uint32_t first = tile << PHS_TILE_BITS, end = first + width_of(layout, tile);
  const uint32_t *column = CONST_ARRAY(uint32_t, table, column),
                 *entry = CONST_ARRAY(uint32_t, table, entry);
  float *Q = ARRAY(float, state, target_trace);
  for (uint32_t j = first; j < end; j++) {
    if (eight_silent(z, j, end, z_bytes)) {
      j += 7;
    } else if (z_bytes == 1 ? ((const uint8_t *)z)[j] != 0 : ((const int32_t *)z)[j] != 0) {
      learn_column(layout, rule, entry + 2 * (size_t)column[j], entry + 2 * (size_t)column[j + 1],
                   state);
      Q[j] = Q[j] + 1.0F;
    }
  }
  if (layout->eligibility) {
    reward_rows(layout, rule, CONST_ARRAY(uint32_t, table, row), tile, state, reward);
  }
}

void phs_plastic_keep(const phs_plastic_layout *layout, void *state, const void *x, uint64_t t) {
  unsigned char *past = past_of(layout, state, t);
  const unsigned char *from = x;
  const size_t bytes = (size_t)layout->sources * layout->spike_bytes;
  for (size_t k = 0; k < bytes; k++) {
    past[k] = from[k];
  }
}
