/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "interp/run.h"

#include <string.h>

size_t phs_elem_size(phs_elem e) {
  return e == PHS_I1 ? sizeof(uint8_t) : e == PHS_I32 ? sizeof(int32_t) : sizeof(float);
}

float phs_quantity_at(const phs_quantity *q, size_t i) {
  switch (q->elem) {
  case PHS_I1:
    return (float)((const uint8_t *)q->data)[i];
  case PHS_I32:
    return (float)((const int32_t *)q->data)[i];
  case PHS_F32:
    break;
  }
  return ((const float *)q->data)[i];
}

phs_place phs_op_place(const phs_net *net, const phs_op *op) {
  return (phs_place){.file = net->file, .where = op->where, .line = op->line, .column = op->column};
}

static bool no_memory(phs_diag *diag, const char *what) {
  phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for %s of the interpreter", what);
  return false;
}

/* Flatten and output change nothing about the elements: they show their operand's. */
static bool shares_operand(phs_op_kind kind) {
  return kind == PHS_OP_FLATTEN || kind == PHS_OP_OUTPUT;
}

/* States before the first step. */
static void reset_states(const phs_neurons *n, phs_op_run *run) {
  for (int s = 0; s < run->state_count; s++) {
    const phs_param32 *initial = &n->initial[s];
    for (size_t e = 0; e < run->out.count; e++) {
      run->state[s][e] = initial->v ? initial->v[initial->n == 1 ? 0 : e] : 0.0F;
    }
  }
}

static bool create_states(phs_interp *it, int index) {
  const phs_neurons *n = &it->net->op[index].neurons;
  phs_op_run *run = &it->op[index];
  const phs_model_info *model = phs_model_get(n->model);
  run->state_count = n->kernel ? n->state_count : model->state_count;
  run->state_name = n->kernel ? n->state : model->state;
  for (int s = 0; s < run->state_count; s++) {
    run->state[s] = PHS_NEW_ARRAY(it->arena, float, run->out.count);
    if (!run->state[s]) {
      return false;
    }
  }
  reset_states(n, run);
  return true;
}

static bool create_neurons(phs_interp *it, int index, phs_diag *diag) {
  const phs_op *op = &it->net->op[index];
  phs_op_run *run = &it->op[index];
  if (!create_states(it, index)) {
    return no_memory(diag, "the states");
  }
  if (op->neurons.kernel) {
    run->update = phs_update_create(it->arena, it->net, op, diag);
    return run->update != NULL;
  }
  run->equations = phs_equations_create(it->arena, it->net, op, diag);
  return run->equations != NULL;
}

static bool create_synapses(phs_interp *it, int index, phs_diag *diag) {
  const phs_op *op = &it->net->op[index];
  phs_op_run *run = &it->op[index];
  if (op->synapses.plasticity.kind != PHS_PLASTICITY_NONE) {
    run->plastic = phs_plastic_run_create(it->arena, it->net, op, diag);
    return run->plastic != NULL;
  }
  run->synapses = phs_synapses_create(it->arena, it->net, op, diag);
  return run->synapses != NULL;
}

/* Memory and coefficients of one op that has been checked. */
static bool create_op(phs_interp *it, int index, phs_diag *diag) {
  const phs_op *op = &it->net->op[index];
  phs_op_run *run = &it->op[index];
  run->out.elem = op->elem;
  run->out.count = phs_shape_count(&op->shape);
  if (shares_operand(op->kind)) {
    run->out.data = it->op[op->operand[0]].out.data;
    return true;
  }
  run->out.data = phs_arena_array(it->arena, run->out.count, phs_elem_size(op->elem));
  if (!run->out.data) {
    return no_memory(diag, "the values");
  }
  switch (op->kind) {
  case PHS_OP_DELAY:
    run->ring = phs_ring_create(it->arena, it->net, index, diag);
    return run->ring != NULL;
  case PHS_OP_NEURONS:
    return create_neurons(it, index, diag);
  case PHS_OP_SYNAPSES:
    return create_synapses(it, index, diag);
  case PHS_OP_SOURCE:
    run->source = phs_source_create(it->arena, op, diag);
    return run->source != NULL;
  default:
    return true;
  }
}

/* Room for the events of the largest value that a linear op or a convolution reads. */
static bool create_events(phs_interp *it) {
  size_t most = 1;
  for (int i = 0; i < it->net->op_count; i++) {
    const phs_op *op = &it->net->op[i];
    if (op->kind == PHS_OP_LINEAR || op->kind == PHS_OP_CONV) {
      size_t n = it->op[op->operand[0]].out.count;
      most = n > most ? n : most;
    }
  }
  it->events.index = PHS_NEW_ARRAY(it->arena, size_t, most);
  it->events.value = PHS_NEW_ARRAY(it->arena, float, most);
  return it->events.index && it->events.value;
}

phs_interp *phs_interp_create(const phs_net *net, phs_diag *diag) {
  phs_arena *arena = phs_arena_create();
  phs_interp *it = arena ? PHS_NEW(arena, phs_interp) : NULL;
  bool ok = it != NULL;
  if (ok) {
    it->net = net;
    it->arena = arena;
    it->op = PHS_NEW_ARRAY(arena, phs_op_run, (size_t)net->op_count);
    ok = it->op != NULL;
  }
  if (!ok) {
    no_memory(diag, "the ops");
  }
  for (int i = 0; ok && i < net->op_count; i++) {
    ok = phs_interp_check_op(net, i, diag);
  }
  for (int i = 0; ok && i < net->op_count; i++) {
    ok = create_op(it, i, diag);
  }
  if (ok && !create_events(it)) {
    ok = no_memory(diag, "the events");
  }
  if (!ok) {
    phs_arena_destroy(arena);
    return NULL;
  }
  return it;
}

void phs_interp_destroy(phs_interp *it) {
  if (it) {
    phs_arena_destroy(it->arena);
  }
}

void phs_interp_reset(phs_interp *it) {
  it->step = 0;
  for (int i = 0; i < it->net->op_count; i++) {
    phs_op_run *run = &it->op[i];
    if (run->out.count) {
      memset((void *)run->out.data, 0, run->out.count * phs_elem_size(run->out.elem));
    }
    if (run->state_count) {
      reset_states(&it->net->op[i].neurons, run);
    }
    if (run->ring && run->ring->bytes) {
      memset(run->ring->data, 0, run->ring->bytes);
    }
    if (run->source) {
      phs_source_reset(run->source);
    }
    if (run->synapses) {
      phs_synapses_reset(run->synapses);
    }
    if (run->plastic) {
      phs_plastic_run_reset(run->plastic, run->out.count);
    }
  }
}

static void step_synapses(phs_interp *it, const phs_op *op, phs_op_run *run) {
  const phs_synapses *s = &op->synapses;
  const float *init = s->has_init ? it->op[op->operand[op->operand_count - 1]].out.data : NULL;
  float *y = (float *)run->out.data;
  if (run->plastic) {
    phs_plastic_run_arrive(run->plastic, &s->plasticity, it->step, init, y, run->out.count);
  } else {
    phs_synapses_arrive(run->synapses, s, it->step, init, y);
  }
}

static void step_op(phs_interp *it, int index, const float *const **inputs) {
  const phs_op *op = &it->net->op[index];
  phs_op_run *run = &it->op[index];
  const phs_quantity *x = op->operand_count ? &it->op[op->operand[0]].out : NULL;
  const phs_shape *x_shape = op->operand_count ? &it->net->op[op->operand[0]].shape : NULL;
  const float *init = op->operand_count > 1 ? it->op[op->operand[1]].out.data : NULL;
  float *y = (float *)run->out.data;
  if (it->step < (uint64_t)op->start) {
    return; /* results are 0 from the beginning */
  }
  switch (op->kind) {
  case PHS_OP_INPUT:
    memcpy(y, *(*inputs)++, run->out.count * sizeof *y);
    break;
  case PHS_OP_LINEAR:
    phs_run_linear(op, x, init, y, &it->events);
    break;
  case PHS_OP_CONV:
    phs_run_conv(op, x_shape, x, init, y, &it->events);
    break;
  case PHS_OP_POOL:
    phs_run_pool(op, x_shape, x, y);
    break;
  case PHS_OP_SCALE:
    phs_run_scale(op, x, y);
    break;
  case PHS_OP_ADD:
    for (size_t e = 0; e < run->out.count; e++) {
      float acc = phs_quantity_at(x, e);
      for (int k = 1; k < op->operand_count; k++) {
        acc = acc + phs_quantity_at(&it->op[op->operand[k]].out, e);
      }
      y[e] = acc;
    }
    break;
  case PHS_OP_DELAY:
    phs_ring_read(run->ring, it->step, x->data, (void *)run->out.data);
    break;
  case PHS_OP_NEURONS:
    if (run->update) {
      phs_update_step(run->update, op, it->op, run);
    } else {
      phs_equations_step(run->equations, x, run);
    }
    break;
  case PHS_OP_SYNAPSES:
    step_synapses(it, op, run);
    break;
  case PHS_OP_SOURCE:
    phs_source_step(&op->source, it->step, run->source, &run->out);
    break;
  case PHS_OP_FLATTEN:
  case PHS_OP_OUTPUT:
    break;
  }
}

/* What reads operands that may stand after it does so last: delay lines and synapses. */
static void end_op(phs_interp *it, int index) {
  const phs_op *op = &it->net->op[index];
  phs_op_run *run = &it->op[index];
  if (run->ring) {
    phs_ring_write(run->ring, it->step, it->op[op->operand[0]].out.data);
  }
  if (run->synapses) {
    phs_synapses_send(run->synapses, op, it->step, it->op);
  }
  if (run->plastic) {
    const phs_plasticity *rule = &op->synapses.plasticity;
    bool rewarded = rule->kind == PHS_PLASTICITY_RSTDP;
    float reward = rewarded ? phs_quantity_at(&it->op[op->operand[2]].out, 0) : 0.0F;
    phs_plastic_run_learn(run->plastic, rule, it->step, &it->op[op->operand[0]].out,
                          &it->op[op->operand[1]].out, reward);
  }
}

void phs_interp_step(phs_interp *it, const float *const *inputs) {
  for (int i = 0; i < it->net->op_count; i++) {
    step_op(it, i, &inputs);
  }
  for (int i = 0; i < it->net->op_count; i++) {
    end_op(it, i);
  }
  it->step++;
}

bool phs_interp_quantity(const phs_interp *it, int op, const char *var, phs_quantity *out) {
  if (op < 0 || op >= it->net->op_count) {
    return false;
  }
  const phs_op_run *run = &it->op[op];
  phs_op_kind kind = it->net->op[op].kind;
  bool spiking = (kind == PHS_OP_NEURONS || kind == PHS_OP_SOURCE) && run->out.elem != PHS_F32;
  if (strcmp(var, "out") == 0 || (spiking && strcmp(var, "spikes") == 0)) {
    *out = run->out;
    return true;
  }
  if (run->plastic && strcmp(var, "w") == 0) {
    *out =
        (phs_quantity){.elem = PHS_F32, .count = run->plastic->synapses, .data = run->plastic->w};
    return true;
  }
  for (int s = 0; s < run->state_count; s++) {
    if (strcmp(var, run->state_name[s]) == 0) {
      *out = (phs_quantity){.elem = PHS_F32, .count = run->out.count, .data = run->state[s]};
      return true;
    }
  }
  return false;
}
