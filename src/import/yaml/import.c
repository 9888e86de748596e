/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The YAML importer, stage by stage. */
#include "import/yaml/yaml.h"

#include <stdio.h>
#include <string.h>

/* Line @p line of a source, without its end. */
static const char *line_of(yml_reader *r, const yml_source *s, uint32_t line) {
  if (line == 0 || line > s->line_count) {
    return NULL;
  }
  const char *text = s->text + s->line[line - 1];
  size_t n = strcspn(text, "\r\n");
  char *copy = phs_arena_alloc(r->scratch, n + 1);
  if (copy) {
    memcpy(copy, text, n);
  }
  return copy;
}

/** An error that was told. */
struct yml_told {
  char code[8];
  uint32_t line, column;
  const char *message;
  struct yml_told *next;
};

/* Whether the same was said before: a sub-network is read for each of its instances. Notes it. */
static bool is_repeated(yml_reader *r, const phasor_diagnostic *d) {
  for (const struct yml_told *t = r->told; t; t = t->next) {
    if (t->line == d->line && t->column == d->column && strcmp(t->code, d->code) == 0 &&
        strcmp(t->message, d->message) == 0) {
      return true;
    }
  }
  struct yml_told *t = r->scratch ? PHS_NEW(r->scratch, struct yml_told) : NULL;
  const char *message = t ? phs_arena_strdup(r->scratch, d->message) : NULL;
  if (message) {
    *t = (struct yml_told){
        .line = d->line, .column = d->column, .message = message, .next = r->told};
    snprintf(t->code, sizeof t->code, "%s", d->code);
    r->told = t;
  }
  return false;
}

/* Every diagnostic passes here: it gets its line as an excerpt, and the caller's counts. After the
 * last error that is worth telling, none follows. */
static void forward(void *user, const phasor_diagnostic *d) {
  yml_reader *r = user;
  phasor_diagnostic out = *d;
  for (const yml_source *s = r->sources; s && d->line && d->file; s = s->next) {
    if (s->line && strcmp(s->file, d->file) == 0) {
      const char *line = line_of(r, s, d->line);
      out.excerpt = line ? line : out.excerpt;
      break;
    }
  }
  bool error = d->severity == PHASOR_ERROR;
  if (error && r->diag.errors > YML_MAX_ERRORS) {
    return;
  }
  if (error && d->line && is_repeated(r, d)) {
    r->diag.errors--;
    return;
  }
  r->outer->errors += error;
  r->outer->warnings += d->severity == PHASOR_WARNING;
  if (r->outer->fn) {
    r->outer->fn(r->outer->user, &out);
  }
}

static bool start(yml_reader *r, const char *path) {
  r->net = phs_net_create();
  r->scratch = phs_arena_create();
  if (!r->net || !r->scratch) {
    return yml_no_memory(r);
  }
  r->arena = r->net->arena;
  r->last_source = &r->sources;
  r->values_left = YML_MAX_DRAWN;
  r->net->file = phs_arena_strdup(r->arena, path);
  r->net->format = "yaml";
  return r->net->file || yml_no_memory(r);
}

/* Elements in the order of the files; those that depend on others wait for them. */
static bool settle_all(yml_reader *r) {
  bool ok = true;
  for (int i = 0; i < r->element_count && !yml_full(r); i++) {
    ok = (r->element[i]->state == 2 || yml_settle(r, r->element[i], NULL)) && ok;
  }
  return ok;
}

static bool check_something(yml_reader *r) {
  if (r->draft_count > 0) {
    return true;
  }
  return YML_FAIL(r, PHS_YAML_EMPTY, r->document, "add populations",
                  "the network has nothing in it");
}

static bool read_model(yml_reader *r, const char *path) {
  bool ok = yml_read_files(r, path);
  if (!r->document || yml_full(r)) {
    return false;
  }
  ok = yml_read_constants(r, r->root) && ok;
  ok = yml_read_instances(r, r->root) && ok;
  bool timed = yml_read_settings(r);
  if (r->dt <= 0 || yml_full(r)) {
    return false;
  }
  ok = yml_check_models(r) && timed && ok;
  ok = yml_collect_elements(r, r->root) && ok;
  ok = settle_all(r) && ok;
  ok = yml_read_projections(r, r->root) && ok;
  ok = yml_connect_inputs(r) && ok;
  ok = yml_connect_feeds(r) && ok;
  return yml_read_outputs(r) && ok && check_something(r);
}

static bool fill_extras(yml_reader *r, phs_yaml_extras *out) {
  size_t count = 0;
  for (const yml_source *s = r->sources; s; s = s->next) {
    count += s->on_disk;
  }
  const char **file = PHS_NEW_ARRAY(r->arena, const char *, count);
  if (!file) {
    return yml_no_memory(r);
  }
  count = 0;
  for (const yml_source *s = r->sources; s; s = s->next) {
    if (s->on_disk) {
      file[count++] = s->file;
    }
  }
  out->file = file;
  out->file_count = count;
  out->steps = r->steps;
  out->seed = r->seed;
  return yml_read_records(r, out);
}

phasor_status phs_import_yaml(const char *path, const phs_yaml_options *options, phs_diag *diag,
                              phs_net **out, phs_yaml_extras *extras) {
  static const phs_yaml_options none = {0};
  yml_reader r = {.outer = diag, .options = options ? options : &none};
  phs_yaml_extras found = {0};
  r.diag = (phs_diag){.fn = forward, .user = &r, .warnings_are_errors = diag->warnings_are_errors};
  bool ok = start(&r, path) && read_model(&r, path) && r.diag.errors == 0 &&
            yml_finish_receptors(&r) && yml_build(&r) && fill_extras(&r, &found);
  if (ok && r.diag.errors > 0) { /* warnings count as errors */
    ok = false;
    r.status = r.status == PHASOR_OK ? PHASOR_ERROR_MODEL : r.status;
  }
  phs_arena_destroy(r.scratch);
  if (!ok) {
    phs_net_destroy(r.net);
    return r.status == PHASOR_OK ? PHASOR_ERROR_MODEL : r.status;
  }
  *out = r.net;
  if (extras) {
    *extras = found;
  }
  return PHASOR_OK;
}
