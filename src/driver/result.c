/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/result.h"

#include "base/buf.h"
#include "base/locale.h"
#include "driver/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool spikes(const phs_op *op) {
  return op->kind == PHS_OP_NEURONS && op->elem != PHS_F32;
}

/* A copy in the result's arena: results outlive programs, perhaps networks. */
static bool add_output(phasor_result *r, const phs_op *op, size_t samples) {
  phs_summary_output *o = &r->summary.output[r->summary.output_count];
  size_t values;
  o->name = phs_arena_strdup(r->arena, op->name);
  o->type = phs_record_type_of(op->elem);
  o->count = phs_shape_count(&op->shape);
  if (__builtin_mul_overflow(samples, o->count, &values)) {
    return false;
  }
  o->total = PHS_NEW_ARRAY(r->arena, double, values);
  r->summary.output_count++;
  return o->name && o->total;
}

static bool fill(phasor_result *r, const phs_net *net, const phasor_options *o,
                 const phs_inputs *in) {
  phs_summary *s = &r->summary;
  size_t room = (size_t)net->op_count;
  s->population = PHS_NEW_ARRAY(r->arena, phs_summary_population, room);
  s->output = PHS_NEW_ARRAY(r->arena, phs_summary_output, room);
  s->model = net->name ? phs_arena_strdup(r->arena, net->name) : "";
  if (!s->population || !s->output || !s->model) {
    return false;
  }
  s->steps = in->steps;
  s->samples = in->samples;
  /* A network without a time scale takes that of its events. */
  s->dt = net->has_time || in->bin == 0 ? net->dt : in->bin;
  s->has_time = net->has_time || in->bin > 0;
  /* A network without inputs runs by itself: what its spikes are like is worth knowing. */
  if (in->count == 0 || o->transient_given) {
    phs_summary_measure(s, o->transient);
  }
  for (int i = 0; i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    if (spikes(op)) {
      phs_summary_population *p = &s->population[s->population_count++];
      *p = (phs_summary_population){.name = phs_arena_strdup(r->arena, op->name),
                                    .neurons = phs_shape_count(&op->shape)};
      if (!p->name) {
        return false;
      }
    } else if (op->kind == PHS_OP_OUTPUT && !add_output(r, op, in->samples)) {
      return false;
    }
  }
  return true;
}

phasor_result *phs_result_create(const phasor_program *p, const phasor_options *o,
                                 const phs_inputs *in) {
  phasor_result *r = calloc(1, sizeof *r);
  if (!r || !(r->arena = phs_arena_create()) || !fill(r, p->net, o, in)) {
    phasor_result_destroy(r);
    return NULL;
  }
  return r;
}

bool phs_result_compare(phasor_result *r, size_t count) {
  r->compared = true;
  r->comparison = PHS_NEW_ARRAY(r->arena, phasor_comparison, count);
  return r->comparison != NULL;
}

void phasor_result_destroy(phasor_result *r) {
  if (r) {
    for (size_t i = 0; i < sizeof r->text / sizeof *r->text; i++) {
      free(r->text[i]);
    }
    phs_arena_destroy(r->arena);
    free(r);
  }
}

bool phs_watch_create(const phasor_program *p, const phasor_result *r, phs_watch *out) {
  const phs_summary *s = &r->summary;
  size_t room = s->samples * s->population_count + 1;
  phs_watch w = {.population = malloc((s->population_count + 1) * sizeof(int)),
                 .output = malloc((s->output_count + 1) * sizeof(int)),
                 .spikes = calloc(room, sizeof(double)),
                 .sums = s->bin ? calloc(room, sizeof(phs_spike_sums)) : NULL};
  if (!w.population || !w.output || !w.spikes || (s->bin && !w.sums)) {
    phs_watch_free(&w);
    return false;
  }
  size_t populations = 0, outputs = 0;
  for (int i = 0; i < p->net->op_count; i++) {
    if (spikes(&p->net->op[i])) {
      w.population[populations++] = i;
    } else if (p->net->op[i].kind == PHS_OP_OUTPUT) {
      w.output[outputs++] = i;
    }
  }
  *out = w;
  return true;
}

phs_spike_meter *phs_watch_meters(const phs_watch *w, const phasor_result *r,
                                  const phasor_program *p) {
  const phs_summary *s = &r->summary;
  phs_spike_meter *m = calloc(s->population_count + 1, sizeof *m);
  for (size_t i = 0; m && w->sums && i < s->population_count; i++) {
    const phs_op *op = &p->net->op[w->population[i]];
    if (!phs_spike_meter_create(&m[i], phs_record_type_of(op->elem), s->population[i].neurons,
                                s->bin)) {
      phs_watch_meters_free(m);
      return NULL;
    }
  }
  return m;
}

void phs_watch_meters_free(phs_spike_meter *meters) {
  for (phs_spike_meter *m = meters; m && m->neuron; m++) {
    phs_spike_meter_free(m);
  }
  free(meters);
}

/* The statistics of one population after a step. */
static void measure(const phs_watch *w, const phs_summary *s, phs_spike_meter *m, size_t population,
                    const void *values, size_t sample, size_t step) {
  if (step == 0) {
    phs_spike_meter_reset(m);
  }
  if (step >= s->first_step) {
    phs_spike_meter_take(m, values);
  }
  if (step + 1 == s->steps) {
    phs_spike_meter_end(m, &w->sums[sample * s->population_count + population]);
  }
}

void phs_watch_take(phs_watch *w, phasor_result *r, const phasor_program *engine,
                    phs_spike_meter *meters, size_t sample, size_t step) {
  phs_summary *s = &r->summary;
  phs_quantity q;
  if (w->profile) {
    phs_message_counts_take(w->profile, engine);
  }
  for (size_t i = 0; i < s->population_count; i++) {
    if (!phs_engine_quantity(engine, w->population[i], "spikes", &q)) {
      continue;
    }
    w->spikes[sample * s->population_count + i] +=
        phs_summary_sum(phs_record_type_of(q.elem), q.count, q.data);
    if (w->sums) {
      measure(w, s, &meters[i], i, q.data, sample, step);
    }
  }
  for (size_t i = 0; i < s->output_count; i++) {
    if (phs_engine_quantity(engine, w->output[i], "out", &q)) {
      phs_summary_add(s->output[i].total + sample * s->output[i].count, phs_record_type_of(q.elem),
                      q.count, q.data);
    }
  }
}

void phs_watch_finish(phs_watch *w, phasor_result *r) {
  phs_summary *s = &r->summary;
  for (size_t b = 0; b < s->samples; b++) {
    for (size_t i = 0; i < s->population_count; i++) {
      s->population[i].spikes += w->spikes[b * s->population_count + i];
      if (w->sums) {
        phs_spike_sums_add(&s->population[i].sums, &w->sums[b * s->population_count + i]);
      }
    }
  }
}

void phs_watch_free(phs_watch *w) {
  free(w->population);
  free(w->output);
  free(w->spikes);
  free(w->sums);
  *w = (phs_watch){0};
}

static void comparison_text(const phasor_comparison *c, bool batch, FILE *f) {
  fprintf(f, "%s %s: %" PRIu64 " of %" PRIu64 " values differ from %s%s\n", c->node, c->var,
          c->differing, c->values, strcmp(c->against, "reference") == 0 ? "the " : "", c->against);
  if (c->differing) {
    fputs("  first difference: ", f);
    if (batch) {
      fprintf(f, "sample %" PRIu64 ", ", c->sample);
    }
    fprintf(f,
            "step %" PRIu64 ", node %s, neuron %" PRIu64
            ", expected %.9g, got %.9g (largest difference %.3g)\n",
            c->step, c->node, c->neuron, c->expected, c->got, c->largest);
  }
}

static void comparisons_text(const phasor_result *r, FILE *f) {
  uint64_t differing = 0;
  for (size_t i = 0; i < r->comparison_count; i++) {
    comparison_text(&r->comparison[i], r->summary.samples > 1, f);
    differing += r->comparison[i].differing;
  }
  fprintf(f, "%" PRIu64 " differing values in %zu comparisons over %zu steps", differing,
          r->comparison_count, r->summary.steps);
  if (r->summary.samples > 1) {
    fprintf(f, " of %zu samples", r->summary.samples);
  }
  fputc('\n', f);
}

/* JSON has no infinities. */
static void json_number(phs_buf *b, double x) {
  if (x - x == 0) {
    phs_buf_printf(b, "%.17g", x);
  } else {
    phs_buf_puts(b, "null");
  }
}

static void comparison_json(const phasor_comparison *c, phs_buf *b) {
  phs_buf_puts(b, "{\"node\":");
  phs_buf_json(b, c->node);
  phs_buf_puts(b, ",\"quantity\":");
  phs_buf_json(b, c->var);
  phs_buf_puts(b, ",\"against\":");
  phs_buf_json(b, c->against);
  phs_buf_printf(b, ",\"values\":%" PRIu64 ",\"differing\":%" PRIu64, c->values, c->differing);
  if (c->differing) {
    phs_buf_puts(b, ",\"largest_difference\":");
    json_number(b, c->largest);
    phs_buf_printf(
        b, ",\"first\":{\"sample\":%" PRIu64 ",\"step\":%" PRIu64 ",\"node\":", c->sample, c->step);
    phs_buf_json(b, c->node);
    phs_buf_printf(b, ",\"neuron\":%" PRIu64 ",\"expected\":", c->neuron);
    json_number(b, c->expected);
    phs_buf_puts(b, ",\"got\":");
    json_number(b, c->got);
    phs_buf_puts(b, "}");
  }
  phs_buf_puts(b, "}");
}

static void comparisons_json(const phasor_result *r, FILE *f) {
  phs_buf b = {0};
  uint64_t differing = 0;
  for (size_t i = 0; i < r->comparison_count; i++) {
    differing += r->comparison[i].differing;
  }
  phs_buf_puts(&b, "{\"model\":");
  phs_buf_json(&b, r->summary.model);
  phs_buf_printf(&b, ",\"steps\":%zu,\"samples\":%zu,\"differing\":%" PRIu64 ",\"comparisons\":[",
                 r->summary.steps, r->summary.samples, differing);
  for (size_t i = 0; i < r->comparison_count; i++) {
    phs_buf_puts(&b, i ? "," : "");
    comparison_json(&r->comparison[i], &b);
  }
  phs_buf_puts(&b, "]}\n");
  fputs(phs_buf_cstr(&b), f);
  phs_buf_free(&b);
}

const char *phasor_result_text(phasor_result *r, phasor_style style) {
  if (r->text[style]) {
    return r->text[style];
  }
  size_t size;
  FILE *f = open_memstream(&r->text[style], &size);
  if (!f) {
    return "";
  }
  locale_t before = phs_locale_c();
  if (r->compared) {
    (style == PHASOR_STYLE_JSON ? comparisons_json : comparisons_text)(r, f);
  } else {
    (style == PHASOR_STYLE_JSON ? phs_summary_json : phs_summary_text)(&r->summary, f);
  }
  phs_locale_restore(before);
  fclose(f);
  return r->text[style] ? r->text[style] : "";
}

void phasor_result_run(const phasor_result *r, phasor_run_info *out) {
  const phs_summary *s = &r->summary;
  *out = (phasor_run_info){
      s->samples,      s->steps, s->population_count,
      s->output_count, s->wall,  s->has_time ? (double)s->samples * (double)s->steps * s->dt : 0};
}

const char *phasor_result_population(const phasor_result *r, size_t i, uint64_t *neurons,
                                     double *count) {
  if (i >= r->summary.population_count) {
    return NULL;
  }
  *neurons = r->summary.population[i].neurons;
  *count = r->summary.population[i].spikes;
  return r->summary.population[i].name;
}

bool phasor_result_statistics(const phasor_result *r, size_t i, phasor_statistics *out) {
  const phs_summary *s = &r->summary;
  if (i >= s->population_count || s->bin == 0) {
    return false;
  }
  const phs_summary_population *p = &s->population[i];
  *out = (phasor_statistics){.first_step = s->first_step,
                             .spikes = p->sums.spikes,
                             .rate_hz = phs_summary_rate(s, p),
                             .cv_isi = phs_spike_cv(&p->sums),
                             .cv_neurons = p->sums.irregular,
                             .synchrony = phs_spike_synchrony(&p->sums)};
  return true;
}

const char *phasor_result_output(const phasor_result *r, size_t i, size_t *count,
                                 const double **sums) {
  if (i >= r->summary.output_count) {
    return NULL;
  }
  *count = r->summary.output[i].count;
  *sums = r->summary.output[i].total;
  return r->summary.output[i].name;
}

bool phasor_result_comparison(const phasor_result *r, size_t i, phasor_comparison *out) {
  if (i >= r->comparison_count) {
    return false;
  }
  *out = r->comparison[i];
  return true;
}
