/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Spikes as text, a line each: "step,neuron", with batches "sample,step,neuron". */
#include "vm/stimulus_internal.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 3 };

/* One line of a file that is in memory whole. */
typedef struct line {
  const unsigned char *at, *end; /**< without its end */
  uint32_t number;
} line;

typedef struct reader {
  phs_stim_bytes file;
  const phs_stimulus_options *options;
  phs_stimulus_error *error;
  uint64_t width;
  int columns;  /**< 2, or 3 with samples */
  size_t first; /**< byte of the first line after the header */
  uint32_t first_number;
} reader;

typedef struct spike {
  uint64_t sample, step, neuron;
} spike;

static bool bad(const reader *r, const line *l, const unsigned char *at, const char *help,
                const char *what) {
  phs_stim_fail(r->error, PHS_STIM_FORMAT, help, "%s", what);
  r->error->line = l->number;
  r->error->column = (uint32_t)(at - l->at) + 1;
  return false;
}

static bool next_line(const reader *r, size_t *at, line *out) {
  if (*at >= r->file.len) {
    return false;
  }
  const unsigned char *begin = r->file.data + *at;
  const unsigned char *feed = memchr(begin, '\n', r->file.len - *at);
  out->at = begin;
  out->end = feed ? feed : r->file.data + r->file.len;
  *at += (size_t)(out->end - begin) + 1;
  out->number++;
  if (out->end > out->at && out->end[-1] == '\r') {
    out->end--;
  }
  return true;
}

static bool is_header(const line *l, const char *text) {
  size_t n = strlen(text);
  return (size_t)(l->end - l->at) == n && memcmp(l->at, text, n) == 0;
}

/* The first line says what the columns are. */
static bool read_header(reader *r) {
  line l = {0};
  if (!next_line(r, &r->first, &l) ||
      !(is_header(&l, "step,neuron") || is_header(&l, "sample,step,neuron"))) {
    l.at = l.end = NULL;
    l.number = 1;
    return bad(r, &l, NULL, "the first line is 'step,neuron', or 'sample,step,neuron' with a batch",
               "the file does not begin as a list of spikes");
  }
  r->columns = is_header(&l, "step,neuron") ? 2 : 3;
  r->first_number = l.number;
  return true;
}

/* Whole numbers with commas between them. */
static bool read_spike(const reader *r, const line *l, spike *out) {
  uint64_t value[MAX_COLUMNS] = {0};
  const unsigned char *c = l->at;
  for (int k = 0; k < r->columns; k++) {
    const unsigned char *digits = c;
    uint64_t v = 0;
    while (c < l->end && *c >= '0' && *c <= '9' && c - digits < 10) {
      v = 10 * v + (uint64_t)(*c++ - '0');
    }
    bool ends = c < l->end ? *c == ',' && k + 1 < r->columns : k + 1 == r->columns;
    if (c == digits || v >= 1000000000 || !ends) {
      return bad(r, l, c, "whole numbers from 0 to 999999999, separated by commas",
                 r->columns == 2 ? "not a line of the form step,neuron"
                                 : "not a line of the form sample,step,neuron");
    }
    value[MAX_COLUMNS - r->columns + k] = v;
    c++;
  }
  *out = (spike){value[0], value[1], value[2]};
  if (out->neuron >= r->width) {
    char message[128];
    snprintf(message, sizeof message, "neuron %llu, but there are %llu, counted from 0",
             (unsigned long long)out->neuron, (unsigned long long)r->width);
    return bad(r, l, l->at, NULL, message);
  }
  return true;
}

/* Calls for each spike: with @p s NULL only the sizes are found. */
static bool each(const reader *r, phs_stimulus *s, uint64_t *samples, uint64_t *steps) {
  line l = {.number = r->first_number};
  spike p;
  for (size_t at = r->first; next_line(r, &at, &l);) {
    if (l.at == l.end) {
      continue;
    }
    if (!read_spike(r, &l, &p)) {
      return false;
    }
    if (!s) {
      *samples = p.sample >= *samples ? p.sample + 1 : *samples;
      *steps = p.step >= *steps ? p.step + 1 : *steps;
    } else if (p.step < s->steps) {
      float *value = &s->data[(p.sample * s->steps + p.step) * s->width + p.neuron];
      *value = r->options->binary ? 1 : *value + 1;
    }
  }
  return true;
}

bool phs_stim_read_spikes(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                          phs_stimulus_error *e) {
  reader r = {.options = o, .error = e, .width = phs_stim_width(o)};
  uint64_t samples = 1, steps = 1;
  bool ok = phs_stim_load(in, &r.file, e);
  if (ok && r.width == 0) {
    ok = phs_stim_fail(e, PHS_STIM_OPTION, NULL,
                       "spikes cannot be placed: the shape of the network's input is unknown");
  }
  ok = ok && read_header(&r) && each(&r, NULL, &samples, &steps);
  if (ok) {
    /* What --steps cuts off is not held either. */
    ok = phs_stim_allocate(out, samples, o->steps ? o->steps : steps, r.width, "give fewer --steps",
                           e) &&
         each(&r, out, NULL, NULL);
    out->batched = r.columns == 3;
  }
  free(r.file.data);
  return ok;
}
