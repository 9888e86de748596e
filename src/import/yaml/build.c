/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Drafts of ops, their order, outputs and records. */
#include "import/yaml/yaml.h"

#include <string.h>

const char *yml_unique(yml_reader *r, const char *name) {
  const char *out = phs_arena_strdup(r->arena, name);
  for (int k = 2; out && yml_index_find(&r->names, out) >= 0; k++) {
    out = phs_arena_printf(r->arena, "%s#%d", name, k);
  }
  if (!out || !yml_index_add(r->scratch, &r->names, out, 0)) {
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
  *(r->last[place] ? &r->last[place]->next : &r->first[place]) = d;
  r->last[place] = d;
  r->draft_count++;
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
    for (yml_draft *d = r->first[p]; d; d = d->next) {
      place(o, d);
    }
  }
  for (int p = YML_AT_OTHERS; p <= YML_AT_OUTPUTS; p++) {
    for (yml_draft *d = r->first[p]; d; d = d->next) {
      if (d->state == 0 && !visit(o, d)) {
        return false;
      }
    }
  }
  return true;
}

bool yml_build(yml_reader *r) {
  size_t n = (size_t)r->draft_count;
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
  r->net->op = op;
  r->net->op_count = o.count;
  return true;
}

/* ---- outputs ---- */

/* An output's name: not the node's, as names are of ops. */
static const char *output_name(yml_reader *r, const char *node) {
  char *name = phs_arena_printf(r->arena, "%s_out", node);
  for (char *c = name; c && *c; c++) {
    *c = *c == '/' ? '_' : *c;
  }
  return name ? yml_unique(r, name) : NULL;
}

static bool add_output(yml_reader *r, const yml_node *key, const yml_node *n) {
  yml_element *e = yml_source_element(r, r->root, n);
  if (!e || (key && !yml_check_name(r, key))) {
    return false;
  }
  if (key && yml_index_find(&r->names, key->text) >= 0) {
    return YML_FAIL(r, PHS_YAML_DUPLICATE_NAME, key, "choose another name",
                    "the name '%s' is taken already", key->text);
  }
  const char *name = key ? yml_unique(r, key->text) : output_name(r, e->name);
  yml_draft *d = name ? yml_draft_new(r, YML_AT_OUTPUTS, PHS_OP_OUTPUT, name, n, 1) : NULL;
  if (!d) {
    return false;
  }
  d->operand[0] = e->draft;
  d->op.shape = e->draft->op.shape;
  d->op.elem = e->draft->op.elem;
  return true;
}

bool yml_read_outputs(yml_reader *r) {
  bool ok = true;
  for (int i = 0; i < r->root->part_count; i++) {
    const yml_node *n = r->root->part[i][FILE_OUTPUTS].node;
    if (!n || yml_is_null(n)) {
      continue;
    }
    if (n->kind == YML_SCALAR) {
      ok = add_output(r, NULL, n) && ok;
    }
    for (size_t k = 0; k < n->count && !yml_full(r); k++) {
      ok = (n->kind == YML_LIST ? add_output(r, NULL, n->item[k])
                                : add_output(r, n->pair[k].key, n->pair[k].value)) &&
           ok;
    }
  }
  return ok;
}

/* ---- records ---- */

/* What can be recorded of an op: names, and how many. */
static size_t variables(const phs_op *op, const char *name[PHS_MAX_STATES + 2]) {
  size_t count = 0;
  if (op->kind == PHS_OP_NEURONS) {
    name[count++] = op->elem == PHS_F32 ? "output" : "spikes";
    for (int i = 0; i < op->neurons.state_count; i++) {
      name[count++] = op->neurons.state[i];
    }
  } else if (op->kind == PHS_OP_SYNAPSES && op->synapses.plasticity.kind != PHS_PLASTICITY_NONE) {
    name[count++] = "w";
  } else if (op->kind == PHS_OP_SOURCE && op->elem == PHS_I32) {
    name[count++] = "spikes";
  }
  if (count == 0 || op->kind != PHS_OP_NEURONS) {
    name[count++] = "output";
  }
  return count;
}

static const phs_op *find_op(yml_reader *r, const yml_node *n) {
  const char **name = PHS_NEW_ARRAY(r->scratch, const char *, (size_t)r->net->op_count + 1);
  size_t count = 0;
  int i = phs_net_find(r->net, n->text);
  if (i >= 0) {
    return &r->net->op[i];
  }
  const char *dot = strchr(n->text, '.');
  yml_element *e = dot ? yml_find_element(r, r->root, n) : NULL;
  if (e && e->draft) {
    return &r->net->op[e->draft->index];
  }
  if (dot) {
    return NULL;
  }
  for (i = 0; name && i < r->net->op_count; i++) {
    name[count++] = r->net->op[i].name;
  }
  if (!name) {
    yml_no_memory(r);
  } else {
    YML_FAIL(r, PHS_YAML_UNKNOWN_NAME, n,
             yml_did_you_mean(r, n->text, name, count,
                              yml_format(r, "names: %s", yml_join(r, name, count))),
             "there is no '%s' to record", yml_safe(r, n->text));
  }
  return NULL;
}

static const char *default_file(yml_reader *r, const phs_op *op, const char *variable) {
  char *file = phs_arena_printf(r->arena, "%s.%s.%s.npy", r->net->name, op->name, variable);
  for (char *c = file; c && *c; c++) {
    *c = *c == '/' || *c == '>' || *c == '#' ? '.' : *c;
  }
  return file;
}

static bool add_record(yml_reader *r, const yml_node *n, phs_yaml_record *out) {
  yml_field f[RECORD_KEYS];
  const char *name[PHS_MAX_STATES + 2];
  if (!yml_decode(r, r->root, n, &yml_record, f)) {
    return false;
  }
  const phs_op *op = find_op(r, f[RECORD_NODE].node);
  if (!op) {
    return false;
  }
  const yml_node *variable = f[RECORD_VARIABLE].node;
  size_t count = variables(op, name), i = 0;
  while (i < count && strcmp(name[i], variable->text) != 0) {
    i++;
  }
  if (i == count) {
    return YML_FAIL(r, PHS_YAML_UNKNOWN_NAME, variable,
                    yml_did_you_mean(r, variable->text, name, count,
                                     yml_format(r, "variables: %s", yml_join(r, name, count))),
                    "'%s' has no variable '%s'", op->name, yml_safe(r, variable->text));
  }
  const char *file = f[RECORD_FILE].node ? phs_arena_strdup(r->arena, f[RECORD_FILE].text)
                                         : default_file(r, op, variable->text);
  *out = (phs_yaml_record){.node = op->name,
                           .file = file,
                           .line = n->line,
                           .column = n->column,
                           .variable = phs_arena_strdup(r->arena, variable->text)};
  return (out->file && out->variable) || yml_no_memory(r);
}

bool yml_read_records(yml_reader *r, phs_yaml_extras *out) {
  size_t most = 0, count = 0;
  bool ok = true;
  for (int i = 0; i < r->root->part_count; i++) {
    const yml_node *n = r->root->part[i][FILE_RECORD].node;
    most += n ? n->count : 0;
  }
  phs_yaml_record *list = PHS_NEW_ARRAY(r->arena, phs_yaml_record, most);
  if (!list) {
    return yml_no_memory(r);
  }
  for (int i = 0; i < r->root->part_count && !yml_full(r); i++) {
    const yml_node *n = r->root->part[i][FILE_RECORD].node;
    if (!n || yml_is_null(n)) {
      continue;
    }
    if (!yml_want(r, n, YML_LIST, "record")) {
      ok = false;
      continue;
    }
    for (size_t k = 0; k < n->count && !yml_full(r); k++) {
      ok = add_record(r, n->item[k], &list[count++]) && ok;
    }
  }
  out->record = list;
  out->record_count = count;
  return ok;
}
