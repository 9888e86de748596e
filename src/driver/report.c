/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/report.h"

#include "base/buf.h"
#include "driver/output.h"

#include <inttypes.h>
#include <sys/stat.h>

static void text_field(phs_buf *b, const char *name, const char *value) {
  phs_buf_printf(b, "  \"%s\": ", name);
  phs_buf_json(b, value);
  phs_buf_puts(b, ",\n");
}

static void conventions(const phasor_network *n, phs_buf *b) {
  phs_buf_puts(b, "  \"conventions\": {");
  const char *key;
  char value[64];
  for (size_t i = 0; phasor_network_convention(n, i, &key, value, sizeof value); i++) {
    phs_buf_printf(b, "%s\"%s\": ", i ? ", " : "", key);
    phs_buf_json(b, value);
  }
  phs_buf_puts(b, "},\n");
}

static void ops(const phs_net *net, const char *title, phs_buf *b) {
  phs_buf_printf(b, "  \"%s\": [", title);
  for (int i = 0; i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    phs_buf_puts(b, i ? ",\n    {\"name\": " : "\n    {\"name\": ");
    phs_buf_json(b, op->name);
    phs_buf_printf(b, ", \"kind\": \"%s\", \"type\": \"%s\", \"shape\": [", phs_kind_word(op->kind),
                   phs_elem_name(op->elem));
    for (int d = 0; d < op->shape.rank; d++) {
      phs_buf_printf(b, "%s%" PRId64, d ? ", " : "", op->shape.dim[d]);
    }
    phs_buf_printf(b, "], \"parameters\": %" PRIu64 ", \"synapses\": %" PRIu64 "}",
                   phs_op_parameters(op), phs_op_synapses(net, i));
  }
  phs_buf_puts(b, "\n  ]");
}

phasor_status phs_report_build(phasor_network *n, const phasor_options *o, const char *emit,
                               const char *artefact, phs_output *out) {
  phs_buf b = {0};
  phasor_network_info info;
  struct stat st;
  phasor_network_describe(n, &info);
  phs_buf_puts(&b, "{\n  \"phasor\": \"" PHASOR_VERSION_STRING "\",\n");
  text_field(&b, "model", info.name);
  text_field(&b, "format", info.format);
  text_field(&b, "target", o->target ? o->target : "reference");
  text_field(&b, "emit", emit);
  if (stat(artefact, &st) == 0) {
    phs_buf_printf(&b, "  \"bytes\": %jd,\n", (intmax_t)st.st_size);
  }
  text_field(&b, "preset", info.preset);
  conventions(n, &b);
  if (info.has_time) {
    phs_buf_printf(&b, "  \"dt\": %.17g,\n", info.dt);
  }
  phs_buf_printf(&b,
                 "  \"populations\": %" PRIu64 ",\n  \"neurons\": %" PRIu64
                 ",\n  \"synapses\": %" PRIu64 ",\n  \"parameters\": %" PRIu64 ",\n",
                 info.populations, info.neurons, info.synapses, info.parameters);
  ops(n->net, "imported", &b);
  if (n->opt) {
    phs_buf_puts(&b, ",\n");
    ops(n->opt, "optimised", &b);
  }
  phs_buf_puts(&b, "\n}\n");
  phasor_status status = PHASOR_OK;
  if (b.failed) {
    phs_output_abort(out);
    status = phs_no_memory(&n->session->diag, "the report");
  } else {
    fwrite(b.data, 1, b.len, out->file);
    status = phs_output_close(out, &n->session->diag);
  }
  phs_buf_free(&b);
  return status;
}
