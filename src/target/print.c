/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A description as text. */
#include "target/tables.h"
#include "units/units.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_SIZE = 512 };

static bool ends_with(const char *s, const char *end) {
  size_t n = strlen(s), m = strlen(end);
  return n >= m && strcmp(s + n - m, end) == 0;
}

/* What a plain number counts, by its key; "" for things that the key names. */
static const char *unit_of_count(const char *key) {
  return ends_with(key, "bytes_per_second") ? " bytes/s"
         : ends_with(key, "bytes")          ? " bytes"
         : ends_with(key, "_bits")          ? " bits"
         : ends_with(key, "_steps")         ? " steps"
                                            : "";
}

static void add(char *out, const char *text) {
  size_t n = strlen(out);
  snprintf(out + n, VALUE_SIZE - n, "%s", text);
}

/* "8192", "32768 bytes (32 KiB)", "1 to 63 steps", "51.2 pJ", "unknown". */
static const char *value_of(const yml_key *key, const phs_figure *f, char *out) {
  static const char *const binary[] = {"KiB", "MiB", "GiB"};
  phs_value unit = {1, {0, 0, 0, 0}};
  phs_text_error error;
  char one[64];
  bool plain = !key->unit[0];
  out[0] = 0;
  if (f->state != PHS_FIGURE_KNOWN) {
    return "unknown";
  }
  if (!plain && !phs_unit_parse(key->unit, strlen(key->unit), &unit, &error)) {
    return "?";
  }
  bool alone = f->least == f->most; /* a range of one value */
  for (int i = 0; i < (alone ? 1 : f->count); i++) {
    add(out, i == 0 ? "" : key->form == TGT_F_RANGE ? " to " : ", ");
    add(out, phs_quantity_print((phs_value){f->value[i], unit.dimension}, one, sizeof one));
  }
  add(out, plain ? unit_of_count(key->name) : "");
  double size = f->most / 1024;
  int scale = 0;
  for (; scale < 2 && size >= 1024; scale++) {
    size /= 1024;
  }
  if (plain && ends_with(key->name, "bytes") && size >= 1 &&
      size * 64 == (double)(long)(size * 64)) {
    snprintf(one, sizeof one, " (%g %s)", size, binary[scale]);
    add(out, one);
  }
  return out;
}

static void print_row(phs_buf *b, const char *name, const yml_key *key, const phs_figure *f) {
  char value[VALUE_SIZE];
  if (f->state == PHS_FIGURE_ABSENT) {
    return;
  }
  bool sourced = f->state == PHS_FIGURE_KNOWN && f->source;
  phs_buf_printf(b, sourced ? "  %-28s %-30s %s" : "  %-28s %s%s", name, value_of(key, f, value),
                 sourced ? f->source->key : "");
  phs_buf_puts(b, "\n");
  if (f->note) {
    phs_buf_printf(b, "    %s\n", f->note);
  }
}

static void print_cost(phs_buf *b, const char *name, const phs_target_cost *c) {
  char row[96];
  snprintf(row, sizeof row, "%s, energy", name);
  print_row(b, row, &tgt_cost.key[COST_ENERGY], &c->energy);
  snprintf(row, sizeof row, "%s, time", name);
  print_row(b, row, &tgt_cost.key[COST_TIME], &c->time);
}

static bool is_given(const phs_figure *f) {
  return f->state != PHS_FIGURE_ABSENT;
}

static bool same_cost(const phs_target_cost *a, const phs_target_cost *b) {
  return a->energy.line == b->energy.line && a->energy.column == b->energy.column &&
         a->time.line == b->time.line && a->time.column == b->time.column;
}

static void print_links(phs_buf *b, const phs_target_level *l) {
  const phs_target_cost *x = &l->link[PHS_AXIS_EAST_WEST], *y = &l->link[PHS_AXIS_NORTH_SOUTH],
                        *z = &l->link[PHS_AXIS_DIAGONAL];
  bool diagonal = is_given(&z->energy) || is_given(&z->time);
  if (same_cost(x, y) && (!diagonal || same_cost(x, z))) {
    print_cost(b, "hop", x);
    return;
  }
  print_cost(b, "hop east or west", x);
  print_cost(b, "hop north or south", y);
  print_cost(b, "hop along the diagonal", z);
}

static void print_level(phs_buf *b, const phs_target_description *d, int i) {
  const phs_target_level *l = &d->level[i];
  if (i == 0) {
    phs_buf_printf(b, "\n%s\n", l->name);
  } else {
    phs_buf_printf(b, "\n%s, made of parts '%s'; fabric: %s\n", l->name, d->level[i - 1].name,
                   tgt_fabrics[l->fabric - 1]);
  }
  print_row(b, "count", &tgt_level.key[LEVEL_COUNT], &l->count);
  print_row(b, "reserved", &tgt_level.key[LEVEL_RESERVED], &l->reserved);
  print_row(b, "width", &tgt_level.key[LEVEL_WIDTH], &l->width);
  print_row(b, "height", &tgt_level.key[LEVEL_HEIGHT], &l->height);
  print_links(b, l);
  for (int k = 0; k < PHS_CAPACITIES; k++) {
    print_row(b, tgt_capacities.key[k].name, &tgt_capacities.key[k], &l->capacity[k]);
  }
  print_row(b, "power, idle", &tgt_power.key[POWER_IDLE], &l->idle_power);
  print_row(b, "power, active", &tgt_power.key[POWER_ACTIVE], &l->active_power);
  for (int k = 0; k < l->memory_count; k++) {
    const phs_target_memory *m = &l->memory[k];
    char row[96];
    const phs_figure *figure[] = {&m->bytes, &m->latency, &m->read_bytes_per_s};
    static const char *const what[] = {"size", "latency", "read"};
    for (int n = 0; n < 3; n++) {
      snprintf(row, sizeof row, "%.60s, %s", m->name, what[n]);
      print_row(b, row, &tgt_memory.key[n], figure[n]);
    }
  }
}

static void print_formats(phs_buf *b, const phs_target_description *d) {
  bool any = false;
  for (int k = 0; k < PHS_FORMATS; k++) {
    if (is_given(&d->format[k])) {
      phs_buf_puts(b, any ? "" : "\nnumber formats\n");
      any = true;
      print_row(b, tgt_formats.key[k].name, &tgt_formats.key[k], &d->format[k]);
    }
  }
}

static void print_events(phs_buf *b, const phs_target_description *d) {
  bool any = false;
  for (int k = 0; k < PHS_EVENTS; k++) {
    const phs_target_cost *c = &d->event[k];
    if (is_given(&c->energy) || is_given(&c->time)) {
      phs_buf_puts(b, any ? "" : "\nevents\n");
      any = true;
      print_cost(b, tgt_events.key[k].name, c);
    }
  }
}

static void print_timing(phs_buf *b, const phs_target_description *d) {
  char row[96];
  if (!is_given(&d->step) && !is_given(&d->clock) && !d->barrier_level) {
    return;
  }
  phs_buf_puts(b, "\ntiming\n");
  print_row(b, "step", &tgt_timing.key[TIMING_STEP], &d->step);
  print_row(b, "clock", &tgt_timing.key[TIMING_CLOCK], &d->clock);
  if (d->barrier_level) {
    snprintf(row, sizeof row, "barrier of parts '%.60s'", d->barrier_level);
    print_row(b, row, &tgt_barrier.key[BARRIER_PARTS], &d->barrier_parts);
    print_row(b, "barrier, time", &tgt_barrier.key[BARRIER_TIME], &d->barrier_time);
  }
}

/* "147456 cores, of which an unknown number is reserved; 1152000000 neurons" */
static void print_totals(phs_buf *b, const phs_target_description *d) {
  int last = d->level_count - 1;
  double parts, neurons;
  bool certain;
  char one[64];
  const phs_dimension plain = {0, 0, 0, 0};
  phs_buf_printf(b, "family: %s\n", tgt_families[d->family]);
  if (!phs_target_parts(d, last, 0, &parts, &certain)) {
    phs_buf_puts(b, "cores: unknown\n");
  } else {
    phs_buf_printf(b, "cores: %s%s\n",
                   phs_quantity_print((phs_value){parts, plain}, one, sizeof one),
                   certain ? "" : ", of which an unknown number is reserved");
  }
  if (phs_target_holds(d, last, PHS_CAPACITY_NEURONS, &neurons)) {
    phs_buf_printf(b, "neurons: %s\n",
                   phs_quantity_print((phs_value){neurons, plain}, one, sizeof one));
  }
}

void phs_target_print(const phs_target_description *d, phs_buf *out) {
  phs_buf_printf(out, "%s\n", d->title);
  if (d->summary) {
    phs_buf_printf(out, "%s\n", d->summary);
  }
  print_totals(out, d);
  for (int i = 0; i < d->level_count; i++) {
    print_level(out, d, i);
  }
  print_formats(out, d);
  print_events(out, d);
  print_timing(out, d);
  phs_buf_puts(out, d->source_count ? "\nsources\n" : "");
  for (int i = 0; i < d->source_count; i++) {
    const phs_target_source *s = d->source[i];
    phs_buf_printf(out, "  %-14s %s%s%s\n", s->key, s->title, s->where ? "; " : "",
                   s->where ? s->where : "");
  }
}
