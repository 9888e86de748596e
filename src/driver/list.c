/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "phasor/list.h"

#include "backends/cpu/target.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "driver/session.h"
#include "driver/targets.h"
#include "equations/library.h"
#include "ir/ir.h"
#include "net/net.h"
#include "target/target.h"

#include <stdio.h>
#include <string.h>

/* One list: how to get its entries, and how to explain one. */
typedef struct list {
  const char *name;
  bool (*entry)(size_t i, phasor_entry *out);
  void (*explain)(size_t i, phs_buf *b);
} list;

static bool target_entry(size_t i, phasor_entry *out) {
  const phs_target_row *row = phs_target_row_get(i);
  if (row) {
    *out = (phasor_entry){row->name, row->summary};
  }
  return row != NULL;
}

static void describe_target(const char *name, phs_buf *b) {
  phs_diag none = {0};
  const phs_target_description *d;
  size_t size;
  if (!phs_shipped_target_text(name, &size)) {
    return;
  }
  if (phs_target_load(name, &none, &d) != PHASOR_OK) {
    b->failed = true;
    return;
  }
  phs_target_print(d, b);
  phs_target_free(d);
}

static void target_explain(size_t i, phs_buf *b) {
  const phs_target_row *row = phs_target_row_get(i);
  phs_buf_printf(b, row->text ? "%s\n%s\n" : "%s\n", row->summary, row->text);
  describe_target(row->name, b);
}

static bool pass_entry(size_t i, phasor_entry *out) {
  if (i >= phs_pass_count()) {
    return false;
  }
  *out = (phasor_entry){phs_pass_get(i)->name, phs_pass_get(i)->summary};
  return true;
}

static void pass_explain(size_t i, phs_buf *b) {
  phs_buf_printf(b, "%s\n%s\n", phs_pass_get(i)->summary, phs_pass_get(i)->text);
  phs_buf_printf(b, "The default pipeline: %s\n", phs_default_pipeline);
}

static bool preset_entry(size_t i, phasor_entry *out) {
  if (i >= phs_preset_count) {
    return false;
  }
  *out = (phasor_entry){phs_presets[i].name, phs_presets[i].text};
  return true;
}

static void preset_explain(size_t i, phs_buf *b) {
  phs_buf_printf(b, "%s\n", phs_presets[i].text);
  for (size_t k = 0; k < phs_convention_key_count(); k++) {
    char value[64];
    phs_convention_get(&phs_presets[i].conventions, k, value, sizeof value);
    phs_buf_printf(b, "  %-16s %-18s (of %s)\n", phs_convention_key(k), value,
                   phs_convention_choices(k));
  }
}

/* Models written as equations: the summary is a line of their text. */
static bool library_entry(size_t i, phasor_entry *out) {
  static const char key[] = "\n    summary: ";
  size_t size;
  if (i >= phs_library_count()) {
    return false;
  }
  const char *text = phs_library_text(phs_library_name(i), &size);
  const char *summary = text ? strstr(text, key) : NULL;
  *out = (phasor_entry){phs_library_name(i), summary ? summary + strlen(key) : ""};
  return true;
}

/* The text itself, without the line of its licence: it says all there is. */
static void library_explain(size_t i, phs_buf *b) {
  size_t size;
  const char *text = phs_library_text(phs_library_name(i), &size);
  while (text && strncmp(text, "# SPDX", 6) == 0) {
    text += strcspn(text, "\n");
    text += *text == '\n';
  }
  phs_buf_puts(b, text ? text : "");
}

static bool model_entry(size_t i, phasor_entry *out) {
  static const char *const summaries[] = {
      [PHS_MODEL_I] = "integrator, graded output",
      [PHS_MODEL_IF] = "integrate and fire",
      [PHS_MODEL_LI] = "leaky integrator, graded output",
      [PHS_MODEL_LIF] = "leaky integrate and fire",
      [PHS_MODEL_CUBALI] = "leaky integrator with a synapse filter, graded output",
      [PHS_MODEL_CUBALIF] = "leaky integrate and fire with a synapse filter",
      [PHS_MODEL_THRESHOLD] = "spikes while its input is above the threshold, no state",
  };
  if (i >= PHS_MODEL_CUSTOM) {
    return library_entry(i - PHS_MODEL_CUSTOM, out);
  }
  *out = (phasor_entry){phs_model_get((phs_model)i)->name, summaries[i]};
  return true;
}

static void names(phs_buf *b, const char *title, const char *const *name, int count) {
  phs_buf_printf(b, "%s:", title);
  for (int i = 0; i < count; i++) {
    phs_buf_printf(b, "%s %s", i ? "," : "", name[i]);
  }
  phs_buf_puts(b, count ? "\n" : " none\n");
}

static void model_explain(size_t i, phs_buf *b) {
  if (i >= PHS_MODEL_CUSTOM) {
    library_explain(i - PHS_MODEL_CUSTOM, b);
    return;
  }
  const phs_model_info *m = phs_model_get((phs_model)i);
  phasor_entry entry = {0};
  if (model_entry(i, &entry)) {
    phs_buf_printf(b, "%s\n", entry.summary);
  }
  names(b, "parameters", m->param, m->param_count);
  names(b, "states", m->state, m->state_count);
  phs_buf_printf(b, "result: %s\n", m->spiking ? "spikes" : "a graded value");
}

static bool backend_entry(size_t i, phasor_entry *out) {
  static const phasor_entry rows[] = {
      {"reference", "the interpreter; runs networks in this process"},
      {"cpu", "native code by LLVM, ahead of time; runs host programs in this process"},
  };
  if (i >= sizeof rows / sizeof *rows) {
    return false;
  }
  *out = rows[i];
  return true;
}

static void backend_explain(size_t i, phs_buf *b) {
  phs_buf_printf(b, "%s\n%s\n", phs_target_row_get(i)->summary, phs_target_row_get(i)->text);
}

static const list lists[] = {
    {"targets", target_entry, target_explain},    {"passes", pass_entry, pass_explain},
    {"presets", preset_entry, preset_explain},    {"models", model_entry, model_explain},
    {"backends", backend_entry, backend_explain},
};
enum { LISTS = sizeof lists / sizeof *lists };

const char *phasor_list_name(size_t i) {
  return i < LISTS ? lists[i].name : NULL;
}

static const list *find_list(const char *name) {
  for (size_t k = 0; k < LISTS; k++) {
    if (strcmp(lists[k].name, name) == 0) {
      return &lists[k];
    }
  }
  return NULL;
}

bool phasor_list_entry(const char *name, size_t i, phasor_entry *out) {
  const list *l = find_list(name);
  return l && l->entry(i, out);
}

/* "cpu:aarch64-linux-gnu" is the entry cpu:TRIPLE, whose page names the triples there are. */
static bool is_named(const list *l, const char *entry, const char *name) {
  if (strcmp(entry, name) == 0) {
    return true;
  }
  phs_diag none = {0};
  return l->entry == target_entry && strcmp(entry, "cpu:TRIPLE") == 0 &&
         strncmp(name, "cpu:", 4) == 0 && phs_cpu_target_find(name + 4, &none);
}

char *phasor_list_explain(const char *list_name, const char *name) {
  const list *l = find_list(list_name);
  phasor_entry entry;
  for (size_t i = 0; l && l->entry(i, &entry); i++) {
    if (is_named(l, entry.name, name)) {
      phs_buf b = {0};
      phs_buf_printf(&b, "%s\n", entry.name);
      l->explain(i, &b);
      if (b.failed) {
        phs_buf_free(&b);
      }
      return b.data;
    }
  }
  return NULL;
}

phasor_status phasor_target_explain(phasor_session *s, const char *path, char **text) {
  const phs_target_description *d;
  phs_buf b = {0};
  phasor_status status = phs_target_load(path, &s->diag, &d);
  if (status != PHASOR_OK) {
    return status;
  }
  phs_buf_printf(&b, "%s\n", d->name);
  phs_target_print(d, &b);
  phs_target_free(d);
  if (b.failed) {
    phs_buf_free(&b);
    return phs_no_memory(&s->diag, "explaining the target");
  }
  *text = b.data;
  return PHASOR_OK;
}

const char *phasor_nearest(const char *word, const char *const *candidates, size_t count) {
  return phs_nearest(word, candidates, count);
}
