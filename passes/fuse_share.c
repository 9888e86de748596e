/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Identical ops become one. Two ops are identical when they are of the same kind with the same
 * attributes and their operands are identical: as their states start alike, their results then
 * agree in every step. Cycles make this a question of the largest such relation, which is found by
 * splitting: all ops that look alike start in one class, and classes split as long as their
 * members' operands lie in different ones. */
#include "fuse.h"

#include <string.h>
#include <xxhash.h>

/* Each round looks one delay further back; nets that need more are left as they are. */
#define MAX_ROUNDS 1000

static bool same_bytes(const void *a, const void *b, size_t size) {
  return a == b || (a && b && memcmp(a, b, size) == 0);
}

static bool same_tensor(const phs_tensor *a, const phs_tensor *b) {
  if (!a->data || !b->data) {
    return !a->data && !b->data;
  }
  return phs_shape_equal(&a->shape, &b->shape) &&
         same_bytes(a->data, b->data, phs_shape_count(&a->shape) * sizeof *a->data);
}

static bool same_param32(const phs_param32 *a, const phs_param32 *b) {
  return a->n == b->n && same_bytes(a->v, b->v, a->n * sizeof *a->v);
}

static bool same_param64(const phs_param64 *a, const phs_param64 *b) {
  return a->n == b->n && same_bytes(a->v, b->v, a->n * sizeof *a->v);
}

static bool same_conv(const phs_conv *a, const phs_conv *b) {
  bool same = a->dims == b->dims && a->groups == b->groups && same_tensor(&a->bias, &b->bias);
  for (int d = 0; same && d < a->dims; d++) {
    same = a->stride[d] == b->stride[d] && a->pad_low[d] == b->pad_low[d] &&
           a->pad_high[d] == b->pad_high[d] && a->dilation[d] == b->dilation[d];
  }
  return same && same_tensor(&a->weight, &b->weight);
}

static bool same_pool(const phs_pool *a, const phs_pool *b) {
  bool same = a->average == b->average;
  for (int d = 0; same && d < 2; d++) {
    same = a->kernel[d] == b->kernel[d] && a->stride[d] == b->stride[d] &&
           a->pad_low[d] == b->pad_low[d] && a->pad_high[d] == b->pad_high[d];
  }
  return same;
}

static bool same_instruction(const phs_scalar_inst *a, const phs_scalar_inst *b) {
  bool immediate = a->op == PHS_K_CONST_F32 ? memcmp(&a->imm.f, &b->imm.f, sizeof a->imm.f) == 0
                   : a->op == PHS_K_CONST_INT || a->op == PHS_K_CMPF || a->op == PHS_K_CMPI
                       ? a->imm.i == b->imm.i
                       : true;
  return a->op == b->op && a->type == b->type && a->dst == b->dst && a->a == b->a && a->b == b->b &&
         a->c == b->c && immediate;
}

static bool same_kernel(const phs_kernel *a, const phs_kernel *b) {
  if (a == b || !a || !b) {
    return a == b;
  }
  bool same = a->arg_count == b->arg_count && a->register_count == b->register_count &&
              a->inst_count == b->inst_count && a->result_count == b->result_count &&
              a->output_type == b->output_type &&
              same_bytes(a->result, b->result, (size_t)a->result_count * sizeof *a->result);
  for (int i = 0; same && i < a->inst_count; i++) {
    same = same_instruction(&a->inst[i], &b->inst[i]);
  }
  return same;
}

static bool same_neurons(const phs_neurons *a, const phs_neurons *b) {
  bool same = same_kernel(a->kernel, b->kernel) && a->state_count == b->state_count &&
              a->coeff_count == b->coeff_count && (a->kernel || a->model == b->model);
  for (int i = 0; same && a->kernel && i < a->state_count; i++) {
    /* the names under which they are recorded, and where they start */
    same = strcmp(a->state[i], b->state[i]) == 0 && same_param32(&a->initial[i], &b->initial[i]);
  }
  for (int i = 0; same && i < a->coeff_count; i++) {
    same = same_param32(&a->coeff[i], &b->coeff[i]);
  }
  int params = a->kernel ? 0 : phs_model_get(a->model)->param_count;
  for (int i = 0; same && i < params; i++) {
    same = same_param64(&a->param[i], &b->param[i]);
  }
  return same;
}

static bool same_distribution(const phs_distribution *a, const phs_distribution *b) {
  return a->kind == b->kind && a->bound == b->bound && a->a == b->a && a->b == b->b &&
         (a->bound == PHS_BOUND_NONE || (a->low == b->low && a->high == b->high));
}

/* Recipes with one key make the same synapses when all else is the same too. Distances and lists
 * are not looked at: such projections stay apart. */
static bool same_projection(const phs_projection *p, const phs_projection *q) {
  const phs_recipe *a = &p->recipe, *b = &q->recipe;
  return a->key == b->key && a->rule == b->rule && a->rule != PHS_RULE_DISTANCE &&
         a->rule != PHS_RULE_LIST && a->source_count == b->source_count &&
         a->target_count == b->target_count && a->same_population == b->same_population &&
         a->autapses == b->autapses && a->multapses == b->multapses &&
         a->probability == b->probability && a->number == b->number &&
         same_distribution(&a->weight, &b->weight) && same_distribution(&a->delay, &b->delay) &&
         p->mode == q->mode;
}

static bool same_plasticity(const phs_plasticity *a, const phs_plasticity *b) {
  return a->kind == PHS_PLASTICITY_NONE && b->kind == PHS_PLASTICITY_NONE;
}

static bool same_synapses(const phs_synapses *a, const phs_synapses *b) {
  bool same = a->projection_count == b->projection_count && a->has_init == b->has_init &&
              a->counted == b->counted &&
              (!a->counted || same_bytes(&a->weight, &b->weight, sizeof a->weight)) &&
              same_plasticity(&a->plasticity, &b->plasticity);
  for (int i = 0; same && i < a->projection_count; i++) {
    same = same_projection(&a->projection[i], &b->projection[i]);
  }
  return same;
}

/* Sources that draw are the same where their stream is. */
static bool same_source(const phs_source *a, const phs_source *b) {
  bool same = a->kind == b->kind && a->key == b->key && a->start == b->start &&
              a->stop == b->stop && same_param64(&a->mean, &b->mean) &&
              same_param64(&a->sd, &b->sd) && a->event_count == b->event_count &&
              a->piece_count == b->piece_count;
  same =
      same && same_bytes(a->event_step, b->event_step, a->event_count * sizeof *a->event_step) &&
      same_bytes(a->event_element, b->event_element, a->event_count * sizeof *a->event_element) &&
      same_bytes(a->piece_step, b->piece_step, a->piece_count * sizeof *a->piece_step);
  for (size_t k = 0; same && k < a->piece_count; k++) {
    same = same_param32(&a->piece_value[k], &b->piece_value[k]);
  }
  return same;
}

static bool same_delay(const phs_op *a, const phs_op *b) {
  const phs_steps *s = &a->delay.steps, *t = &b->delay.steps;
  if (s->v || t->v) {
    return s->v && t->v && s->n == t->n && same_bytes(s->v, t->v, s->n * sizeof *s->v);
  }
  return same_param64(&a->delay.seconds, &b->delay.seconds);
}

/* Same but for names, places and operands. */
static bool look_alike(const phs_op *a, const phs_op *b) {
  if (a->kind != b->kind || a->elem != b->elem || a->operand_count != b->operand_count ||
      !phs_shape_equal(&a->shape, &b->shape)) {
    return false;
  }
  switch (a->kind) {
  case PHS_OP_LINEAR:
    return same_tensor(&a->linear.bias, &b->linear.bias) &&
           same_tensor(&a->linear.weight, &b->linear.weight);
  case PHS_OP_CONV:
    return same_conv(&a->conv, &b->conv);
  case PHS_OP_POOL:
    return same_pool(&a->pool, &b->pool);
  case PHS_OP_SCALE:
    return same_param32(&a->scale.factor, &b->scale.factor);
  case PHS_OP_FLATTEN:
    return a->flatten.start == b->flatten.start && a->flatten.end == b->flatten.end;
  case PHS_OP_ADD:
    return true;
  case PHS_OP_DELAY:
    return same_delay(a, b);
  case PHS_OP_NEURONS:
    return same_neurons(&a->neurons, &b->neurons);
  case PHS_OP_SYNAPSES:
    return same_synapses(&a->synapses, &b->synapses);
  case PHS_OP_SOURCE:
    return same_source(&a->source, &b->source);
  case PHS_OP_INPUT:
  case PHS_OP_OUTPUT:
    break;
  }
  return false;
}

/* Enough of a list to tell most from each other. */
static uint64_t hash_list(const void *data, size_t n, size_t size, uint64_t hash) {
  size_t bytes = n * size < 4096 ? n * size : 4096;
  return data ? XXH3_64bits_withSeed(data, bytes, hash) : hash;
}

/* A hash that look-alikes share. */
static uint64_t hash_of(const phs_op *op) {
  uint64_t hash = (uint64_t)op->kind + 64 * (uint64_t)op->operand_count;
  hash = hash_list(op->shape.dim, (size_t)op->shape.rank, sizeof *op->shape.dim, hash);
  if (phs_fuse_is_rows(op)) {
    phs_weight_rows rows = phs_fuse_rows(op);
    return hash_list(rows.weight, rows.rows * rows.columns, sizeof *rows.weight, hash);
  }
  if (op->kind == PHS_OP_SCALE) {
    return hash_list(op->scale.factor.v, op->scale.factor.n, sizeof *op->scale.factor.v, hash);
  }
  if (op->kind == PHS_OP_DELAY) {
    return hash_list(op->delay.steps.v, op->delay.steps.n, sizeof *op->delay.steps.v, hash);
  }
  if (op->kind == PHS_OP_SOURCE) {
    return hash_list(&op->source.key, 1, sizeof op->source.key, hash);
  }
  for (int i = 0; op->kind == PHS_OP_SYNAPSES && i < op->synapses.projection_count; i++) {
    const phs_recipe *r = &op->synapses.projection[i].recipe;
    hash = hash_list(&r->key, 1, sizeof r->key, hash);
  }
  if (op->kind == PHS_OP_NEURONS) {
    const phs_neurons *n = &op->neurons;
    for (int i = 0; i < n->coeff_count; i++) {
      hash = hash_list(n->coeff[i].v, n->coeff[i].n, sizeof *n->coeff[i].v, hash);
    }
    int params = n->kernel ? 0 : phs_model_get(n->model)->param_count;
    for (int i = 0; i < params; i++) {
      hash = hash_list(n->param[i].v, n->param[i].n, sizeof *n->param[i].v, hash);
    }
  }
  return hash;
}

/* Classes are named by their first member; of equals, the first stands for all. */
typedef struct classes {
  int *of;    /* op -> first member of its class */
  int *fresh; /* the same while classes split */
  int *slot;  /* a table of firsts by hash; -1 where empty */
  size_t mask;
} classes;

typedef bool (*equal_fn)(const phs_net *net, const classes *c, int a, int b);

/* The first op of the table that equals i, or i itself, which is entered. */
static int find_or_enter(const phs_net *net, const classes *c, uint64_t hash, int i,
                         equal_fn equal) {
  size_t at = (size_t)hash & c->mask;
  while (c->slot[at] >= 0 && !equal(net, c, c->slot[at], i)) {
    at = (at + 1) & c->mask;
  }
  if (c->slot[at] < 0) {
    c->slot[at] = i;
  }
  return c->slot[at];
}

static void clear(const classes *c) {
  memset(c->slot, 0xFF, (c->mask + 1) * sizeof *c->slot);
}

static bool both_look_alike(const phs_net *net, const classes *c, int a, int b) {
  (void)c;
  return look_alike(&net->op[a], &net->op[b]);
}

static void start_classes(const phs_fuse *f, classes *c) {
  clear(c);
  for (int i = 0; i < f->net->op_count; i++) {
    c->of[i] = f->op[i].dropped
                   ? i
                   : find_or_enter(f->net, c, hash_of(&f->net->op[i]), i, both_look_alike);
  }
}

/* Operands lie before their ops, so that their classes are split already; but for delays and
 * synapses. */
static const int *classes_of_operands(const phs_net *net, const classes *c, int i) {
  bool waits = net->op[i].kind != PHS_OP_DELAY && net->op[i].kind != PHS_OP_SYNAPSES;
  return waits ? c->fresh : c->of;
}

static bool same_operands(const phs_net *net, const classes *c, int a, int b) {
  const int *of = classes_of_operands(net, c, a);
  bool same = c->of[a] == c->of[b];
  for (int k = 0; same && k < net->op[a].operand_count; k++) {
    same = of[net->op[a].operand[k]] == of[net->op[b].operand[k]];
  }
  return same;
}

static uint64_t hash_of_operands(const phs_net *net, const classes *c, int i) {
  const int *of = classes_of_operands(net, c, i);
  uint64_t hash = (uint64_t)c->of[i];
  for (int k = 0; k < net->op[i].operand_count; k++) {
    hash = XXH3_64bits_withSeed(&of[net->op[i].operand[k]], sizeof *of, hash);
  }
  return hash;
}

/* Splits each class by its members' operands; whether any class was split. */
static bool split(const phs_fuse *f, classes *c) {
  bool any = false;
  clear(c);
  for (int i = 0; i < f->net->op_count; i++) {
    c->fresh[i] = f->op[i].dropped
                      ? i
                      : find_or_enter(f->net, c, hash_of_operands(f->net, c, i), i, same_operands);
    any = any || c->fresh[i] != c->of[i];
  }
  int *spent = c->of;
  c->of = c->fresh;
  c->fresh = spent;
  return any;
}

/* Op `to` gets op `from`'s name and aliases, so that these can still be recorded. */
static bool take_names(phs_fuse *f, int from, int to) {
  const phs_op *gone = &f->net->op[from];
  phs_op *stays = &f->net->op[to];
  bool own = !strchr(gone->name, '#');
  int n = stays->alias_count + gone->alias_count + own;
  const char **list = PHS_NEW_ARRAY(f->net->arena, const char *, (size_t)n);
  if (!list) {
    f->no_memory = true;
    return false;
  }
  int at = 0;
  for (int i = 0; i < stays->alias_count; i++) {
    list[at++] = stays->alias[i];
  }
  if (own) {
    list[at++] = phs_arena_strdup(f->net->arena, gone->name);
    f->no_memory = f->no_memory || !list[at - 1];
  }
  for (int i = 0; i < gone->alias_count; i++) {
    list[at++] = gone->alias[i];
  }
  if (f->no_memory) {
    return false;
  }
  stays->alias = list;
  stays->alias_count = n;
  stays->keep = stays->keep || gone->keep;
  return true;
}

bool phs_fuse_share(phs_fuse *f) {
  size_t n = (size_t)f->net->op_count;
  phs_arena *scratch = phs_arena_create();
  classes c = {0};
  if (scratch) {
    for (c.mask = 63; c.mask < 2 * n; c.mask = 2 * c.mask + 1) {
    }
    c.of = PHS_NEW_ARRAY(scratch, int, n);
    c.fresh = PHS_NEW_ARRAY(scratch, int, n);
    c.slot = PHS_NEW_ARRAY(scratch, int, c.mask + 1);
  }
  bool any = false;
  if (!c.of || !c.fresh || !c.slot) {
    f->no_memory = true;
    goto cleanup;
  }
  start_classes(f, &c);
  int rounds = 0;
  while (rounds < MAX_ROUNDS && split(f, &c)) {
    rounds++;
  }
  /* Classes that are not split to the end hold ops that differ. */
  for (int i = 0; rounds < MAX_ROUNDS && i < f->net->op_count && !f->no_memory; i++) {
    int to = c.of[i];
    if (to != i && !f->op[i].dropped && take_names(f, i, to)) {
      phs_fuse_replace(f, i, to);
      f->op[to].renamed = true;
      phs_fuse_drop_op(f, i);
      any = true;
    }
  }
cleanup:
  phs_arena_destroy(scratch);
  return any;
}
