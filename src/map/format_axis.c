/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Windows axis by axis. */
#include "map/format_axis.h"

#include <stdlib.h>
#include <string.h>

#define MOST_SHARED_TAPS 64

void phs_axis_scratch_free(phs_axis_scratch *s) {
  free(s->mark);
  free(s->axon);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    free(s->class[d]);
    free(s->variant[d]);
  }
  *s = (phs_axis_scratch){0};
}

static uint32_t *marks(phs_axis_scratch *s, size_t count) {
  if (count > s->mark_room) {
    uint32_t *mark =
        count > SIZE_MAX / sizeof *mark ? NULL : realloc(s->mark, count * sizeof *mark);
    if (!mark) {
      return NULL;
    }
    s->mark = mark;
    s->mark_room = count;
  }
  memset(s->mark, 0, count * sizeof *s->mark);
  return s->mark;
}

static bool put(phs_axis_class **list, size_t *count, size_t *room, uint64_t sources,
                uint32_t targets) {
  if (*count == *room) {
    size_t more = *room ? 2 * *room : 8;
    phs_axis_class *p = realloc(*list, more * sizeof *p);
    if (!p) {
      return false;
    }
    *list = p;
    *room = more;
  }
  (*list)[(*count)++] = (phs_axis_class){.sources = sources, .targets = targets};
  return true;
}

static bool put_class(phs_axis_scratch *s, int axis, uint64_t sources, uint32_t targets) {
  return sources == 0 ||
         put(&s->class[axis], &s -> class_count[axis], &s -> class_room[axis], sources, targets);
}

/* Multiples k of @p step with 0 <= k < @p count and from <= at + k * step < to: *first to *end. */
static void inside(int64_t at, int64_t step, int64_t count, int64_t from, int64_t to,
                   int64_t *first, int64_t *end) {
  *first = at >= from ? 0 : (from - at + step - 1) / step;
  *end = at >= to ? 0 : (to - at + step - 1) / step;
  *end = *end < count ? *end : count;
  *first = *first < *end ? *first : *end;
}

/* The interval of targets, in groups of equal windows. */
typedef struct span {
  int64_t first, last; /* t / divide */
  int64_t least, most; /* source coordinates that any of them may have, cut to from, to - 1 */
} span;

static span span_of(const phs_window_axis *a, uint32_t low, uint32_t high, uint32_t from,
                    uint32_t to) {
  span s = {.first = low / a->divide, .last = (high - 1) / a->divide};
  int64_t x = a->stride * s.first + a->offset, y = a->stride * s.last + a->offset;
  s.least = x < y ? x : y;
  s.most = (x < y ? y : x) + (int64_t)(a->taps - 1) * a->step;
  s.least = s.least > (int64_t)from ? s.least : (int64_t)from;
  s.most = s.most < (int64_t)to - 1 ? s.most : (int64_t)to - 1;
  return s;
}

static uint32_t group_size(const phs_window_axis *a, int64_t group, uint32_t low, uint32_t high) {
  uint64_t first = (uint64_t)group * a->divide, end = first + a->divide;
  first = first > low ? first : low;
  end = end < high ? end : high;
  return (uint32_t)(end - first);
}

/* mark[i]: targets of source s.least + i. */
static void count_targets(const phs_window_axis *a, const span *s, uint32_t low, uint32_t high,
                          uint32_t *mark) {
  const int64_t step = a->step, length = s->most - s->least + 1;
  for (int64_t g = s->first; g <= s->last; g++) {
    int64_t at = a->stride * g + a->offset, k, end;
    uint32_t size = group_size(a, g, low, high);
    inside(at, step, a->taps, s->least, s->most + 1, &k, &end);
    if (step == 1 && k < end) { /* differences, summed below */
      mark[at + k - s->least] += size;
      mark[at + end - s->least] -= size;
      continue;
    }
    for (; k < end; k++) {
      mark[at + k * step - s->least] += size;
    }
  }
  for (int64_t i = 1; step == 1 && i < length; i++) {
    mark[i] += mark[i - 1];
  }
}

static bool general_classes(const phs_window_axis *a, int axis, uint32_t low, uint32_t high,
                            uint32_t from, uint32_t to, phs_axis_scratch *scratch) {
  span s = span_of(a, low, high, from, to);
  if (s.least > s.most) {
    return true;
  }
  const size_t length = (size_t)(s.most - s.least + 1), most = (size_t)(high - low);
  uint32_t *mark = marks(scratch, length + 1 + most + 1), *histogram = mark + length + 1;
  if (!mark) {
    return false;
  }
  count_targets(a, &s, low, high, mark);
  uint32_t seen = 0;
  for (size_t i = 0; i < length; i++) {
    histogram[mark[i]]++;
    seen = mark[i] > seen ? mark[i] : seen;
  }
  bool ok = true;
  for (uint32_t n = 1; n <= seen && ok; n++) {
    ok = put_class(scratch, axis, histogram[n], n);
  }
  return ok;
}

bool phs_axis_classes(const phs_window_axis *a, int axis, uint32_t low, uint32_t high,
                      uint32_t from, uint32_t to, phs_axis_scratch *scratch) {
  int64_t first, end;
  scratch->class_count[axis] = 0;
  if (low >= high || from >= to || a->taps == 0) {
    return true;
  }
  if (a->stride == 0) {
    inside(a->offset, a->step, a->taps, from, to, &first, &end);
    return put_class(scratch, axis, (uint64_t)(end - first), high - low);
  }
  if (a->taps == 1 && a->divide == 1 && a->stride > 0) {
    inside(a->offset + a->stride * (int64_t)low, a->stride, (int64_t)high - low, from, to, &first,
           &end);
    return put_class(scratch, axis, (uint64_t)(end - first), 1);
  }
  return general_classes(a, axis, low, high, from, to, scratch);
}

static bool put_variant(phs_axis_scratch *s, int axis, uint64_t sources, uint32_t targets) {
  return sources == 0 ||
         put(&s->variant[axis], &s->variant_count[axis], &s->variant_room[axis], sources, targets);
}

/* Each source's taps are those of one residue from a first to a last one: the first and the number
 * tell them apart. */
static bool collect_variants(const phs_window_axis *a, int axis, const span *s,
                             phs_axis_scratch *scratch) {
  const size_t length = (size_t)(s->most - s->least + 1), taps = a->taps;
  uint32_t *number = marks(scratch, 2 * length + taps * (taps + 1)), *least = number + length;
  if (!number) {
    return false;
  }
  uint32_t *seen = least + length;
  for (int64_t t = s->first; t <= s->last; t++) {
    int64_t at = a->stride * t + a->offset, k, end;
    for (inside(at, a->step, a->taps, s->least, s->most + 1, &k, &end); k < end; k++) {
      size_t i = (size_t)(at + k * a->step - s->least);
      least[i] = number[i] == 0 || k < least[i] ? (uint32_t)k : least[i];
      number[i]++;
    }
  }
  for (size_t i = 0; i < length; i++) {
    if (number[i]) {
      seen[least[i] * (taps + 1) + number[i]] = 1;
    }
  }
  bool ok = true;
  for (uint32_t n = 1; n <= taps && ok; n++) {
    uint64_t variants = 0;
    for (size_t k = 0; k < taps; k++) {
      variants += seen[k * (taps + 1) + n];
    }
    ok = put_variant(scratch, axis, variants, n);
  }
  return ok;
}

bool phs_axis_variants(const phs_window_axis *a, int axis, uint32_t low, uint32_t high,
                       uint32_t from, uint32_t to, phs_axis_scratch *scratch) {
  scratch->variant_count[axis] = 0;
  if (low >= high || from >= to || a->taps == 0) {
    return true;
  }
  if (a->taps > MOST_SHARED_TAPS || a->divide != 1) {
    return false;
  }
  if (a->stride == 0) { /* each tap is of one source, and of all targets */
    int64_t first, end;
    inside(a->offset, a->step, a->taps, from, to, &first, &end);
    return put_variant(scratch, axis, (uint64_t)(end - first), high - low);
  }
  span s = span_of(a, low, high, from, to);
  return s.least > s.most || collect_variants(a, axis, &s, scratch);
}
