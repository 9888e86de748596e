/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/blob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rows of weights that are turned at a time: each cache line that is read then serves all of them.
 */
enum { ROWS_AT_ONCE = 16 };

typedef struct writer {
  FILE *file;
  size_t at; /* bytes written */
  bool no_memory;
} writer;

static void put(writer *w, const void *data, size_t bytes) {
  fwrite(data, 1, bytes, w->file);
  w->at += bytes;
}

/* Zeros up to `offset`. */
static void pad_to(writer *w, size_t offset) {
  static const char zeros[PHS_CPU_ALIGN];
  while (w->at < offset) {
    size_t n = offset - w->at;
    put(w, zeros, n < sizeof zeros ? n : sizeof zeros);
  }
}

/*
 * `sources` rows of `targets` values, each padded to `row`: value (s, t) is data[t * target_step +
 * s * source_step].
 */
static void put_rows(writer *w, const float *data, size_t sources, size_t source_step,
                     size_t targets, size_t target_step, size_t row) {
  float *block = calloc(ROWS_AT_ONCE * row, sizeof *block);
  if (!block) {
    w->no_memory = true;
    return;
  }
  for (size_t first = 0; first < sources; first += ROWS_AT_ONCE) {
    size_t n = sources - first < ROWS_AT_ONCE ? sources - first : ROWS_AT_ONCE;
    for (size_t t = 0; t < targets; t++) {
      const float *from = data + t * target_step + first * source_step;
      for (size_t s = 0; s < n; s++) {
        block[s * row + t] = from[s * source_step];
      }
    }
    put(w, block, n * row * sizeof *block);
  }
  free(block);
}

static void put_linear(writer *w, const phs_op *op, const phs_cpu_op *c) {
  size_t in = (size_t)c->source, out = (size_t)c->target;
  pad_to(w, c->weight);
  for (size_t l = 0; l < (size_t)c->lead; l++) {
    put_rows(w, op->linear.weight.data + l * in * out, in, 1, out, in, c->row);
  }
  if (c->bias != PHS_CPU_NONE) {
    pad_to(w, c->bias);
    put_rows(w, op->linear.bias.data, (size_t)c->lead, out, out, 1, c->row);
  }
}

/* weight [C_out][C_in / groups][k...] as [C_in][k...][row of one group's C_out]. */
static void put_conv(writer *w, const phs_op *op, const phs_cpu_op *c) {
  size_t kernel = (size_t)(c->window.kernel[0] * c->window.kernel[1]);
  size_t in = (size_t)c->source * kernel, out = (size_t)c->target;
  pad_to(w, c->weight);
  for (size_t g = 0; g < (size_t)op->conv.groups; g++) {
    put_rows(w, op->conv.weight.data + g * out * in, in, 1, out, in, c->row);
  }
  if (c->bias != PHS_CPU_NONE) {
    pad_to(w, c->bias);
    put_rows(w, op->conv.bias.data, (size_t)op->conv.groups, out, out, 1, c->row);
  }
}

/* One value for each neuron; the last one also in the surplus lanes, where it can do no harm that
 * it does not do already. */
static void put_param(writer *w, const phs_param32 *p, size_t offset, int lanes) {
  if (offset == PHS_CPU_NONE) {
    return;
  }
  pad_to(w, offset);
  put(w, p->v, p->n * sizeof *p->v);
  for (size_t n = p->n; n % (size_t)lanes != 0; n++) {
    put(w, &p->v[p->n - 1], sizeof *p->v);
  }
}

static void put_steps(writer *w, const phs_steps *s, size_t count, size_t offset) {
  if (offset == PHS_CPU_NONE) {
    return;
  }
  pad_to(w, offset);
  for (size_t i = 0; i < count; i++) {
    uint32_t v = (uint32_t)s->v[s->n == 1 ? 0 : i];
    put(w, &v, sizeof v);
  }
}

static void put_op(writer *w, const phs_op *op, const phs_cpu_op *c) {
  switch (op->kind) {
  case PHS_OP_LINEAR:
    put_linear(w, op, c);
    break;
  case PHS_OP_CONV:
    put_conv(w, op, c);
    break;
  case PHS_OP_SCALE:
    put_param(w, &op->scale.factor, c->factor, c->lanes);
    break;
  case PHS_OP_DELAY:
    put_steps(w, &op->delay.steps, phs_shape_count(&op->shape), c->steps);
    break;
  case PHS_OP_NEURONS:
    for (int i = 0; i < op->neurons.coeff_count; i++) {
      put_param(w, &op->neurons.coeff[i], c->coeff[i], c->lanes);
    }
    for (int i = 0; i < op->neurons.state_count; i++) {
      put_param(w, &op->neurons.initial[i], c->initial[i], c->lanes);
    }
    break;
  default:
    break;
  }
}

FILE *phs_cpu_blob_write(const phs_cpu_plan *plan, phs_diag *diag) {
  writer w = {.file = tmpfile()};
  if (w.file) {
    for (int i = 0; i < plan->net->op_count && !ferror(w.file) && !w.no_memory; i++) {
      put_op(&w, &plan->net->op[i], &plan->op[i]);
    }
    for (const phs_cpu_data_piece *d = plan->data; d && !ferror(w.file); d = d->next) {
      pad_to(&w, d->offset);
      put(&w, d->data, d->bytes);
    }
    pad_to(&w, plan->blob_size);
  }
  if (w.no_memory) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory to lay out weights");
  } else if (!w.file || ferror(w.file) || fflush(w.file) != 0) {
    phs_report(diag, PHS_CPU_TEMPORARY, NULL, "free space where temporary files go (/tmp)",
               "%zu bytes of weights cannot be written to a temporary file: %s", plan->blob_size,
               strerror(errno));
  } else {
    return w.file;
  }
  if (w.file) {
    fclose(w.file);
  }
  return NULL;
}
