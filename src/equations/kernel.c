/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Symbols to an update function. */
#include "equations/emit.h"
#include "equations/step.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

typedef struct writer {
  phs_emitter e;
  const phs_symbols *s;
  int receptors, states;
  phs_reg *reg;    /* of each symbol */
  bool *condition; /* whether that register is i1 */
  phs_sym *coef;
  int coef_count;
} writer;

static phs_reg arg(const writer *w, const phs_symbol *n, int i) {
  return w->reg[n->arg[i]];
}

static phs_reg op2(writer *w, phs_scalar_op op, const phs_symbol *n) {
  return phs_emit(&w->e, op, PHS_S_F32, arg(w, n, 0), arg(w, n, 1), 0);
}

static phs_reg op1(writer *w, phs_scalar_op op, const phs_symbol *n) {
  return phs_emit(&w->e, op, PHS_S_F32, arg(w, n, 0), 0, 0);
}

/* The register of a condition, which may have been computed beforehand as 1 or 0. */
static phs_reg condition(writer *w, phs_sym a) {
  return w->condition[a] ? w->reg[a]
                         : phs_emit_compare(&w->e, PHS_UNE, w->reg[a], phs_emit_f32(&w->e, 0.0F));
}

static phs_reg compare(writer *w, const phs_symbol *n) {
  static const int predicate[] = {PHS_OLT, PHS_OLE, PHS_OGT, PHS_OGE, PHS_OEQ, PHS_UNE};
  return phs_emit_compare(&w->e, predicate[n->op - PHS_E_LT], arg(w, n, 0), arg(w, n, 1));
}

static phs_reg logic(writer *w, const phs_symbol *n) {
  phs_reg a = condition(w, n->arg[0]);
  if (n->op == PHS_E_NOT) {
    return phs_emit(&w->e, PHS_K_XORI, PHS_S_I1, a, phs_emit_int(&w->e, PHS_S_I1, 1), 0);
  }
  return phs_emit(&w->e, n->op == PHS_E_AND ? PHS_K_ANDI : PHS_K_ORI, PHS_S_I1, a,
                  condition(w, n->arg[1]), 0);
}

static phs_reg choose(writer *w, phs_reg c, phs_reg a, phs_reg b) {
  return phs_emit(&w->e, PHS_K_SELECT, PHS_S_F32, c, a, b);
}

static phs_reg sign(writer *w, phs_reg a) {
  phs_reg zero = phs_emit_f32(&w->e, 0.0F);
  phs_reg below =
      choose(w, phs_emit_compare(&w->e, PHS_OLT, a, zero), phs_emit_f32(&w->e, -1.0F), zero);
  return choose(w, phs_emit_compare(&w->e, PHS_OGT, a, zero), phs_emit_f32(&w->e, 1.0F), below);
}

static phs_reg function(writer *w, const phs_symbol *n) {
  phs_reg a = arg(w, n, 0);
  switch (n->op) {
  case PHS_E_EXP:
    return phs_emit_exp(&w->e, a);
  case PHS_E_LOG:
    return phs_emit_log(&w->e, a);
  case PHS_E_SQRT:
    return op1(w, PHS_K_SQRT, n);
  case PHS_E_ABS:
    return op1(w, PHS_K_ABSF, n);
  case PHS_E_TANH:
    return phs_emit_tanh(&w->e, a);
  case PHS_E_SIN:
    return op1(w, PHS_K_SIN, n);
  case PHS_E_COS:
    return op1(w, PHS_K_COS, n);
  case PHS_E_FLOOR:
    return op1(w, PHS_K_FLOOR, n);
  case PHS_E_CEIL:
    return op1(w, PHS_K_CEIL, n);
  case PHS_E_ROUND:
    return op1(w, PHS_K_ROUNDEVEN, n);
  case PHS_E_EXPREL:
    return phs_emit_exprel(&w->e, a);
  case PHS_E_SIGN:
    return sign(w, a);
  case PHS_E_MIN:
    return choose(w, phs_emit_compare(&w->e, PHS_OLT, a, arg(w, n, 1)), a, arg(w, n, 1));
  case PHS_E_MAX:
    return choose(w, phs_emit_compare(&w->e, PHS_OGT, a, arg(w, n, 1)), a, arg(w, n, 1));
  case PHS_E_POW:
    return phs_emit_pow(&w->e, a, arg(w, n, 1));
  default: /* WHERE */
    return choose(w, condition(w, n->arg[0]), arg(w, n, 1), arg(w, n, 2));
  }
}

static phs_reg operation(writer *w, const phs_symbol *n) {
  switch (n->op) {
  case PHS_E_NEG:
    return op1(w, PHS_K_NEGF, n);
  case PHS_E_ADD:
    return op2(w, PHS_K_ADDF, n);
  case PHS_E_SUB:
    return op2(w, PHS_K_SUBF, n);
  case PHS_E_MUL:
    return op2(w, PHS_K_MULF, n);
  case PHS_E_DIV:
    return op2(w, PHS_K_DIVF, n);
  case PHS_E_NOT:
  case PHS_E_AND:
  case PHS_E_OR:
    return logic(w, n);
  case PHS_E_LT:
  case PHS_E_LE:
  case PHS_E_GT:
  case PHS_E_GE:
  case PHS_E_EQ:
  case PHS_E_NE:
    return compare(w, n);
  default:
    return function(w, n);
  }
}

/* What varies, and of the rest what that needs directly or what is a result. */
static bool *needed(const phs_step *step, phs_arena *scratch) {
  const phs_symbols *s = step->s;
  bool *used = PHS_NEW_ARRAY(scratch, bool, s->count);
  bool *direct = PHS_NEW_ARRAY(scratch, bool, s->count);
  if (!used || !direct) {
    return NULL;
  }
  phs_sym_reach(s, step->next, step->state_count, used);
  phs_sym_reach(s, &step->output, 1, used);
  direct[step->output] = true;
  for (int i = 0; i < step->state_count; i++) {
    direct[step->next[i]] = true;
  }
  for (phs_sym i = 0; i < s->count; i++) {
    const phs_symbol *n = &s->node[i];
    direct[i] = direct[i] || (used[i] && n->varies);
    for (int k = 0;
         used[i] && n->varies && n->kind == PHS_SYM_OPERATION && k < phs_operation_arity(n->op);
         k++) {
      direct[n->arg[k]] = true;
    }
  }
  return direct;
}

static void write_symbol(writer *w, phs_sym i) {
  const phs_symbol *n = &w->s->node[i];
  if (n->kind == PHS_SYM_NUMBER) {
    w->reg[i] = phs_emit_f32(&w->e, (float)n->number);
  } else if (n->kind == PHS_SYM_INPUT) {
    w->reg[i] = (phs_reg)n->index;
  } else if (n->kind == PHS_SYM_STATE) {
    w->reg[i] = (phs_reg)(w->receptors + n->index);
  } else if (n->varies) {
    w->reg[i] = operation(w, n);
    w->condition[i] = phs_operation_is_condition(n->op);
  }
}

/* Numbers that do not vary and are not known yet: arguments, in the order of their symbols. */
static void number_coefficients(writer *w, const bool *need) {
  for (phs_sym i = 0; i < w->s->count; i++) {
    if (need[i] && !w->s->node[i].varies && w->s->node[i].kind != PHS_SYM_NUMBER) {
      w->reg[i] = (phs_reg)(w->receptors + w->states + w->coef_count);
      w->coef[w->coef_count++] = i;
    }
  }
}

/* Update functions are shared by name: equal names mean equal functions. */
static const char *unique_name(phs_arena *arena, const char *name, const phs_kernel *k) {
  uint64_t h = 14695981039346656037U; /* FNV-1a of 64 bits (Fowler, Noll & Vo 1991) */
  const int head[] = {k->arg_count, k->result_count};
  for (int i = -1 - k->result_count; i < k->inst_count; i++) {
    const phs_scalar_inst *n = i >= 0 ? &k->inst[i] : NULL;
    uint64_t imm = n ? (uint64_t)n->imm.i : 0;
    const uint64_t part[] = {n ? (uint64_t)n->op : (uint64_t)head[0],
                             n ? (uint64_t)n->type : (uint64_t)head[1],
                             n        ? n->dst
                             : i < -1 ? k->result[-2 - i]
                                      : 0,
                             n ? n->a : 0,
                             n ? n->b : 0,
                             n ? n->c : 0,
                             imm};
    for (size_t p = 0; p < sizeof part / sizeof *part; p++) {
      for (int byte = 0; byte < 64; byte += 8) {
        h = (h ^ (part[p] >> byte & 0xFF)) * 1099511628211U;
      }
    }
  }
  char *text = phs_arena_printf(arena, "%.100s_%016" PRIx64, name, h);
  for (char *c = text; c && *c; c++) {
    *c = isalnum((unsigned char)*c) ? *c : '_';
  }
  return text;
}

static phs_kernel *finish(phs_arena *arena, const writer *w, const phs_step *step, bool spikes,
                          const char *name) {
  phs_kernel *k = PHS_NEW(arena, phs_kernel);
  size_t insts = (size_t)w->e.inst_count * sizeof *w->e.inst;
  uint16_t *result = PHS_NEW_ARRAY(arena, uint16_t, (size_t)step->state_count + 1);
  if (!k || !result) {
    return NULL;
  }
  result[0] = w->reg[step->output];
  for (int i = 0; i < step->state_count; i++) {
    result[1 + i] = w->reg[step->next[i]];
  }
  *k = (phs_kernel){.arg_count = w->receptors + w->states + w->coef_count,
                    .register_count = w->e.register_count,
                    .inst_count = w->e.inst_count,
                    .inst = (phs_scalar_inst *)phs_arena_copy(arena, w->e.inst, insts),
                    .result_count = step->state_count + 1,
                    .result = result,
                    .output_type = spikes ? PHS_S_I1 : PHS_S_F32};
  k->name = k->inst ? unique_name(arena, name, k) : NULL;
  return k->name ? k : NULL;
}

phs_kernel *phs_step_kernel(phs_arena *arena, const phs_step *step, int receptors, bool spikes,
                            const char *name, phs_sym **coef, int *coef_count) {
  phs_arena *scratch = step->s->arena;
  writer w = {.s = step->s, .receptors = receptors, .states = step->state_count};
  bool *need = needed(step, scratch);
  w.reg = PHS_NEW_ARRAY(scratch, phs_reg, step->s->count);
  w.condition = PHS_NEW_ARRAY(scratch, bool, step->s->count);
  w.coef = PHS_NEW_ARRAY(scratch, phs_sym, step->s->count);
  if (!need || !w.reg || !w.condition || !w.coef) {
    return NULL;
  }
  number_coefficients(&w, need);
  if (!phs_emit_start(&w.e, scratch, receptors + w.states + w.coef_count)) {
    return NULL;
  }
  for (phs_sym i = 0; i < step->s->count; i++) {
    if (need[i]) {
      write_symbol(&w, i);
    }
  }
  if (spikes) {
    w.reg[step->output] = condition(&w, step->output);
  }
  *coef = w.coef;
  *coef_count = w.coef_count;
  return w.e.failed ? NULL : finish(arena, &w, step, spikes, name);
}
