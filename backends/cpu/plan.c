/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/plan_layout.h"

#include <ctype.h>
#include <string.h>

/* Larger blocks are refused: more than any machine we know gives to one run of a network. */
static const size_t max_state = (size_t)1 << 36;
/* Code reaches its constants by 32-bit distances; some of the range is left for code and other
 * data. */
static const size_t max_blob = ((size_t)1 << 31) - ((size_t)1 << 24);

/* As large as memories get. */
static const size_t max_tables = (size_t)1 << 42;

enum { WIDEST = PHS_CPU_WIDEST };

typedef phs_cpu_layout layout;

size_t phs_cpu_elem_size(phs_elem e) {
  return e == PHS_I1 ? 1 : 4;
}

/* Reserves a x b x c elements of `size` bytes at the end of *end. */
static size_t reserve(size_t *end, size_t limit, bool *overflow, size_t a, size_t b, size_t c,
                      size_t size) {
  size_t bytes = size, at = *end;
  if (__builtin_mul_overflow(bytes, a, &bytes) || __builtin_mul_overflow(bytes, b, &bytes) ||
      __builtin_mul_overflow(bytes, c, &bytes) || bytes > limit - at) {
    *overflow = true;
    return 0;
  }
  *end = (at + bytes + PHS_CPU_ALIGN - 1) / PHS_CPU_ALIGN * PHS_CPU_ALIGN;
  return at;
}

size_t phs_cpu_in_state(layout *l, size_t a, size_t b, size_t size) {
  return reserve(&l->plan->state_size, max_state, &l->state_overflow, a, b, 1, size);
}

size_t phs_cpu_in_tables(layout *l, size_t bytes, size_t count) {
  return reserve(&l->plan->table_size, max_tables, &l->table_overflow, bytes, count, 1, 1);
}

size_t phs_cpu_in_blob(layout *l, size_t bytes) {
  return reserve(&l->plan->blob_size, max_blob, &l->blob_overflow, bytes, 1, 1, 1);
}

size_t phs_cpu_data(layout *l, const void *data, size_t bytes) {
  phs_cpu_plan *p = l->plan;
  size_t at = phs_cpu_in_blob(l, bytes);
  phs_cpu_data_piece *piece = PHS_NEW(p->arena, phs_cpu_data_piece);
  if (!piece) {
    l->no_memory = true;
    return at;
  }
  *piece = (phs_cpu_data_piece){at, bytes, data, NULL};
  *(p->last_data ? &p->last_data->next : &p->data) = piece;
  p->last_data = piece;
  return at;
}

static size_t in_blob(layout *l, size_t a, size_t b, size_t c) {
  return reserve(&l->plan->blob_size, max_blob, &l->blob_overflow, a, b, c, 4);
}

size_t phs_cpu_round_up(size_t n, int lanes) {
  return (n + (size_t)lanes - 1) / (size_t)lanes * (size_t)lanes;
}

/*
 * Sets row and lanes for `n` targets: the widest vector that wastes at most an eighth of a row;
 * narrow rows are one vector where the next power of two fits. Layouts are the same on every
 * target; one with narrow vectors takes several for a row.
 */
static void choose_row(const layout *l, phs_cpu_op *c) {
  size_t n = (size_t)c->target;
  int lanes = WIDEST;
  if (n <= WIDEST) {
    while (lanes > 1 && (size_t)lanes / 2 >= n) {
      lanes /= 2;
    }
  } else {
    while (lanes > 4 && phs_cpu_round_up(n, lanes) - n > n / 8) {
      lanes /= 2;
    }
  }
  c->row = phs_cpu_round_up(n, lanes);
  c->lanes = lanes < l->plan->target->lanes ? lanes : l->plan->target->lanes;
}

static void scan(layout *l, const phs_op *x) {
  size_t n = phs_shape_count(&x->shape);
  l->widest = n > l->widest ? n : l->widest;
}

static void plan_linear(layout *l, const phs_op *op, phs_cpu_op *c) {
  const phs_shape *w = &op->linear.weight.shape;
  c->target = w->dim[w->rank - 2];
  c->source = w->dim[w->rank - 1];
  c->lead = 1;
  for (int i = 0; i < w->rank - 2; i++) {
    c->lead *= w->dim[i];
  }
  choose_row(l, c);
  c->weight = in_blob(l, (size_t)c->lead, (size_t)c->source, c->row);
  if (op->linear.bias.data) {
    c->bias = in_blob(l, (size_t)c->lead, c->row, 1);
  }
  if (c->lead > 1) {
    c->acc = phs_cpu_in_state(l, c->row, 1, 4);
  }
  scan(l, &l->plan->net->op[op->operand[0]]);
}

/* The last `dims` dimensions of x and y. */
static void set_window(phs_cpu_window *w, int dims, const phs_shape *x, const phs_shape *y) {
  for (int k = 0; k < 2; k++) {
    bool there = k >= 2 - dims;
    w->in[k] = there ? x->dim[x->rank - 2 + k] : 1;
    w->out[k] = there ? y->dim[y->rank - 2 + k] : 1;
    w->kernel[k] = w->stride[k] = w->dilation[k] = 1;
    w->pad[k] = 0;
  }
}

static void plan_conv(layout *l, const phs_op *op, phs_cpu_op *c) {
  const phs_conv *v = &op->conv;
  const phs_op *x = &l->plan->net->op[op->operand[0]];
  set_window(&c->window, v->dims, &x->shape, &op->shape);
  for (int k = 0; k < v->dims; k++) {
    int at = 2 - v->dims + k;
    c->window.kernel[at] = v->weight.shape.dim[2 + k];
    c->window.stride[at] = v->stride[k];
    c->window.pad[at] = v->pad_low[k];
    c->window.dilation[at] = v->dilation[k];
  }
  c->target = v->weight.shape.dim[0] / v->groups;
  c->source = v->weight.shape.dim[1];
  choose_row(l, c);
  size_t kernel = (size_t)(c->window.kernel[0] * c->window.kernel[1]);
  c->weight = in_blob(l, (size_t)(c->source * v->groups), kernel, c->row);
  if (v->bias.data) {
    c->bias = in_blob(l, (size_t)v->groups, c->row, 1);
  }
  c->acc = phs_cpu_in_state(l, (size_t)(c->window.out[0] * c->window.out[1]),
                            (size_t)v->groups * c->row, 4);
  scan(l, x);
}

static void plan_pool(layout *l, const phs_op *op, phs_cpu_op *c) {
  const phs_op *x = &l->plan->net->op[op->operand[0]];
  set_window(&c->window, 2, &x->shape, &op->shape);
  for (int k = 0; k < 2; k++) {
    c->window.kernel[k] = op->pool.kernel[k];
    c->window.stride[k] = op->pool.stride[k];
    c->window.pad[k] = op->pool.pad_low[k];
  }
  scan(l, x);
}

static void plan_delay(layout *l, const phs_op *op, phs_cpu_op *c) {
  const phs_steps *s = &op->delay.steps;
  size_t n = phs_shape_count(&op->shape);
  c->uniform = true;
  for (size_t i = 0; i < s->n; i++) {
    c->depth = s->v[i] > c->depth ? s->v[i] : c->depth;
    c->uniform = c->uniform && s->v[i] == s->v[0];
  }
  if (c->depth > 0) {
    c->ring = phs_cpu_in_state(l, (size_t)c->depth, n, phs_cpu_elem_size(op->elem));
  }
  if (!c->uniform) {
    c->steps = in_blob(l, n, 1, 1);
  }
}

static void plan_neurons(layout *l, const phs_op *op, phs_cpu_op *c) {
  const phs_neurons *u = &op->neurons;
  size_t n = phs_shape_count(&op->shape);
  c->state = PHS_NEW_ARRAY(l->plan->arena, size_t, (size_t)u->state_count);
  c->coeff = PHS_NEW_ARRAY(l->plan->arena, size_t, (size_t)u->coeff_count);
  if (!c->state || !c->coeff) {
    l->no_memory = true;
    return;
  }
  for (int i = 0; i < u->state_count; i++) {
    c->state[i] = phs_cpu_in_state(l, n, 1, 4);
  }
  for (int i = 0; i < u->coeff_count; i++) {
    c->coeff[i] = u->coeff[i].n == 1 ? PHS_CPU_NONE : in_blob(l, phs_cpu_round_up(n, WIDEST), 1, 1);
  }
  for (int i = 0; i < u->state_count; i++) {
    c->initial[i] = u->initial[i].v && u->initial[i].n > 1
                        ? in_blob(l, phs_cpu_round_up(n, WIDEST), 1, 1)
                        : PHS_CPU_NONE;
  }
}

static void plan_op(layout *l, int index) {
  phs_cpu_plan *p = l->plan;
  const phs_op *op = &p->net->op[index];
  phs_cpu_op *c = &p->op[index];
  size_t n = phs_shape_count(&op->shape);
  *c = (phs_cpu_op){.root = index, .uniform = true, .lanes = p->target->lanes};
  c->ring = c->acc = c->weight = c->bias = c->factor = c->steps = PHS_CPU_NONE;
  c->descriptor = c->list = PHS_CPU_NONE;
  if (op->kind == PHS_OP_FLATTEN || op->kind == PHS_OP_OUTPUT) {
    c->root = p->op[op->operand[0]].root;
    c->out = p->op[c->root].out;
    return;
  }
  c->out = phs_cpu_in_state(l, n, 1, phs_cpu_elem_size(op->elem));
  switch (op->kind) {
  case PHS_OP_LINEAR:
    plan_linear(l, op, c);
    break;
  case PHS_OP_CONV:
    plan_conv(l, op, c);
    break;
  case PHS_OP_POOL:
    plan_pool(l, op, c);
    break;
  case PHS_OP_SCALE:
    c->factor =
        op->scale.factor.n == 1 ? PHS_CPU_NONE : in_blob(l, phs_cpu_round_up(n, WIDEST), 1, 1);
    break;
  case PHS_OP_DELAY:
    plan_delay(l, op, c);
    break;
  case PHS_OP_NEURONS:
    plan_neurons(l, op, c);
    break;
  default:
    break;
  }
}

static bool is_identifier(const char *s) {
  if (!(isalpha((unsigned char)*s) || *s == '_')) {
    return false;
  }
  for (; *s; s++) {
    if (!(isalnum((unsigned char)*s) || *s == '_')) {
      return false;
    }
  }
  return true;
}

static phasor_status too_large(const layout *l, phs_diag *diag) {
  phs_place place = {.file = l->plan->net->file};
  if (l->blob_overflow) {
    phs_report(diag, PHS_CPU_WEIGHTS, &place,
               "split the network, or use a target that stores weights more compactly",
               "the weights of %s take more than %zu bytes, the most that one CPU program reaches",
               l->plan->net->name, max_blob);
  } else if (l->table_overflow) {
    phs_report(diag, PHS_CPU_SYNAPSES, &place,
               "make them again when they are needed: --synapses=recompute",
               "the tables of synapses of %s take more than %zu bytes", l->plan->net->name,
               max_tables);
  } else {
    phs_report(diag, PHS_CPU_STATE, &place,
               "shorten the delays (their length times their elements counts) or raise --dt",
               "the state of %s takes more than %zu bytes, the most that one CPU program may have",
               l->plan->net->name, max_state);
  }
  return PHASOR_ERROR_TARGET;
}

/* What is described by data: sources, and synapses with all that tables need. */
static void plan_programs(layout *l) {
  phs_cpu_plan *p = l->plan;
  uint64_t *all = PHS_NEW_ARRAY(p->arena, uint64_t, (size_t)p->net->op_count);
  phs_program_info *info = PHS_NEW(p->arena, phs_program_info);
  size_t count = 0;
  if (p->blob_size == 0) {
    phs_cpu_in_blob(l, 1); /* offset 0 stands for nothing */
  }
  if (!all || !info) {
    l->no_memory = true;
    return;
  }
  for (int i = 0; i < p->net->op_count && !l->no_memory && l->failed_op < 0; i++) {
    if (p->net->op[i].kind == PHS_OP_SOURCE) {
      phs_cpu_plan_source(l, i);
    } else if (p->net->op[i].kind == PHS_OP_SYNAPSES) {
      phs_cpu_plan_synapses(l, i);
      all[count++] = p->op[i].descriptor;
    }
  }
  if (l->no_memory || l->failed_op >= 0) {
    return;
  }
  if (p->table_size > 0) {
    p->tables = phs_cpu_in_state(l, 1, 1, 8);
    *info = (phs_program_info){phs_cpu_data(l, all, count * sizeof *all), count};
    p->info = phs_cpu_data(l, info, sizeof *info);
  }
}

static phasor_status too_many(const layout *l, phs_diag *diag) {
  const phs_op *op = &l->plan->net->op[l->failed_op];
  const phs_projection *p = &op->synapses.projection[l->failed_projection];
  bool plastic = op->synapses.plasticity.kind != PHS_PLASTICITY_NONE;
  phs_place place = {.file = l->plan->net->file, .line = p->line, .column = p->column};
  phs_report(diag, PHS_CPU_SYNAPSES, &place, "scale the network down, or split the projection",
             "projection '%s' has about %.3g synapses; a CPU program holds %.3g %sin one", p->name,
             phs_recipe_expected(&p->recipe), plastic ? 0x1p32 : 0x1p40,
             plastic ? "plastic ones " : "");
  return PHASOR_ERROR_TARGET;
}

static phasor_status lay_out(layout *l, phs_diag *diag) {
  phs_cpu_plan *p = l->plan;
  const phs_net *net = p->net;
  bool described = false;
  for (int i = 0; i < net->op_count; i++) {
    plan_op(l, i);
    described = described || net->op[i].kind == PHS_OP_SOURCE || net->op[i].kind == PHS_OP_SYNAPSES;
    if (net->op[i].kind == PHS_OP_INPUT) {
      p->input[p->input_count++] = i;
    } else if (net->op[i].kind == PHS_OP_OUTPUT) {
      p->output[p->output_count++] = i;
    }
  }
  p->time = phs_cpu_in_state(l, 1, 1, 8);
  if (described) {
    plan_programs(l);
  }
  phs_cpu_plan_domains(l);
  if (l->no_memory) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the layout of the program");
    return PHASOR_ERROR_INTERNAL;
  }
  if (l->failed_op >= 0) {
    return too_many(l, diag);
  }
  p->list = phs_cpu_in_state(l, l->widest + 1, 1, 4);
  phs_cpu_in_state(l, PHS_CPU_ALIGN, 1, 1);
  in_blob(l, PHS_CPU_ALIGN / 4, 1, 1);
  l->state_overflow = l->state_overflow || l->widest > UINT32_MAX;
  return l->state_overflow || l->blob_overflow || l->table_overflow ? too_large(l, diag)
                                                                    : PHASOR_OK;
}

phasor_status phs_cpu_plan_create(const phs_net *net, const phs_cpu_target *target,
                                  const char *symbol, phs_diag *diag, phs_cpu_plan **out) {
  phs_arena *a = phs_arena_create();
  phs_cpu_plan *p = a ? PHS_NEW(a, phs_cpu_plan) : NULL;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (!p) {
    goto no_memory;
  }
  *p = (phs_cpu_plan){.arena = a, .net = net, .target = target};
  p->symbol = phs_arena_strdup(a, symbol ? symbol : net->name ? net->name : "network");
  p->input = PHS_NEW_ARRAY(a, int, (size_t)net->op_count);
  p->output = PHS_NEW_ARRAY(a, int, (size_t)net->op_count);
  p->op = PHS_NEW_ARRAY(a, phs_cpu_op, (size_t)net->op_count);
  if (!p->symbol || !p->input || !p->output || !p->op) {
    goto no_memory;
  }
  if (!net->discrete) {
    phs_report(diag, PHS_CPU_NOT_DISCRETE, NULL,
               "let the pipeline begin with phasor-discretize, or leave --passes out",
               "the network is at level net: its populations have no update functions yet");
    status = PHASOR_ERROR_USAGE;
    goto failed;
  }
  if (!is_identifier(p->symbol)) {
    phs_report(diag, PHS_CPU_SYMBOL, NULL,
               "give a C identifier with --symbol: letters, digits and '_'",
               "'%s' cannot begin the names of C functions", p->symbol);
    status = PHASOR_ERROR_USAGE;
    goto failed;
  }
  layout l = {.plan = p, .failed_op = -1};
  status = lay_out(&l, diag);
  if (status != PHASOR_OK) {
    goto failed;
  }
  *out = p;
  return PHASOR_OK;
no_memory:
  phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the layout of the program");
failed:
  phs_arena_destroy(a);
  return status;
}

void phs_cpu_plan_destroy(phs_cpu_plan *p) {
  if (p) {
    phs_arena_destroy(p->arena);
  }
}
