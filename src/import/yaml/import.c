/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The YAML importer, stage by stage. */
#include "import/yaml/yaml.h"

#include <stdio.h>
#include <string.h>

static bool start(yml_reader *r, const char *path) {
  r->in->net = phs_net_create();
  if (!r->in->net) {
    return yml_no_memory(r);
  }
  r->arena = r->in->net->arena;
  r->in->values_left = YML_MAX_DRAWN;
  r->in->net->file = phs_arena_strdup(r->arena, path);
  r->in->net->format = "yaml";
  return r->in->net->file || yml_no_memory(r);
}

/* Elements in the order of the files; those that depend on others wait for them. */
static bool settle_all(yml_reader *r) {
  bool ok = true;
  for (int i = 0; i < r->in->element_count && !yml_full(r); i++) {
    ok = (r->in->element[i]->state == 2 || yml_settle(r, r->in->element[i], NULL)) && ok;
  }
  return ok;
}

static bool check_something(yml_reader *r) {
  if (r->in->draft_count > 0) {
    return true;
  }
  return YML_FAIL(r, PHS_YAML_EMPTY, r->in->document, "add populations",
                  "the network has nothing in it");
}

static bool read_model(yml_reader *r, const char *path) {
  bool ok = yml_read_files(r, path);
  if (!r->in->document || yml_full(r)) {
    return false;
  }
  ok = yml_read_constants(r, r->in->root) && ok;
  ok = yml_read_instances(r, r->in->root) && ok;
  bool timed = yml_read_settings(r);
  if (r->in->dt <= 0 || yml_full(r)) {
    return false;
  }
  ok = yml_check_models(r) && timed && ok;
  ok = yml_collect_elements(r, r->in->root) && ok;
  ok = settle_all(r) && ok;
  ok = yml_read_projections(r, r->in->root) && ok;
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
  out->steps = r->in->steps;
  out->seed = r->in->seed;
  return yml_read_records(r, out);
}

phasor_status phs_import_yaml(const char *path, const phs_yaml_options *options, phs_diag *diag,
                              phs_net **out, phs_yaml_extras *extras) {
  static const phs_yaml_options none = {0};
  struct yml_import in = {.options = options ? options : &none};
  yml_reader r = {.in = &in, .language = &yml_expressions, .opening = "phasor: 1"};
  phs_yaml_extras found = {0};
  bool ok = yml_reader_start(&r, diag, path) && start(&r, path) && read_model(&r, path) &&
            r.diag.errors == 0 && yml_finish_receptors(&r) && yml_build(&r) &&
            fill_extras(&r, &found);
  phasor_status status = yml_reader_end(&r, ok);
  if (status != PHASOR_OK) {
    phs_net_destroy(in.net);
    return status;
  }
  *out = in.net;
  if (extras) {
    *extras = found;
  }
  return PHASOR_OK;
}
