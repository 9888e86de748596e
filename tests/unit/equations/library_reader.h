/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file library_reader.h  Built-in models as sources, read by libyaml's document interface: as
 * plain as can be, and apart from the importer. */
#ifndef PHS_TEST_EQUATIONS_LIBRARY_READER_H
#define PHS_TEST_EQUATIONS_LIBRARY_READER_H

#include "equations/library.h"
#include "model_test.h"

#include <yaml.h>

static inline const char *scalar_of(phs_arena *into, yaml_document_t *d, int node) {
  yaml_node_t *n = yaml_document_get_node(d, node);
  assert_true(n && n->type == YAML_SCALAR_NODE);
  return phs_arena_strdup(into, (const char *)n->data.scalar.value);
}

static inline yaml_node_t *member(yaml_document_t *d, yaml_node_t *map, const char *key) {
  for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
    if (strcmp((const char *)yaml_document_get_node(d, p->key)->data.scalar.value, key) == 0) {
      return yaml_document_get_node(d, p->value);
    }
  }
  return NULL;
}

static inline phs_text member_text(phs_arena *into, yaml_document_t *d, yaml_node_t *map,
                                   const char *key) {
  yaml_node_t *n = member(d, map, key);
  phs_text t = {n ? phs_arena_strdup(into, (const char *)n->data.scalar.value) : NULL, key, 1, 1,
                1};
  return t;
}

static inline phs_method method_of(const char *name) {
  static const char *const names[] = {"auto", "exact", "euler", "exp_euler", "rk4", "exp_midpoint"};
  int i = 0;
  while (strcmp(names[i], name) != 0) {
    i++;
  }
  return (phs_method)i;
}

/** The source of a built-in model. */
static inline phs_model_source *library_source(phs_arena *into, const char *name) {
  size_t size;
  const char *text = phs_library_text(name, &size);
  assert_non_null(text);
  yaml_parser_t parser;
  yaml_document_t d;
  assert_true(yaml_parser_initialize(&parser));
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
  if (!yaml_parser_load(&parser, &d)) {
    fail_msg("%s line %zu: %s", name, parser.problem_mark.line, parser.problem);
  }
  yaml_node_t *models = member(&d, yaml_document_get_root_node(&d), "models");
  yaml_node_t *m = member(&d, models, name);
  assert_non_null(m);
  phs_model_source *s = PHS_NEW(into, phs_model_source);
  s->name = name;
  s->summary = member_text(into, &d, m, "summary").s;
  yaml_node_t *list = member(&d, m, "parameters");
  phs_model_parameter *p = PHS_NEW_ARRAY(into, phs_model_parameter, 64);
  for (yaml_node_pair_t *e = list->data.mapping.pairs.start; e < list->data.mapping.pairs.top;
       e++) {
    p[s->parameter_count++] = (phs_model_parameter){{scalar_of(into, &d, e->key), name, 1, 1, 1},
                                                    {scalar_of(into, &d, e->value), name, 1, 1, 1}};
  }
  s->parameter = p;
  list = member(&d, m, "receptors");
  phs_model_receptor *r = PHS_NEW_ARRAY(into, phs_model_receptor, 64);
  for (yaml_node_pair_t *e = list->data.mapping.pairs.start; e < list->data.mapping.pairs.top;
       e++) {
    yaml_node_t *map = yaml_document_get_node(&d, e->value);
    r[s->receptor_count++] = (phs_model_receptor){{scalar_of(into, &d, e->key), name, 1, 1, 1},
                                                  member_text(into, &d, map, "on"),
                                                  member_text(into, &d, map, "unit")};
  }
  s->receptor = r;
  s->equations = member_text(into, &d, m, "equations");
  s->threshold = member_text(into, &d, m, "threshold");
  s->reset = member_text(into, &d, m, "reset");
  s->refractory = member_text(into, &d, m, "refractory");
  s->output = member_text(into, &d, m, "output");
  s->initial = member_text(into, &d, m, "initial");
  s->method = method_of(member_text(into, &d, m, "method").s);
  yaml_document_delete(&d);
  yaml_parser_delete(&parser);
  return s;
}

/** A built-in model, compiled. */
static inline phs_equations_model *library_model(phs_arena *into, const char *name) {
  heard h = {.count = 0};
  phs_diag diag = {.fn = hear, .user = &h};
  phs_equations_model *m = phs_model_compile(into, library_source(into, name), &diag);
  if (!m) {
    fail_msg("%s:\n%s", name, h.text);
  }
  return m;
}

#endif
