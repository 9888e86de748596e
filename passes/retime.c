/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-retime: balances a network for machines on which a message takes a step. The shifts are
 * retime.h's; here they become delays, starts of populations and latencies of outputs. */
#include "retime.h"

#include "base/buf.h"
#include "ir/edit.h"
#include "passes.h"

#include <inttypes.h>
#include <stdlib.h>

/* A delay that was made. */
typedef struct late_value {
  MlirValue value;
  int64_t steps;
  int next; /* of the same op, or -1 */
} late_value;

typedef struct retimer {
  phs_ir *ir;
  phs_ir_view view;
  phs_retiming r;
  MlirValue *operands; /* scratch */
  late_value *late;
  int *first_late; /* [op_count] the delay made last behind each op, or -1 */
  int late_count;
  bool *keep, *biased, *starts;
} retimer;

static phasor_status no_memory(phs_ir *ir) {
  phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for phasor-retime");
  return PHASOR_ERROR_INTERNAL;
}

/* A loop that has less delay than connections, from one of its populations on. */
static phasor_status refuse_loop(const retimer *t) {
  enum { MOST_NAMES = 12 };
  const phs_net *net = t->view.net;
  phs_buf names = {0};
  int first = 0, shown = 0;
  while (first + 1 < t->r.loop_count && net->op[t->r.loop[first]].kind != PHS_OP_NEURONS) {
    first++;
  }
  for (int n = 0; n <= t->r.loop_count; n++) {
    const char *name = net->op[t->r.loop[(first + n) % t->r.loop_count]].name;
    if (!strchr(name, '#') && (shown < MOST_NAMES || n == t->r.loop_count)) {
      phs_buf_printf(&names, "%s%s", shown++ ? " -> " : "", name);
    } else if (shown == MOST_NAMES) {
      phs_buf_puts(&names, " -> ...");
      shown++;
    }
  }
  phs_place place = phs_ir_place(t->ir, mlirOperationGetLocation(t->view.op[t->r.loop[first]]));
  phs_report(t->ir->diag, PHS_RETIME_LOOP, &place,
             "give a connection of the loop a longer delay: a message takes a step on this target",
             "the loop %s has a delay of %" PRId64 " step%s, and its %" PRId64
             " connections take at least a step each",
             phs_buf_cstr(&names), t->r.loop_delay, t->r.loop_delay == 1 ? "" : "s",
             t->r.loop_length);
  phs_buf_free(&names);
  return phs_code_status(PHS_RETIME_LOOP);
}

static bool has_bias(const phs_tensor *t) {
  size_t n = t->data ? phs_shape_count(&t->shape) : 0;
  for (size_t i = 0; i < n; i++) {
    if (t->data[i] != 0) {
      return true;
    }
  }
  return false;
}

/* Ops whose value is not 0 although nothing was sent yet. */
static void find_biased(retimer *t) {
  const phs_net *net = t->view.net;
  for (bool changed = true; changed;) {
    changed = false;
    for (int i = 0; i < net->op_count; i++) {
      const phs_op *op = &net->op[i];
      bool biased = (op->kind == PHS_OP_LINEAR && has_bias(&op->linear.bias)) ||
                    (op->kind == PHS_OP_CONV && has_bias(&op->conv.bias));
      for (int k = 0; !phs_retime_is_population(op) && k < op->operand_count; k++) {
        biased = biased || t->biased[op->operand[k]];
      }
      changed = changed || biased != t->biased[i];
      t->biased[i] = biased;
    }
  }
}

/* What adds a bias starts with the step of the network that it belongs to, where something behind
 * it remembers values: a delay, or synapses. Populations all do. */
static void find_starts(retimer *t, bool *remembered) {
  const phs_net *net = t->view.net;
  for (bool changed = true; changed;) {
    changed = false;
    for (int i = net->op_count; i-- > 0;) {
      const phs_op *op = &net->op[i];
      for (int k = 0; k < op->operand_count && !phs_retime_is_population(op); k++) {
        bool *x = &remembered[op->operand[k]];
        bool is = remembered[i] || op->kind == PHS_OP_DELAY || phs_retime_is_source(op, k);
        changed = changed || (is && !*x);
        *x = *x || is;
      }
    }
  }
  for (int i = 0; i < net->op_count; i++) {
    phs_op_kind kind = net->op[i].kind;
    t->starts[i] = kind == PHS_OP_NEURONS || ((kind == PHS_OP_LINEAR || kind == PHS_OP_CONV) &&
                                              t->biased[i] && remembered[i]);
  }
}

/* A name for the delay behind op x that no op has. */
static const char *delay_name(const retimer *t, int x, int64_t steps) {
  const phs_net *net = t->view.net;
  char *name = phs_arena_printf(net->arena, "%s#retime%" PRId64, net->op[x].name, steps);
  for (int i = 0; name && i < net->op_count; i++) {
    if (strcmp(net->op[i].name, name) == 0) {
      name = phs_arena_printf(net->arena, "%s#", name);
      i = -1;
    }
  }
  return name;
}

/* The value of op x, `steps` later; made before op i. A null value when reported. */
static MlirValue delayed(retimer *t, int x, int64_t steps, int i) {
  const phs_net *net = t->view.net;
  for (int n = t->first_late[x]; n >= 0; n = t->late[n].next) {
    if (t->late[n].steps == steps) {
      return t->late[n].value;
    }
  }
  phs_op op = net->op[x];
  op.kind = PHS_OP_DELAY;
  op.name = delay_name(t, x, steps);
  op.keep = false;
  op.alias_count = 0;
  op.operand_count = 1;
  op.delay.seconds = (phs_param64){0};
  op.delay.steps = (phs_steps){&steps, 1};
  MlirOperation made =
      op.name ? phs_ir_make_op(t->ir, net->file, &op, &t->view.value[x], true) : (MlirOperation){0};
  if (mlirOperationIsNull(made)) {
    return (MlirValue){0};
  }
  mlirBlockInsertOwnedOperationBefore(mlirOperationGetBlock(t->view.output), t->view.op[i], made);
  late_value *late = &t->late[t->late_count];
  *late = (late_value){mlirOperationGetResult(made, 0), steps, t->first_late[x]};
  t->first_late[x] = t->late_count++;
  return late->value;
}

/* Delays in front of op i where its operands come earlier than it. */
static phasor_status delay_operands(retimer *t, int i) {
  const phs_op *op = &t->view.net->op[i];
  bool changed = false;
  for (int k = 0; k < op->operand_count; k++) {
    int x = op->operand[k];
    int64_t steps = t->r.shift[i] - t->r.shift[x];
    t->operands[k] = t->view.value[x];
    if (op->kind != PHS_OP_DELAY && steps > 0) {
      t->operands[k] = delayed(t, x, steps, i);
      changed = true;
      if (mlirValueIsNull(t->operands[k])) {
        return no_memory(t->ir);
      }
    }
  }
  return !changed || phs_ir_set_operands(t->ir, &t->view, i, t->operands) ? PHASOR_OK
                                                                          : PHASOR_ERROR_INTERNAL;
}

/* Delay i is longer or shorter by a number of steps; one that is left with none goes. */
static phasor_status change_delay(retimer *t, int i) {
  phs_op *op = &t->view.net->op[i];
  int64_t more = t->r.shift[i] - t->r.shift[op->operand[0]];
  int64_t *steps = PHS_NEW_ARRAY(t->view.net->arena, int64_t, op->delay.steps.n);
  bool none = true;
  if (!steps) {
    return no_memory(t->ir);
  }
  for (size_t e = 0; e < op->delay.steps.n; e++) {
    steps[e] = op->delay.steps.v[e] + more;
    none = none && steps[e] == 0;
  }
  if (more != 0) {
    mlirOperationSetAttributeByName(
        t->view.op[i], phs_ref("steps"),
        phs_attr_per_element(t->ir, PHS_ELEMENT_I64, &op->shape, steps, op->delay.steps.n, true));
  }
  if (more != 0 && none && !op->keep) {
    mlirValueReplaceAllUsesOfWith(t->view.value[i], t->view.value[op->operand[0]]);
    t->keep[i] = false;
  }
  return PHASOR_OK;
}

static void start_late(const retimer *t, int i) {
  int64_t start = t->view.net->op[i].start + t->r.shift[i];
  if (t->r.shift[i] > 0) {
    mlirOperationSetAttributeByName(t->view.op[i], phs_ref("start"), phs_attr_i64(t->ir, start));
  }
}

/* The latencies of outputs, in the attributes of the network's results. */
static phasor_status write_latencies(retimer *t) {
  phs_net *net = t->view.net;
  MlirAttribute *ports = PHS_NEW_ARRAY(net->arena, MlirAttribute, (size_t)net->op_count);
  int n = 0;
  for (int i = 0; ports && i < net->op_count; i++) {
    if (net->op[i].kind == PHS_OP_OUTPUT) {
      net->op[i].output.latency += t->r.shift[i];
      ports[n++] = phs_ir_make_port(t->ir, &net->op[i]);
    }
  }
  if (!ports) {
    return no_memory(t->ir);
  }
  if (n > 0) {
    mlirOperationSetAttributeByName(t->view.subgraph, phs_ref("res_attrs"),
                                    mlirArrayAttrGet(t->ir->context, n, ports));
  }
  return PHASOR_OK;
}

static bool make_room(retimer *t) {
  const phs_net *net = t->view.net;
  size_t count = (size_t)net->op_count, most = 1, all = 0;
  for (int i = 0; i < net->op_count; i++) {
    size_t n = (size_t)net->op[i].operand_count;
    most = n > most ? n : most;
    all += n;
  }
  t->operands = PHS_NEW_ARRAY(net->arena, MlirValue, most);
  t->late = PHS_NEW_ARRAY(net->arena, late_value, all);
  t->first_late = PHS_NEW_ARRAY(net->arena, int, count);
  t->keep = PHS_NEW_ARRAY(net->arena, bool, count);
  t->biased = PHS_NEW_ARRAY(net->arena, bool, count);
  t->starts = PHS_NEW_ARRAY(net->arena, bool, count);
  for (size_t i = 0; t->first_late && i < count; i++) {
    t->first_late[i] = -1;
  }
  return t->operands && t->late && t->first_late && t->keep && t->biased && t->starts;
}

static phasor_status apply(retimer *t) {
  const phs_net *net = t->view.net;
  bool *remembered = PHS_NEW_ARRAY(net->arena, bool, (size_t)net->op_count);
  phasor_status status = remembered && make_room(t) ? PHASOR_OK : no_memory(t->ir);
  if (status != PHASOR_OK) {
    return status;
  }
  find_biased(t);
  find_starts(t, remembered);
  for (int i = 0; status == PHASOR_OK && i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    t->keep[i] = true;
    if (op->kind != PHS_OP_INPUT && op->kind != PHS_OP_OUTPUT) {
      status = delay_operands(t, i);
    }
    if (t->starts[i]) {
      start_late(t, i);
    }
  }
  /* Delays after all else: what stood behind those that go reads what stood before them. */
  for (int i = 0; status == PHASOR_OK && i < net->op_count; i++) {
    status = net->op[i].kind == PHS_OP_DELAY ? change_delay(t, i) : PHASOR_OK;
  }
  if (status == PHASOR_OK) {
    phs_ir_erase(t->ir, &t->view, t->keep);
    status = write_latencies(t);
  }
  return status;
}

static phasor_status run(phs_ir *ir, MlirModule module, const char *const *values) {
  (void)values;
  retimer t = {.ir = ir};
  phasor_status status = phs_ir_view_open(ir, module, &t.view);
  if (status != PHASOR_OK) {
    return status;
  }
  if (!t.view.net->discrete) {
    phs_place place = {.file = t.view.net->file};
    phs_report(ir->diag, PHS_RETIME_LEVEL, &place, "run phasor-discretize first",
               "phasor-retime takes networks at level opt, whose delays count steps");
    status = phs_code_status(PHS_RETIME_LEVEL);
  } else if (!phs_retime(t.view.net, &t.r)) {
    status = no_memory(ir);
  } else {
    status = t.r.loop ? refuse_loop(&t) : apply(&t);
  }
  phs_ir_view_free(&t.view);
  return status;
}

const phs_pass phs_pass_retime = {
    .info = {"phasor-retime", "balances latencies for machines on which a message takes a step",
             "On chips a spike that is sent in one step arrives in the next. This pass delays "
             "populations by the fewest steps for which every way from one population to another "
             "takes a step: it inserts, lengthens and shortens delays so that all ways into a "
             "population come equally late, lets each population start when its first input can "
             "arrive, and writes on each output how many steps later it comes (phasor.latency). "
             "Apart from that shift every spike and state keeps its bits. A loop whose delays are "
             "fewer than its connections cannot be balanced: that is an error (PHS0940), which "
             "names its nodes. Not in the default pipeline; chip targets run it last."},
    .run = run,
};
