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
    uint64_t *at = row + t / per * in;
    for (uint64_t i = 0; i < in; i++) {
      float value = w->data[t * in + i];
      if (phs_weight_kept(value, prune)) {
        target[at[i]] = (uint32_t)t;
        weight[at[i]++] = value;
      }
    }
  }
  step_back(row, sources);
  *out = (phs_csr){row, target, weight};
  return true;
}

/* --------------------------------------------------------------------------------------- lists */

/* What is left of a list, in the order in which it was given. */
typedef struct left {
  uint64_t count;
  uint32_t *source, *target;
  float *weight;
} left;

static bool leave(phs_work_build *b, const phs_synapse_list *list, left *out) {
  const float prune = (float)b->o->prune_below;
  *out = (left){0, PHS_NEW_ARRAY(b->scratch, uint32_t, list->count),
                PHS_NEW_ARRAY(b->scratch, uint32_t, list->count),
                list->weight ? PHS_NEW_ARRAY(b->scratch, float, list->count) : NULL};
  if (!out->source || !out->target || (list->weight && !out->weight)) {
    return false;
  }
  for (size_t i = 0; i < list->count; i++) {
    if (list->weight && !phs_weight_kept(list->weight[i], prune)) {
      continue;
    }
    out->source[out->count] = list->source[i];
    out->target[out->count] = list->target[i];
    if (list->weight) {
      out->weight[out->count] = list->weight[i];
    }
    out->count++;
  }
  return true;
}

/* Synapses by @p key, in the order of @p from (NULL: as they are): a counting sort, which keeps the
 * order of equal keys. @p row has keys + 1 zeros. */
static void sort_by(const uint32_t *key, uint64_t count, const uint64_t *from, uint64_t *row,
                    uint64_t keys, uint64_t *to) {
  for (uint64_t i = 0; i < count; i++) {
    row[key[i] + (uint64_t)1]++;
  }
  add_up(row, keys);
  for (uint64_t i = 0; i < count; i++) {
    uint64_t synapse = from ? from[i] : i;
    to[row[key[synapse]]++] = synapse;
  }
  step_back(row, keys);
}

static bool ascending(const left *l) {
  for (uint64_t i = 1; i < l->count; i++) {
    if (l->source[i] == l->source[i - 1] && l->target[i] < l->target[i - 1]) {
      return false;
    }
  }
  return true;
}

static bool sort_list(phs_work_build *b, const phs_recipe *r, const left *l, uint64_t *row,
                      uint32_t *target, float *weight) {
  uint64_t *by_target = NULL, *by_source = NULL, *unused = NULL;
  if (ascending(l)) {
    for (uint64_t i = 0; i < l->count; i++) {
      row[l->source[i] + (uint64_t)1]++;
    }
    add_up(row, r->source_count);
    memcpy(target, l->target, (size_t)l->count * sizeof *target);
    if (weight) {
      memcpy(weight, l->weight, (size_t)l->count * sizeof *weight);
    }
    return true;
  }
  by_target = PHS_NEW_ARRAY(b->scratch, uint64_t, (size_t)l->count);
  by_source = PHS_NEW_ARRAY(b->scratch, uint64_t, (size_t)l->count);
  unused = PHS_NEW_ARRAY(b->scratch, uint64_t, (size_t)r->target_count + 1);
  if (!by_target || !by_source || !unused) {
    return false;
  }
  sort_by(l->target, l->count, NULL, unused, r->target_count, by_target);
  sort_by(l->source, l->count, by_target, row, r->source_count, by_source);
  for (uint64_t i = 0; i < l->count; i++) {
    target[i] = l->target[by_source[i]];
    if (weight) {
      weight[i] = l->weight[by_source[i]];
    }
  }
  return true;
}

bool phs_list_of_recipe(phs_work_build *b, const phs_recipe *r, phs_csr *out) {
  left l;
  uint64_t *row = PHS_NEW_ARRAY(b->w->arena, uint64_t, (size_t)r->source_count + 1);
  if (!row || !leave(b, &r->list, &l)) {
    return false;
  }
  uint32_t *target = PHS_NEW_ARRAY(b->w->arena, uint32_t, (size_t)l.count);
  float *weight = l.weight ? PHS_NEW_ARRAY(b->w->arena, float, (size_t)l.count) : NULL;
  if (!target || (l.weight && !weight) || !sort_list(b, r, &l, row, target, weight)) {
    return false;
  }
  *out = (phs_csr){row, target, weight};
  return true;
}
