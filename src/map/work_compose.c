/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Windows one after the other: a convolution over a pool over a convolution is a window again, or
 * lies in one. */
#include "map/work_build.h"

static int64_t gcd(int64_t a, int64_t b) {
  return b ? gcd(b, a % b) : a;
}

/* The sets {i * a : i < na} + {j * b : j < nb} as one progression; false: with gaps, so that
 * @p step and @p taps are a bound. a, b > 0. */
static bool add_steps(int64_t a, int64_t na, int64_t b, int64_t nb, int64_t *step, int64_t *taps) {
  const int64_t reach = a * (na - 1) + b * (nb - 1);
  bool whole = true;
  if (na == 1 || nb == 1) {
    *step = na == 1 ? b : a;
  } else if (a % b == 0 && a / b <= nb) {
    *step = b;
  } else if (b % a == 0 && b / a <= na) {
    *step = a;
  } else {
    *step = gcd(a, b);
    whole = false;
  }
  *taps = reach / *step + 1;
  return whole;
}

static phs_window_axis bound_axis(uint32_t sources, bool *exact) {
  *exact = false;
  return phs_axis_all(sources);
}

/* Every target has all mids. */
static phs_window_axis compose_all(const phs_window_axis *a, uint32_t mids, uint32_t sources,
                                   bool *exact, bool *overlap) {
  phs_interval all = phs_axis_sources(a, (phs_interval){0, mids}, sources);
  uint32_t count = phs_axis_union(a, all, (phs_interval){0, mids});
  *exact &= count == all.high - all.low;
  *overlap |= phs_axis_pairs(a, all, (phs_interval){0, mids}) > (double)count;
  return (phs_window_axis){.divide = 1, .offset = all.low, .taps = all.high - all.low, .step = 1};
}

/* Blocks of mids: targets' windows of whole blocks, or of one mid each, are windows of blocks. */
static bool divide_mids(phs_window_axis *b, uint32_t *mids, const phs_window_axis *a,
                        bool *overlap) {
  const int64_t d = a->divide;
  if (b->taps == 1 && b->stride == 1 && b->offset == 0) {
    if (b->divide > UINT32_MAX / a->divide) {
      return false;
    }
    b->divide *= a->divide;
  } else if (b->step == 1 && b->stride % d == 0 && b->offset % d == 0) {
    b->stride /= d;
    b->offset /= d;
    *overlap |= b->taps > 1;
    b->taps = (uint32_t)((b->taps + d - 1) / d);
  } else {
    return false;
  }
  *mids = (uint32_t)((*mids + d - 1) / d);
  return true;
}

/* Whether mids that do not exist (padding) would bring sources that do. */
static bool brings_padding(const phs_window_axis *b, const phs_window_axis *a, uint32_t targets,
                           uint32_t mids, uint32_t sources) {
  int64_t last =
      b->stride * ((targets - 1) / b->divide) + b->offset + (int64_t)(b->taps - 1) * b->step;
  int64_t below = -a->stride + a->offset + (int64_t)(a->taps - 1) * a->step;
  int64_t above = a->stride * mids + a->offset;
  return (b->offset < 0 && below >= 0) || (last >= mids && above < sources);
}

phs_window_axis phs_axis_compose(const phs_window_axis *b, const phs_window_axis *a,
                                 uint32_t targets, uint32_t mids, uint32_t sources, bool *exact,
                                 bool *overlap) {
  phs_window_axis from = *b;
  int64_t step, taps;
  if (phs_axis_is_identity(b) && targets == mids) {
    return *a;
  }
  if (phs_axis_is_identity(a) && mids == sources) {
    return *b;
  }
  if (b->stride == 0 && b->offset <= 0 && b->step == 1 && b->offset + b->taps >= mids) {
    return compose_all(a, mids, sources, exact, overlap);
  }
  if (a->divide > 1 && !divide_mids(&from, &mids, a, overlap)) {
    return bound_axis(sources, exact);
  }
  if (targets && brings_padding(&from, a, targets, mids, sources)) {
    *exact = false;
  }
  const int64_t wide = a->stride * from.step;
  const int64_t count = wide == 0 ? 1 : from.taps; /* all mids have the same sources */
  *overlap |= wide == 0 && from.taps > 1;
  if (!add_steps(wide ? wide : 1, count, a->step, a->taps, &step, &taps)) {
    *exact = false;
  }
  *overlap |= taps < count * a->taps;
  if (taps > UINT32_MAX || step > UINT32_MAX) {
    return bound_axis(sources, exact);
  }
  return (phs_window_axis){.divide = from.divide,
                           .stride = a->stride * from.stride,
                           .offset = a->stride * from.offset + a->offset,
                           .taps = (uint32_t)taps,
                           .step = (uint32_t)step};
}

/* --------------------------------------------------------------------------------------- paths */

static void all_of(phs_path *path, const phs_dims *in) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    path->axis[d] = phs_axis_all(in->dim[d]);
  }
  path->kind = PHS_PATH_WINDOW;
  path->grid = *in;
  path->shift = false;
}

void phs_path_bound(phs_path *path, const phs_dims *in) {
  all_of(path, in);
  path->exact = false;
  path->overlap = true;
}

/* Whether every target has all elements of the grid. */
static bool has_all(const phs_path *path, const phs_dims *target) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    const uint32_t dim = path->grid.dim[d];
    for (int end = 0; end < 2; end++) {
      uint32_t t = end && target->dim[d] ? target->dim[d] - 1 : 0;
      if (phs_axis_union(&path->axis[d], (phs_interval){0, dim}, (phs_interval){t, t + 1}) < dim) {
        return false;
      }
    }
    if (path->axis[d].stride != 0 && dim > 1) {
      return false;
    }
  }
  return true;
}

/* Whether every target has any: windows move by strides, so that the ends tell. */
static bool has_some(const phs_path *path, const phs_dims *target) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    for (int end = 0; end < 2; end++) {
      uint32_t t = end && target->dim[d] ? target->dim[d] - 1 : 0;
      phs_interval all = {0, path->grid.dim[d]}, one = {t, t + 1};
      if (path->axis[d].step != 1 || phs_axis_union(&path->axis[d], all, one) == 0) {
        return false;
      }
    }
  }
  return true;
}

void phs_path_regrid(phs_path *path, const phs_dims *target, const phs_dims *to) {
  if (path->kind != PHS_PATH_WINDOW || phs_dims_equal(&path->grid, to)) {
    return;
  }
  if (has_all(path, target)) {
    all_of(path, to);
  } else {
    phs_path_bound(path, to);
  }
}

static void through_all(phs_path *path, const phs_dims *target, const phs_op_window *v) {
  if (path->kind == PHS_PATH_WINDOW) {
    path->exact &= has_some(path, target);
    path->overlap = true;
  }
  path->exact &= v->exact;
  all_of(path, &v->in);
}

void phs_path_through(phs_path *path, const phs_dims *target, const phs_op_window *v) {
  if (path->kind == PHS_PATH_LIST || path->kind == PHS_PATH_RECIPE) {
    phs_path_bound(path, &v->in);
    return;
  }
  if (v->all) {
    through_all(path, target, v);
    return;
  }
  if (path->kind == PHS_PATH_IDENTITY) {
    if (!phs_dims_equal(target, &v->out)) {
      phs_path_bound(path, &v->in);
      return;
    }
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      path->axis[d] = v->axis[d];
    }
    path->kind = PHS_PATH_WINDOW;
  } else {
    phs_path_regrid(path, target, &v->out);
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      path->axis[d] = phs_axis_compose(&path->axis[d], &v->axis[d], target->dim[d], v->out.dim[d],
                                       v->in.dim[d], &path->exact, &path->overlap);
    }
  }
  path->exact &= v->exact;
  path->grid = v->in;
}
