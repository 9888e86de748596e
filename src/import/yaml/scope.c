/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Files that include others, and sub-networks that are used as instances: scopes of names. */
#include "import/yaml/yaml.h"

#include <string.h>
#include <sys/stat.h>

static bool add_part(yml_reader *r, yml_scope *scope, yml_field *part) {
  if (scope->part_count == scope->part_cap) {
    int cap = scope->part_cap ? 2 * scope->part_cap : 4;
    yml_field **more = PHS_NEW_ARRAY(r->scratch, yml_field *, (size_t)cap);
    if (!more) {
      return yml_no_memory(r);
    }
    if (scope->part_count) {
      memcpy(more, scope->part, (size_t)scope->part_count * sizeof *more);
    }
    scope->part = more;
    scope->part_cap = cap;
  }
  scope->part[scope->part_count++] = part;
  return true;
}

bool yml_each(yml_reader *r, yml_scope *scope, int section, yml_each_fn fn) {
  bool ok = true;
  for (int i = 0; i < scope->part_count; i++) {
    const yml_field *f = &scope->part[i][section];
    if (!f->node || f->bad || yml_is_null(f->node)) {
      continue;
    }
    if (!yml_want(r, f->node, YML_MAP, f->key->name)) {
      ok = false;
      continue;
    }
    for (size_t k = 0; k < f->node->count && !yml_full(r); k++) {
      ok = fn(r, scope, &f->node->pair[k]) && ok;
    }
  }
  return ok && !yml_full(r);
}

/* ---- files ---- */

typedef struct including {
  dev_t device;
  ino_t number;
  struct including *next;
} including;

typedef struct files {
  yml_reader *r;
  including *seen;
} files;

static bool read_one(files *f, const char *path, const yml_node *from, int depth);

static bool read_includes(files *f, const yml_field *include, int depth) {
  yml_reader *r = f->r;
  const yml_node *list = include->node;
  if (!list || yml_is_null(list)) {
    return true;
  }
  if (!yml_want(r, list, YML_LIST, "include")) {
    return false;
  }
  bool ok = true;
  for (size_t i = 0; i < list->count && !yml_full(r); i++) {
    const yml_node *n = list->item[i];
    ok = yml_want(r, n, YML_SCALAR, "include") &&
         read_one(f, yml_path(r, n, n->text), n, depth + 1) && ok;
  }
  return ok;
}

static bool check_once(files *f, const char *path, const yml_node *from) {
  struct stat st;
  including *now = PHS_NEW(f->r->scratch, including);
  if (!now) {
    return yml_no_memory(f->r);
  }
  if (stat(path, &st) != 0) {
    return true; /* told when it is read */
  }
  for (const including *i = f->seen; i; i = i->next) {
    if (i->device == st.st_dev && i->number == st.st_ino) {
      return YML_FAIL(f->r, PHS_YAML_INCLUDE, from, "include each file once",
                      "the file '%s' is part of the model already", yml_safe(f->r, path));
    }
  }
  *now = (including){st.st_dev, st.st_ino, f->seen};
  f->seen = now;
  return true;
}

static bool check_version(yml_reader *r, const yml_node *n) {
  int64_t version = 1;
  if (!n || !yml_count(r, r->in->root, n, "phasor", 1, INT32_MAX, &version)) {
    return !n; /* that it is missing is told with the other keys */
  }
  return version == 1 ||
         YML_FAIL(r, PHS_YAML_RANGE, n, "write the model for format 1, or take a newer Phasor",
                  "the model is of format %lld; this version reads format 1", (long long)version);
}

/* Whether there is a key that is none of a model file's: a section whose name is misspelt. */
static bool has_unknown_section(const yml_node *root, const yml_field *part) {
  for (size_t i = 0; i < root->count; i++) {
    int k = 0;
    while (k < FILE_KEYS && part[k].node != root->pair[i].value) {
      k++;
    }
    if (k == FILE_KEYS) {
      return true;
    }
  }
  return false;
}

static bool read_one(files *f, const char *path, const yml_node *from, int depth) {
  yml_reader *r = f->r;
  if (depth > YML_MAX_NESTING || r->file_count >= YML_MAX_FILES) {
    return YML_FAIL(r, PHS_YAML_LIMIT, from, "put more into one file",
                    depth > YML_MAX_NESTING ? "files include each other more than %d deep"
                                            : "the model has more than %d files",
                    depth > YML_MAX_NESTING ? YML_MAX_NESTING : YML_MAX_FILES);
  }
  if (!check_once(f, path, from)) {
    return false;
  }
  yml_source *source = yml_source_read(r, path, from);
  const yml_node *root = source ? yml_parse(r, source) : NULL;
  yml_field *part = PHS_NEW_ARRAY(r->scratch, yml_field, FILE_KEYS + 1);
  if (!part) {
    return yml_no_memory(r);
  }
  r->in->incomplete = r->in->incomplete || !root;
  if (!root) {
    return false;
  }
  if (!check_version(r, yml_get(root, "phasor"))) {
    r->in->incomplete = true;
    return false; /* no use in telling what else is unknown */
  }
  bool ok = yml_decode(r, NULL, root, &yml_model_file, part);
  r->in->incomplete = r->in->incomplete || has_unknown_section(root, part);
  r->in->document = depth == 0 ? root : r->in->document;
  ok = read_includes(f, &part[FILE_INCLUDE], depth) && ok;
  return add_part(r, r->in->root, part) && ok;
}

bool yml_read_files(yml_reader *r, const char *path) {
  files f = {.r = r};
  r->in->root = PHS_NEW(r->scratch, yml_scope);
  if (!r->in->root) {
    return yml_no_memory(r);
  }
  r->in->root->prefix = "";
  return read_one(&f, path, NULL, 0);
}

/* ---- instances ---- */

/* The sub-network that a name means. */
static const yml_node *find_network(yml_reader *r, const yml_node *name) {
  const char **known;
  size_t count = 0, most = 0;
  for (int i = 0; i < r->in->root->part_count; i++) {
    const yml_field *f = &r->in->root->part[i][FILE_NETWORKS];
    most += f->node && !f->bad ? f->node->count : 0;
  }
  known = PHS_NEW_ARRAY(r->scratch, const char *, most);
  for (int i = 0; known && i < r->in->root->part_count; i++) {
    const yml_field *f = &r->in->root->part[i][FILE_NETWORKS];
    for (size_t k = 0; f->node && !f->bad && k < f->node->count; k++) {
      known[count++] = f->node->pair[k].key->text;
      if (strcmp(known[count - 1], name->text) == 0) {
        return f->node->pair[k].value;
      }
    }
  }
  if (!known) {
    yml_no_memory(r);
  } else {
    YML_FAIL(r, PHS_YAML_UNKNOWN_NAME, name,
             yml_did_you_mean(r, name->text, known, count, "define it under 'networks'"),
             "there is no sub-network '%s'", yml_safe(r, name->text));
  }
  return NULL;
}

/* Constants of an instance: the sub-network's, with those of the instance over them, which see the
 * names around the instance. */
static bool override_constants(yml_reader *r, yml_scope *inner, const yml_node *values) {
  bool ok = true;
  if (!values || yml_is_null(values)) {
    return true;
  }
  if (!yml_want(r, values, YML_MAP, "constants")) {
    return false;
  }
  for (size_t i = 0; i < values->count; i++) {
    const yml_pair *p = &values->pair[i];
    long k = yml_index_find(&inner->constants, p->key->text);
    if (k < 0) {
      const char **name = PHS_NEW_ARRAY(r->scratch, const char *, inner->constant_count);
      for (size_t c = 0; name && c < inner->constant_count; c++) {
        name[c] = inner->constant[c]->name;
      }
      ok = name ? YML_FAIL(r, PHS_YAML_UNKNOWN_NAME, p->key,
                           yml_did_you_mean(r, p->key->text, name, inner->constant_count,
                                            "add it to the sub-network's constants"),
                           "the sub-network has no constant '%s'", yml_safe(r, p->key->text))
                : yml_no_memory(r);
      continue;
    }
    inner->constant[k]->node = p->value;
    inner->constant[k]->scope = inner->parent;
  }
  return ok;
}

static bool open_instance(yml_reader *r, yml_scope *scope, const yml_pair *pair,
                          const yml_node *network, const yml_node *constants) {
  yml_scope *inner = PHS_NEW(r->scratch, yml_scope);
  const char *prefix = phs_arena_printf(r->scratch, "%s%s/", scope->prefix, pair->key->text);
  if (!inner || !prefix) {
    return yml_no_memory(r);
  }
  *inner = (yml_scope){.prefix = prefix,
                       .parent = scope,
                       .depth = scope->depth + 1,
                       .name = pair->key->text,
                       .key = pair->key};
  if (inner->depth > YML_MAX_NESTING) {
    return YML_FAIL(r, PHS_YAML_LIMIT, pair->key, "a sub-network may not use itself",
                    "sub-networks are nested more than %d deep", YML_MAX_NESTING);
  }
  if (++r->in->instance_count > YML_MAX_INSTANCES) {
    return YML_FAIL(r, PHS_YAML_LIMIT, pair->key, "use larger populations",
                    "the network has more than %d instances", YML_MAX_INSTANCES);
  }
  yml_field *part = PHS_NEW_ARRAY(r->scratch, yml_field, FILE_KEYS + 1);
  if (!part) {
    return yml_no_memory(r);
  }
  *(scope->last ? &scope->last->next : &scope->instance) = inner;
  scope->last = inner;
  bool ok = yml_decode(r, NULL, network, &yml_network, part);
  ok = add_part(r, inner, part) && yml_read_constants(r, inner) &&
       override_constants(r, inner, constants) && ok;
  return ok && yml_read_instances(r, inner);
}

static bool read_instance(yml_reader *r, yml_scope *scope, const yml_pair *pair) {
  yml_field field[INSTANCE_KEYS] = {0};
  const yml_node *name = pair->value;
  if (!yml_check_name(r, pair->key)) {
    return false;
  }
  for (const yml_scope *i = scope->instance; i; i = i->next) {
    if (strcmp(i->name, pair->key->text) == 0) {
      return YML_FAIL(r, PHS_YAML_DUPLICATE_NAME, pair->key, "choose another name",
                      "the instance '%s' is there already: %s:%u", i->name, i->key->source->file,
                      i->key->line);
    }
  }
  if (pair->value->kind != YML_SCALAR) {
    if (!yml_decode(r, scope, pair->value, &yml_instance, field)) {
      return false;
    }
    name = field[INSTANCE_NETWORK].node;
  } else if (!yml_want(r, pair->value, YML_SCALAR, pair->key->text)) {
    return false;
  }
  const yml_node *network = find_network(r, name);
  return network && open_instance(r, scope, pair, network, field[INSTANCE_CONSTANTS].node);
}

/* A sub-network's keys are right, whether something uses it or not. */
static bool check_network(yml_reader *r, yml_scope *scope, const yml_pair *pair) {
  yml_field field[FILE_KEYS + 1];
  (void)scope;
  bool ok = yml_check_name(r, pair->key);
  for (int i = 0, found = 0; ok && i < r->in->root->part_count; i++) {
    const yml_field *f = &r->in->root->part[i][FILE_NETWORKS];
    found += f->node && !f->bad && yml_get(f->node, pair->key->text) != NULL;
    ok = found < 2 || YML_FAIL(r, PHS_YAML_DUPLICATE_NAME, pair->key, "choose another name",
                               "two files define the sub-network '%s'", pair->key->text);
  }
  return yml_decode(r, NULL, pair->value, &yml_network, field) && ok;
}

bool yml_read_instances(yml_reader *r, yml_scope *scope) {
  bool ok = scope->parent || yml_each(r, scope, FILE_NETWORKS, check_network);
  ok = yml_each(r, scope, FILE_INSTANCES, read_instance) && ok;
  for (size_t i = 0; i < scope->constant_count && !yml_full(r); i++) {
    ok = yml_constant_value(r, scope->constant[i]) && ok;
  }
  return ok;
}
