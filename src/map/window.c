/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Windows along one dimension. Block u = t / divide of targets has the sources
 * stride * u + offset + k * step. Counts walk over the shorter of blocks and taps, and have closed
 * forms where either is trivial, so that neither long dense nor long one-to-one dimensions cost.
 */
#include "map/window.h"

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

static int64_t ceil_div(int64_t a, int64_t b) {
  return -floor_div(-a, b);
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b) {
  return a > b ? a : b;
}

static bool empty(phs_interval s) {
  return s.low >= s.high;
}

/* Members of begin + k * step, 0 <= k < count, within [low, high): the first k and their number. */
static int64_t members(int64_t begin, int64_t step, int64_t count, int64_t low, int64_t high,
                       int64_t *first) {
  *first = most(0, ceil_div(low - begin, step));
  int64_t end = least(count, ceil_div(high - begin, step));
  return most(0, end - *first);
}

/* --------------------------------------------------------------------------------------- boxes */

phs_interval phs_axis_sources(const phs_window_axis *a, phs_interval target, uint32_t sources) {
  phs_interval out = {0, 0};
  if (empty(target)) {
    return out;
  }
  int64_t first = target.low / a->divide, last = (target.high - 1) / a->divide, k;
  int64_t low = INT64_MAX, high = -1;
  for (int64_t u = first; u <= last; u++) { /* ends with the first block that is not cut off */
    int64_t begin = a->stride * u + a->offset;
    if (members(begin, a->step, a->taps, 0, sources, &k) > 0) {
      low = least(low, begin + k * a->step);
    }
    if (begin >= 0 || a->stride == 0) {
      break;
    }
  }
  for (int64_t u = last; u >= first; u--) {
    int64_t begin = a->stride * u + a->offset;
    int64_t n = members(begin, a->step, a->taps, 0, sources, &k);
    if (n > 0) {
      high = most(high, begin + (k + n - 1) * a->step);
    }
    if (begin + (int64_t)(a->taps - 1) * a->step < sources || a->stride == 0) {
      break;
    }
  }
  if (low <= high) {
    out = (phs_interval){(uint32_t)low, (uint32_t)high + 1};
  }
  return out;
}

static bool block_hits(const phs_window_axis *a, int64_t u, phs_interval source) {
  int64_t k;
  return members(a->stride * u + a->offset, a->step, a->taps, source.low, source.high, &k) > 0;
}

phs_interval phs_axis_targets(const phs_window_axis *a, phs_interval source, uint32_t targets) {
  phs_interval none = {0, 0};
  if (empty(source) || targets == 0 || a->taps == 0) {
    return none;
  }
  int64_t first = 0, last = (targets - 1) / a->divide;
  if (a->stride > 0) { /* blocks whose reach meets the sources */
    int64_t reach = (int64_t)(a->taps - 1) * a->step;
    first = most(first, ceil_div((int64_t)source.low - a->offset - reach, a->stride));
    last = least(last, floor_div((int64_t)source.high - 1 - a->offset, a->stride));
  } else if (!block_hits(a, 0, source)) {
    return none;
  }
  while (first <= last && !block_hits(a, first, source)) {
    first++;
  }
  while (first <= last && !block_hits(a, last, source)) {
    last--;
  }
  if (first > last) {
    return none;
  }
  uint64_t high = (uint64_t)(last + 1) * a->divide;
  return (phs_interval){(uint32_t)(first * a->divide), (uint32_t)(high < targets ? high : targets)};
}

/* -------------------------------------------------------------------------------------- counts */

/* Pairs of blocks first <= u <= last (one target each) and their sources. */
static double block_pairs(const phs_window_axis *a, int64_t first, int64_t last,
                          phs_interval source) {
  int64_t n = last - first + 1, k;
  double sum = 0.0;
  if (n <= 0) {
    return 0.0;
  }
  if (a->stride == 0) {
    return (double)n * (double)members(a->offset, a->step, a->taps, source.low, source.high, &k);
  }
  if (n <= a->taps) {
    for (int64_t u = first; u <= last; u++) {
      sum +=
          (double)members(a->stride * u + a->offset, a->step, a->taps, source.low, source.high, &k);
    }
    return sum;
  }
  for (int64_t tap = 0; tap < a->taps; tap++) {
    int64_t begin = a->stride * first + a->offset + tap * a->step;
    sum += (double)members(begin, a->stride, n, source.low, source.high, &k);
  }
  return sum;
}

double phs_axis_pairs(const phs_window_axis *a, phs_interval source, phs_interval target) {
  if (empty(source) || empty(target)) {
    return 0.0;
  }
  int64_t first = target.low / a->divide, last = (target.high - 1) / a->divide;
  if (first == last) {
    return block_pairs(a, first, first, source) * (target.high - target.low);
  }
  double head = (double)((first + 1) * a->divide) - target.low;
  double tail = target.high - (double)(last * a->divide);
  return block_pairs(a, first, first, source) * head +
         block_pairs(a, first + 1, last - 1, source) * a->divide +
         block_pairs(a, last, last, source) * tail;
}

/* Whether source s is one of any of the blocks. */
static bool has_block(const phs_window_axis *a, int64_t first, int64_t last, int64_t s) {
  int64_t n = last - first + 1;
  for (int64_t i = 0; i < least(n, a->taps); i++) {
    if (n <= a->taps) {
      int64_t rest = s - a->stride * (first + i) - a->offset;
      if (rest >= 0 && rest % a->step == 0 && rest / a->step < a->taps) {
        return true;
      }
    } else {
      int64_t rest = s - a->offset - i * a->step - a->stride * first;
      if (rest >= 0 && rest % a->stride == 0 && rest / a->stride < n) {
        return true;
      }
    }
  }
  return false;
}

/* Sources of blocks first to last are an arithmetic progression where a block's step or the blocks'
 * stride is a multiple of the other and leaves no gap; or all different where gaps are left. */
uint32_t phs_axis_union(const phs_window_axis *a, phs_interval source, phs_interval target) {
  if (empty(source) || empty(target) || a->taps == 0) {
    return 0;
  }
  int64_t first = target.low / a->divide, last = (target.high - 1) / a->divide, k;
  int64_t n = last - first + 1, begin = a->stride * first + a->offset;
  int64_t reach = a->stride * (n - 1) + (int64_t)(a->taps - 1) * a->step;
  if (a->stride == 0 || n == 1) {
    return (uint32_t)members(begin, a->step, a->taps, source.low, source.high, &k);
  }
  if (a->taps == 1) {
    return (uint32_t)members(begin, a->stride, n, source.low, source.high, &k);
  }
  if (a->stride % a->step == 0) {
    if (a->stride / a->step <= a->taps) {
      return (uint32_t)members(begin, a->step, reach / a->step + 1, source.low, source.high, &k);
    }
    return (uint32_t)block_pairs(a, first, last, source);
  }
  if (a->step % a->stride == 0) {
    if (a->step / a->stride <= n) {
      return (uint32_t)members(begin, a->stride, reach / a->stride + 1, source.low, source.high,
                               &k);
    }
    return (uint32_t)block_pairs(a, first, last, source);
  }
  uint32_t count = 0;
  for (int64_t s = most(source.low, begin); s < source.high && s <= begin + reach; s++) {
    count += has_block(a, first, last, s);
  }
  return count;
}
