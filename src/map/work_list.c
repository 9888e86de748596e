/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Synapses one by one: of sparse matrices and of lists in the model, ordered by source, targets
 * ascending. */
#include "map/work_build.h"

#include <string.h>

/* Counts in row[i + 1] become beginnings. */
static uint64_t add_up(uint64_t *row, uint64_t sources) {
  for (uint64_t i = 0; i < sources; i++) {
    row[i + 1] += row[i];
  }
  return row[sources];
}

/* After filling, row[i] stands where row i + 1 begins. */
static void step_back(uint64_t *row, uint64_t sources) {
  memmove(row + 1, row, (size_t)sources * sizeof *row);
  row[0] = 0;
}

bool phs_list_of_identity(phs_work_build *b, uint32_t count, phs_csr *out) {
  uint64_t *row = PHS_NEW_ARRAY(b->w->arena, uint64_t, (size_t)count + 1);
  uint32_t *target = PHS_NEW_ARRAY(b->w->arena, uint32_t, count);
  if (!row || !target) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    row[i + 1] = (uint64_t)i + 1;
    target[i] = i;
  }
  *out = (phs_csr){row, target, NULL};
  return true;
}

/* ------------------------------------------------------------------------------------- matrices */

enum { BLOCK = 1024 };

/* Weights of one target from neighbouring sources, whose rows are filled up to at[]. Which are kept
 * is found without branches that processors could not foresee. */
static void fill_block(const float *w, uint64_t count, float prune, uint32_t t, uint64_t *at,
                       uint32_t *target, float *weight) {
  uint32_t kept[BLOCK], n = 0;
  for (uint32_t i = 0; i < count; i++) {
    float a = w[i] < 0.0F ? -w[i] : w[i];
    kept[n] = i;
    n += (uint32_t)(w[i] != 0.0F) & (uint32_t)(a >= prune);
  }
  for (uint32_t k = 0; k < n; k++) {
    uint64_t to = at[kept[k]]++;
    target[to] = t;
    weight[to] = w[kept[k]];
  }
}

bool phs_list_of_linear(phs_work_build *b, const phs_op *op, phs_csr *out) {
  const phs_tensor *w = &op->linear.weight;
  const float prune = (float)b->o->prune_below;
  const uint64_t in = (uint64_t)w->shape.dim[w->shape.rank - 1];
  const uint64_t per = (uint64_t)w->shape.dim[w->shape.rank - 2];
  const uint64_t targets = phs_shape_count(&op->shape), sources = targets / per * in;
  uint64_t *row = PHS_NEW_ARRAY(b->w->arena, uint64_t, (size_t)sources + 1);
  if (!row) {
    return false;
  }
  for (uint64_t t = 0; t < targets; t++) {
    uint64_t *at = row + 1 + t / per * in;
    for (uint64_t i = 0; i < in; i++) {
      at[i] += phs_weight_kept(w->data[t * in + i], prune);
    }
  }
  const uint64_t count = add_up(row, sources);
  uint32_t *target = PHS_NEW_ARRAY(b->w->arena, uint32_t, (size_t)count);
  float *weight = PHS_NEW_ARRAY(b->w->arena, float, (size_t)count);
  if (!target || !weight) {
    return false;
  }
  for (uint64_t t = 0; t < targets; t++) {
    for (uint64_t first = 0; first < in; first += BLOCK) {
      uint64_t n = in - first < BLOCK ? in - first : BLOCK;
      fill_block(w->data + t * in + first, n, prune, (uint32_t)t, row + t / per * in + first,
                 target, weight);
    }
  }
  step_back(row, sources);
  *out = (phs_csr){row, target, weight};
  return true;
}

/* --------------------------------------------------------------------------------------- lists */

/* Synapses of one source while they are sorted: the target above the bits of the weight. */
typedef struct sorter {
  uint64_t *key, *other;
  int digits; /* bytes that targets have */
} sorter;

enum { FEW = 24 };

static void insert_all(uint64_t *key, uint64_t count) {
  for (uint64_t i = 1; i < count; i++) {
    uint64_t moved = key[i], at = i;
    for (; at > 0 && key[at - 1] >> 32 > moved >> 32; at--) {
      key[at] = key[at - 1];
    }
    key[at] = moved;
  }
}

/* By targets; equal ones keep their order. Byte by byte, where there are many. */
static uint64_t *sort_keys(sorter *s, uint64_t count) {
  if (count <= FEW) {
    insert_all(s->key, count);
    return s->key;
  }
  for (int digit = 0; digit < s->digits; digit++) {
    const int shift = 32 + 8 * digit;
    uint64_t begin[257] = {0};
    for (uint64_t i = 0; i < count; i++) {
      begin[1 + (s->key[i] >> shift & 255)]++;
    }
    for (int k = 0; k < 256; k++) {
      begin[k + 1] += begin[k];
    }
    for (uint64_t i = 0; i < count; i++) {
      s->other[begin[s->key[i] >> shift & 255]++] = s->key[i];
    }
    uint64_t *turned = s->key;
    s->key = s->other;
    s->other = turned;
  }
  return s->key;
}

static void sort_row(sorter *s, uint64_t count, uint32_t *target, float *weight) {
  for (uint64_t i = 0; i < count; i++) {
    uint32_t bits = 0;
    if (weight) {
      memcpy(&bits, &weight[i], sizeof bits);
    }
    s->key[i] = (uint64_t)target[i] << 32 | bits;
  }
  const uint64_t *sorted = sort_keys(s, count);
  for (uint64_t i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)sorted[i];
    target[i] = (uint32_t)(sorted[i] >> 32);
    if (weight) {
      memcpy(&weight[i], &bits, sizeof bits);
    }
  }
}

static bool make_sorter(phs_work_build *b, const phs_recipe *r, sorter *out) {
  const phs_synapse_list *list = &r->list;
  size_t longest = 0, length = 0;
  for (size_t i = 0; i < list->count; i++) {
    length = i > 0 && list->source[i] == list->source[i - 1] ? length + 1 : 1;
    longest = length > longest ? length : longest;
  }
  *out = (sorter){PHS_NEW_ARRAY(b->scratch, uint64_t, longest),
                  PHS_NEW_ARRAY(b->scratch, uint64_t, longest), 1};
  while (out->digits < 4 && r->target_count >> 8 * out->digits) {
    out->digits++;
  }
  return out->key && out->other;
}

/* Those of a source, from @p first on, that are not pruned, to @p at of the lists; returns where
 * they end. */
static uint64_t take_row(const phs_synapse_list *list, float prune, size_t *first, uint64_t at,
                         uint32_t *target, float *weight, bool *ascending) {
  const uint32_t source = list->source[*first];
  size_t i = *first;
  uint32_t last = 0;
  *ascending = true;
  for (; i < list->count && list->source[i] == source; i++) {
    if (weight && !phs_weight_kept(list->weight[i], prune)) {
      continue;
    }
    *ascending &= list->target[i] >= last;
    last = list->target[i];
    target[at] = last;
    if (weight) {
      weight[at] = list->weight[i];
    }
    at++;
  }
  *first = i;
  return at;
}

/* Rows of a list that is as it has to be. False: it has to be sorted or pruned. */
static bool is_ready(const phs_work_build *b, const phs_synapse_list *list, uint64_t *row,
                     uint32_t sources) {
  uint32_t wrong = 0, done = 0;
  if (list->weight) {
    phs_weights w;
    phs_weights_scan(list->weight, list->count, b->o->prune_below, &w);
    wrong = w.kept < list->count;
  }
  for (size_t i = 1; i < list->count; i++) {
    wrong |= (uint32_t)(list->source[i] == list->source[i - 1]) &
             (uint32_t)(list->target[i] < list->target[i - 1]);
  }
  for (size_t i = 0; !wrong && i < list->count; i++) {
    for (; done <= list->source[i]; done++) {
      row[done] = i;
    }
  }
  for (; !wrong && done <= sources; done++) {
    row[done] = list->count;
  }
  return !wrong;
}

bool phs_list_of_recipe(phs_work_build *b, const phs_recipe *r, phs_csr *out) {
  const phs_synapse_list *list = &r->list;
  uint64_t *row = PHS_NEW_ARRAY(b->w->arena, uint64_t, (size_t)r->source_count + 1), at = 0;
  uint32_t done = 0;
  sorter s;
  if (row && is_ready(b, list, row, r->source_count)) {
    *out = (phs_csr){row, list->target, list->weight}; /* the network outlives the work graph */
    return true;
  }
  uint32_t *target = PHS_NEW_ARRAY(b->w->arena, uint32_t, list->count);
  float *weight = list->weight ? PHS_NEW_ARRAY(b->w->arena, float, list->count) : NULL;
  if (!row || !target || (list->weight && !weight) || !make_sorter(b, r, &s)) {
    return false;
  }
  for (size_t i = 0; i < list->count;) {
    const uint32_t source = list->source[i];
    const uint64_t begin = at;
    bool ascending;
    at = take_row(list, (float)b->o->prune_below, &i, at, target, weight, &ascending);
    if (!ascending) {
      sort_row(&s, at - begin, target + begin, weight ? weight + begin : NULL);
    }
    for (; done <= source; done++) { /* sources without synapses begin here, too */
      row[done] = begin;
    }
  }
  for (; done <= r->source_count; done++) {
    row[done] = at;
  }
  *out = (phs_csr){row, target, weight};
  return true;
}
