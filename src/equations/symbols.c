/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The graph of what a step computes: nodes without duplicates, simplified when made. */
#include "equations/symbols.h"

#include <math.h>
#include <string.h>

enum { TABLE = 2 * PHS_MOST_SYMBOLS };

static uint64_t hash(const phs_symbol *n) {
  uint64_t h = 1469598103934665603U, bits;
  memcpy(&bits, &n->number, sizeof bits);
  const uint64_t part[] = {(uint64_t)n->kind, (uint64_t)n->op,    n->arg[0], n->arg[1],
                           n->arg[2],         (uint64_t)n->index, bits};
  for (size_t i = 0; i < sizeof part / sizeof *part; i++) { /* FNV-1a over words, then mixed */
    h = (h ^ part[i]) * 1099511628211U;
    h ^= h >> 29;
  }
  return h;
}

static bool same(const phs_symbol *a, const phs_symbol *b) {
  return a->kind == b->kind && a->op == b->op && a->index == b->index &&
         memcmp(a->arg, b->arg, sizeof a->arg) == 0 &&
         memcmp(&a->number, &b->number, sizeof a->number) == 0;
}

static bool grow(phs_symbols *s) {
  uint32_t capacity = s->capacity ? 2 * s->capacity : 256;
  phs_symbol *node = PHS_NEW_ARRAY(s->arena, phs_symbol, capacity);
  if (!node || s->count >= PHS_MOST_SYMBOLS) {
    s->failed = true;
    return false;
  }
  if (s->count > 0) {
    memcpy(node, s->node, s->count * sizeof *node);
  }
  s->node = node;
  s->capacity = capacity;
  return true;
}

static phs_sym intern(phs_symbols *s, phs_symbol n) {
  size_t at = hash(&n) % TABLE;
  for (; s->table[at]; at = (at + 1) % TABLE) {
    if (same(&s->node[s->table[at] - 1], &n)) {
      return s->table[at] - 1;
    }
  }
  if (s->failed || (s->count == s->capacity && !grow(s))) {
    return 0;
  }
  s->node[s->count] = n;
  s->table[at] = ++s->count;
  return s->count - 1;
}

phs_symbols *phs_symbols_create(phs_arena *arena) {
  phs_symbols *s = PHS_NEW(arena, phs_symbols);
  if (!s || !(s->table = PHS_NEW_ARRAY(arena, uint32_t, TABLE))) {
    return NULL;
  }
  s->arena = arena;
  phs_sym_number(s, 0);
  phs_sym_number(s, 1);
  return s->failed ? NULL : s;
}

phs_sym phs_sym_number(phs_symbols *s, double number) {
  return intern(s, (phs_symbol){.kind = PHS_SYM_NUMBER, .number = number == 0 ? 0 : number});
}

phs_sym phs_sym_leaf(phs_symbols *s, phs_symbol_kind kind, int index) {
  bool varies = kind == PHS_SYM_STATE || kind == PHS_SYM_INPUT;
  return intern(s, (phs_symbol){.kind = kind, .index = index, .varies = varies});
}

bool phs_sym_constant(const phs_symbols *s, phs_sym a, double *value) {
  *value = s->node[a].number;
  return s->node[a].kind == PHS_SYM_NUMBER;
}

static bool is(const phs_symbols *s, phs_sym a, double value) {
  return s->node[a].kind == PHS_SYM_NUMBER && s->node[a].number == value;
}

static bool is_op(const phs_symbols *s, phs_sym a, phs_operation op) {
  return s->node[a].kind == PHS_SYM_OPERATION && s->node[a].op == op;
}

static bool varies(const phs_symbols *s, phs_sym a) {
  return s->node[a].varies;
}

static phs_sym make(phs_symbols *s, phs_operation op, phs_sym a, phs_sym b, phs_sym c) {
  phs_symbol n = {.kind = PHS_SYM_OPERATION, .op = op, .arg = {a, b, c}};
  int arity = phs_operation_arity(op);
  bool all_numbers = true;
  double value[3];
  for (int i = 0; i < arity; i++) {
    n.varies = n.varies || varies(s, n.arg[i]);
    all_numbers = phs_sym_constant(s, n.arg[i], &value[i]) && all_numbers;
  }
  return all_numbers ? phs_sym_number(s, phs_operation_compute(op, value)) : intern(s, n);
}

/* A product c * r whose first factor does not vary: c is in front, so that it can join others. */
static bool split_product(const phs_symbols *s, phs_sym a, phs_sym *c, phs_sym *r) {
  if (is_op(s, a, PHS_E_MUL) && !varies(s, s->node[a].arg[0]) && varies(s, a)) {
    *c = s->node[a].arg[0];
    *r = s->node[a].arg[1];
    return true;
  }
  return false;
}

static phs_sym negate(phs_symbols *s, phs_sym a) {
  phs_sym c, r;
  if (is_op(s, a, PHS_E_NEG)) {
    return s->node[a].arg[0];
  }
  if (is_op(s, a, PHS_E_SUB)) {
    return make(s, PHS_E_SUB, s->node[a].arg[1], s->node[a].arg[0], 0);
  }
  if (split_product(s, a, &c, &r)) {
    return make(s, PHS_E_MUL, negate(s, c), r, 0);
  }
  return make(s, PHS_E_NEG, a, 0, 0);
}

static phs_sym multiply(phs_symbols *s, phs_sym a, phs_sym b) {
  phs_sym c, r, c2, r2;
  if (is(s, a, 0) || is(s, b, 0)) {
    return 0;
  }
  if (is(s, a, 1) || is(s, b, 1)) {
    return is(s, a, 1) ? b : a;
  }
  if (is(s, a, -1) || is(s, b, -1)) {
    return negate(s, is(s, a, -1) ? b : a);
  }
  if (varies(s, a) && !varies(s, b)) {
    phs_sym t = a;
    a = b;
    b = t;
  }
  if (!varies(s, a) && varies(s, b)) {
    if (is_op(s, b, PHS_E_NEG)) {
      return multiply(s, negate(s, a), s->node[b].arg[0]);
    }
    return split_product(s, b, &c, &r) ? multiply(s, multiply(s, a, c), r)
                                       : make(s, PHS_E_MUL, a, b, 0);
  }
  if (varies(s, a) && split_product(s, a, &c, &r)) {
    bool both = split_product(s, b, &c2, &r2);
    return both ? multiply(s, multiply(s, c, c2), multiply(s, r, r2))
                : multiply(s, c, multiply(s, r, b));
  }
  if (varies(s, a) && split_product(s, b, &c, &r)) {
    return multiply(s, c, multiply(s, a, r));
  }
  return make(s, PHS_E_MUL, a, b, 0);
}

static phs_sym divide(phs_symbols *s, phs_sym a, phs_sym b) {
  phs_sym c, r;
  if (is(s, a, 0) && !is(s, b, 0)) {
    return 0;
  }
  if (is(s, b, 1)) {
    return a;
  }
  if (!varies(s, b) && varies(s, a)) {
    return multiply(s, make(s, PHS_E_DIV, 1, b, 0), a);
  }
  if (varies(s, b) && split_product(s, b, &c, &r)) {
    return divide(s, divide(s, a, c), r);
  }
  if (varies(s, a) && split_product(s, a, &c, &r)) {
    return multiply(s, c, make(s, PHS_E_DIV, r, b, 0));
  }
  return make(s, PHS_E_DIV, a, b, 0);
}

/* A sum c + r whose first term does not vary. */
static bool split_sum(const phs_symbols *s, phs_sym a, phs_sym *c, phs_sym *r) {
  if (is_op(s, a, PHS_E_ADD) && !varies(s, s->node[a].arg[0]) && varies(s, a)) {
    *c = s->node[a].arg[0];
    *r = s->node[a].arg[1];
    return true;
  }
  return false;
}

static phs_sym subtract(phs_symbols *s, phs_sym a, phs_sym b);

static phs_sym add(phs_symbols *s, phs_sym a, phs_sym b) {
  phs_sym c, r;
  if (is(s, a, 0) || is(s, b, 0)) {
    return is(s, a, 0) ? b : a;
  }
  if (is_op(s, b, PHS_E_NEG)) {
    return subtract(s, a, s->node[b].arg[0]);
  }
  if (is_op(s, a, PHS_E_NEG)) {
    return subtract(s, b, s->node[a].arg[0]);
  }
  if (varies(s, a) && !varies(s, b)) {
    phs_sym t = a;
    a = b;
    b = t;
  }
  if (!varies(s, a) && varies(s, b) && split_sum(s, b, &c, &r)) {
    return add(s, add(s, a, c), r);
  }
  return make(s, PHS_E_ADD, a, b, 0);
}

static phs_sym subtract(phs_symbols *s, phs_sym a, phs_sym b) {
  if (a == b) {
    return 0;
  }
  if (is(s, b, 0)) {
    return a;
  }
  if (is(s, a, 0)) {
    return negate(s, b);
  }
  if (is_op(s, b, PHS_E_NEG)) {
    return add(s, a, s->node[b].arg[0]);
  }
  return make(s, PHS_E_SUB, a, b, 0);
}

/* Small integer powers by squaring; others stay. */
static phs_sym power(phs_symbols *s, phs_sym a, phs_sym b) {
  double n, base;
  if (!phs_sym_constant(s, b, &n) || n != floor(n) || fabs(n) > 64 ||
      (phs_sym_constant(s, a, &base))) {
    return make(s, PHS_E_POW, a, b, 0);
  }
  phs_sym result = 1, square = a;
  for (unsigned left = (unsigned)fabs(n); left; left >>= 1) {
    result = left & 1 ? multiply(s, result, square) : result;
    square = left > 1 ? multiply(s, square, square) : square;
  }
  return n < 0 ? divide(s, 1, result) : result;
}

phs_sym phs_sym_apply(phs_symbols *s, phs_operation op, phs_sym a, phs_sym b, phs_sym c) {
  switch (op) {
  case PHS_E_NEG:
    return negate(s, a);
  case PHS_E_ADD:
    return add(s, a, b);
  case PHS_E_SUB:
    return subtract(s, a, b);
  case PHS_E_MUL:
    return multiply(s, a, b);
  case PHS_E_DIV:
    return divide(s, a, b);
  case PHS_E_POW:
    return power(s, a, b);
  case PHS_E_WHERE:
    if (b == c || s->node[a].kind == PHS_SYM_NUMBER) {
      return is(s, a, 0) ? c : b;
    }
    break;
  case PHS_E_CLIP: /* so that there is one form of both */
    return phs_sym_apply(s, PHS_E_MIN, phs_sym_apply(s, PHS_E_MAX, a, b, 0), c, 0);
  default:
    break;
  }
  return make(s, op, a, b, c);
}

void phs_sym_reach(const phs_symbols *s, const phs_sym *root, int count, bool *used) {
  phs_sym highest = 0;
  for (int i = 0; i < count; i++) {
    used[root[i]] = true;
    highest = root[i] > highest ? root[i] : highest;
  }
  for (phs_sym i = highest + 1; i-- > 0;) {
    for (int k = 0;
         used[i] && s->node[i].kind == PHS_SYM_OPERATION && k < phs_operation_arity(s->node[i].op);
         k++) {
      used[s->node[i].arg[k]] = true;
    }
  }
}
