/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/header.h"

#include <inttypes.h>
#include <string.h>

#define EMIT(...) phs_buf_printf(b, __VA_ARGS__)

void phs_cpu_c_string(phs_buf *b, const char *s) {
  phs_buf_puts(b, "\"");
  for (const unsigned char *c = (const unsigned char *)s; *c; c++) {
    if (*c < 0x20 || *c >= 0x7F || *c == '"' || *c == '\\' || *c == '?') {
      EMIT("\\%03o", *c); /* three digits: what follows cannot be taken for a fourth */
    } else {
      phs_buf_add(b, c, 1);
    }
  }
  phs_buf_puts(b, "\"");
}

/* Text for a comment: nothing that could end it. */
static void comment_text(phs_buf *b, const char *s) {
  for (; *s; s++) {
    EMIT("%c", *s == '*' || (unsigned char)*s < 0x20 ? ' ' : *s);
  }
}

static void shared_types(phs_buf *b) {
  phs_buf_puts(b, "#ifndef PHASOR_CPU_VALUE\n"
                  "#define PHASOR_CPU_VALUE\n"
                  "/* Element types in memory. */\n"
                  "enum { PHASOR_CPU_U8 = 0 /* uint8_t: spike, 0 or 1 */, PHASOR_CPU_I32 = 1 /* "
                  "int32_t: spike count */,\n"
                  "       PHASOR_CPU_F32 = 2 /* float */ };\n"
                  "/* A value of the network in one step: `count` elements, row-major of shape "
                  "dim[0..rank). */\n"
                  "typedef struct phasor_cpu_value {\n"
                  "  const char *node; /* the node's name in the model */\n"
                  "  const char *var;  /* \"out\", \"spikes\", or a state such as \"v\" */\n"
                  "  int type;         /* PHASOR_CPU_... */\n"
                  "  int rank;\n"
                  "  int64_t dim[8];\n"
                  "  size_t count;\n"
                  "  size_t offset;    /* of the elements in the state block, after each step */\n"
                  "} phasor_cpu_value;\n"
                  "#endif\n\n");
}

static void value_row(phs_buf *b, const phs_cpu_plan *p, int op, const char *node,
                      const char *var) {
  static const char *const types[] = {"PHASOR_CPU_U8", "PHASOR_CPU_I32", "PHASOR_CPU_F32"};
  phs_elem elem;
  size_t count, offset;
  if (!phs_cpu_plan_quantity(p, op, var, &elem, &count, &offset)) {
    return;
  }
  phs_shape shape = phs_cpu_quantity_shape(p, op, var, count), *s = &shape;
  phs_buf_puts(b, "    {");
  phs_cpu_c_string(b, node);
  phs_buf_puts(b, ", ");
  phs_cpu_c_string(b, var);
  EMIT(", %s, %d, {", types[elem], s->rank);
  for (int i = 0; i < s->rank; i++) {
    EMIT("%s%" PRId64, i ? ", " : "", s->dim[i]);
  }
  EMIT("%s}, %zu, %zu},\n", s->rank ? "" : "0", count, offset);
}

static void all_of_op(phs_buf *b, const phs_cpu_plan *p, int index, const char *name) {
  const phs_op *op = &p->net->op[index];
  if (!phs_cpu_plan_partial(op)) {
    value_row(b, p, index, name, "out");
  }
  if (op->kind == PHS_OP_NEURONS) {
    value_row(b, p, index, name, "spikes");
    for (int i = 0; i < op->neurons.state_count; i++) {
      value_row(b, p, index, name, op->neurons.state[i]);
    }
  }
  if (op->kind == PHS_OP_SYNAPSES) {
    value_row(b, p, index, name, "w"); /* where they are plastic */
  }
}

/* C has no empty arrays: a row of zeros ends every table, and is not counted. */
static void tables(phs_buf *b, const phs_cpu_plan *p) {
  const char *s = p->symbol;
  EMIT("static const phasor_cpu_value %s_input[] = {\n", s);
  for (int i = 0; i < p->input_count; i++) {
    value_row(b, p, p->input[i], p->net->op[p->input[i]].name, "out");
  }
  EMIT("    {0, 0, 0, 0, {0}, 0, 0}};\n\nstatic const phasor_cpu_value %s_output[] = {\n", s);
  for (int i = 0; i < p->output_count; i++) {
    value_row(b, p, p->output[i], p->net->op[p->output[i]].name, "out");
  }
  EMIT("    {0, 0, 0, 0, {0}, 0, 0}};\n\n/* Everything that can be looked at in the state block "
       "after a step. */\n"
       "static const phasor_cpu_value %s_quantity[] = {\n",
       s);
  for (int i = 0; i < p->net->op_count; i++) {
    const phs_op *op = &p->net->op[i];
    all_of_op(b, p, i, op->name);
    for (int k = 0; k < op->alias_count; k++) {
      all_of_op(b, p, i, op->alias[k]);
    }
  }
  EMIT("    {0, 0, 0, 0, {0}, 0, 0}};\n"
       "enum { %s_quantity_count = sizeof %s_quantity / sizeof *%s_quantity - 1 };\n\n",
       s, s, s);
}

static void tables_functions(phs_buf *b, const char *s) {
  EMIT(
      "/* Bytes of the tables; the same as %s_TABLES_SIZE. */\n"
      "size_t %s_tables_size(void);\n"
      "/* Makes the tables of synapses in any %s_TABLES_SIZE bytes aligned to %s_STATE_ALIGN. They "
      "are constant from then\n"
      "   on, stay where they are, and serve any number of state blocks. */\n"
      "void %s_tables_init(void *tables);\n"
      "/* The same by several threads: each of `parts` threads calls it, with its own `part` from "
      "0 "
      "on. barrier(user) returns\n"
      "   in each once it was called in all. */\n"
      "void %s_tables_init_part(void *tables, size_t part, size_t parts, void (*barrier)(void "
      "*user), void *user);\n",
      s, s, s, s, s, s);
}

static void functions(phs_buf *b, const phs_cpu_plan *p) {
  const char *s = p->symbol;
  bool tables = p->table_size > 0;
  if (tables) {
    tables_functions(b, s);
  }
  EMIT("/* Bytes of a state block; the same as %s_STATE_SIZE. */\n"
       "size_t %s_state_size(void);\n"
       "/* Makes a state block of any %s_STATE_SIZE bytes aligned to %s_STATE_ALIGN, before the "
       "first "
       "step%s. */\n"
       "void %s_init(void *state%s);\n"
       "/* Back to the state after init. */\n"
       "void %s_reset(void *state);\n",
       s, s, s, s, tables ? "; it refers to the tables" : "", s,
       tables ? ", const void *tables" : "", s);
  EMIT("/* One time step. inputs[k]: %s_input[k].count values, row-major, finite. outputs[k]: room "
       "for\n"
       "   %s_output[k].count elements of its type, or NULL; outputs may be NULL. */\n"
       "void %s_step(void *state, const float *const *inputs, void *const *outputs);\n",
       s, s, s);
  EMIT("/* The same step by several threads: each of `parts` threads calls it, with its own `part` "
       "from 0 on and all else\n"
       "   equal. barrier(user) returns in each once it was called in all. The result does not "
       "depend "
       "on `parts`. */\n"
       "void %s_step_part(void *state, const float *const *inputs, void *const *outputs, size_t "
       "part, size_t parts,\n"
       "                  void (*barrier)(void *user), void *user);\n",
       s);
  EMIT("/* Many steps: inputs[k] is [steps][count], outputs[k] likewise (or NULL). */\n"
       "void %s_run(void *state, size_t steps, const float *const *inputs, void *const *outputs);\n"
       "/* Many samples, each with its own state: `states` is `batch` state blocks one after the "
       "other, inputs[k] and\n"
       "   outputs[k] are [batch][steps][count]. */\n"
       "void %s_run_batch(void *states, size_t batch, size_t steps, const float *const *inputs,\n"
       "                  void *const *outputs);\n",
       s, s);
}

void phs_cpu_header(const phs_cpu_plan *p, phs_buf *b) {
  const char *s = p->symbol;
  EMIT("/* The network ");
  comment_text(b, p->net->name ? p->net->name : s);
  EMIT(" as a program, made by Phasor %s.\n"
       "   Functions only read and write what they are given: calls with different state blocks "
       "may run at the same\n"
       "   time. A program needs libc and libm. */\n"
       "#ifndef PHASOR_PROGRAM_%s_H\n#define PHASOR_PROGRAM_%s_H\n\n#include <stddef.h>\n#include "
       "<stdint.h>\n\n"
       "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n",
       PHASOR_VERSION_STRING, s, s);
  shared_types(b);
  EMIT("#define %s_STATE_SIZE %zu\n#define %s_STATE_ALIGN %d\n", s, p->state_size, s,
       PHS_CPU_ALIGN);
  EMIT("#define %s_TABLES_SIZE %zu\n", s, p->table_size);
  EMIT("#define %s_INPUT_COUNT %d\n#define %s_OUTPUT_COUNT %d\n", s, p->input_count, s,
       p->output_count);
  EMIT("#define %s_DT %.17g /* seconds a step%s */\n#define %s_HAS_TIME %d\n\n", s, p->net->dt,
       p->net->has_time ? "" : "; the model has no time unit, so this only counts steps", s,
       p->net->has_time);
  functions(b, p);
  phs_buf_puts(b, "\n");
  tables(b, p);
  EMIT("#ifdef __cplusplus\n}\n#endif\n#endif\n");
}
