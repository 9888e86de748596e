/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rules of sources. */
#include "ir/read.h"
#include "random/draw.h"

#include <math.h>

static void error(const phs_check *c, const char *help, const char *what, size_t i, double value) {
  phs_reader_error(c->r, c->at, PHS_IR_SOURCE, help, "'%s': %s %zu is %.17g", c->op->name, what, i,
                   value);
}

static void check_moments(const phs_check *c) {
  const phs_source *s = &c->op->source;
  for (size_t i = 0; s->kind == PHS_SOURCE_POISSON && i < s->mean.n; i++) {
    if (s->mean.v[i] < 0 || s->mean.v[i] > PHS_POISSON_MOST) {
      error(c, "0 to 10000 spikes a step", "the mean of element", i, s->mean.v[i]);
      return;
    }
  }
  for (size_t i = 0; s->kind == PHS_SOURCE_NOISE && i < s->sd.n; i++) {
    if (s->sd.v[i] < 0) {
      error(c, "standard deviations are not negative", "the standard deviation of element", i,
            s->sd.v[i]);
      return;
    }
  }
}

static void check_events(const phs_check *c) {
  const phs_source *s = &c->op->source;
  size_t n = phs_shape_count(&c->op->shape);
  for (size_t i = 0; i < s->event_count; i++) {
    if (s->event_step[i] < 0) {
      error(c, "steps count from 0", "the step of event", i, (double)s->event_step[i]);
      return;
    }
    if (s->event_element[i] >= n) {
      error(c, "elements count from 0", "the element of event", i, (double)s->event_element[i]);
      return;
    }
    bool ordered = i == 0 || s->event_step[i - 1] < s->event_step[i] ||
                   (s->event_step[i - 1] == s->event_step[i] &&
                    s->event_element[i - 1] <= s->event_element[i]);
    if (!ordered) {
      error(c, "events are ordered by step, then element", "out of order: the step of event", i,
            (double)s->event_step[i]);
      return;
    }
  }
}

static void check_pieces(const phs_check *c) {
  const phs_source *s = &c->op->source;
  for (size_t k = 0; k < s->piece_count; k++) {
    if (s->piece_step[k] < 0 || (k > 0 && s->piece_step[k - 1] >= s->piece_step[k])) {
      error(c, "pieces begin at steps from 0, each after the one before", "the step of piece", k,
            (double)s->piece_step[k]);
      return;
    }
  }
}

void phs_check_source(const phs_check *c) {
  const phs_source *s = &c->op->source;
  bool spikes = s->kind == PHS_SOURCE_POISSON || s->kind == PHS_SOURCE_TRAIN;
  phs_check_elem(c, spikes ? PHS_I32 : PHS_F32);
  if (s->start < 0 || s->stop < s->start) {
    phs_reader_error(c->r, c->at, PHS_IR_SOURCE, "0 <= start <= stop",
                     "'%s': the source is on from step %lld to %lld", c->op->name,
                     (long long)s->start, (long long)s->stop);
  }
  check_moments(c);
  check_events(c);
  check_pieces(c);
}
