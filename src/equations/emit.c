/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Instructions of update functions, each made once. */
#include "equations/emit.h"

#include <string.h>

enum { TABLE = 1 << 18, MOST_REGISTERS = 60000 };

bool phs_emit_start(phs_emitter *e, phs_arena *arena, int args) {
  *e = (phs_emitter){.arena = arena, .register_count = args, .capacity = 256};
  e->inst = PHS_NEW_ARRAY(arena, phs_scalar_inst, (size_t)e->capacity);
  e->table = PHS_NEW_ARRAY(arena, uint32_t, TABLE);
  e->failed = !e->inst || !e->table || args > MOST_REGISTERS;
  return !e->failed;
}

static uint64_t bits_of(const phs_scalar_inst *n) {
  uint32_t f = 0;
  if (n->op == PHS_K_CONST_F32) {
    memcpy(&f, &n->imm.f, sizeof f);
    return f;
  }
  return (uint64_t)n->imm.i;
}

static bool same(const phs_scalar_inst *a, const phs_scalar_inst *b) {
  return a->op == b->op && a->type == b->type && a->a == b->a && a->b == b->b && a->c == b->c &&
         bits_of(a) == bits_of(b);
}

static size_t place(const phs_scalar_inst *n) {
  uint64_t h = ((uint64_t)n->op << 48 ^ (uint64_t)n->type << 56) + n->a + ((uint64_t)n->b << 16) +
               ((uint64_t)n->c << 32);
  h = (h ^ (bits_of(n) * 0x9E3779B97F4A7C15U)) * 0xD6E8FEB86659FD93U; /* Fibonacci hashing */
  return (size_t)(h >> 32) % TABLE;
}

static phs_reg put(phs_emitter *e, phs_scalar_inst n) {
  if (e->failed) {
    return 0;
  }
  size_t at = place(&n);
  for (; e->table[at]; at = (at + 1) % TABLE) {
    const phs_scalar_inst *there = &e->inst[e->table[at] - 1];
    if (same(there, &n)) {
      return there->dst;
    }
  }
  if (e->inst_count == e->capacity) {
    phs_scalar_inst *more = PHS_NEW_ARRAY(e->arena, phs_scalar_inst, 2 * (size_t)e->capacity);
    if (!more) {
      e->failed = true;
      return 0;
    }
    memcpy(more, e->inst, (size_t)e->inst_count * sizeof *more);
    e->inst = more;
    e->capacity *= 2;
  }
  if (e->register_count >= MOST_REGISTERS) {
    e->failed = true;
    return 0;
  }
  n.dst = (phs_reg)e->register_count++;
  e->inst[e->inst_count] = n;
  e->table[at] = (uint32_t)++e->inst_count;
  return n.dst;
}

phs_reg phs_emit(phs_emitter *e, phs_scalar_op op, phs_scalar_type type, phs_reg a, phs_reg b,
                 phs_reg c) {
  return put(e, (phs_scalar_inst){.op = op, .type = type, .a = a, .b = b, .c = c, .imm.i = 0});
}

phs_reg phs_emit_f32(phs_emitter *e, float value) {
  phs_scalar_inst n = {.op = PHS_K_CONST_F32, .type = PHS_S_F32, .imm.i = 0};
  n.imm.f = value;
  return put(e, n);
}

phs_reg phs_emit_int(phs_emitter *e, phs_scalar_type type, int64_t value) {
  return put(e, (phs_scalar_inst){.op = PHS_K_CONST_INT, .type = type, .imm.i = value});
}

phs_reg phs_emit_compare(phs_emitter *e, int predicate, phs_reg a, phs_reg b) {
  return put(
      e, (phs_scalar_inst){.op = PHS_K_CMPF, .type = PHS_S_I1, .a = a, .b = b, .imm.i = predicate});
}
