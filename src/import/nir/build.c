/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* From nodes with shapes to ops. */
#include "import/nir/nir.h"

#include <string.h>

static bool build_scale(nir_reader *r, const nir_node *n, phs_op *op) {
  float *v = PHS_NEW_ARRAY(r->net->arena, float, n->param[0].n);
  if (!v) {
    return nir_no_memory(r);
  }
  for (size_t i = 0; i < n->param[0].n; i++) {
    v[i] = (float)n->param[0].v[i];
  }
  op->kind = PHS_OP_SCALE;
  op->scale.factor = (phs_param32){v, n->param[0].n};
  return true;
}

static void build_neurons(const nir_node *n, phs_op *op) {
  phs_model model = nir_type_model(n->type);
  const phs_model_info *info = phs_model_get(model);
  op->kind = PHS_OP_NEURONS;
  op->neurons.model = model;
  memcpy(op->neurons.param, n->param, sizeof n->param);
  op->neurons.state_count = info->state_count;
  memcpy(op->neurons.state, info->state, sizeof info->state);
}

static void build_conv(const nir_node *n, phs_op *op) {
  op->kind = PHS_OP_CONV;
  op->conv = (phs_conv){.weight = n->weight,
                        .bias = n->bias,
                        .dims = n->type == NIR_CONV1D ? 1 : 2,
                        .groups = n->groups};
  for (int a = 0; a < 2; a++) {
    bool used = a < op->conv.dims;
    op->conv.stride[a] = used ? n->stride[a] : 1;
    op->conv.dilation[a] = used ? n->dilation[a] : 1;
    op->conv.pad_low[a] = used ? n->pad_low[a] : 0;
    op->conv.pad_high[a] = used ? n->pad_high[a] : 0;
  }
}

static void build_pool(const nir_node *n, phs_op *op) {
  op->kind = PHS_OP_POOL;
  op->pool.average = n->type == NIR_AVGPOOL2D;
  memcpy(op->pool.kernel, n->kernel, sizeof n->kernel);
  memcpy(op->pool.stride, n->stride, sizeof n->stride);
  memcpy(op->pool.pad_low, n->pad_low, sizeof n->pad_low);
  memcpy(op->pool.pad_high, n->pad_high, sizeof n->pad_high);
}

static bool build_op(nir_reader *r, const nir_node *n, phs_op *op) {
  *op = (phs_op){.name = n->name, .where = n->where, .shape = n->out};
  switch (n->type) {
  case NIR_INPUT:
    op->kind = PHS_OP_INPUT;
    return true;
  case NIR_OUTPUT:
    op->kind = PHS_OP_OUTPUT;
    return true;
  case NIR_LINEAR:
  case NIR_AFFINE:
    op->kind = PHS_OP_LINEAR;
    op->linear.weight = n->weight;
    op->linear.bias = n->bias;
    return true;
  case NIR_SCALE:
    return build_scale(r, n, op);
  case NIR_CONV1D:
  case NIR_CONV2D:
    build_conv(n, op);
    return true;
  case NIR_SUMPOOL2D:
  case NIR_AVGPOOL2D:
    build_pool(n, op);
    return true;
  case NIR_FLATTEN:
    op->kind = PHS_OP_FLATTEN;
    op->flatten.start = (int)n->start_dim;
    op->flatten.end = (int)n->end_dim;
    return true;
  case NIR_DELAY:
    op->kind = PHS_OP_DELAY;
    op->delay.seconds = n->param[0];
    return true;
  default:
    build_neurons(n, op);
    return true;
  }
}

static bool report_cycle(nir_reader *r, const phs_graph *g, const int *cycle, int count) {
  const char *list = "";
  for (int i = 0; i < count && i < 8; i++) {
    const char *more =
        phs_arena_printf(r->scratch, "%s%s'%s'", list, i ? ", " : "", g->node[cycle[i]].name);
    list = more ? more : list;
  }
  return NIR_FAIL(r, PHS_NIR_CYCLE, g->node[cycle[0]].where,
                  "put a neuron with a state or a Delay of at least one step into it",
                  "the cycle through %s%s has no node that keeps a state from step to step", list,
                  count > 8 ? ", ..." : "");
}

bool nir_build(nir_reader *r, nir_model *m) {
  phs_op *op = PHS_NEW_ARRAY(r->scratch, phs_op, (size_t)m->node_count);
  phs_edge *edge = PHS_NEW_ARRAY(r->scratch, phs_edge, (size_t)m->edge_count);
  int *number = PHS_NEW_ARRAY(r->scratch, int, (size_t)m->node_count);
  phs_graph g = {.node = op, .edge = edge, .edge_count = m->edge_count};
  const int *cycle;
  int count;
  if (!op || !edge || !number) {
    return nir_no_memory(r);
  }
  for (int v = 0; v < m->node_count; v++) {
    number[v] = g.node_count;
    if (nir_is_leaf(&m->node[v]) && !build_op(r, &m->node[v], &op[g.node_count++])) {
      return false;
    }
  }
  for (int e = 0; e < m->edge_count; e++) {
    edge[e] = (phs_edge){number[m->edge[e].from], number[m->edge[e].to]};
  }
  switch (phs_schedule(r->net, &g, &cycle, &count)) {
  case PHS_SCHEDULE_OK:
    return true;
  case PHS_SCHEDULE_CYCLE:
    return report_cycle(r, &g, cycle, count);
  default:
    return nir_no_memory(r);
  }
}
