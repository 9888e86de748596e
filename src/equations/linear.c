/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Exact steps of linear equations. */
#include "equations/linear.h"

#include <math.h>

enum { SIDE = PHS_MAX_STATES + 1, SQUARE = SIDE * SIDE };

/* Which states have an effect on which, over any number of steps: the closure of A's pattern
 * (Warshall 1962). */
static void close_pattern(phs_linear_system *l) {
  int n = l->n;
  for (int i = 0; i < n * n; i++) {
    l->reach[i] = l->a[i] != 0;
  }
  for (int k = 0; k < n; k++) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n && l->reach[i * n + k]; j++) {
        l->reach[i * n + j] = l->reach[i * n + j] || l->reach[k * n + j];
      }
    }
  }
  for (int i = 0; i < n; i++) {
    l->pushed[i] = l->b[i] != 0;
    for (int k = 0; k < n; k++) {
      l->pushed[i] = l->pushed[i] || (l->reach[i * n + k] && l->b[k] != 0);
    }
  }
}

int phs_linear_add(phs_linear *l, phs_symbols *s, const phs_sym *rate, int state_count,
                   const bool *member, const bool *fixed, bool *ok) {
  phs_linear_system *y = &l->system[l->system_count];
  *y = (phs_linear_system){0};
  for (int i = 0; i < state_count; i++) {
    if (member[i]) {
      y->state[y->n++] = i;
    }
  }
  *ok = l->system_count < PHS_MOST_SYSTEMS;
  for (int i = 0; *ok && i < y->n; i++) {
    if (!fixed || !fixed[y->state[i]]) {
      *ok = phs_sym_affine(s, rate[y->state[i]], y->state, y->n, &y->a[i * y->n], &y->b[i]);
    }
  }
  close_pattern(y);
  return l->system_count++;
}

static phs_sym entry(phs_linear *l, phs_symbols *s, phs_entry e) {
  for (int i = 0; i < l->entry_count; i++) {
    const phs_entry *o = &l->entry[i];
    if (o->system == e.system && o->row == e.row && o->column == e.column && o->time == e.time &&
        o->whole == e.whole) {
      return phs_sym_leaf(s, PHS_SYM_ENTRY, i);
    }
  }
  if (l->entry_count == PHS_MOST_ENTRIES) {
    s->failed = true;
    return 0;
  }
  l->entry[l->entry_count] = e;
  return phs_sym_leaf(s, PHS_SYM_ENTRY, l->entry_count++);
}

/* One state's new value. A variable that only decays is multiplied; others are changed by a sum of
 * small terms, whose rounding errors are small against the variable: its fixed point is then right
 * to the last bit. */
static phs_sym advance_row(phs_linear *l, phs_symbols *s, int system, int i, double time,
                           const phs_sym *x) {
  const phs_linear_system *y = &l->system[system];
  const bool *reach = &y->reach[i * y->n];
  bool alone = !y->pushed[i];
  for (int j = 0; j < y->n; j++) {
    alone = alone && (j == i || !reach[j]);
  }
  phs_sym own = x[y->state[i]];
  if (alone) {
    phs_entry whole = {system, i, i, time, true};
    return reach[i] ? phs_sym_mul(s, entry(l, s, whole), own) : own;
  }
  phs_sym change = y->pushed[i] ? entry(l, s, (phs_entry){system, i, y->n, time, false}) : 0;
  for (int j = 0; j < y->n; j++) {
    if (reach[j]) {
      phs_sym factor = entry(l, s, (phs_entry){system, i, j, time, false});
      change = phs_sym_add(s, change, phs_sym_mul(s, factor, x[y->state[j]]));
    }
  }
  return phs_sym_add(s, own, change);
}

void phs_linear_advance(phs_linear *l, phs_symbols *s, int system, double time, const phs_sym *x,
                        phs_sym *out) {
  const phs_linear_system *y = &l->system[system];
  phs_sym result[PHS_MAX_STATES];
  for (int i = 0; i < y->n; i++) {
    result[i] = advance_row(l, s, system, i, time, x);
  }
  for (int i = 0; i < y->n; i++) {
    out[y->state[i]] = result[i];
  }
}

/* c = a b */
static void product(int n, const double *a, const double *b, double *c) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int k = 0; k < n; k++) {
        sum += a[i * n + k] * b[k * n + j];
      }
      c[i * n + j] = sum;
    }
  }
}

static double norm(int n, const double *m) {
  double largest = 0;
  for (int i = 0; i < n; i++) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      sum += fabs(m[i * n + j]);
    }
    largest = sum > largest || isnan(sum) ? sum : largest;
  }
  return largest;
}

void phs_matrix_expm1(int n, const double *m, double *out) {
  enum { TERMS = 18 }; /* 2^-18 / 18! is far below a rounding error */
  double scaled[SQUARE], next[SQUARE];
  double size = norm(n, m);
  int squarings = 0;
  if (isfinite(size) && size > 0.5) {
    squarings = ilogb(size) + 2;
  }
  for (int i = 0; i < n * n; i++) {
    scaled[i] = ldexp(m[i], -squarings);
    out[i] = scaled[i] / TERMS;
  }
  /* M (1 + M/2 (1 + M/3 (...))) from the inside */
  for (int k = TERMS - 1; k >= 1; k--) {
    product(n, scaled, out, next);
    for (int i = 0; i < n * n; i++) {
      out[i] = (scaled[i] + next[i]) / k;
    }
  }
  /* (1 + Q)^2 - 1 = Q^2 + 2 Q */
  for (int k = 0; k < squarings; k++) {
    product(n, out, out, next);
    for (int i = 0; i < n * n; i++) {
      out[i] = next[i] + 2 * out[i];
    }
  }
}

void phs_linear_propagator(const phs_linear_system *l, const double *value, double time,
                           double *out) {
  double m[SQUARE] = {0};
  int n = l->n, side = n + 1; /* the constant 1 is one more variable */
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      m[i * side + j] = value[l->a[i * n + j]] * time;
    }
    m[i * side + n] = value[l->b[i]] * time;
  }
  phs_matrix_expm1(side, m, out);
}
