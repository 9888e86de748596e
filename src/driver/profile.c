/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/profile.h"

#include "base/buf.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

/* Sends a message for each spike; graded populations send in every step, which needs no counting.
 */
static bool sends_spikes(const phs_op *op) {
  return (op->kind == PHS_OP_NEURONS || op->kind == PHS_OP_SOURCE) && op->elem != PHS_F32;
}

bool phs_message_counts_create(const phasor_program *p, phs_message_counts *out) {
  phs_message_counts made = {.arena = phs_arena_create(), .program = p};
  made.row =
      made.arena ? PHS_NEW_ARRAY(made.arena, phs_message_row, (size_t)p->net->op_count) : NULL;
  bool ok = made.row != NULL;
  for (int i = 0; ok && i < p->net->op_count; i++) {
    const phs_op *op = &p->net->op[i];
    if (sends_spikes(op)) {
      size_t n = phs_shape_count(&op->shape);
      made.row[made.count] = (phs_message_row){i, n, PHS_NEW_ARRAY(made.arena, uint64_t, n)};
      ok = made.row[made.count++].sent != NULL;
    }
  }
  if (!ok) {
    phs_message_counts_free(&made);
    return false;
  }
  *out = made;
  return true;
}

void phs_message_counts_free(phs_message_counts *p) {
  phs_arena_destroy(p->arena);
  *p = (phs_message_counts){0};
}

/* Samples may run side by side: sums of integers are the same in any order. */
static void add(uint64_t *to, uint64_t n) {
  __atomic_fetch_add(to, n, __ATOMIC_RELAXED);
}

void phs_message_counts_take(const phs_message_counts *p, const phasor_program *engine) {
  phs_quantity q;
  for (size_t i = 0; i < p->count; i++) {
    const phs_message_row *row = &p->row[i];
    if (!phs_engine_quantity(engine, row->op, "spikes", &q)) {
      continue;
    }
    for (size_t n = 0; n < row->count; n++) {
      int64_t spikes =
          q.elem == PHS_I1 ? ((const uint8_t *)q.data)[n] : ((const int32_t *)q.data)[n];
      if (spikes > 0) {
        add(&row->sent[n], (uint64_t)spikes);
      }
    }
  }
}

static void write_row(phs_buf *b, const char *name, const uint64_t *sent, size_t n, double steps) {
  bool equal = n > 0 && memcmp(sent, sent + 1, (n - 1) * sizeof *sent) == 0;
  phs_buf_puts(b, "    {\"name\": ");
  phs_buf_json(b, name);
  phs_buf_printf(b, ", \"neurons\": %zu, \"rate\": ", n);
  if (equal) {
    phs_buf_printf(b, "%.9g}", (double)sent[0] / steps);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    phs_buf_printf(b, "%s%.9g", i ? ", " : "[", (double)sent[i] / steps);
  }
  phs_buf_puts(b, "]}");
}

/* Values of an input that are not 0: each is a message. */
static bool count_input(phs_arena *arena, const phs_inputs *in, int k, const float **row, size_t n,
                        uint64_t **out) {
  uint64_t *sent = PHS_NEW_ARRAY(arena, uint64_t, n);
  for (size_t sample = 0; sent && sample < in->samples; sample++) {
    for (size_t t = 0; t < in->steps; t++) {
      phs_inputs_row(in, sample, t, row);
      for (size_t i = 0; i < n; i++) {
        sent[i] += row[k][i] != 0;
      }
    }
  }
  *out = sent;
  return sent != NULL;
}

static bool write_inputs(const phs_message_counts *p, const phs_inputs *in, phs_buf *b,
                         double steps) {
  const phs_net *net = p->program->network->net;
  const float **row = PHS_NEW_ARRAY(p->arena, const float *, (size_t)in->count + 1);
  for (int k = 0; row && k < in->count; k++) {
    const phs_op *op = &net->op[in->op[k]];
    size_t n = phs_shape_count(&op->shape);
    uint64_t *sent;
    if (!count_input(p->arena, in, k, row, n, &sent)) {
      return false;
    }
    phs_buf_puts(b, k || p->count ? ",\n" : "\n");
    write_row(b, op->name, sent, n, steps);
  }
  return row != NULL;
}

phasor_status phs_message_counts_write(const phs_message_counts *p, const phs_inputs *in,
                                       phs_output *out, phs_diag *diag) {
  phs_buf b = {0};
  const phs_net *net = p->program->net;
  double steps = (double)in->steps * (double)in->samples;
  steps = steps > 0 ? steps : 1;
  phs_buf_puts(&b, "{\n  \"phasor-profile\": 1,\n  \"model\": ");
  phs_buf_json(&b, net->name ? net->name : "");
  phs_buf_printf(&b, ",\n  \"samples\": %zu,\n  \"steps\": %zu,\n  \"populations\": [", in->samples,
                 in->steps);
  for (size_t i = 0; i < p->count; i++) {
    phs_buf_puts(&b, i ? ",\n" : "\n");
    write_row(&b, net->op[p->row[i].op].name, p->row[i].sent, p->row[i].count, steps);
  }
  bool ok = write_inputs(p, in, &b, steps);
  phs_buf_puts(&b, "\n  ]\n}\n");
  phasor_status status = PHASOR_OK;
  if (!ok || b.failed) {
    phs_output_abort(out);
    status = phs_no_memory(diag, "the profile");
  } else {
    fwrite(b.data, 1, b.len, out->file);
    status = phs_output_close(out, diag);
  }
  phs_buf_free(&b);
  return status;
}

void phs_rates_free(phs_rates *r) {
  phs_arena_destroy(r->arena);
  *r = (phs_rates){0};
}

/* A profile being read. */
typedef struct reading {
  const char *path;
  phs_diag *diag;
  phs_rates *out;
} reading;

static phasor_status refuse(const reading *r, const char *where, const char *what) {
  phs_report(r->diag, PHS_PROFILE, &(phs_place){.file = r->path, .where = where},
             "`phasorc run MODEL --profile=FILE` writes profiles", "%s", what);
  return phs_code_status(PHS_PROFILE);
}

/* One number, or one for each neuron. */
static bool read_values(reading *r, const json_t *rate, phs_rate *out) {
  size_t n = json_is_array(rate) ? json_array_size(rate) : 1;
  float *value = PHS_NEW_ARRAY(r->out->arena, float, n);
  if (!value || n > UINT32_MAX) {
    return false;
  }
  for (size_t i = 0; i < n; i++) {
    const json_t *one = json_is_array(rate) ? json_array_get(rate, i) : rate;
    double v = json_number_value(one);
    if (!json_is_number(one) || !(v >= 0) || !(v <= 1e9)) {
      return false;
    }
    value[i] = (float)v;
  }
  out->value = value;
  out->count = (uint32_t)n;
  return n > 0;
}

/* Whether the node is in the network as it was loaded, but not in what is mapped. */
static bool is_gone(const char *name, const phs_net *loaded, const phs_net *opt) {
  return phs_net_find(opt, name) < 0 && phs_net_find(loaded, name) >= 0;
}

static phasor_status read_rates(reading *r, const json_t *root, const phs_net *loaded,
                                const phs_net *opt) {
  const json_t *list = json_object_get(root, "populations");
  if (json_integer_value(json_object_get(root, "phasor-profile")) != 1 || !json_is_array(list)) {
    return refuse(r, NULL, "the file is no profile of version 1");
  }
  size_t n = json_array_size(list);
  r->out->rate = PHS_NEW_ARRAY(r->out->arena, phs_rate, n);
  if (!r->out->rate) {
    return phs_no_memory(r->diag, "the profile");
  }
  for (size_t i = 0; i < n; i++) {
    const json_t *row = json_array_get(list, i);
    const char *name = json_string_value(json_object_get(row, "name"));
    phs_rate rate = {.population = name ? phs_arena_strdup(r->out->arena, name) : NULL};
    if (!rate.population) {
      return refuse(r, "populations", "a population of the profile has no name");
    }
    if (!read_values(r, json_object_get(row, "rate"), &rate)) {
      return refuse(r, rate.population,
                    "'rate' is not a number of messages a step, or a list of "
                    "such numbers");
    }
    if (!is_gone(name, loaded, opt)) {
      r->out->rate[r->out->count++] = rate;
    }
  }
  return PHASOR_OK;
}

phasor_status phs_rates_read(const char *path, const phs_net *loaded, const phs_net *opt,
                             phs_diag *diag, phs_rates *out) {
  phs_rates made = {.arena = phs_arena_create()};
  reading r = {path, diag, &made};
  size_t size;
  json_error_t error;
  char *text = phs_read_file(path, &size, diag);
  json_t *root = text ? json_loadb(text, strlen(text), 0, &error) : NULL;
  phasor_status status = PHASOR_OK;
  if (!text) {
    status = PHASOR_ERROR_IO;
  } else if (!made.arena) {
    status = phs_no_memory(diag, "the profile");
  } else if (!root) {
    phs_report(
        diag, PHS_PROFILE,
        &(phs_place){.file = path, .line = (uint32_t)error.line, .column = (uint32_t)error.column},
        "`phasorc run MODEL --profile=FILE` writes profiles", "the file is no JSON: %s",
        error.text);
    status = phs_code_status(PHS_PROFILE);
  } else {
    status = read_rates(&r, root, loaded, opt);
  }
  json_decref(root);
  free(text);
  if (status == PHASOR_OK) {
    *out = made;
  } else {
    phs_rates_free(&made);
  }
  return status;
}
