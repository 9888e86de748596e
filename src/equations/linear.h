/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file linear.h  Systems of linear equations dx/dt = A x + b with coefficients that do not vary,
 * and their exact steps: x(t) = exp(A t) x + (integral of exp(A s) over 0..t) b (Rotter & Diesmann
 * 1999). Entries of exp(A t) that are zero whatever the coefficients are left out.
 */
#ifndef PHS_EQUATIONS_LINEAR_H
#define PHS_EQUATIONS_LINEAR_H

#include "equations/symbols.h"
#include "net/net.h"

typedef struct phs_linear_system {
  int n;
  int state[PHS_MAX_STATES];
  phs_sym a[PHS_MAX_STATES * PHS_MAX_STATES]; /**< row i: dx_i/dt */
  phs_sym b[PHS_MAX_STATES];
  bool reach[PHS_MAX_STATES * PHS_MAX_STATES]; /**< whether x_j has an effect on x_i in time */
  bool pushed[PHS_MAX_STATES];                 /**< whether some b has */
} phs_linear_system;

/** One number of a propagator: of exp(A time) - 1, or exp(A time) itself. */
typedef struct phs_entry {
  int system, row, column; /**< column n: the effect of b */
  double time;             /**< ms */
  bool whole;              /**< of exp(A t), not less 1 */
} phs_entry;

enum { PHS_MOST_SYSTEMS = 2, PHS_MOST_ENTRIES = 1024 };

typedef struct phs_linear {
  int system_count;
  phs_linear_system system[PHS_MOST_SYSTEMS];
  int entry_count;
  phs_entry entry[PHS_MOST_ENTRIES];
} phs_linear;

/**
 * Adds the system of the states with `member` (rates of all states in @p rate, which are linear in
 * them); those with `fixed` (may be NULL) do not move. Returns its index; false in @p ok without
 * memory or where a rate is not linear in the members.
 */
int phs_linear_add(phs_linear *l, phs_symbols *s, const phs_sym *rate, int state_count,
                   const bool *member, const bool *fixed, bool *ok);
/** Values of the system's states after @p time, from their values @p x; others are left alone. */
void phs_linear_advance(phs_linear *l, phs_symbols *s, int system, double time, const phs_sym *x,
                        phs_sym *out);
/**
 * exp(M) - 1 for an n x n matrix, n <= PHS_MAX_STATES + 1: Taylor's series of the scaled matrix,
 * squared again (Moler & Van Loan 2003). Nothing is lost where exp(M) is close to 1.
 */
void phs_matrix_expm1(int n, const double *m, double *out);
/** All of a system's propagator for @p time: (n+1) x (n+1), exp(...) - 1, row-major, from the
 * values of symbols. */
void phs_linear_propagator(const phs_linear_system *l, const double *value, double time,
                           double *out);

#endif
