/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Outputs and records. */
#include "import/yaml/yaml.h"

#include <string.h>

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
  yml_element *e = yml_source_element(r, r->in->root, n);
  if (!e || (key && !yml_check_name(r, key))) {
    return false;
  }
  if (key && yml_index_find(&r->in->names, key->text) >= 0) {
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
  for (int i = 0; i < r->in->root->part_count; i++) {
    const yml_node *n = r->in->root->part[i][FILE_OUTPUTS].node;
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

/* What can be recorded of an op, as phs_interp_quantity() names it. */
static size_t variables(const phs_op *op, const char *name[PHS_MAX_STATES + 2]) {
  size_t count = 0;
  bool spiking = op->kind == PHS_OP_NEURONS || op->kind == PHS_OP_SOURCE;
  if (spiking && op->elem != PHS_F32) {
    name[count++] = "spikes";
  }
  name[count++] = "out";
  for (int i = 0; op->kind == PHS_OP_NEURONS && i < op->neurons.state_count; i++) {
    name[count++] = op->neurons.state[i];
  }
  if (op->kind == PHS_OP_SYNAPSES && op->synapses.plasticity.kind != PHS_PLASTICITY_NONE) {
    name[count++] = "w";
  }
  return count;
}

static const phs_op *find_op(yml_reader *r, const yml_node *n) {
  const char **name = PHS_NEW_ARRAY(r->scratch, const char *, (size_t)r->in->net->op_count + 1);
  size_t count = 0;
  int i = phs_net_find(r->in->net, n->text);
  if (i >= 0) {
    return &r->in->net->op[i];
  }
  const char *dot = strchr(n->text, '.');
  yml_element *e = dot ? yml_find_element(r, r->in->root, n) : NULL;
  if (e && e->draft) {
    return &r->in->net->op[e->draft->index];
  }
  if (dot) {
    return NULL;
  }
  for (i = 0; name && i < r->in->net->op_count; i++) {
    name[count++] = r->in->net->op[i].name;
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
  char *file = phs_arena_printf(r->arena, "%s.%s.%s.npy", r->in->net->name, op->name, variable);
  for (char *c = file; c && *c; c++) {
    *c = *c == '/' || *c == '>' || *c == '#' ? '.' : *c;
  }
  return file;
}

static bool add_record(yml_reader *r, const yml_node *n, phs_yaml_record *out) {
  yml_field f[RECORD_KEYS];
  const char *name[PHS_MAX_STATES + 2];
  if (!yml_decode(r, r->in->root, n, &yml_record, f)) {
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
  const yml_node *every = f[RECORD_EVERY].node;
  int64_t steps = 0;
  if (every && (strcmp(variable->text, "spikes") == 0 ||
                (strcmp(variable->text, "out") == 0 && op->elem != PHS_F32))) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, every, "leave 'every' out",
                    "spikes are recorded in every step, so 'every' says nothing");
  }
  if (every && !yml_steps(r, every, f[RECORD_EVERY].number, "every", &steps)) {
    return false;
  }
  const char *file = f[RECORD_FILE].node ? phs_arena_strdup(r->arena, f[RECORD_FILE].text)
                                         : default_file(r, op, variable->text);
  *out = (phs_yaml_record){.node = op->name,
                           .file = file,
                           .every = steps,
                           .line = n->line,
                           .column = n->column,
                           .variable = phs_arena_strdup(r->arena, variable->text)};
  return (out->file && out->variable) || yml_no_memory(r);
}

bool yml_read_records(yml_reader *r, phs_yaml_extras *out) {
  size_t most = 0, count = 0;
  bool ok = true;
  for (int i = 0; i < r->in->root->part_count; i++) {
    const yml_node *n = r->in->root->part[i][FILE_RECORD].node;
    most += n ? n->count : 0;
  }
  phs_yaml_record *list = PHS_NEW_ARRAY(r->arena, phs_yaml_record, most);
  if (!list) {
    return yml_no_memory(r);
  }
  for (int i = 0; i < r->in->root->part_count && !yml_full(r); i++) {
    const yml_node *n = r->in->root->part[i][FILE_RECORD].node;
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
