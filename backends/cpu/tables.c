/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/tables.h"

#include "backends/cpu/header.h"

#include <inttypes.h>
#include <string.h>

/* One value; `comma` stands before all but the first. */
static void value(phs_buf *b, const phs_cpu_plan *p, int op, const char *node, const char *var,
                  bool *comma) {
  static const char *const types[] = {"u8", "i32", "f32"};
  phs_elem elem;
  size_t count, offset;
  if (!phs_cpu_plan_quantity(p, op, var, &elem, &count, &offset)) {
    return;
  }
  phs_shape shape = phs_cpu_quantity_shape(p, op, var, count), *s = &shape;
  phs_buf_puts(b, *comma ? ",{\"node\":" : "{\"node\":");
  phs_buf_json(b, node);
  phs_buf_puts(b, ",\"var\":");
  phs_buf_json(b, var);
  phs_buf_printf(b, ",\"type\":\"%s\",\"shape\":[", types[elem]);
  for (int i = 0; i < s->rank; i++) {
    phs_buf_printf(b, "%s%" PRId64, i ? "," : "", s->dim[i]);
  }
  phs_buf_printf(b, "],\"offset\":%zu}", offset);
  *comma = true;
}

static void ends(phs_buf *b, const phs_cpu_plan *p, const char *title, const int *op, int count) {
  bool comma = false;
  phs_buf_printf(b, ",\"%s\":[", title);
  for (int i = 0; i < count; i++) {
    value(b, p, op[i], p->net->op[op[i]].name, "out", &comma);
  }
  phs_buf_puts(b, "]");
}

static void all_of_op(phs_buf *b, const phs_cpu_plan *p, int index, const char *name, bool *comma) {
  const phs_op *op = &p->net->op[index];
  if (!phs_cpu_plan_partial(op)) {
    value(b, p, index, name, "out", comma);
  }
  if (op->kind == PHS_OP_NEURONS) {
    value(b, p, index, name, "spikes", comma);
    for (int i = 0; i < op->neurons.state_count; i++) {
      value(b, p, index, name, op->neurons.state[i], comma);
    }
  }
  if (op->kind == PHS_OP_SYNAPSES) {
    value(b, p, index, name, "w", comma); /* where they are plastic */
  }
}

static void json(phs_buf *b, const phs_cpu_plan *p) {
  bool comma = false;
  phs_buf_puts(b, "{\"phasor\":\"" PHASOR_VERSION_STRING "\",\"symbol\":");
  phs_buf_json(b, p->symbol);
  phs_buf_printf(b, ",\"state_bytes\":%zu,\"weight_bytes\":%zu,\"table_bytes\":%zu", p->state_size,
                 p->blob_size, p->table_size);
  if (p->net->has_time) {
    phs_buf_printf(b, ",\"dt\":%.17g", p->net->dt);
  }
  ends(b, p, "inputs", p->input, p->input_count);
  ends(b, p, "outputs", p->output, p->output_count);
  phs_buf_puts(b, ",\"quantities\":[");
  for (int i = 0; i < p->net->op_count; i++) {
    const phs_op *op = &p->net->op[i];
    all_of_op(b, p, i, op->name, &comma);
    for (int k = 0; k < op->alias_count; k++) {
      all_of_op(b, p, i, op->alias[k], &comma);
    }
  }
  phs_buf_puts(b, "]}\n");
}

void phs_cpu_tables(const phs_cpu_plan *plan, phs_buf *assembly) {
  phs_buf text = {0};
  json(&text, plan);
  phs_buf_puts(assembly, ".section .phasor,\"\",%progbits\n.ascii ");
  phs_cpu_c_string(assembly, phs_buf_cstr(&text));
  phs_buf_puts(assembly, "\n.text\n");
  assembly->failed |= text.failed;
  phs_buf_free(&text);
}
