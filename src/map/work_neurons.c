/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Which neurons share what chips store once for several: compartment formats (decays, reset values,
 * refractory times) and thresholds. Coefficients of update functions are told apart by their use:
 * one that is compared is a threshold, one that is only added is a bias, which chips hold for each
 * neuron; all others make the format.
 */
#include "map/work_build.h"

#include <string.h>

typedef enum use { USE_NONE = 0, USE_ADDED = 1, USE_COMPARED = 2, USE_OTHER = 4 } use;

static unsigned use_of(const phs_kernel *k, uint16_t reg) {
  unsigned found = USE_NONE;
  for (int i = 0; i < k->inst_count; i++) {
    const phs_scalar_inst *in = &k->inst[i];
    if (in->op == PHS_K_CONST_F32 || in->op == PHS_K_CONST_INT ||
        (in->a != reg && in->b != reg && (in->op != PHS_K_SELECT || in->c != reg))) {
      continue;
    }
    found |= in->op == PHS_K_CMPF                                               ? USE_COMPARED
             : (in->op == PHS_K_ADDF || in->op == PHS_K_SUBF) && in->a != in->b ? USE_ADDED
                                                                                : USE_OTHER;
  }
  for (int i = 0; i < k->result_count; i++) {
    found |= k->result[i] == reg ? USE_OTHER : USE_NONE;
  }
  return found;
}

/* Coefficients that differ between neurons, of one class. */
typedef struct columns {
  const uint32_t *bits[PHS_MAX_COEFFICIENTS];
  int count;
} columns;

static uint64_t hash_of(const columns *c, uint32_t neuron) {
  uint64_t h = 0x9e3779b97f4a7c15U;
  for (int i = 0; i < c->count; i++) {
    h = (h ^ c->bits[i][neuron]) * 0xff51afd7ed558ccdU;
    h ^= h >> 32;
  }
  return h;
}

static bool same(const columns *c, uint32_t a, uint32_t b) {
  for (int i = 0; i < c->count; i++) {
    if (c->bits[i][a] != c->bits[i][b]) {
      return false;
    }
  }
  return true;
}

/* Numbers neurons by their values, in the order in which values come first. */
static bool number_columns(phs_work_build *b, const columns *c, uint32_t neurons,
                           uint32_t *distinct, const uint32_t **of) {
  uint64_t room = 64;
  *distinct = 1;
  *of = NULL;
  if (c->count == 0 || neurons == 0) {
    return true;
  }
  while (room < 2 * (uint64_t)neurons) {
    room *= 2;
  }
  uint32_t *slot = PHS_NEW_ARRAY(b->scratch, uint32_t, (size_t)room); /* 1 + a neuron, or 0 */
  uint32_t *number = PHS_NEW_ARRAY(b->w->arena, uint32_t, neurons), found = 0;
  if (!slot || !number) {
    return false;
  }
  for (uint32_t n = 0; n < neurons; n++) {
    uint64_t at = hash_of(c, n) & (room - 1);
    while (slot[at] && !same(c, slot[at] - 1, n)) {
      at = (at + 1) & (room - 1);
    }
    if (slot[at]) {
      number[n] = number[slot[at] - 1];
    } else {
      slot[at] = n + 1;
      number[n] = found++;
    }
  }
  *distinct = found;
  *of = found > 1 ? number : NULL;
  return true;
}

static const uint32_t *bits_of(phs_work_build *b, const phs_param32 *p) {
  uint32_t *bits = PHS_NEW_ARRAY(b->scratch, uint32_t, p->n);
  if (bits) {
    memcpy(bits, p->v, p->n * sizeof *bits);
  }
  return bits;
}

bool phs_work_formats(phs_work_build *b, const phs_op *op, phs_population *p) {
  const phs_neurons *n = &op->neurons;
  columns format = {.count = 0}, threshold = {.count = 0};
  p->format_count = p->threshold_count = 1;
  if (!n->kernel) {
    return true;
  }
  const int first = op->operand_count + n->state_count;
  for (int i = 0; i < n->coeff_count && i < PHS_MAX_COEFFICIENTS; i++) {
    if (n->coeff[i].n <= 1 || n->coeff[i].n != p->count) {
      continue;
    }
    unsigned found = use_of(n->kernel, (uint16_t)(first + i));
    columns *to = found & USE_COMPARED ? &threshold : found & USE_OTHER ? &format : NULL;
    if (to) {
      const uint32_t *bits = bits_of(b, &n->coeff[i]);
      if (!bits) {
        return false;
      }
      to->bits[to->count++] = bits;
    }
  }
  return number_columns(b, &format, p->count, &p->format_count, &p->format) &&
         number_columns(b, &threshold, p->count, &p->threshold_count, &p->threshold);
}
