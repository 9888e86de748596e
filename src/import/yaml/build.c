/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Drafts of ops, and their order. */
#include "import/yaml/yaml.h"

const char *yml_unique(yml_reader *r, const char *name) {
  const char *out = phs_arena_strdup(r->arena, name), *base = out;
  long last = yml_index_find(&r->in->suffixes, name), k = last > 1 ? last : 1;
  while (out && yml_index_find(&r->in->names, out) >= 0) {
    out = phs_arena_printf(r->arena, "%s#%ld", name, ++k);
  }
  if (!out || !yml_index_add(r->scratch, &r->in->names, out, 0) ||
      (k > 1 && !yml_index_set(r->scratch, &r->in->suffixes, base, k))) {
    yml_no_memory(r);
    return name;
  }
  return out;
}

yml_draft *yml_draft_new(yml_reader *r, yml_place_of place, phs_op_kind kind, const char *name,
                         const yml_node *node, int operands) {
  yml_draft *d = PHS_NEW(r->scratch, yml_draft);
  yml_draft **operand = PHS_NEW_ARRAY(r->scratch, yml_draft *, (size_t)operands);
  if (!d || !operand) {
    yml_no_memory(r);
    return NULL;
  }
  d->op = (phs_op){.kind = kind,
                   .name = name,
                   .line = node->line,
                   .column = node->column,
                   .operand_count = operands};
  d->operand = operand;
  d->node = node;
  *(r->in->last[place] ? &r->in->last[place]->next : &r->in->first[place]) = d;
  r->in->last[place] = d;
  r->in->draft_count++;
  return d;
}

/* ---- order ---- */

/* Whether the op reads its operands only from earlier steps. */
static bool is_late(const yml_draft *d) {
  return d->op.kind == PHS_OP_DELAY || d->op.kind == PHS_OP_SYNAPSES;
}

typedef struct ordering {
  yml_reader *r;
  yml_draft **op; /* in their order */
  int count;
  yml_draft **stack;
  int *next; /* operand to look at */
  int depth;
} ordering;

static void place(ordering *o, yml_draft *d) {
  d->state = 2;
  d->index = o->count;
  o->op[o->count++] = d;
}

static bool report_cycle(ordering *o, const yml_draft *d) {
  const char *list = "";
  int first = o->depth - 1;
  while (first > 0 && o->stack[first] != d) {
    first--;
  }
  for (int i = first; i < o->depth && i < first + 8; i++) {
    list = yml_format(o->r, "%s%s'%s'", list, i > first ? ", " : "", o->stack[i]->op.name);
  }
  return YML_FAIL(o->r, PHS_YAML_CYCLE, d->node, "put a projection into it, which takes time",
                  "the loop through %s has no delay", list);
}

/* Depth first: what an op reads in the same step stands before it. */
static bool visit(ordering *o, yml_draft *start) {
  o->depth = 0;
  o->stack[o->depth++] = start;
  start->state = 1;
  o->next[0] = 0;
  while (o->depth > 0) {
    yml_draft *d = o->stack[o->depth - 1];
    int k = o->next[o->depth - 1]++;
    if (is_late(d) || k == d->op.operand_count) {
      place(o, d);
      o->depth--;
    } else if (d->operand[k]->state == 1) {
      return report_cycle(o, d->operand[k]);
    } else if (d->operand[k]->state == 0) {
      d->operand[k]->state = 1;
      o->next[o->depth] = 0;
      o->stack[o->depth++] = d->operand[k];
    }
  }
  return true;
}

static bool order(ordering *o) {
  yml_reader *r = o->r;
  for (int p = YML_AT_INPUTS; p <= YML_AT_SYNAPSES; p++) {
    for (yml_draft *d = r->in->first[p]; d; d = d->next) {
      place(o, d);
    }
  }
  for (int p = YML_AT_OTHERS; p <= YML_AT_OUTPUTS; p++) {
    for (yml_draft *d = r->in->first[p]; d; d = d->next) {
      if (d->state == 0 && !visit(o, d)) {
        return false;
      }
    }
  }
  return true;
}

bool yml_build(yml_reader *r) {
  size_t n = (size_t)r->in->draft_count;
  ordering o = {.r = r,
                .op = PHS_NEW_ARRAY(r->scratch, yml_draft *, n),
                .stack = PHS_NEW_ARRAY(r->scratch, yml_draft *, n + 1),
                .next = PHS_NEW_ARRAY(r->scratch, int, n + 1)};
  phs_op *op = PHS_NEW_ARRAY(r->arena, phs_op, n);
  if (!o.op || !o.stack || !o.next || !op) {
    return yml_no_memory(r);
  }
  if (!order(&o)) {
    return false;
  }
  for (int i = 0; i < o.count; i++) {
    const yml_draft *d = o.op[i];
    op[i] = d->op;
    op[i].operand = PHS_NEW_ARRAY(r->arena, int, (size_t)d->op.operand_count);
    if (!op[i].operand) {
      return yml_no_memory(r);
    }
    for (int k = 0; k < d->op.operand_count; k++) {
      op[i].operand[k] = d->operand[k]->index;
    }
  }
  r->in->net->op = op;
  r->in->net->op_count = o.count;
  return true;
}
