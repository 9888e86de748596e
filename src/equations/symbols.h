/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file symbols.h  What a step computes, as a graph of operations without duplicates. Operands come
 * before what uses them, so that every pass is a loop over indices.
 */
#ifndef PHS_EQUATIONS_SYMBOLS_H
#define PHS_EQUATIONS_SYMBOLS_H

#include "base/arena.h"
#include "equations/tree.h"

typedef uint32_t phs_sym;

typedef enum phs_symbol_kind {
  PHS_SYM_NUMBER,    /**< `number` */
  PHS_SYM_PARAMETER, /**< given parameter `index` */
  PHS_SYM_INITIAL,   /**< given initial value of state `index` */
  PHS_SYM_ENTRY,     /**< entry `index` of the propagators (linear.h) */
  PHS_SYM_STATE,     /**< state `index` at the start of the step */
  PHS_SYM_INPUT,     /**< amount that arrives at receptor `index` */
  PHS_SYM_OPERATION  /**< `op` of `arg` */
} phs_symbol_kind;

typedef struct phs_symbol {
  phs_symbol_kind kind;
  phs_operation op;
  phs_sym arg[3];
  int index;
  double number;
  bool varies; /**< from step to step; else it is computed once, in binary64 */
} phs_symbol;

typedef struct phs_symbols {
  phs_arena *arena;
  phs_symbol *node;
  uint32_t count, capacity;
  uint32_t *table; /**< hash table of index + 1 */
  bool failed;     /**< no memory, or more than PHS_MOST_SYMBOLS; then indices are 0 */
} phs_symbols;

enum { PHS_MOST_SYMBOLS = 1 << 18 };

/** Symbol 0 is the number 0, symbol 1 the number 1. */
phs_symbols *phs_symbols_create(phs_arena *arena);
phs_sym phs_sym_number(phs_symbols *s, double number);
phs_sym phs_sym_leaf(phs_symbols *s, phs_symbol_kind kind, int index);
/** Simplified: numbers folded, factors and terms that do not vary gathered, integer powers as
 * products. Unused arguments are 0. */
phs_sym phs_sym_apply(phs_symbols *s, phs_operation op, phs_sym a, phs_sym b, phs_sym c);
/** Whether it is a number, and which. */
bool phs_sym_constant(const phs_symbols *s, phs_sym a, double *value);

static inline phs_sym phs_sym_add(phs_symbols *s, phs_sym a, phs_sym b) {
  return phs_sym_apply(s, PHS_E_ADD, a, b, 0);
}
static inline phs_sym phs_sym_mul(phs_symbols *s, phs_sym a, phs_sym b) {
  return phs_sym_apply(s, PHS_E_MUL, a, b, 0);
}

/**
 * Splits @p root = rest + sum of coef[k] * state[k], where neither rest nor coef depend on these
 * states. False where it is not of this form (as far as sums, products, quotients and where()
 * show).
 */
bool phs_sym_affine(phs_symbols *s, phs_sym root, const int *state, int count, phs_sym *coef,
                    phs_sym *rest);
/** Marks into @p used (s->count flags, cleared before) the roots and all that they need. */
void phs_sym_reach(const phs_symbols *s, const phs_sym *root, int count, bool *used);

#endif
