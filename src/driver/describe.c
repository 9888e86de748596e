/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Networks in numbers, and nodes by name. */
#include "driver/network.h"
#include "phasor/list.h"
#include "synapses/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [PHS_OP_INPUT] = "input",     [PHS_OP_OUTPUT] = "output",     [PHS_OP_LINEAR] = "linear",
    [PHS_OP_CONV] = "conv",       [PHS_OP_POOL] = "pool",         [PHS_OP_SCALE] = "scale",
    [PHS_OP_FLATTEN] = "flatten", [PHS_OP_ADD] = "add",           [PHS_OP_DELAY] = "delay",
    [PHS_OP_NEURONS] = "neurons", [PHS_OP_SYNAPSES] = "synapses", [PHS_OP_SOURCE] = "source"};

const char *phs_kind_word(phs_op_kind kind) {
  return kind_names[kind];
}

const char *phs_elem_name(phs_elem e) {
  return e == PHS_I1 ? "i1" : e == PHS_I32 ? "i32" : "f32";
}

static uint64_t tensor_count(const phs_tensor *t) {
  return t->data ? phs_shape_count(&t->shape) : 0;
}

uint64_t phs_op_parameters(const phs_op *op) {
  uint64_t n = 0;
  switch (op->kind) {
  case PHS_OP_LINEAR:
    return tensor_count(&op->linear.weight) + tensor_count(&op->linear.bias);
  case PHS_OP_CONV:
    return tensor_count(&op->conv.weight) + tensor_count(&op->conv.bias);
  case PHS_OP_SCALE:
    return op->scale.factor.n;
  case PHS_OP_DELAY:
    return op->delay.seconds.v ? op->delay.seconds.n : op->delay.steps.n;
  case PHS_OP_NEURONS:
    for (int i = 0; op->neurons.kernel && i < op->neurons.coeff_count; i++) {
      n += op->neurons.coeff[i].n;
    }
    for (int i = 0; !op->neurons.kernel && i < PHS_MAX_MODEL_PARAMS; i++) {
      n += op->neurons.param[i].n;
    }
    for (int i = 0; i < PHS_MAX_STATES; i++) {
      n += op->neurons.initial[i].v ? op->neurons.initial[i].n : 0;
    }
    return n;
  case PHS_OP_SYNAPSES: /* recipes have none but the weights of lists */
    for (int i = 0; i < op->synapses.projection_count; i++) {
      const phs_synapse_list *list = &op->synapses.projection[i].recipe.list;
      n += list->weight ? list->count : 0;
    }
    return n;
  case PHS_OP_SOURCE:
    n = op->source.mean.n + op->source.sd.n + op->source.event_count;
    for (size_t i = 0; i < op->source.piece_count; i++) {
      n += op->source.piece_value[i].n;
    }
    return n;
  default:
    return 0;
  }
}

static uint64_t linear_synapses(const phs_op *op, const phs_op *x) {
  const phs_tensor *w = &op->linear.weight;
  size_t count = phs_shape_count(&w->shape);
  uint64_t nonzero = 0;
  for (size_t i = 0; i < count; i++) {
    nonzero += w->data[i] != 0;
  }
  /* A matrix without the leading dimensions of x serves each of them. */
  int64_t in = w->shape.rank > 0 ? w->shape.dim[w->shape.rank - 1] : 0;
  int64_t out = w->shape.rank > 1 ? w->shape.dim[w->shape.rank - 2] : 1;
  size_t matrices = in > 0 && out > 0 ? count / (size_t)(in * out) : 0;
  size_t rows = in > 0 ? phs_shape_count(&x->shape) / (size_t)in : 0;
  return matrices > 0 && rows > matrices ? nonzero * (rows / matrices) : nonzero;
}

/* Output positions of one dimension at which tap k of the kernel lies inside the source. */
static uint64_t positions(const phs_conv *c, int d, int64_t k, int64_t source, int64_t result) {
  uint64_t n = 0;
  for (int64_t y = 0; y < result; y++) {
    int64_t at = y * c->stride[d] - c->pad_low[d] + k * c->dilation[d];
    n += at >= 0 && at < source;
  }
  return n;
}

static uint64_t conv_synapses(const phs_op *op, const phs_op *x) {
  const phs_conv *c = &op->conv;
  bool two = c->dims == 2;
  const int64_t *k = c->weight.shape.dim + 2, *source = x->shape.dim + 1,
                *result = op->shape.dim + 1;
  int64_t width = two ? k[1] : 1;
  size_t filters = (size_t)(c->weight.shape.dim[0] * c->weight.shape.dim[1]);
  size_t taps = (size_t)(k[0] * width);
  uint64_t n = 0;
  for (size_t tap = 0; tap < taps; tap++) {
    uint64_t nonzero = 0;
    for (size_t f = 0; f < filters; f++) {
      nonzero += c->weight.data[f * taps + tap] != 0;
    }
    uint64_t places = positions(c, 0, (int64_t)tap / width, source[0], result[0]);
    n += nonzero * places * (two ? positions(c, 1, (int64_t)tap % width, source[1], result[1]) : 1);
  }
  return n;
}

static uint64_t sparse_synapses(const phs_synapses *s) {
  double n = 0;
  for (int i = 0; i < s->projection_count; i++) {
    n += phs_recipe_expected(&s->projection[i].recipe);
  }
  return n < 1e18 ? (uint64_t)(n + 0.5) : (uint64_t)1000000000000000000;
}

uint64_t phs_op_synapses(const phs_net *net, int i) {
  const phs_op *op = &net->op[i];
  if (op->kind == PHS_OP_SYNAPSES) {
    return sparse_synapses(&op->synapses);
  }
  if (op->kind == PHS_OP_LINEAR && op->linear.weight.data) {
    return linear_synapses(op, &net->op[op->operand[0]]);
  }
  return op->kind == PHS_OP_CONV && op->conv.weight.data
             ? conv_synapses(op, &net->op[op->operand[0]])
             : 0;
}

void phasor_network_describe(const phasor_network *n, phasor_network_info *out) {
  const phs_net *net = n->net;
  *out = (phasor_network_info){.name = net->name,
                               .format = net->format,
                               .preset = n->preset,
                               .dt = net->dt_provisional ? 0 : net->dt,
                               .has_time = net->has_time,
                               .discrete = net->discrete,
                               .ops = (uint64_t)net->op_count};
  for (int i = 0; i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    out->populations += op->kind == PHS_OP_NEURONS;
    out->neurons += op->kind == PHS_OP_NEURONS ? phs_shape_count(&op->shape) : 0;
    out->inputs += op->kind == PHS_OP_INPUT;
    out->outputs += op->kind == PHS_OP_OUTPUT;
    out->parameters += phs_op_parameters(op);
    out->synapses += phs_op_synapses(net, i);
    out->projections += op->kind == PHS_OP_SYNAPSES ? (uint64_t)op->synapses.projection_count : 0;
  }
}

bool phasor_network_convention(const phasor_network *n, size_t i, const char **key, char *value,
                               size_t size) {
  if (i >= phs_convention_key_count()) {
    return false;
  }
  *key = phs_convention_key(i);
  phs_convention_get(&n->net->conventions, i, value, size);
  return true;
}

bool phasor_network_op(const phasor_network *n, size_t i, phasor_op_info *out) {
  if (i >= (size_t)n->net->op_count) {
    return false;
  }
  const phs_op *op = &n->net->op[i];
  *out = (phasor_op_info){.name = op->name,
                          .kind = kind_names[op->kind],
                          .type = phs_elem_name(op->elem),
                          .rank = op->shape.rank,
                          .parameters = phs_op_parameters(op),
                          .synapses = phs_op_synapses(n->net, (int)i)};
  memcpy(out->dim, op->shape.dim, sizeof out->dim);
  if (op->kind == PHS_OP_NEURONS) {
    const phs_model_info *model = op->neurons.kernel ? NULL : phs_model_get(op->neurons.model);
    out->model = model ? model->name : op->neurons.kernel->name;
    out->state_count = (size_t)(model ? model->state_count : op->neurons.state_count);
  }
  return true;
}

const char *phasor_network_state(const phasor_network *n, size_t i, size_t k) {
  phasor_op_info info;
  if (!phasor_network_op(n, i, &info) || k >= info.state_count) {
    return NULL;
  }
  const phs_neurons *p = &n->net->op[i].neurons;
  return p->kernel ? p->state[k] : phs_model_get(p->model)->state[k];
}

int phs_find_node(phs_diag *diag, const phs_net *net, const char *name, const char *option) {
  int found = phs_net_find(net, name);
  if (found >= 0) {
    return found;
  }
  const char **names = malloc(((size_t)net->op_count + 1) * sizeof *names);
  size_t count = 0;
  for (int i = 0; names && i < net->op_count; i++) {
    if (!strchr(net->op[i].name, '#')) {
      names[count++] = net->op[i].name;
    }
  }
  if (phs_net_find_projection(net, name, NULL)) {
    phs_report(diag, PHS_NOT_PLASTIC, &(phs_place){.file = net->file, .where = option},
               "give it `plasticity`, or leave the recording out",
               "projection '%s' is not plastic: its weights do not change", name);
    free(names);
    return -1;
  }
  const char *near = names ? phasor_nearest(name, names, count) : NULL;
  char help[256];
  snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
  phs_report(diag, PHS_UNKNOWN_NODE, &(phs_place){.file = net->file, .where = option},
             near ? help : "`phasorc inspect MODEL` lists the nodes",
             "the network has no node '%s'", name);
  free(names);
  return -1;
}
