/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Delay lines. */
#include "interp/run.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MAX_STEPS ((int64_t)1 << 40)
#define MAX_BYTES ((size_t)1 << 34)

static bool report_value(const phs_net *net, const phs_op *op, size_t element, const char *what,
                         phs_diag *diag) {
  phs_place place = phs_op_place(net, op);
  phs_report(diag, PHS_RUN_DELAY_VALUE, &place,
             "give the delay in the unit that --time-unit names, or change --dt",
             "delay '%s': element %zu %s", op->name, element, what);
  return false;
}

/* Steps of a NIR Delay: seconds / dt, rounded half away from zero. */
static bool steps_of_seconds(phs_arena *arena, const phs_net *net, const phs_op *op, phs_steps *out,
                             phs_diag *diag) {
  const phs_param64 *seconds = &op->delay.seconds;
  int64_t *steps = PHS_NEW_ARRAY(arena, int64_t, seconds->n);
  if (!steps) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the steps of delay '%s'", op->name);
    return false;
  }
  for (size_t e = 0; e < seconds->n; e++) {
    double s = round(seconds->v[e] / net->dt);
    if (!(s >= 0 && s <= (double)MAX_STEPS)) {
      return report_value(net, op, e, "is negative, not a number or more than 2^40 steps", diag);
    }
    steps[e] = (int64_t)s;
  }
  *out = (phs_steps){.v = steps, .n = seconds->n};
  return true;
}

static bool check_steps(const phs_net *net, int index, const phs_steps *steps, phs_diag *diag) {
  const phs_op *op = &net->op[index];
  for (size_t e = 0; e < steps->n; e++) {
    if (steps->v[e] < 0 || steps->v[e] > MAX_STEPS) {
      return report_value(net, op, e, "is negative or more than 2^40 steps", diag);
    }
    if (steps->v[e] == 0 && op->operand[0] >= index) {
      return report_value(net, op, e, "is 0 steps, but its operand is computed later in the step",
                          diag);
    }
  }
  return true;
}

/* Lays the rings out one after the other; false when they are too large. */
static bool lay_out(phs_arena *arena, phs_ring *r, const phs_steps *steps) {
  size_t values = 0;
  if (steps->n == 1) {
    if (__builtin_mul_overflow((size_t)steps->v[0], r->count, &values)) {
      return false;
    }
  } else {
    r->offset = PHS_NEW_ARRAY(arena, size_t, r->count);
    for (size_t e = 0; r->offset && e < r->count; e++) {
      r->offset[e] = values;
      values +=
          (size_t)steps->v[e]; /* at most 2^40 elements of 2^40 steps: caught before it can wrap */
      if (values > MAX_BYTES) {
        return false;
      }
    }
    if (!r->offset) {
      return false;
    }
  }
  if (__builtin_mul_overflow(values, r->elem_size, &r->bytes) || r->bytes > MAX_BYTES) {
    return false;
  }
  r->data = phs_arena_alloc(arena, r->bytes);
  return r->data != NULL;
}

phs_ring *phs_ring_create(phs_arena *arena, const phs_net *net, int index, phs_diag *diag) {
  const phs_op *op = &net->op[index];
  phs_steps steps = op->delay.steps;
  if (!steps.v && !steps_of_seconds(arena, net, op, &steps, diag)) {
    return NULL;
  }
  if (!check_steps(net, index, &steps, diag)) {
    return NULL;
  }
  phs_ring *r = PHS_NEW(arena, phs_ring);
  if (r) {
    r->elem_size = phs_elem_size(op->elem);
    r->count = phs_shape_count(&op->shape);
    r->steps = steps.v;
  }
  if (!r || !lay_out(arena, r, &steps)) {
    phs_place place = phs_op_place(net, op);
    phs_report(diag, PHS_RUN_DELAY_MEMORY, &place,
               "check --dt and --time-unit against the delays of the model",
               "delay '%s': its lines need more than the limit of %zu GiB, or than there is memory",
               op->name, MAX_BYTES >> 30);
    return NULL;
  }
  return r;
}

/* Where element e's value of this step lies: it leaves the ring and makes room for the next. */
static unsigned char *slot(const phs_ring *r, uint64_t step, size_t e) {
  return r->data + (r->offset[e] + step % (uint64_t)r->steps[e]) * r->elem_size;
}

static unsigned char *frame(const phs_ring *r, uint64_t step) {
  return r->data + step % (uint64_t)r->steps[0] * r->count * r->elem_size;
}

void phs_ring_read(const phs_ring *r, uint64_t step, const void *x, void *y) {
  size_t size = r->elem_size;
  if (!r->offset) {
    memcpy(y, r->steps[0] ? frame(r, step) : x, r->count * size);
    return;
  }
  for (size_t e = 0; e < r->count; e++) {
    const unsigned char *from =
        r->steps[e] ? slot(r, step, e) : (const unsigned char *)x + e * size;
    memcpy((unsigned char *)y + e * size, from, size);
  }
}

void phs_ring_write(phs_ring *r, uint64_t step, const void *x) {
  size_t size = r->elem_size;
  if (!r->offset) {
    if (r->steps[0]) {
      memcpy(frame(r, step), x, r->count * size);
    }
    return;
  }
  for (size_t e = 0; e < r->count; e++) {
    if (r->steps[e]) {
      memcpy(slot(r, step, e), (const unsigned char *)x + e * size, size);
    }
  }
}
