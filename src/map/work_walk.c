/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* From each receptor of each population backwards to the populations that feed it: one link for
 * each way. */
#include "map/work_build.h"

#include <stdlib.h>

/** More ways than these are not a network that anyone means to map. */
#define MOST_LINKS 1048576u
#define MOST_STEPS 67108864u

typedef struct frame {
  int op;
  int next; /* operand to go to */
  phs_path path;
} frame;

typedef struct walk {
  phs_work_build *b;
  int target, receptor;
  frame *stack; /* malloc'd */
  size_t depth, room;
  uint8_t *open; /* by op: on the stack */
  uint64_t steps;
} walk;

/* Nothing ever comes of it: a receptor that nothing reaches has such an operand. */
static bool is_silent(const phs_op *op) {
  if (op->kind != PHS_OP_SOURCE || op->source.kind != PHS_SOURCE_CURRENT) {
    return false;
  }
  for (size_t k = 0; k < op->source.piece_count; k++) {
    for (size_t i = 0; i < op->source.piece_value[k].n; i++) {
      if (op->source.piece_value[k].v[i] != 0.0F) {
        return false;
      }
    }
  }
  return true;
}

/* ---------------------------------------------------------------------------------------- walk */

static bool too_many(const walk *k) {
  const phs_op *op = &k->b->net->op[k->target];
  phs_place place = phs_work_place(k->b->net, op);
  phs_report(k->b->diag, PHS_MAP_PATHS, &place,
             "put neurons between the layers, or add the weights of parallel layers up",
             "more than %u ways lead through layers without neurons; the last counted reach '%s'",
             MOST_LINKS, op->name);
  return false;
}

static bool add_link(walk *k, int source, const phs_path *path) {
  phs_work_build *b = k->b;
  const phs_op *op = &b->net->op[source];
  if (is_silent(op) || (path->kind == PHS_PATH_IDENTITY && phs_source_is_bias(op))) {
    return true;
  }
  if (b->link_count == MOST_LINKS) {
    return too_many(k);
  }
  if (b->link_count == b->link_room) {
    size_t room = b->link_room ? 2 * b->link_room : 64;
    phs_link *grown = realloc(b->link, room * sizeof *grown);
    if (!grown) {
      return false;
    }
    b->link = grown;
    b->link_room = room;
  }
  b->link[b->link_count++] = (phs_link){source, k->target, k->receptor, *path};
  return true;
}

static bool loop_found(const walk *k, int op) {
  const phs_op *at = &k->b->net->op[op];
  phs_place place = phs_work_place(k->b->net, at);
  phs_report(k->b->diag, PHS_MAP_LOOP, &place,
             "put neurons into the loop: li neurons hold a value from step to step",
             "'%s' reaches itself through layers and delays alone, without neurons", at->name);
  return false;
}

static bool push(walk *k, int op, const phs_path *path) {
  if (phs_op_is_population(&k->b->net->op[op])) {
    return add_link(k, op, path);
  }
  if (k->open[op]) {
    return loop_found(k, op);
  }
  if (++k->steps > MOST_STEPS) {
    return too_many(k);
  }
  if (k->depth == k->room) {
    size_t room = k->room ? 2 * k->room : 64;
    frame *grown = realloc(k->stack, room * sizeof *grown);
    if (!grown) {
      return false;
    }
    k->stack = grown;
    k->room = room;
  }
  k->open[op] = 1;
  k->stack[k->depth++] = (frame){op, 0, *path};
  return true;
}

static bool walk_receptor(walk *k) {
  const phs_net *n = k->b->net;
  phs_path path = {.kind = PHS_PATH_IDENTITY,
                   .exact = true,
                   .shift = true,
                   .named = -1,
                   .factor = 1,
                   .list = -1};
  bool ok = push(k, n->op[k->target].operand[k->receptor], &path);
  while (ok && k->depth > 0) {
    frame *top = &k->stack[k->depth - 1];
    const phs_op *op = &n->op[top->op];
    if (top->next == op->operand_count) {
      k->open[top->op] = 0;
      k->depth--;
      continue;
    }
    const int i = top->next++;
    path = top->path;
    phs_path_step s = phs_path_enter(k->b, &k->b->grid[k->target], top->op, i, &path);
    ok = s != PHS_PATH_FAIL && (s == PHS_PATH_SKIP || push(k, op->operand[i], &path));
  }
  return ok;
}

bool phs_work_walk(phs_work_build *b) {
  walk k = {.b = b, .open = PHS_NEW_ARRAY(b->scratch, uint8_t, (size_t)b->net->op_count)};
  bool ok = k.open;
  for (k.target = 0; ok && k.target < b->net->op_count; k.target++) {
    const phs_op *op = &b->net->op[k.target];
    for (k.receptor = 0; ok && op->kind == PHS_OP_NEURONS && k.receptor < op->operand_count;
         k.receptor++) {
      ok = walk_receptor(&k);
    }
  }
  free(k.stack);
  return ok;
}
