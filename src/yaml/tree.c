/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* libyaml's events as a tree. */
#include "yaml/reader.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

typedef struct anchor {
  const char *name;
  const yml_node *node; /* NULL while the node is not complete */
  struct anchor *next;
} anchor;

typedef struct frame {
  yml_node *node;
  size_t first; /* of its children in `pending` */
  anchor *anchor;
} frame;

typedef struct builder {
  yml_reader *r;
  const yml_source *source;
  yaml_parser_t parser;
  frame stack[YML_MAX_DEPTH];
  int depth;
  const yml_node **pending;
  size_t pending_count, pending_cap;
  uint64_t nodes, merged;
  size_t seen_line, seen_column, seen_byte; /* the last mark that was turned into bytes */
  anchor *anchors;
  const yml_node *root;
} builder;

/* libyaml counts characters; columns here count bytes, as in all of Phasor's diagnostics. Marks
 * ascend as a rule: a long line is gone through once. */
static phs_place place_of(builder *b, const yaml_mark_t *m) {
  phs_place p = {.file = b->source->file, .line = (uint32_t)m->line + 1, .column = 1};
  if (m->line >= b->source->line_count) {
    return p;
  }
  if (b->seen_line != m->line || b->seen_column > m->column) {
    b->seen_line = m->line;
    b->seen_column = b->seen_byte = 0;
  }
  const char *line = b->source->text + b->source->line[m->line];
  const char *c = line + b->seen_byte;
  while (b->seen_column < m->column && *c && *c != '\n' && *c != '\r') {
    do {
      c++;
    } while (((unsigned char)*c & 0xC0) == 0x80);
    b->seen_column++;
  }
  b->seen_byte = (size_t)(c - line);
  p.column = (uint32_t)b->seen_byte + 1;
  return p;
}

static bool fail(builder *b, phs_code code, const yaml_mark_t *mark, const char *help,
                 const char *what) {
  phs_place p = place_of(b, mark);
  phs_report(&b->r->diag, code, &p, help, "%s", what);
  return yml_failed(b->r, code);
}

/* ---- children ---- */

static bool push(builder *b, const yml_node *n) {
  if (b->pending_count == b->pending_cap) {
    size_t cap = b->pending_cap ? 2 * b->pending_cap : 256;
    const yml_node **more = PHS_NEW_ARRAY(b->r->scratch, const yml_node *, cap);
    if (!more) {
      return yml_no_memory(b->r);
    }
    if (b->pending_count) {
      memcpy(more, b->pending, b->pending_count * sizeof *more);
    }
    b->pending = more;
    b->pending_cap = cap;
  }
  b->pending[b->pending_count++] = n;
  return true;
}

static yml_node *new_node(builder *b, yml_kind kind, const yaml_mark_t *mark, size_t text) {
  if (++b->nodes > YML_MAX_NODES) {
    fail(b, PHS_YAML_LIMIT, mark, "give long lists of numbers as .npy or .h5 files",
         "the file has more than 2^20 values");
    return NULL;
  }
  yml_node *n = phs_arena_alloc(b->r->scratch, sizeof *n + text + 1);
  if (!n) {
    yml_no_memory(b->r);
    return NULL;
  }
  phs_place p = place_of(b, mark);
  *n = (yml_node){
      .kind = kind, .source = b->source, .line = p.line, .column = p.column, .weight = 1};
  return n;
}

/* ---- anchors ---- */

/* Registers the anchor of a node, if there is one; an anchor may be used again, the last counts. */
static bool add_anchor(builder *b, const yaml_char_t *name, const yml_node *n, anchor **out) {
  if (!name) {
    return true;
  }
  anchor *a = PHS_NEW(b->r->scratch, anchor);
  char *copy = phs_arena_strdup(b->r->scratch, (const char *)name);
  if (!a || !copy) {
    return yml_no_memory(b->r);
  }
  *a = (anchor){copy, n, b->anchors};
  b->anchors = a;
  if (out) {
    *out = a;
  }
  return true;
}

static bool add_alias(builder *b, const yaml_event_t *e) {
  const char *name = (const char *)e->data.alias.anchor;
  for (const anchor *a = b->anchors; a; a = a->next) {
    if (strcmp(a->name, name) != 0) {
      continue;
    }
    if (!a->node) {
      return fail(b, PHS_YAML_ALIAS, &e->start_mark, "write the inner value out",
                  yml_format(b->r, "'*%s' stands inside of what it names", yml_safe(b->r, name)));
    }
    return push(b, a->node);
  }
  return fail(b, PHS_YAML_ALIAS, &e->start_mark, "put the anchor before its first use, as '&name'",
              yml_format(b->r, "there is no anchor '&%s' before this", yml_safe(b->r, name)));
}

/* ---- scalars and tags ---- */

static bool check_tag(builder *b, const yaml_char_t *tag, const yaml_mark_t *mark) {
  static const char core[] = "tag:yaml.org,2002:";
  const char *t = (const char *)tag;
  if (!t || strcmp(t, "!") == 0 || strncmp(t, core, sizeof core - 1) == 0) {
    return true;
  }
  return fail(b, PHS_YAML_TAG, mark, "leave the tag out",
              yml_format(b->r, "the tag '%s' has no meaning here", yml_safe(b->r, t)));
}

static yml_style style_of(const yaml_event_t *e) {
  switch (e->data.scalar.style) {
  case YAML_LITERAL_SCALAR_STYLE:
    return YML_LITERAL;
  case YAML_FOLDED_SCALAR_STYLE:
    return YML_FOLDED;
  case YAML_SINGLE_QUOTED_SCALAR_STYLE:
  case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
    return YML_QUOTED;
  default:
    return YML_PLAIN;
  }
}

static bool add_scalar(builder *b, const yaml_event_t *e) {
  size_t length = e->data.scalar.length;
  const char *text = (const char *)e->data.scalar.value;
  if (!check_tag(b, e->data.scalar.tag, &e->start_mark)) {
    return false;
  }
  if (memchr(text, 0, length)) {
    return fail(b, PHS_YAML_ENCODING, &e->start_mark, "leave it out", "the text holds a NUL");
  }
  yml_node *n = new_node(b, YML_SCALAR, &e->start_mark, length);
  if (!n) {
    return false;
  }
  char *copy = (char *)(n + 1);
  memcpy(copy, text, length);
  n->text = copy;
  n->length = length;
  n->style = style_of(e);
  return add_anchor(b, e->data.scalar.anchor, n, NULL) && push(b, n);
}

/* ---- collections ---- */

static bool open_collection(builder *b, yml_kind kind, const yaml_char_t *name,
                            const yaml_char_t *tag, const yaml_mark_t *mark) {
  if (b->depth == YML_MAX_DEPTH) {
    return fail(b, PHS_YAML_LIMIT, mark, "flatten it", "values are nested more than 64 deep");
  }
  yml_node *n = check_tag(b, tag, mark) ? new_node(b, kind, mark, 0) : NULL;
  if (!n) {
    return false;
  }
  frame *f = &b->stack[b->depth++];
  *f = (frame){.node = n, .first = b->pending_count};
  return add_anchor(b, name, NULL, &f->anchor);
}

static bool add_weight(builder *b, yml_node *n, const yml_node *child) {
  n->weight += child->weight;
  if (n->weight > YML_MAX_EXPANDED) {
    phs_place p = yml_place(n);
    phs_report(&b->r->diag, PHS_YAML_LIMIT, &p, "use fewer aliases",
               "with its aliases written out this has more than 2^22 values");
    return yml_failed(b->r, PHS_YAML_LIMIT);
  }
  return true;
}

static bool close_list(builder *b, frame *f) {
  yml_node *n = f->node;
  n->count = b->pending_count - f->first;
  n->item = phs_arena_copy(b->r->scratch, b->pending + f->first, n->count * sizeof *n->item);
  if (!n->item) {
    return yml_no_memory(b->r);
  }
  for (size_t i = 0; i < n->count; i++) {
    if (!add_weight(b, n, n->item[i])) {
      return false;
    }
  }
  return true;
}

static bool is_merge(const yml_node *key) {
  return key->style == YML_PLAIN && strcmp(key->text, "<<") == 0;
}

/* How many mappings a merge key names: one, or a list of them. */
static bool merge_sources(builder *b, const yml_node *value, const yml_node *const **list,
                          size_t *count) {
  *list = value->kind == YML_LIST ? value->item : NULL;
  *count = value->kind == YML_LIST ? value->count : 1;
  for (size_t i = 0; i < *count; i++) {
    const yml_node *m = *list ? (*list)[i] : value;
    if (m->kind != YML_MAP) {
      return YML_FAIL(b->r, PHS_YAML_TYPE, m, "give an alias of a mapping: '<<: *name'",
                      "'<<' takes a mapping or a list of mappings");
    }
    b->merged += m->count;
  }
  return b->merged <= YML_MAX_EXPANDED ||
         YML_FAIL(b->r, PHS_YAML_LIMIT, value, "use fewer merge keys",
                  "merge keys bring more than 2^22 values");
}

/* Adds the pairs of a merged mapping whose keys are not there yet. */
static bool merge(builder *b, const yml_node *from, yml_pair *pair, size_t *count, yml_index *x) {
  for (size_t i = 0; i < from->count; i++) {
    const char *key = from->pair[i].key->text;
    if (yml_index_find(x, key) >= 0) {
      continue;
    }
    if (!yml_index_add(b->r->scratch, x, key, (long)*count)) {
      return yml_no_memory(b->r);
    }
    pair[(*count)++] = from->pair[i];
  }
  return true;
}

static bool add_pair(builder *b, yml_pair p, yml_pair *pair, size_t *count, yml_index *x) {
  if (p.key->kind != YML_SCALAR) {
    return YML_FAIL(b->r, PHS_YAML_TYPE, p.key, "keys are names", "a %s cannot be a key",
                    p.key->kind == YML_LIST ? "list" : "mapping");
  }
  long before = yml_index_find(x, p.key->text);
  if (before >= 0) {
    YML_FAIL(b->r, PHS_YAML_DUPLICATE_KEY, p.key, "remove one of them",
             "the key '%s' stands here a second time; first in line %u",
             yml_safe(b->r, p.key->text), pair[before].key->line);
    return !yml_full(b->r); /* the first counts; there may be more to tell */
  }
  if (!yml_index_add(b->r->scratch, x, p.key->text, (long)*count)) {
    return yml_no_memory(b->r);
  }
  pair[(*count)++] = p;
  return true;
}

static bool close_map(builder *b, frame *f) {
  yml_node *n = f->node;
  const yml_node **child = b->pending + f->first;
  size_t pairs = (b->pending_count - f->first) / 2, most = pairs, count = 0, sources;
  const yml_node *const *list;
  yml_index x = {0};
  bool ok = true;
  for (size_t i = 0; i < pairs; i++) {
    if (child[2 * i]->kind == YML_SCALAR && is_merge(child[2 * i])) {
      if (!merge_sources(b, child[2 * i + 1], &list, &sources)) {
        return false;
      }
      for (size_t k = 0; k < sources; k++) {
        most += (list ? list[k] : child[2 * i + 1])->count;
      }
    }
  }
  yml_pair *pair = PHS_NEW_ARRAY(b->r->scratch, yml_pair, most);
  if (!pair) {
    return yml_no_memory(b->r);
  }
  for (size_t i = 0; i < pairs; i++) { /* own keys first: they count over merged ones */
    if (child[2 * i]->kind != YML_SCALAR || !is_merge(child[2 * i])) {
      ok = add_pair(b, (yml_pair){child[2 * i], child[2 * i + 1]}, pair, &count, &x) && ok;
    }
  }
  for (size_t i = 0; ok && i < pairs; i++) {
    if (is_merge(child[2 * i]) && merge_sources(b, child[2 * i + 1], &list, &sources)) {
      for (size_t k = 0; k < sources; k++) {
        ok = ok && merge(b, list ? list[k] : child[2 * i + 1], pair, &count, &x);
      }
    }
  }
  n->pair = pair;
  n->count = count;
  for (size_t i = 0; ok && i < count; i++) {
    ok = add_weight(b, n, pair[i].key) && add_weight(b, n, pair[i].value);
  }
  return ok;
}

static bool close_collection(builder *b) {
  frame *f = &b->stack[--b->depth];
  bool ok = f->node->kind == YML_LIST ? close_list(b, f) : close_map(b, f);
  b->pending_count = f->first;
  if (f->anchor) {
    f->anchor->node = f->node;
  }
  return ok && push(b, f->node);
}

/* ---- events ---- */

static bool syntax_error(builder *b) {
  const yaml_parser_t *p = &b->parser;
  if (p->error == YAML_MEMORY_ERROR) {
    return yml_no_memory(b->r);
  }
  phs_place at = place_of(b, &p->problem_mark);
  const char *context = p->context ? p->context : "";
  bool tab = p->problem_mark.line < b->source->line_count &&
             b->source->text[b->source->line[p->problem_mark.line] + at.column - 1] == '\t';
  phs_report(&b->r->diag, PHS_YAML_SYNTAX, &at,
             tab ? "indent with spaces; tabs cannot"
                 : "check indentation, colons, quotes and brackets",
             "%s%s%s", p->problem ? p->problem : "not YAML", *context ? " " : "", context);
  return yml_failed(b->r, PHS_YAML_SYNTAX);
}

static bool handle(builder *b, const yaml_event_t *e) {
  switch (e->type) {
  case YAML_DOCUMENT_START_EVENT:
    return !b->root || fail(b, PHS_YAML_DOCUMENTS, &e->start_mark,
                            "keep one document; other files can be named under 'include'",
                            "a second document begins here");
  case YAML_DOCUMENT_END_EVENT:
    b->root = b->pending[0];
    b->pending_count = 0;
    return true;
  case YAML_ALIAS_EVENT:
    return add_alias(b, e);
  case YAML_SCALAR_EVENT:
    return add_scalar(b, e);
  case YAML_SEQUENCE_START_EVENT:
    return open_collection(b, YML_LIST, e->data.sequence_start.anchor, e->data.sequence_start.tag,
                           &e->start_mark);
  case YAML_MAPPING_START_EVENT:
    return open_collection(b, YML_MAP, e->data.mapping_start.anchor, e->data.mapping_start.tag,
                           &e->start_mark);
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    return close_collection(b);
  default:
    return true;
  }
}

const yml_node *yml_parse(yml_reader *r, const yml_source *source) {
  builder b = {.r = r, .source = source};
  bool ok = true, end = false;
  if (!yaml_parser_initialize(&b.parser)) {
    yml_no_memory(r);
    return NULL;
  }
  yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&b.parser, (const unsigned char *)source->text, source->size);
  while (ok && !end) {
    yaml_event_t e;
    if (!yaml_parser_parse(&b.parser, &e)) {
      ok = syntax_error(&b);
      break;
    }
    end = e.type == YAML_STREAM_END_EVENT;
    ok = handle(&b, &e);
    yaml_event_delete(&e);
  }
  yaml_parser_delete(&b.parser);
  if (ok && !b.root) {
    phs_place p = {.file = source->file};
    phs_report(&r->diag, PHS_YAML_DOCUMENTS, &p, yml_format(r, "begin with '%s'", r->opening),
               "the file is empty");
    yml_failed(r, PHS_YAML_DOCUMENTS);
  }
  return ok ? b.root : NULL;
}
