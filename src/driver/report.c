/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/report.h"

#include "base/buf.h"
#include "driver/result.h"
#include "driver/synapses.h"
#include "report/report.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
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

static void head(phasor_network *n, const phasor_options *o, phs_buf *b) {
  phasor_network_info info;
  phasor_network_describe(n, &info);
  phs_buf_puts(b, "{\n  \"phasor\": \"" PHASOR_VERSION_STRING "\",\n");
  text_field(b, "model", info.name);
  text_field(b, "format", info.format);
  text_field(b, "target", o->target ? o->target : "reference");
}

/* The model in numbers, its synapses and its ops. */
static phasor_status body(phasor_network *n, const phasor_options *o, phs_buf *b) {
  phasor_network_info info;
  phs_projection_table table;
  phasor_network_describe(n, &info);
  text_field(b, "preset", info.preset);
  conventions(n, b);
  if (info.has_time) {
    phs_buf_printf(b, "  \"dt\": %.17g,\n", info.dt);
  }
  phs_buf_printf(b,
                 "  \"populations\": %" PRIu64 ",\n  \"neurons\": %" PRIu64
                 ",\n  \"synapses\": %" PRIu64 ",\n  \"parameters\": %" PRIu64 ",\n",
                 info.populations, info.neurons, info.synapses, info.parameters);
  if (info.projections) {
    if (!phs_projection_table_make(n, o, &table)) {
      return phs_no_memory(&n->session->diag, "the report");
    }
    phs_projection_table_json(&table, b);
    phs_projection_table_free(&table);
  }
  ops(n->net, "imported", b);
  if (n->opt) {
    phs_buf_puts(b, ",\n");
    ops(n->opt, "optimised", b);
  }
  phs_buf_puts(b, "\n}\n");
  return PHASOR_OK;
}

static phasor_status finish(phasor_status status, phs_buf *b, phs_diag *diag, phs_output *out) {
  if (status == PHASOR_OK && b->failed) {
    status = phs_no_memory(diag, "the report");
  }
  if (status == PHASOR_OK) {
    fwrite(b->data, 1, b->len, out->file);
    status = phs_output_close(out, diag);
  } else {
    phs_output_abort(out);
  }
  phs_buf_free(b);
  return status;
}

phasor_status phs_report_open(const phasor_options *o, const char *artefact, bool map,
                              phs_diag *diag, phs_output *out) {
  phs_report_form form;
  if (!o->report) {
    return PHASOR_OK;
  }
  if (!phs_report_form_of(o->report, &form) || (form != PHS_REPORT_JSON && !map)) {
    phs_report(diag, PHS_REPORT_FORMAT, &(phs_place){.file = o->report, .where = "--report"},
               map ? "use --report=FILE.html, FILE.json or FILE.txt" : "use --report=FILE.json",
               map ? "reports of maps are written as .html, .json or .txt"
                   : "reports but those of maps are written as .json");
    return PHASOR_ERROR_USAGE;
  }
  if (artefact && strcmp(o->report, artefact) == 0) {
    phs_report(diag, PHS_RECORD_TWICE, &(phs_place){.file = artefact, .where = "--report"}, NULL,
               "the report and the artefact would go to one file");
    return PHASOR_ERROR_USAGE;
  }
  return phs_output_open(out, o->report, diag);
}

phasor_status phs_report_build(phasor_network *n, const phasor_options *o, const char *emit,
                               const char *artefact, phs_output *out) {
  phs_buf b = {0};
  struct stat st;
  if (!out->file) {
    return PHASOR_OK;
  }
  head(n, o, &b);
  text_field(&b, "emit", emit);
  if (stat(artefact, &st) == 0) {
    phs_buf_printf(&b, "  \"bytes\": %jd,\n", (intmax_t)st.st_size);
  }
  return finish(body(n, o, &b), &b, &n->session->diag, out);
}

phasor_status phs_report_run(const phasor_program *p, const phasor_options *o, phasor_result *r,
                             phs_output *out) {
  phasor_network *n = p->network;
  phs_buf b = {0};
  struct rusage used;
  if (!out->file) {
    return PHASOR_OK;
  }
  head(n, o, &b);
  phs_buf_printf(&b, "  \"threads\": %d,\n", o->jobs);
  if (p->cpu) {
    phs_buf_printf(&b, "  \"table_bytes\": %zu,\n  \"state_bytes\": %zu,\n",
                   phs_cpu_table_bytes(p->cpu), phs_cpu_state_bytes(p->cpu));
  }
  double events = phs_synaptic_events(p->net, &r->summary);
  if (events > 0) {
    phs_buf_printf(&b, "  \"synaptic_events\": %.0f,\n  \"synaptic_events_per_second\": %.4g,\n",
                   events, r->summary.wall > 0 ? events / r->summary.wall : 0);
  }
  if (getrusage(RUSAGE_SELF, &used) == 0) { /* in KiB */
    phs_buf_printf(&b, "  \"peak_memory_bytes\": %jd,\n", (intmax_t)used.ru_maxrss * 1024);
  }
  for (size_t i = 0; i < n->session->stage_count; i++) {
    phs_buf_puts(&b, i ? ", " : "  \"seconds\": {");
    phs_buf_json(&b, n->session->stage[i].name);
    phs_buf_printf(&b, ": %.6f", n->session->stage[i].seconds);
  }
  phs_buf_puts(&b, n->session->stage_count ? "},\n" : "");
  phs_buf_printf(&b, "  \"run\": %s", phasor_result_text(r, PHASOR_STYLE_JSON));
  b.len -= b.len && b.data[b.len - 1] == '\n';
  phs_buf_puts(&b, ",\n");
  return finish(body(n, o, &b), &b, &n->session->diag, out);
}
