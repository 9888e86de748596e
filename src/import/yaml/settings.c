/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Step, seed, duration, conventions: what a model says once. */
#include "import/name.h"
#include "import/yaml/yaml.h"

#include <math.h>
#include <string.h>

/* The field of a key that only one of the files may have; NULL: none has it. */
static yml_field *only(yml_reader *r, int key, bool *ok) {
  yml_field *found = NULL;
  for (int i = 0; i < r->in->root->part_count; i++) {
    yml_field *f = &r->in->root->part[i][key];
    if (f->node && found) {
      *ok = YML_FAIL(r, PHS_YAML_DUPLICATE_KEY, f->node, "say it in one file",
                     "'%s' is said already: %s:%u", f->key->name, found->node->source->file,
                     found->node->line);
    }
    found = f->node ? f : found;
  }
  return found;
}

/* ---- conventions ---- */

static bool set_convention(yml_reader *r, const yml_pair *p) {
  const char *name[32];
  size_t count = phs_convention_key_count(), key = 0;
  for (size_t i = 0; i < count && i < 31; i++) {
    name[i] = phs_convention_key(i);
    key = strcmp(name[i], p->key->text) == 0 ? i : key;
  }
  name[count] = "preset";
  if (!yml_want(r, p->value, YML_SCALAR, p->key->text)) {
    return false;
  }
  switch (phs_convention_set(&r->in->net->conventions, p->key->text, p->value->text)) {
  case PHS_CONVENTION_OK:
    return true;
  case PHS_CONVENTION_NO_KEY:
    return YML_FAIL(
        r, PHS_YAML_UNKNOWN_KEY, p->key,
        yml_did_you_mean(r, p->key->text, name, count + 1,
                         yml_format(r, "conventions: %s", yml_join(r, name, count + 1))),
        "there is no convention '%s'", yml_safe(r, p->key->text));
  default:
    return YML_FAIL(r, PHS_YAML_CHOICE, p->value, "take one of these words",
                    "'%s' is '%s', but it can be: %s", p->key->text, yml_safe(r, p->value->text),
                    phs_convention_choices(key));
  }
}

static bool set_preset(yml_reader *r, const yml_node *n) {
  const char *name[64];
  size_t count = 0;
  for (; count < phs_preset_count && count < 64; count++) {
    name[count] = phs_presets[count].name;
  }
  const phs_preset *preset = yml_want(r, n, YML_SCALAR, "preset") ? phs_preset_find(n->text) : NULL;
  if (preset) {
    r->in->net->conventions = preset->conventions;
    return true;
  }
  return n->kind == YML_SCALAR && !yml_is_null(n) &&
         YML_FAIL(r, PHS_YAML_CHOICE, n,
                  yml_did_you_mean(r, n->text, name, count,
                                   yml_format(r, "presets: %s", yml_join(r, name, count))),
                  "there is no preset '%s'", yml_safe(r, n->text));
}

static bool file_conventions(yml_reader *r) {
  bool ok = true;
  const yml_field *f = only(r, FILE_CONVENTIONS, &ok);
  if (!ok || !f || yml_is_null(f->node)) {
    return ok;
  }
  if (!yml_want(r, f->node, YML_MAP, "conventions")) {
    return false;
  }
  const yml_node *preset = yml_get(f->node, "preset");
  ok = !preset || set_preset(r, preset);
  for (size_t i = 0; i < f->node->count; i++) {
    const yml_pair *p = &f->node->pair[i];
    ok = (strcmp(p->key->text, "preset") == 0 || set_convention(r, p)) && ok;
  }
  return ok;
}

/* The command line's preset replaces what the file says, its conventions count over both. */
static bool read_conventions(yml_reader *r) {
  const phs_yaml_options *o = r->in->options;
  r->in->net->conventions = phs_presets[0].conventions;
  bool ok = file_conventions(r);
  const phs_preset *preset = o->preset ? phs_preset_find(o->preset) : NULL;
  if (preset) {
    r->in->net->conventions = preset->conventions;
  }
  for (size_t i = 0; i < o->convention_count; i++) {
    phs_convention_set(&r->in->net->conventions, o->convention[i].name, o->convention[i].value);
  }
  return ok;
}

/* ---- numbers ---- */

static bool read_dt(yml_reader *r) {
  bool ok = true;
  yml_field *f = only(r, FILE_DT, &ok);
  ok = ok && (!f || yml_read_number(r, r->in->root, f));
  if (r->in->options->dt != 0) {
    if (!(r->in->options->dt > 0 && r->in->options->dt <= 1e6)) {
      phs_report(&r->diag, PHS_NIR_BAD_DT, &(phs_place){.where = "--dt"}, "give seconds, like 1e-4",
                 "--dt %g is not a positive number of seconds", r->in->options->dt);
      return yml_failed(r, PHS_NIR_BAD_DT);
    }
    r->in->dt = r->in->options->dt * 1000;
    r->in->net->dt = r->in->options->dt;
  } else if (f) {
    r->in->dt = f->number;
    r->in->net->dt = f->number / 1000;
  } else if (r->in->incomplete) {
    return false; /* a misspelt key may be it */
  } else if (ok) {
    return YML_FAIL(r, PHS_YAML_MISSING_KEY, r->in->document, "add dt: 0.1 ms",
                    "the model does not say how long a step is");
  }
  r->in->net->has_time = true;
  return ok;
}

static bool read_seed(yml_reader *r) {
  bool ok = true;
  yml_field *f = only(r, FILE_SEED, &ok);
  ok = ok && (!f || yml_read_number(r, r->in->root, f));
  r->in->seed = r->in->options->seed_given ? r->in->options->seed : f ? (uint64_t)f->count : 0;
  return ok;
}

static bool read_duration(yml_reader *r) {
  bool ok = true;
  yml_field *f = only(r, FILE_DURATION, &ok);
  if (!f || !ok) {
    return ok;
  }
  if (!yml_read_number(r, r->in->root, f)) {
    return false;
  }
  r->in->duration = f->number;
  return r->in->dt == 0 || yml_steps(r, f->node, f->number, "duration", &r->in->steps);
}

static bool read_name(yml_reader *r) {
  bool ok = true;
  const yml_field *f = only(r, FILE_NETWORK, &ok);
  /* The same rule as for names of files gives an identifier of C. */
  const char *name = f && !f->bad ? f->text : r->in->net->file;
  r->in->net->name = phs_import_name(r->arena, name);
  return r->in->net->name ? ok : yml_no_memory(r);
}

bool yml_read_settings(yml_reader *r) {
  bool ok = read_name(r);
  ok = read_conventions(r) && ok;
  ok = read_dt(r) && ok;
  ok = read_seed(r) && ok;
  return read_duration(r) && ok;
}
