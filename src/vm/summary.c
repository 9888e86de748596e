/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "vm/summary.h"

#include <math.h>

/* Samples and outputs beyond these are summed up in words: a summary is for people. JSON lists them
 * all. */
enum { MAX_LISTED = 32 };

static double value_at(phs_record_type type, const void *values, size_t i) {
  switch (type) {
  case PHS_RECORD_U8:
    return ((const uint8_t *)values)[i];
  case PHS_RECORD_I32:
    return ((const int32_t *)values)[i];
  default:
    return (double)((const float *)values)[i];
  }
}

double phs_summary_sum(phs_record_type type, size_t count, const void *values) {
  /* Whole numbers are added as such: exact, and several at a time. */
  int64_t whole = 0;
  double sum = 0;
  for (size_t i = 0; type == PHS_RECORD_U8 && i < count; i++) {
    whole += ((const uint8_t *)values)[i];
  }
  for (size_t i = 0; type == PHS_RECORD_I32 && i < count; i++) {
    whole += ((const int32_t *)values)[i];
  }
  for (size_t i = 0; type == PHS_RECORD_F32 && i < count; i++) {
    sum += (double)((const float *)values)[i];
  }
  return type == PHS_RECORD_F32 ? sum : (double)whole;
}

void phs_summary_add(double *total, phs_record_type type, size_t count, const void *values) {
  for (size_t i = 0; i < count; i++) {
    total[i] += value_at(type, values, i);
  }
}

size_t phs_summary_largest(const phs_summary_output *o, size_t sample) {
  const double *total = o->total + sample * o->count;
  size_t best = SIZE_MAX;
  bool any = false; /* something other than 0 */
  for (size_t i = 0; i < o->count; i++) {
    any |= total[i] > 0 || total[i] < 0;
    if (!isnan(total[i]) && (best == SIZE_MAX || total[i] > total[best])) {
      best = i;
    }
  }
  return any ? best : SIZE_MAX;
}

void phs_summary_measure(phs_summary *s, double transient) {
  s->bin = s->has_time ? phs_synchrony_steps(s->dt) : 0;
  double first = s->has_time ? floor(transient / s->dt + 0.5) : 0;
  s->first_step = first < (double)s->steps ? (size_t)first : s->steps;
  if (s->bin && (s->steps - s->first_step) / s->bin < PHS_SUMMARY_BINS) {
    s->bin = 0;
  }
}

/* Simulated seconds of all samples together. */
static double simulated(const phs_summary *s) {
  return (double)s->steps * (double)s->samples * s->dt;
}

/* Spikes per neuron and second, or per neuron and step. */
static double rate(const phs_summary *s, const phs_summary_population *p) {
  double neuron_time =
      (double)p->neurons * (s->has_time ? simulated(s) : (double)s->steps * (double)s->samples);
  return neuron_time > 0 ? p->spikes / neuron_time : 0;
}

double phs_summary_rate(const phs_summary *s, const phs_summary_population *p) {
  double steps = (double)(s->steps - s->first_step) * (double)s->samples;
  return p->neurons > 0 ? p->sums.spikes / ((double)p->neurons * steps * s->dt) : 0;
}

/* Columns of a terminal that a name takes: its characters. */
static int width_of(const char *name) {
  int n = 0;
  for (; *name; name++) {
    n += ((unsigned char)*name & 0xC0) != 0x80;
  }
  return n;
}

static void text_number(double x, int width, FILE *out) {
  if (isnan(x)) {
    fprintf(out, " %*s", width, "-");
  } else {
    fprintf(out, " %*.4g", width, x);
  }
}

/* A row a population. There is nothing to say where no neuron spikes often enough. */
static void text_statistics(const phs_summary *s, FILE *out) {
  int name = 10;
  double irregular = 0;
  for (size_t i = 0; i < s->population_count; i++) {
    int width = width_of(s->population[i].name);
    name = width > name ? width : name;
    irregular += s->population[i].sums.irregular;
  }
  if (s->bin == 0 || !(irregular > 0)) {
    return;
  }
  fprintf(out, "statistics from step %zu on, bins of %.4g ms:\n", s->first_step,
          1e3 * (double)s->bin * s->dt);
  fprintf(out, "  %-*s %10s %12s %10s %10s %10s %10s\n", name, "population", "neurons", "spikes",
          "rate (Hz)", "CV of ISI", "(neurons)", "synchrony");
  for (size_t i = 0; i < s->population_count; i++) {
    const phs_summary_population *p = &s->population[i];
    fprintf(out, "  %s%*s %10zu %12.0f", p->name, name - width_of(p->name), "", p->neurons,
            p->sums.spikes);
    text_number(phs_summary_rate(s, p), 10, out);
    text_number(phs_spike_cv(&p->sums), 10, out);
    fprintf(out, " %10.0f", p->sums.irregular);
    text_number(phs_spike_synchrony(&p->sums), 10, out);
    fputc('\n', out);
  }
}

static void text_output(const phs_summary *s, const phs_summary_output *o, FILE *out) {
  const char *what = o->type == PHS_RECORD_F32 ? "sums" : "counts";
  size_t samples = s->samples < MAX_LISTED ? s->samples : MAX_LISTED;
  for (size_t b = 0; b < samples; b++) {
    fprintf(out, "output %s", o->name);
    if (s->samples > 1) {
      fprintf(out, ", sample %zu", b);
    }
    fprintf(out, ": %s", what);
    for (size_t i = 0; i < o->count && i < MAX_LISTED; i++) {
      double total = o->total[b * o->count + i];
      if (isnan(total)) { /* whose sign is the processor's choice */
        fputs(" nan", out);
      } else {
        fprintf(out, " %.9g", total);
      }
    }
    if (o->count > MAX_LISTED) {
      fprintf(out, " ... (%zu in all)", o->count);
    }
    fputc('\n', out);
  }
  if (samples < s->samples) {
    fprintf(out, "output %s: %zu more samples\n", o->name, s->samples - samples);
  }
  fputs("largest output:", out);
  for (size_t b = 0; b < s->samples; b++) {
    size_t largest = phs_summary_largest(o, b);
    fputs(b ? ", " : " ", out);
    if (largest == SIZE_MAX) {
      fputs("none", out);
    } else {
      fprintf(out, "%zu", largest);
    }
  }
  fputc('\n', out);
}

void phs_summary_text(const phs_summary *s, FILE *out) {
  fprintf(out, "steps: %zu", s->steps);
  if (s->samples > 1) {
    fprintf(out, " of each of %zu samples", s->samples);
  }
  if (s->has_time) {
    fprintf(out, ", %.6g s each", s->dt);
  }
  fputc('\n', out);
  for (size_t i = 0; i < s->population_count; i++) {
    const phs_summary_population *p = &s->population[i];
    fprintf(out, "population %s: %zu neurons, %.0f spikes, mean rate %.4g %s\n", p->name,
            p->neurons, p->spikes, rate(s, p), s->has_time ? "Hz" : "spikes a step");
  }
  text_statistics(s, out);
  for (size_t i = 0; i < s->output_count; i++) {
    text_output(s, &s->output[i], out);
  }
  for (size_t i = 0; i < s->record_count; i++) {
    fprintf(out, "recorded %s.%s in %s\n", s->record[i].node, s->record[i].var, s->record[i].file);
  }
  fprintf(out, "wall time: %.6f s\n", s->wall);
  if (s->has_time && simulated(s) > 0) {
    fprintf(out, "real-time factor: %.4g\n", s->wall / simulated(s));
  } else {
    fputs("real-time factor: none (the model has no time unit; give --dt)\n", out);
  }
}

void phs_summary_string(const char *text, FILE *out) {
  fputc('"', out);
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\') {
      fprintf(out, "\\%c", *c);
    } else if (*c < 0x20 || *c == 0x7F) {
      fprintf(out, "\\u%04x", *c);
    } else {
      fputc(*c, out);
    }
  }
  fputc('"', out);
}

/* JSON has no infinities. */
static void json_number(double x, FILE *out) {
  if (x - x == 0) {
    fprintf(out, "%.17g", x);
  } else {
    fputs("null", out);
  }
}

static void json_statistics(const phs_summary *s, const phs_summary_population *p, FILE *out) {
  fprintf(out, ",\"measured\":{\"spikes\":%.0f,\"rate_hz\":%.17g,\"cv_isi\":", p->sums.spikes,
          phs_summary_rate(s, p));
  json_number(phs_spike_cv(&p->sums), out);
  fprintf(out, ",\"cv_neurons\":%.0f,\"synchrony\":", p->sums.irregular);
  json_number(phs_spike_synchrony(&p->sums), out);
  fputc('}', out);
}

static void json_output(const phs_summary *s, const phs_summary_output *o, FILE *out) {
  fputs("{\"name\":", out);
  phs_summary_string(o->name, out);
  fputs(o->type == PHS_RECORD_F32 ? ",\"sums\":[" : ",\"counts\":[", out);
  for (size_t b = 0; b < s->samples; b++) {
    fputs(b ? ",[" : "[", out);
    for (size_t i = 0; i < o->count; i++) {
      fputs(i ? "," : "", out);
      json_number(o->total[b * o->count + i], out);
    }
    fputc(']', out);
  }
  fputs("],\"largest\":[", out);
  for (size_t b = 0; b < s->samples; b++) {
    size_t largest = phs_summary_largest(o, b);
    if (largest == SIZE_MAX) {
      fprintf(out, "%snull", b ? "," : "");
    } else {
      fprintf(out, "%s%zu", b ? "," : "", largest);
    }
  }
  fputs("]}", out);
}

static void json_records(const phs_summary *s, FILE *out) {
  for (size_t i = 0; i < s->record_count; i++) {
    fputs(i ? ",{\"node\":" : ",\"recorded\":[{\"node\":", out);
    phs_summary_string(s->record[i].node, out);
    fputs(",\"quantity\":", out);
    phs_summary_string(s->record[i].var, out);
    fputs(",\"file\":", out);
    phs_summary_string(s->record[i].file, out);
    fputc('}', out);
  }
  fputs(s->record_count ? "]" : "", out);
}

void phs_summary_json(const phs_summary *s, FILE *out) {
  fputs("{\"model\":", out);
  phs_summary_string(s->model ? s->model : "", out);
  fprintf(out, ",\"steps\":%zu,\"samples\":%zu", s->steps, s->samples);
  if (s->has_time) {
    fprintf(out, ",\"dt\":%.17g", s->dt);
  }
  if (s->bin) {
    fprintf(out, ",\"statistics\":{\"from_step\":%zu,\"bin_steps\":%zu}", s->first_step, s->bin);
  }
  fputs(",\"populations\":[", out);
  for (size_t i = 0; i < s->population_count; i++) {
    const phs_summary_population *p = &s->population[i];
    fputs(i ? ",{\"name\":" : "{\"name\":", out);
    phs_summary_string(p->name, out);
    fprintf(out, ",\"neurons\":%zu,\"spikes\":%.0f,\"%s\":%.17g", p->neurons, p->spikes,
            s->has_time ? "mean_rate_hz" : "mean_spikes_per_step", rate(s, p));
    if (s->bin) {
      json_statistics(s, p, out);
    }
    fputc('}', out);
  }
  fputs("],\"outputs\":[", out);
  for (size_t i = 0; i < s->output_count; i++) {
    fputs(i ? "," : "", out);
    json_output(s, &s->output[i], out);
  }
  fputs("]", out);
  json_records(s, out);
  fprintf(out, ",\"wall_seconds\":%.9g,\"real_time_factor\":", s->wall);
  if (s->has_time && simulated(s) > 0) {
    fprintf(out, "%.9g}\n", s->wall / simulated(s));
  } else {
    fputs("null}\n", out);
  }
}
