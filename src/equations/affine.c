/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which expressions are linear in which states, and with what coefficients. */
#include "equations/symbols.h"

#include <string.h>

/* For each symbol up to the root: whether it depends on the states, and if so its parts. */
typedef struct affine {
  phs_symbols *s;
  int count; /* of states */
  bool *depends;
  phs_sym *part; /* [symbol][count + 1]: coefficients, then the rest */
} affine;

static phs_sym *parts(const affine *f, phs_sym a) {
  return f->part + (size_t)a * (size_t)(f->count + 1);
}

/* Parts of a symbol that may not depend on the states at all. */
static phs_sym part_of(const affine *f, phs_sym a, int k) {
  return f->depends[a] ? parts(f, a)[k] : k == f->count ? a : 0;
}

static bool split_operation(const affine *f, phs_sym at) {
  phs_symbol n = f->s->node[at]; /* a copy: new symbols move the array */
  bool a = f->depends[n.arg[0]], b = f->depends[n.arg[1]];
  if ((n.op == PHS_E_MUL && a && b) || (n.op == PHS_E_DIV && b) || (n.op == PHS_E_WHERE && a)) {
    return false;
  }
  if (n.op != PHS_E_NEG && n.op != PHS_E_ADD && n.op != PHS_E_SUB && n.op != PHS_E_MUL &&
      n.op != PHS_E_DIV && n.op != PHS_E_WHERE) {
    return false;
  }
  for (int k = 0; k <= f->count; k++) {
    phs_sym x = part_of(f, n.arg[0], k), y = part_of(f, n.arg[1], k);
    if (n.op == PHS_E_MUL) {
      x = a ? x : n.arg[0];
      y = b ? y : n.arg[1];
    } else if (n.op == PHS_E_DIV) {
      y = n.arg[1];
    } else if (n.op == PHS_E_WHERE) {
      x = n.arg[0];
    }
    parts(f, at)[k] = phs_sym_apply(f->s, n.op, x, n.op == PHS_E_NEG ? 0 : y,
                                    n.op == PHS_E_WHERE ? part_of(f, n.arg[2], k) : 0);
  }
  return true;
}

/* Whether the symbol depends on one of the states; for one of them, its part is 1. */
static bool look(const affine *f, phs_sym at, const int *state) {
  const phs_symbol *n = &f->s->node[at];
  for (int k = 0; n->kind == PHS_SYM_STATE && k < f->count; k++) {
    if (n->index == state[k]) {
      parts(f, at)[k] = 1;
      return true;
    }
  }
  for (int k = 0; n->kind == PHS_SYM_OPERATION && k < phs_operation_arity(n->op); k++) {
    if (f->depends[n->arg[k]]) {
      return true;
    }
  }
  return false;
}

bool phs_sym_affine(phs_symbols *s, phs_sym root, const int *state, int count, phs_sym *coef,
                    phs_sym *rest) {
  affine f = {.s = s, .count = count};
  f.depends = PHS_NEW_ARRAY(s->arena, bool, (size_t)root + 1);
  f.part = (phs_sym *)phs_arena_array(s->arena, ((size_t)root + 1) * (size_t)(count + 1),
                                      sizeof(phs_sym));
  bool *used = PHS_NEW_ARRAY(s->arena, bool, s->count);
  if (!f.depends || !f.part || !used) {
    s->failed = true;
    return false;
  }
  phs_sym_reach(s, &root, 1, used);
  for (phs_sym i = 0; i <= root; i++) {
    f.depends[i] = used[i] && look(&f, i, state);
    if (f.depends[i] && s->node[i].kind == PHS_SYM_OPERATION && !split_operation(&f, i)) {
      return false;
    }
  }
  for (int k = 0; k < count; k++) {
    coef[k] = part_of(&f, root, k);
  }
  *rest = part_of(&f, root, count);
  return true;
}
