/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Tables about models and programs. */
#include "driver/inspect.h"
#include "base/buf.h"
#include "driver/network.h"
#include "phasor/build.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int wider(int column, const char *text) {
  size_t n = text ? strlen(text) : 0;
  return n > (size_t)column && n < 60 ? (int)n : column;
}

static void model_text(phasor_network *n, phs_buf *b) {
  phasor_network_info info;
  phasor_op_info op;
  phasor_network_describe(n, &info);
  phs_buf_printf(b, "model %s (%s, level %s), preset %s", info.name, info.format,
                 info.discrete ? "opt" : "net", info.preset);
  if (info.has_time && info.dt > 0) {
    phs_buf_printf(b, ", dt %.6g s", info.dt);
  }
  phs_buf_printf(b,
                 "\n%" PRIu64 " populations, %" PRIu64 " neurons, %" PRIu64 " synapses, %" PRIu64
                 " parameters\n\n",
                 info.populations, info.neurons, info.synapses, info.parameters);
  int node = 24, model = 12; /* columns */
  for (size_t i = 0; phasor_network_op(n, i, &op); i++) {
    node = wider(node, op.name);
    model = wider(model, op.model);
  }
  phs_buf_printf(b, "%-*s %-8s %-*s %-5s %-16s %12s %12s\n", node, "node", "kind", model, "model",
                 "type", "shape", "parameters", "synapses");
  for (size_t i = 0; phasor_network_op(n, i, &op); i++) {
    char shape[256];
    phs_shape_print(&n->net->op[i].shape, shape, sizeof shape);
    phs_buf_printf(b, "%-*s %-8s %-*s %-5s %-16s %12" PRIu64 " %12" PRIu64 "\n", node, op.name,
                   op.kind, model, op.model ? op.model : "-", op.type, shape, op.parameters,
                   op.synapses);
  }
}

static void json_field(phs_buf *b, const char *name, const char *value) {
  phs_buf_printf(b, "\"%s\":", name);
  phs_buf_json(b, value);
  phs_buf_puts(b, ",");
}

static void model_json(phasor_network *n, phs_buf *b) {
  phasor_network_info info;
  phasor_op_info op;
  phasor_network_describe(n, &info);
  phs_buf_puts(b, "{");
  json_field(b, "model", info.name);
  json_field(b, "format", info.format);
  json_field(b, "level", info.discrete ? "opt" : "net");
  json_field(b, "preset", info.preset);
  phs_buf_printf(b,
                 "\"populations\":%" PRIu64 ",\"neurons\":%" PRIu64 ",\"synapses\":%" PRIu64
                 ",\"parameters\":%" PRIu64 ",\"ops\":[",
                 info.populations, info.neurons, info.synapses, info.parameters);
  for (size_t i = 0; phasor_network_op(n, i, &op); i++) {
    phs_buf_puts(b, i ? ",{" : "{");
    json_field(b, "name", op.name);
    json_field(b, "kind", op.kind);
    if (op.model) {
      json_field(b, "model", op.model);
    }
    phs_buf_printf(b, "\"type\":\"%s\",\"shape\":[", op.type);
    for (int d = 0; d < op.rank; d++) {
      phs_buf_printf(b, "%s%" PRId64, d ? "," : "", op.dim[d]);
    }
    phs_buf_printf(b, "],\"parameters\":%" PRIu64 ",\"synapses\":%" PRIu64 "}", op.parameters,
                   op.synapses);
  }
  phs_buf_puts(b, "]}\n");
}

static bool is_elf(const char *path) {
  unsigned char magic[4] = {0};
  FILE *f = fopen(path, "rb");
  size_t n = f ? fread(magic, 1, sizeof magic, f) : 0;
  if (f) {
    fclose(f);
  }
  return n == 4 && memcmp(magic, "\177ELF", 4) == 0;
}

phasor_status phasor_inspect(phasor_session *s, const char *path, const phasor_options *o,
                             phasor_style style, char **text) {
  o = phs_options_or_default(o);
  phs_buf b = {0};
  phasor_status status;
  if (is_elf(path)) {
    status = phs_inspect_image(s, path, o, style, &b);
  } else {
    phasor_network *n;
    status = phasor_network_load_to_check(s, path, o, &n);
    if (status == PHASOR_OK) {
      (style == PHASOR_STYLE_JSON ? model_json : model_text)(n, &b);
      phasor_network_destroy(n);
    }
  }
  if (status == PHASOR_OK && b.failed) {
    status = phs_no_memory(&s->diag, "the table");
  }
  if (status == PHASOR_OK) {
    *text = b.data;
  } else {
    phs_buf_free(&b);
  }
  return status;
}
