/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Reports of mappings that were refused. */
#include "diag/diag.h"
#include "phasor/base.h"
#include "report/json.h"
#include "report/page.h"
#include "report/report.h"
#include "report/tables.h"

#include <math.h>

/* What the network needs beside what the machine holds, as far as the two can be held against each
 * other without a cut: counts of the whole. */
typedef struct need {
  const char *what;
  phs_capacity capacity;
  double needs, holds; /**< INFINITY: nothing limits it; NAN: unknown */
} need;

enum { NEEDS = 2 };

typedef struct failure {
  const phs_report_failure *f;
  phs_arena *arena;
  const char *model, *target;
  phs_figures *figures; /* of the map as far as it came, or NULL */
  need need[NEEDS];
} failure;

/* The least that any level of the machine holds in all its parts. */
static double holds(const phs_machine *m, phs_capacity c) {
  double least = m->core_capacity[c] * (double)m->core_count;
  least = fmin(least, m->node_capacity[c] * m->node_count);
  for (int d = 0; d < m->domain_count; d++) {
    least = fmin(least, m->domain[d].capacity[c] * m->domain[d].blocks_x * m->domain[d].blocks_y);
  }
  return least;
}

static bool begin(failure *x, const phs_report_failure *f) {
  *x = (failure){.f = f, .arena = phs_arena_create()};
  if (!x->arena) {
    return false;
  }
  const char *model = f->work ? f->work->name : f->model;
  const char *target = f->machine ? f->machine->target->name : f->target;
  x->model = model ? model : "?";
  x->target = target ? target : "?";
  x->need[0] = (need){"neurons", PHS_CAPACITY_NEURONS, NAN, NAN};
  x->need[1] = (need){"synapses", PHS_CAPACITY_SYNAPSES, NAN, NAN};
  if (f->work) {
    x->need[0].needs = (double)f->work->neurons;
    x->need[1].needs = f->work->synapses;
  }
  for (int i = 0; f->machine && i < NEEDS; i++) {
    x->need[i].holds = holds(f->machine, x->need[i].capacity);
  }
  if (f->map) {
    x->figures = phs_figures_create(f->map);
    return x->figures != NULL;
  }
  return true;
}

static void end(failure *x) {
  phs_figures_free(x->figures);
  phs_arena_destroy(x->arena);
}

static size_t notes_of(const failure *x, const char *const **note) {
  *note = x->f->map ? (const char *const *)x->f->map->note : NULL;
  return x->f->map ? x->f->map->note_count : 0;
}

static void table_of(failure *x, phs_table *t) {
  static const char *const head[] = {"capacity", "#the network has", "#the machine holds",
                                     "#of that", NULL};
  phs_table_begin(t, x->arena, "needs", "The network and the machine", NEEDS, head);
  for (int i = 0; i < NEEDS; i++) {
    phs_table_text(t, x->need[i].what);
    phs_table_number(t, x->need[i].needs);
    if (x->need[i].holds > 1e300) {
      phs_table_limit(t, INFINITY);
      phs_table_limit(t, INFINITY);
    } else {
      phs_table_number(t, x->need[i].holds);
      phs_table_percent(t, x->need[i].needs / x->need[i].holds);
    }
  }
}

static void as_text(failure *x, phs_buf *out) {
  phs_table t;
  const char *const *note;
  size_t notes = notes_of(x, &note);
  phs_buf_puts(out, "model     : ");
  phs_report_printable(out, x->model);
  phs_buf_puts(out, "\nmachine   : ");
  phs_report_printable(out, x->target);
  phs_buf_puts(out, "\nmapped    : no\n");
  for (size_t i = 0; i < x->f->diagnostic_count; i++) {
    phs_buf_puts(out, "refused   : ");
    phs_report_printable(out, x->f->diagnostic[i]);
    phs_buf_puts(out, "\n");
  }
  for (size_t i = 0; i < notes; i++) {
    phs_buf_puts(out, "note      : ");
    phs_report_printable(out, note[i]);
    phs_buf_puts(out, "\n");
  }
  table_of(x, &t);
  phs_table_print(&t, out);
  if (x->figures && x->figures->measured) {
    phs_table_of_capacities(x->figures, &t);
    phs_table_print(&t, out);
  }
}

static void as_json(failure *x, phs_buf *out) {
  const char *const *note;
  size_t notes = notes_of(x, &note);
  json_t *o = json_object(), *needs = json_array();
  json_object_set_new(o, "phasor", json_string(PHASOR_VERSION_STRING));
  json_object_set_new(o, "report", json_string("map-failure"));
  json_object_set_new(o, "version", json_integer(1));
  json_object_set_new(o, "model", phs_json_text(x->arena, x->model));
  json_object_set_new(o, "target", phs_json_text(x->arena, x->target));
  json_object_set_new(o, "diagnostics",
                      phs_json_strings(x->arena, x->f->diagnostic, x->f->diagnostic_count));
  json_object_set_new(o, "notes", phs_json_strings(x->arena, note, notes));
  for (int i = 0; i < NEEDS; i++) {
    json_t *n = json_object();
    json_object_set_new(n, "capacity", json_string(phs_json_capacity(x->need[i].capacity)));
    json_object_set_new(n, "needs", phs_json_number(x->need[i].needs));
    json_object_set_new(n, "holds",
                        x->need[i].holds > 1e300 ? json_null() : phs_json_number(x->need[i].holds));
    json_array_append_new(needs, n);
  }
  json_object_set_new(o, "needs", needs);
  if (x->figures && x->figures->measured) {
    json_object_set_new(o, "capacities", phs_json_capacities(x->figures));
  }
  phs_json_write(o, out);
}

static void as_html(failure *x, phs_buf *out) {
  phs_table t;
  const char *const *note;
  size_t notes = notes_of(x, &note);
  const char *title = phs_arena_printf(x->arena, "%s does not fit on %s", x->model, x->target);
  phs_page_begin(out, title ? title : "?", "Phasor refused to map a network onto a machine.");
  phs_page_section(out, "diagnostics", "Why", NULL);
  for (size_t i = 0; i < x->f->diagnostic_count; i++) {
    phs_buf_puts(out, "<pre>");
    phs_report_escape_lines(out, x->f->diagnostic[i]);
    phs_buf_puts(out, "</pre>\n");
  }
  phs_page_section_end(out);
  if (notes > 0) {
    phs_page_section(out, "notes", "What was tried", NULL);
    phs_page_list(out, note, notes);
    phs_page_section_end(out);
  }
  phs_page_section(out, "needs", "What would fit", "A dash: no limit is known.");
  table_of(x, &t);
  phs_table_html(&t, out);
  if (x->figures && x->figures->measured) {
    phs_table_of_capacities(x->figures, &t);
    t.note = "as far as the mapping came";
    phs_table_html(&t, out);
  }
  phs_page_section_end(out);
  phs_page_end(out);
}

phasor_status phs_report_failed(const phs_report_failure *f, phs_report_form form, phs_diag *diag,
                                phs_buf *out) {
  failure x;
  bool ok = begin(&x, f);
  if (ok) {
    (form == PHS_REPORT_JSON ? as_json : form == PHS_REPORT_HTML ? as_html : as_text)(&x, out);
  }
  end(&x);
  if (!ok || out->failed) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "out of memory for the report of the mapping");
    return PHASOR_ERROR_INTERNAL;
  }
  return PHASOR_OK;
}
