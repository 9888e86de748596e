/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Files that describe targets, and what they extend. */
#include "target/read.h"

#include <string.h>

static bool read_file(tgt_reader *t, yml_source *source, int depth);

/* ---- what is extended ---- */

bool phs_target_is_path(const char *name) {
  size_t n = strlen(name);
  return (n > 5 && strcmp(name + n - 5, ".yaml") == 0) ||
         (n > 4 && strcmp(name + n - 4, ".yml") == 0);
}

/* Names of shipped targets, for suggestions; in scratch. */
static const char *const *shipped_names(tgt_reader *t, size_t *count) {
  const char **name;
  for (*count = 0; phs_shipped_target(*count);) {
    (*count)++;
  }
  name = PHS_NEW_ARRAY(t->y.scratch, const char *, *count);
  for (size_t i = 0; name && i < *count; i++) {
    name[i] = phs_shipped_target(i);
  }
  *count = name ? *count : 0;
  return name;
}

static yml_source *shipped_source(tgt_reader *t, const char *name) {
  size_t size = 0;
  const char *text = phs_shipped_target_text(name, &size);
  char *file = text ? phs_arena_printf(t->y.arena, "built-in target %s", name) : NULL;
  if (text && !file) {
    yml_no_memory(&t->y);
  }
  return file ? yml_source_of(&t->y, file, text, size) : NULL;
}

static bool read_base(tgt_reader *t, const yml_node *n, int depth) {
  yml_reader *r = &t->y;
  size_t count;
  if (depth == TGT_MAX_DEPTH) {
    return YML_FAIL(r, PHS_TARGET_EXTENDS, n, "name a description that does not lead back here",
                    "descriptions extend each other more than %d deep", TGT_MAX_DEPTH);
  }
  yml_source *base;
  if (phs_target_is_path(n->text)) {
    base = yml_source_read(r, yml_path(r, n, n->text), n);
  } else {
    base = shipped_source(t, n->text);
    if (!base) {
      const char *const *name = shipped_names(t, &count);
      return YML_FAIL(
          r, PHS_TARGET_EXTENDS, n,
          yml_did_you_mean(r, n->text, name, count, "`phasorc list targets` lists them"),
          "there is no target '%s' to extend", yml_safe(r, n->text));
    }
  }
  return base && read_file(t, base, depth + 1);
}

/* ---- sections ---- */

static bool read_sources(tgt_reader *t, const yml_field *f) {
  yml_reader *r = &t->y;
  phs_target_description *d = t->d;
  size_t own = f->node ? f->node->count : 0, before = (size_t)d->source_count;
  const phs_target_source **all =
      PHS_NEW_ARRAY(r->arena, const phs_target_source *, before + own + 1);
  bool ok = true;
  if (!all) {
    return yml_no_memory(r);
  }
  if (before) {
    memcpy(all, d->source, before * sizeof *all);
  }
  d->source = all;
  for (size_t i = 0; i < own; i++) {
    const yml_pair *pair = &f->node->pair[i];
    yml_field part[SOURCE_KEYS];
    phs_target_source *s = PHS_NEW(r->arena, phs_target_source);
    if (!s) {
      return yml_no_memory(r);
    }
    if (!yml_check_name(r, pair->key) || !yml_decode(r, NULL, pair->value, &tgt_source, part)) {
      ok = false;
      continue;
    }
    *s = (phs_target_source){tgt_text(t, pair->key), tgt_text(t, part[SOURCE_TITLE].node),
                             tgt_text(t, part[SOURCE_WHERE].node)};
    if (!s->key || !s->title) {
      return yml_no_memory(r);
    }
    all[d->source_count++] = s;
  }
  return ok;
}

static bool read_formats(tgt_reader *t, const yml_field *f) {
  yml_field part[FORMATS_KEYS];
  const phs_target_source *source = NULL;
  if (!f->node) {
    return true;
  }
  bool ok = yml_decode(&t->y, NULL, f->node, &tgt_formats, part) &&
            tgt_source_of(t, &part[FORMATS_SOURCE], NULL, &source);
  for (int i = 0; ok && i < PHS_FORMATS; i++) {
    ok = tgt_read_figure(t, &part[i], source, &t->d->format[i]);
  }
  return ok;
}

static bool read_events(tgt_reader *t, const yml_field *f) {
  yml_field part[EVENTS_KEYS];
  const phs_target_source *source = NULL;
  if (!f->node) {
    return true;
  }
  bool ok = yml_decode(&t->y, NULL, f->node, &tgt_events, part) &&
            tgt_source_of(t, &part[EVENTS_SOURCE], NULL, &source);
  for (int i = 0; ok && i < PHS_EVENTS; i++) {
    ok = tgt_read_cost(t, &part[i], source, &t->d->event[i]);
  }
  return ok;
}

static bool read_barrier(tgt_reader *t, const yml_field *f, const phs_target_source *source) {
  yml_field part[BARRIER_KEYS];
  phs_target_description *d = t->d;
  if (!f->node) {
    return true;
  }
  bool ok = yml_decode(&t->y, NULL, f->node, &tgt_barrier, part) &&
            tgt_source_of(t, &part[BARRIER_SOURCE], source, &source) &&
            tgt_read_figure(t, &part[BARRIER_PARTS], source, &d->barrier_parts) &&
            tgt_read_figure(t, &part[BARRIER_TIME], source, &d->barrier_time);
  if (!ok) {
    return false;
  }
  if (d->barrier_parts.count != d->barrier_time.count) {
    return YML_FAIL(&t->y, PHS_TARGET_LIST, part[BARRIER_TIME].node, "give one time for each",
                    "the barrier has %d numbers of parts, but %d times", d->barrier_parts.count,
                    d->barrier_time.count);
  }
  d->barrier_level = tgt_text(t, part[BARRIER_LEVEL].node);
  if (d->barrier_level && phs_target_level_find(d, d->barrier_level) < 0) {
    return YML_FAIL(&t->y, PHS_TARGET_LEVEL, part[BARRIER_LEVEL].node, "name one of the levels",
                    "there is no level '%s'", yml_safe(&t->y, d->barrier_level));
  }
  return d->barrier_level != NULL;
}

static bool read_timing(tgt_reader *t, const yml_field *f) {
  yml_field part[TIMING_KEYS];
  const phs_target_source *source = NULL;
  if (!f->node) {
    return true;
  }
  return yml_decode(&t->y, NULL, f->node, &tgt_timing, part) &&
         tgt_source_of(t, &part[TIMING_SOURCE], NULL, &source) &&
         tgt_read_figure(t, &part[TIMING_STEP], source, &t->d->step) &&
         tgt_read_figure(t, &part[TIMING_CLOCK], source, &t->d->clock) &&
         read_barrier(t, &part[TIMING_BARRIER], source);
}

/* ---- files ---- */

static bool check_version(tgt_reader *t, const yml_node *n) {
  int64_t version = 1;
  if (!n || !yml_count(&t->y, NULL, n, "phasor-target", 1, INT32_MAX, &version)) {
    return false;
  }
  return version == 1 ||
         YML_FAIL(&t->y, PHS_YAML_RANGE, n, "write it for format 1, or take a newer Phasor",
                  "the description is of format %lld; this version reads format 1",
                  (long long)version);
}

static bool read_names(tgt_reader *t, const yml_field *f) {
  phs_target_description *d = t->d;
  const char *summary = tgt_text(t, f[TGT_SUMMARY].node);
  d->name = tgt_text(t, f[TGT_NAME].node);
  d->title = tgt_text(t, f[TGT_TITLE].node);
  d->summary = summary ? summary : d->summary;
  if (f[TGT_FAMILY].node) {
    d->family = (phs_target_family)f[TGT_FAMILY].word;
  }
  return d->name && d->title;
}

/* What must be there in the end, wherever it was said. */
static bool check_whole(tgt_reader *t, const yml_node *root, const yml_field *f) {
  if (!f[TGT_EXTENDS].node && !f[TGT_FAMILY].node) {
    return YML_FAIL(&t->y, PHS_YAML_MISSING_KEY, root,
                    "add it, or extend a description that has it",
                    "a target file needs the key 'family'");
  }
  return t->d->level_count > 0 ||
         YML_FAIL(&t->y, PHS_YAML_MISSING_KEY, root, "describe a core, at least",
                  "a target file needs the key 'levels'");
}

static bool read_file(tgt_reader *t, yml_source *source, int depth) {
  yml_reader *r = &t->y;
  yml_field f[TGT_KEYS];
  const yml_node *root = yml_parse(r, source);
  if (!root || !yml_decode(r, NULL, root, &tgt_file, f) || !check_version(t, f[TGT_VERSION].node)) {
    return false;
  }
  if (f[TGT_EXTENDS].node && !read_base(t, f[TGT_EXTENDS].node, depth)) {
    return false;
  }
  bool ok = read_names(t, f) && read_sources(t, &f[TGT_SOURCES]);
  ok = ok && tgt_read_levels(t, &f[TGT_LEVELS]);
  ok = ok && read_formats(t, &f[TGT_FORMATS]);
  ok = ok && read_events(t, &f[TGT_EVENTS]);
  return ok && read_timing(t, &f[TGT_TIMING]) && check_whole(t, root, f);
}

static bool unknown_target(tgt_reader *t, const char *name) {
  size_t count;
  const char *const *shipped = shipped_names(t, &count);
  phs_report(&t->y.diag, PHS_UNKNOWN_TARGET, &(phs_place){.where = "--target"},
             yml_did_you_mean(&t->y, name, shipped, count, "`phasorc list targets` lists them"),
             "there is no description of a target '%s'", yml_safe(&t->y, name));
  return yml_failed(&t->y, PHS_UNKNOWN_TARGET);
}

static bool start(tgt_reader *t, phs_diag *diag, const char *name) {
  phs_arena *a = phs_arena_create();
  if (!yml_reader_start(&t->y, diag, name) || !a) {
    phs_arena_destroy(a);
    return a ? false : yml_no_memory(&t->y);
  }
  t->y.arena = a;
  t->d = PHS_NEW(a, phs_target_description);
  phs_target_level *level = PHS_NEW_ARRAY(a, phs_target_level, PHS_TARGET_MAX_LEVELS);
  if (!t->d || !level) {
    return yml_no_memory(&t->y);
  }
  *t->d = (phs_target_description){.arena = a, .level = level};
  t->d->file = phs_arena_strdup(a, name);
  return t->d->file || yml_no_memory(&t->y);
}

phasor_status phs_target_load(const char *name, phs_diag *diag,
                              const phs_target_description **out) {
  tgt_reader t = {.y = {.opening = "phasor-target: 1"}};
  bool ok = start(&t, diag, name);
  if (ok) {
    size_t size;
    bool path = phs_target_is_path(name);
    yml_source *source = path ? yml_source_read(&t.y, name, NULL) : shipped_source(&t, name);
    ok = source                                         ? read_file(&t, source, 0)
         : path || phs_shipped_target_text(name, &size) ? false
                                                        : unknown_target(&t, name);
  }
  phasor_status status = yml_reader_end(&t.y, ok);
  if (status != PHASOR_OK) {
    phs_arena_destroy(t.y.arena);
    return status;
  }
  *out = t.d;
  return PHASOR_OK;
}

void phs_target_free(const phs_target_description *d) {
  phs_arena_destroy(d ? d->arena : NULL);
}
