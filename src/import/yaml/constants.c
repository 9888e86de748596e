/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Named quantities: of the model, of instances, of the command line. */
#include "import/yaml/yaml.h"

#include <string.h>

#define DEPTH 64 /* constants that are evaluated for each other before their place in the file */

yml_constant *yml_constant_find(yml_scope *scope, const char *name) {
  for (; scope; scope = scope->parent) {
    long i = yml_index_find(&scope->constants, name);
    if (i >= 0) {
      return scope->constant[i];
    }
  }
  return NULL;
}

static bool add(yml_reader *r, yml_scope *scope, yml_constant c) {
  if (++r->in->constant_count > YML_MAX_CONSTANTS) {
    return YML_FAIL(r, PHS_YAML_LIMIT, c.key, "use fewer instances or constants",
                    "all instances together have more than 2^20 constants");
  }
  if (scope->constant_count == scope->constant_cap) {
    size_t cap = scope->constant_cap ? 2 * scope->constant_cap : 16;
    yml_constant **more = PHS_NEW_ARRAY(r->scratch, yml_constant *, cap);
    if (!more) {
      return yml_no_memory(r);
    }
    if (scope->constant_count) {
      memcpy(more, scope->constant, scope->constant_count * sizeof(yml_constant *));
    }
    scope->constant = more;
    scope->constant_cap = cap;
  }
  yml_constant *copy = phs_arena_copy(r->scratch, &c, sizeof c);
  if (!copy || !yml_index_add(r->scratch, &scope->constants, c.name, (long)scope->constant_count)) {
    return yml_no_memory(r);
  }
  scope->constant[scope->constant_count++] = copy;
  return true;
}

/* Names of constants stand in expressions: no '-'. */
static bool check_name(yml_reader *r, const yml_node *key) {
  if (!yml_check_name(r, key)) {
    return false;
  }
  return !strchr(key->text, '-') ||
         YML_FAIL(r, PHS_YAML_NAME, key, "use '_' instead of '-'",
                  "the constant '%s' could not be told from a difference", key->text);
}

static bool add_pair(yml_reader *r, yml_scope *scope, const yml_pair *p) {
  if (!check_name(r, p->key)) {
    return false;
  }
  long before = yml_index_find(&scope->constants, p->key->text);
  if (before >= 0) {
    const yml_node *first = scope->constant[before]->key;
    return YML_FAIL(r, PHS_YAML_DUPLICATE_NAME, p->key, "remove one of them",
                    "the constant '%s' is there already: %s:%u", p->key->text, first->source->file,
                    first->line);
  }
  return add(r, scope,
             (yml_constant){.name = p->key->text, .key = p->key, .node = p->value, .scope = scope});
}

bool yml_constant_value(yml_reader *r, yml_constant *c) {
  if (c->state == 2) {
    return true;
  }
  if (c->state == 0 && r->in->constant_depth < DEPTH) {
    c->state = 1;
    r->in->constant_depth++;
    bool ok = yml_evaluate(r, c->scope, c->node, &c->value);
    r->in->constant_depth--;
    c->state = ok ? 2 : 3;
    return ok;
  }
  if (c->state != 3) {
    YML_FAIL(r, PHS_YAML_CYCLE, c->node,
             c->state == 1 ? "give one of them a value" : "put constants before their uses",
             c->state == 1 ? "the constant '%s' is defined by itself"
                           : "the constant '%s' is defined over more than 64 later ones",
             c->name);
  }
  c->state = 3;
  return false;
}

static const char **names(yml_reader *r, const yml_scope *scope) {
  const char **name = PHS_NEW_ARRAY(r->scratch, const char *, scope->constant_count);
  for (size_t i = 0; name && i < scope->constant_count; i++) {
    name[i] = scope->constant[i]->name;
  }
  return name;
}

/* NAME=VALUE of the command line as a node in a text of its own, so that diagnostics can show it.
 */
static const yml_node *setting_node(yml_reader *r, const phs_setting *s) {
  char *text = phs_arena_printf(r->scratch, "%s=%s", s->name, s->value);
  yml_node *n = PHS_NEW(r->scratch, yml_node);
  yml_source *source = text ? yml_source_of(r, "--set", text, strlen(text)) : NULL;
  if (!n || !source) {
    return NULL;
  }
  size_t at = strlen(s->name) + 1;
  *n = (yml_node){.kind = YML_SCALAR,
                  .source = source,
                  .line = 1,
                  .column = (uint32_t)at + 1,
                  .text = text + at,
                  .length = strlen(text + at),
                  .weight = 1};
  return n;
}

static bool apply_setting(yml_reader *r, yml_scope *scope, const phs_setting *s) {
  long i = yml_index_find(&scope->constants, s->name);
  const yml_node *n = setting_node(r, s);
  if (!n) {
    return false;
  }
  if (i >= 0) {
    scope->constant[i]->node = n;
    return true;
  }
  const char **name = names(r, scope);
  if (!name) {
    return yml_no_memory(r);
  }
  yml_node at = *n;
  at.column = 1;
  return YML_FAIL(r, PHS_YAML_SET, &at,
                  yml_did_you_mean(
                      r, s->name, name, scope->constant_count,
                      scope->constant_count
                          ? yml_format(r, "constants: %s", yml_join(r, name, scope->constant_count))
                          : "the model has no constants"),
                  "--set %s: the model has no such constant", yml_safe(r, s->name));
}

bool yml_read_constants(yml_reader *r, yml_scope *scope) {
  bool ok = yml_each(r, scope, FILE_CONSTANTS, add_pair);
  for (size_t i = 0; !scope->parent && i < r->in->options->set_count; i++) {
    ok = apply_setting(r, scope, &r->in->options->set[i]) && ok;
  }
  return ok;
}
