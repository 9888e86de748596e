/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Work graphs: made of a network, freed. */
#include "map/work_build.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

phs_place phs_work_place(const phs_net *n, const phs_op *op) {
  return (phs_place){.file = n->file, .where = op->where, .line = op->line, .column = op->column};
}

/* --------------------------------------------------------------------------------- populations */

static void fill_population(const phs_work_build *b, int at, phs_population *p) {
  const phs_op *op = &b->net->op[at];
  p->name = op->name;
  p->op = at;
  p->where = op->where;
  p->line = op->line;
  p->column = op->column;
  p->kind = op->kind == PHS_OP_INPUT    ? PHS_POPULATION_INPUT
            : op->kind == PHS_OP_SOURCE ? PHS_POPULATION_SOURCE
                                        : PHS_POPULATION_NEURONS;
  p->count = (uint32_t)phs_shape_count(&op->shape);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    p->dim[d] = b->grid[at].dim[d];
  }
  p->graded = op->kind != PHS_OP_INPUT && op->elem == PHS_F32;
  p->state_count = op->kind == PHS_OP_NEURONS ? op->neurons.state_count : 0;
  p->receptor_count = op->kind == PHS_OP_NEURONS ? op->operand_count : 0;
  p->format_count = p->threshold_count = 1;
}

/* Currents that are but biases of neurons are no populations, unless somebody looks at them. */
static bool number_populations(phs_work_build *b) {
  const phs_net *n = b->net;
  phs_work *w = b->w;
  uint8_t *used = PHS_NEW_ARRAY(b->scratch, uint8_t, (size_t)n->op_count);
  if (!used) {
    return false;
  }
  for (size_t i = 0; i < b->link_count; i++) {
    used[b->link[i].source] = 1;
  }
  for (int i = 0; i < n->op_count; i++) {
    b->population[i] = UINT32_MAX;
    if (phs_op_is_population(&n->op[i]) && (used[i] || !phs_source_is_bias(&n->op[i]))) {
      b->population[i] = w->population_count++;
    }
  }
  w->population = PHS_NEW_ARRAY(w->arena, phs_population, w->population_count);
  for (int i = 0; w->population && i < n->op_count; i++) {
    if (b->population[i] == UINT32_MAX) {
      continue;
    }
    phs_population *p = &w->population[b->population[i]];
    fill_population(b, i, p);
    if (n->op[i].kind == PHS_OP_NEURONS && !phs_work_formats(b, &n->op[i], p)) {
      return false;
    }
    w->neurons += p->kind == PHS_POPULATION_INPUT ? 0 : p->count;
  }
  return w->population;
}

/* Goes back from outputs through what has no neurons. */
static bool mark_outputs(phs_work_build *b) {
  const phs_net *n = b->net;
  int *stack = PHS_NEW_ARRAY(b->scratch, int, (size_t)n->op_count), depth = 0;
  uint8_t *seen = PHS_NEW_ARRAY(b->scratch, uint8_t, (size_t)n->op_count);
  if (!stack || !seen) {
    return false;
  }
  for (int i = 0; i < n->op_count; i++) {
    if (n->op[i].kind == PHS_OP_OUTPUT && !seen[i]) {
      seen[i] = 1;
      stack[depth++] = i;
    }
    while (depth > 0) {
      const int at = stack[--depth];
      if (b->population[at] != UINT32_MAX) {
        b->w->population[b->population[at]].output = true;
      }
      for (int k = 0; !phs_op_is_population(&n->op[at]) && k < n->op[at].operand_count; k++) {
        const int next = n->op[at].operand[k];
        if (!seen[next]) {
          seen[next] = 1;
          stack[depth++] = next;
        }
      }
    }
  }
  return true;
}

/* --------------------------------------------------------------------------------- projections */

static int bits_for(double magnitude) {
  int bits = 0;
  while (bits < 25 && ldexp(1.0, bits) <= magnitude) {
    bits++;
  }
  return bits;
}

/* Bits that hold the weights as integers: of magnitudes, or of two's complement where signs are
 * mixed; 0: not integers, or of more than 24 bits. */
static int weight_bits(const phs_path *path) {
  double a = path->factor, b = a;
  if (path->overlap || path->weighted > 1 || path->factor != floor(path->factor) ||
      (path->weighted && !path->weights.integer)) {
    return 0;
  }
  if (path->weighted) {
    a = path->weights.low * path->factor;
    b = path->weights.high * path->factor;
  }
  double low = fmin(a, b), high = fmax(a, b);
  int bits = low < 0.0 && high > 0.0 ? 1 + (int)fmax(bits_for(high), bits_for(-low - 1.0))
                                     : (int)fmax(1.0, bits_for(fmax(high, -low)));
  return bits <= 24 ? bits : 0;
}

static bool one_weight(const phs_path *path) {
  return !path->overlap && path->exact &&
         (path->weighted == 0 || (path->weighted == 1 && path->weights.low == path->weights.high));
}

static void fill_weights(const phs_work_build *b, const phs_path *path, phs_work_projection *p) {
  double stored = p->synapses;
  if (p->shared) {
    stored = b->w->population[p->target].dim[0];
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      stored *= p->window[d].taps;
    }
    stored = one_weight(path) ? 1.0 : stored;
  }
  p->kernel_weights = stored < (double)UINT32_MAX ? (uint32_t)stored : UINT32_MAX;
  p->weight_bits = weight_bits(path);
  p->mixed_sign = path->mixed;
  p->plastic = path->plastic;
  p->counted = path->counted || one_weight(path);
}

static bool fill_list(phs_work_build *b, const phs_path *path, phs_work_projection *p) {
  p->wiring = PHS_WIRING_LIST;
  bool ok = path->kind != PHS_PATH_LIST
                ? phs_list_of_identity(b, b->w->population[p->source].count, &p->list)
            : path->recipe ? phs_list_of_recipe(b, path->recipe, &p->list)
                           : phs_list_of_linear(b, &b->net->op[path->list], &p->list);
  if (ok) {
    p->synapses = (double)p->list.row[b->w->population[p->source].count];
  }
  return ok;
}

static void fill_window(phs_work_build *b, phs_link *l, phs_work_projection *p) {
  const phs_population *s = &b->w->population[p->source], *t = &b->w->population[p->target];
  phs_path_regrid(&l->path, &b->grid[l->target], &b->grid[l->source]);
  p->wiring = PHS_WIRING_WINDOW;
  p->synapses = 1.0;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    p->window[d] = l->path.kind == PHS_PATH_IDENTITY ? phs_axis_identity() : l->path.axis[d];
    p->synapses *=
        phs_axis_pairs(&p->window[d], (phs_interval){0, s->dim[d]}, (phs_interval){0, t->dim[d]});
  }
  p->exact = l->path.exact;
  p->shared = l->path.shift;
}

static bool fill_wiring(phs_work_build *b, phs_link *l, phs_work_projection *p) {
  switch (l->path.kind) {
  case PHS_PATH_IDENTITY:
    if (!phs_dims_equal(&b->grid[l->source], &b->grid[l->target])) {
      return fill_list(b, &l->path, p);
    }
    fill_window(b, l, p);
    return true;
  case PHS_PATH_WINDOW:
    fill_window(b, l, p);
    return true;
  case PHS_PATH_LIST:
    return fill_list(b, &l->path, p);
  case PHS_PATH_RECIPE:
    p->wiring = PHS_WIRING_RECIPE;
    p->recipe = l->path.recipe;
    p->synapses = phs_work_expected(b, p->recipe);
    return true;
  }
  return true;
}

static int32_t steps(int64_t s) {
  return s < INT32_MAX ? (int32_t)s : INT32_MAX;
}

static bool fill_projection(phs_work_build *b, phs_link *l, phs_work_projection *p) {
  const int named = l->path.named >= 0 ? l->path.named : l->target;
  const phs_op *op = &b->net->op[named];
  const phs_projection *own = l->path.projection;
  *p = (phs_work_projection){.name = own ? own->name : op->name,
                             .op = named,
                             .where = op->where,
                             .line = own && own->line ? own->line : op->line,
                             .column = own && own->line ? own->column : op->column,
                             .source = b->population[l->source],
                             .target = b->population[l->target],
                             .receptor = l->receptor,
                             .delay_least = steps(l->path.least),
                             .delay_most = steps(l->path.most),
                             .exact = true};
  if (!fill_wiring(b, l, p)) {
    return false;
  }
  fill_weights(b, &l->path, p);
  return true;
}

static bool make_projections(phs_work_build *b) {
  phs_work *w = b->w;
  w->projection = PHS_NEW_ARRAY(w->arena, phs_work_projection, b->link_count);
  if (!w->projection) {
    return false;
  }
  for (size_t i = 0; i < b->link_count; i++) {
    phs_work_projection *p = &w->projection[w->projection_count];
    if (!fill_projection(b, &b->link[i], p)) {
      return false;
    }
    if (p->synapses > 0.0) {
      w->projection_count++;
      w->synapses += p->synapses;
    }
  }
  return true;
}

/* Projections by their populations, ascending. */
static bool index_projections(phs_work *w) {
  uint32_t *in = PHS_NEW_ARRAY(w->arena, uint32_t, w->projection_count);
  uint32_t *out = PHS_NEW_ARRAY(w->arena, uint32_t, w->projection_count);
  uint32_t first_in = 0, first_out = 0;
  if (!in || !out) {
    return false;
  }
  for (uint32_t i = 0; i < w->projection_count; i++) {
    w->population[w->projection[i].target].in_count++;
    w->population[w->projection[i].source].out_count++;
  }
  for (uint32_t i = 0; i < w->population_count; i++) {
    phs_population *p = &w->population[i];
    p->first_in = first_in;
    p->first_out = first_out;
    first_in += p->in_count;
    first_out += p->out_count;
    p->in_count = p->out_count = 0;
  }
  for (uint32_t i = 0; i < w->projection_count; i++) {
    phs_population *t = &w->population[w->projection[i].target];
    phs_population *s = &w->population[w->projection[i].source];
    in[t->first_in + t->in_count++] = i;
    out[s->first_out + s->out_count++] = i;
  }
  w->in = in;
  w->out = out;
  return true;
}

/* -------------------------------------------------------------------------------------- create */

/* What cannot be mapped whatever the machine. */
static bool check_net(phs_work_build *b) {
  const phs_net *n = b->net;
  if (!n->discrete) {
    phs_report(b->diag, PHS_MAP_LEVEL, &(phs_place){.file = n->file}, "run phasor-discretize first",
               "'%s' is at level net", n->name ? n->name : "");
    return false;
  }
  for (int i = 0; i < n->op_count; i++) {
    size_t count = phs_shape_count(&n->op[i].shape);
    if (count > INT32_MAX) {
      phs_place place = phs_work_place(n, &n->op[i]);
      phs_report(b->diag, PHS_MAP_LARGE, &place, "divide it into several populations",
                 "'%s' has %zu elements; at most %" PRId32 " can be mapped as one", n->op[i].name,
                 count, INT32_MAX);
      return false;
    }
  }
  return true;
}

static bool begin(phs_work_build *b) {
  const size_t ops = (size_t)b->net->op_count;
  phs_arena *arena = phs_arena_create();
  b->scratch = phs_arena_create();
  b->w = arena ? PHS_NEW(arena, phs_work) : NULL;
  if (!b->w || !b->scratch) {
    phs_arena_destroy(arena);
    b->w = NULL;
    return false;
  }
  *b->w = (phs_work){
      .arena = arena, .name = b->net->name ? b->net->name : "network", .file = b->net->file};
  b->grid = PHS_NEW_ARRAY(b->scratch, phs_dims, ops);
  b->scanned = PHS_NEW_ARRAY(b->scratch, uint8_t, ops);
  b->weights = PHS_NEW_ARRAY(b->scratch, phs_weights, ops);
  b->population = PHS_NEW_ARRAY(b->scratch, uint32_t, ops);
  return b->grid && b->scanned && b->weights && b->population;
}

static bool keep_pruned(phs_work_build *b) {
  if (b->pruned_count == 0) {
    return true;
  }
  b->w->pruned = phs_arena_copy(b->w->arena, b->pruned, b->pruned_count * sizeof *b->pruned);
  b->w->pruned_count = b->pruned_count;
  return b->w->pruned;
}

phasor_status phs_work_create(const phs_net *n, const phs_work_options *o, phs_diag *diag,
                              phs_work **out) {
  const phs_work_options none = {0};
  phs_work_build b = {.net = n, .o = o ? o : &none, .diag = diag, .status = PHASOR_ERROR_TARGET};
  const unsigned errors = diag->errors;
  bool ok = true;
  *out = NULL;
  if (!check_net(&b)) {
    return n->discrete ? PHASOR_ERROR_TARGET : PHASOR_ERROR_MODEL;
  }
  ok = begin(&b) && phs_work_grids(&b) && phs_work_walk(&b) && number_populations(&b) &&
       mark_outputs(&b) && make_projections(&b) && index_projections(b.w) && phs_work_rates(&b) &&
       keep_pruned(&b);
  if (!ok && diag->errors == errors) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for what is to be mapped of '%s'",
               n->name ? n->name : "");
    b.status = phs_code_status(PHS_NO_MEMORY);
  }
  if (!ok) {
    phs_work_free(b.w);
    b.w = NULL;
  }
  *out = b.w;
  free(b.link);
  free(b.pruned);
  phs_arena_destroy(b.scratch);
  return ok ? PHASOR_OK : b.status;
}

void phs_work_free(phs_work *w) {
  if (w) {
    phs_arena_destroy(w->arena);
  }
}

bool phs_work_pruned(const phs_work *w, size_t i, phs_pruned *out) {
  if (i >= w->pruned_count) {
    return false;
  }
  *out = w->pruned[i];
  return true;
}
