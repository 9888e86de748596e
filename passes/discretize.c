/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-discretize: level net -> level opt. */
#include "discretize.h"

#include "ir/edit.h"
#include "net/schedule.h"
#include "passes.h"

#include <math.h>
#include <stdio.h>

/* An update function that was made for this module. */
typedef struct made_function {
  char key[128]; /* the name it should have, which says all that it depends on */
  char *symbol;  /* the name it got */
} made_function;

typedef struct discretizer {
  phs_ir *ir;
  MlirModule module, library;
  phs_ir_view view;
  phs_arena *arena; /* the view's */
  made_function *made;
  int made_count;
} discretizer;

static phs_place place_of(const discretizer *d, const phs_op *op) {
  return (phs_place){
      .file = d->view.net->file, .where = op->where, .line = op->line, .column = op->column};
}

static phasor_status no_memory(const discretizer *d) {
  phs_report(d->ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for phasor-discretize");
  return PHASOR_ERROR_INTERNAL;
}

/* ---- coefficients ---- */

/* All coefficients of a population, rounded once; values[k] has *count of them. */
typedef struct table {
  float *values[PHS_C_COUNT];
  size_t count; /* 1 when all parameters are the same for all neurons */
} table;

static phasor_status check_many(discretizer *d, const phs_op *op, const phs_update *u,
                                double distance, size_t n) {
  phs_place place = place_of(d, op);
  if (!phs_update_counts(u)) {
    return PHASOR_OK;
  }
  if (u->conventions->reset == PHS_SUBTRACT_GUARDED) {
    phs_report(d->ir->diag, PHS_DISCRETIZE_MANY, &place,
               "use --convention reset=subtract or spikes_per_step=one",
               "'%s': spikes_per_step=many has no meaning with reset=subtract_guarded", op->name);
    return PHASOR_ERROR_MODEL;
  }
  if (!((float)distance > 0)) {
    phs_report(d->ir->diag, PHS_DISCRETIZE_MANY, &place,
               "use --convention spikes_per_step=one, or mend the parameters",
               "'%s': with spikes_per_step=many, v_threshold - v_reset of neuron %zu is %g; it "
               "must be above 0",
               op->name, n, distance);
    return PHASOR_ERROR_MODEL;
  }
  return PHASOR_OK;
}

static void warn_unstable(discretizer *d, const phs_op *op, size_t n, const double *k) {
  double least = k[PHS_C_A] < k[PHS_C_S] ? k[PHS_C_A] : k[PHS_C_S];
  if (least < -1) {
    phs_place place = place_of(d, op);
    phs_report(d->ir->diag, PHS_DISCRETIZE_UNSTABLE, &place,
               "use a smaller --dt, or --convention integrator=exact",
               "'%s': at dt = %g s forward Euler multiplies a state of neuron %zu by %g each step",
               op->name, d->view.net->dt, n, least);
  }
}

static phasor_status fill_table(discretizer *d, const phs_op *op, const phs_update *u, table *t) {
  const phs_net *net = d->view.net;
  const phs_model_info *info = phs_model_get(op->neurons.model);
  t->count = 1;
  for (int i = 0; i < info->param_count; i++) {
    t->count = op->neurons.param[i].n > t->count ? op->neurons.param[i].n : t->count;
  }
  for (int i = 0; i < PHS_C_COUNT; i++) {
    t->values[i] = PHS_NEW_ARRAY(d->arena, float, t->count);
    if (!t->values[i]) {
      return no_memory(d);
    }
  }
  bool warned = false;
  for (size_t n = 0; n < t->count; n++) {
    double k[PHS_C_COUNT];
    phs_coefficients(&net->conventions, net->dt, &op->neurons, n, k);
    phasor_status status = check_many(d, op, u, k[PHS_C_D], n);
    if (status != PHASOR_OK) {
      return status;
    }
    for (int i = 0; i < PHS_C_COUNT; i++) {
      t->values[i][n] = (float)k[i];
      if (u->used[i] && !isfinite(t->values[i][n])) {
        phs_place place = place_of(d, op);
        phs_report(d->ir->diag, PHS_DISCRETIZE_RANGE, &place,
                   "check --dt and --time-unit against the time constants",
                   "'%s': with dt = %g s the parameters of neuron %zu give the coefficient %g",
                   op->name, net->dt, n, k[i]);
        return PHASOR_ERROR_MODEL;
      }
    }
    if (!warned && (k[PHS_C_A] < -1 || k[PHS_C_S] < -1)) {
      warn_unstable(d, op, n, k);
      warned = true;
    }
  }
  return PHASOR_OK;
}

/* ---- functions ---- */

/* The symbol for a function of that name; another one where the module has the name taken. */
static char *free_symbol(discretizer *d, const char *key) {
  char *symbol = phs_arena_strdup(d->arena, key);
  for (int i = 0; symbol && !mlirOperationIsNull(phs_ir_find_function(d->module, phs_ref(symbol)));
       i++) {
    symbol = phs_arena_printf(d->arena, "%s_%d", key, i);
  }
  return symbol;
}

/* The composed function, with the pieces that it calls read in place. */
static const phs_kernel *compose(discretizer *d, const phs_update *u, const char *name) {
  phs_buf text = {0};
  phs_update_text(u, name, &text);
  /* The library's text ends with the brace of its module. */
  size_t length = phs_models_text_size;
  while (length > 0 && phs_models_text[length - 1] != '}') {
    length--;
  }
  phs_buf all = {0};
  phs_buf_add(&all, phs_models_text, length - 1);
  phs_buf_puts(&all, phs_buf_cstr(&text));
  phs_buf_puts(&all, "}\n");
  MlirModule module =
      mlirModuleCreateParse(d->ir->context, mlirStringRefCreate(phs_buf_cstr(&all), all.len));
  const phs_kernel *kernel = NULL;
  if (!text.failed && !all.failed && !mlirModuleIsNull(module)) {
    kernel = phs_ir_read_function(d->ir, module, name, d->arena);
  }
  if (!kernel) {
    phs_report(d->ir->diag, PHS_INTERNAL, NULL, NULL, "the update function @%s cannot be composed",
               name);
  }
  if (!mlirModuleIsNull(module)) {
    mlirModuleDestroy(module);
  }
  phs_buf_free(&text);
  phs_buf_free(&all);
  return kernel;
}

/* The symbol of the update function, made at its first use. NULL when reported. */
static const char *function_for(discretizer *d, const phs_update *u) {
  char key[sizeof d->made->key];
  if (!phs_update_name(u, key, sizeof key)) {
    return NULL;
  }
  for (int i = 0; i < d->made_count; i++) {
    if (strcmp(d->made[i].key, key) == 0) {
      return d->made[i].symbol;
    }
  }
  const phs_kernel *kernel = compose(d, u, key);
  char *symbol = kernel ? free_symbol(d, key) : NULL;
  MlirOperation function =
      symbol ? phs_ir_make_function(d->ir, kernel, symbol) : (MlirOperation){0};
  if (mlirOperationIsNull(function)) {
    return NULL;
  }
  mlirBlockAppendOwnedOperation(mlirModuleGetBody(d->module), function);
  made_function *m = &d->made[d->made_count++];
  memcpy(m->key, key, sizeof key);
  m->symbol = symbol;
  return symbol;
}

/* ---- ops ---- */

static void set(MlirOperation op, const char *name, MlirAttribute value) {
  mlirOperationSetAttributeByName(op, phs_ref(name), value);
}

static phasor_status discretize_population(discretizer *d, const phs_op *op, MlirOperation at) {
  phs_update u = phs_update_of(&d->view.net->conventions, op->neurons.model);
  table t = {0};
  phasor_status status = fill_table(d, op, &u, &t);
  if (status != PHASOR_OK) {
    return status;
  }
  bool rest = false;
  for (size_t n = 0; n < t.count; n++) {
    rest = rest || t.values[PHS_C_L][n] != 0.0F;
  }
  u.used[PHS_C_L] = u.used[PHS_C_L] && rest;
  const char *symbol = function_for(d, &u);
  if (!symbol) {
    return PHASOR_ERROR_INTERNAL;
  }
  phs_shape flat = {.rank = 1, .dim = {(int64_t)phs_shape_count(&op->shape)}};
  MlirAttribute coefficients[PHS_C_COUNT];
  int count = 0;
  for (int i = 0; i < PHS_C_COUNT; i++) {
    if (u.used[i]) {
      coefficients[count++] =
          phs_attr_per_element(d->ir, PHS_ELEMENT_F32, &flat, t.values[i], t.count, true);
    }
  }
  const phs_model_info *info = phs_model_get(op->neurons.model);
  set(at, "update", phs_attr_symbol(d->ir, symbol));
  set(at, "states", phs_attr_strings(d->ir, info->state, info->state_count));
  set(at, "coefficients", mlirArrayAttrGet(d->ir->context, count, coefficients));
  mlirOperationRemoveAttributeByName(at, phs_ref("model"));
  mlirOperationRemoveAttributeByName(at, phs_ref("params"));
  return PHASOR_OK;
}

static phasor_status discretize_delay(discretizer *d, const phs_op *op, MlirOperation at) {
  size_t n = op->delay.seconds.n;
  int64_t *steps = PHS_NEW_ARRAY(d->arena, int64_t, n);
  if (!steps) {
    return no_memory(d);
  }
  for (size_t i = 0; i < n; i++) {
    steps[i] = phs_delay_steps(op->delay.seconds.v[i], d->view.net->dt);
  }
  set(at, "steps", phs_attr_per_element(d->ir, PHS_ELEMENT_I64, &op->shape, steps, n, true));
  mlirOperationRemoveAttributeByName(at, phs_ref("seconds"));
  return PHASOR_OK;
}

static phasor_status discretize_all(discretizer *d) {
  const phs_net *net = d->view.net;
  d->made = PHS_NEW_ARRAY(d->arena, made_function, (size_t)net->op_count);
  if (!d->made) {
    return no_memory(d);
  }
  phasor_status status = PHASOR_OK;
  for (int i = 0; status == PHASOR_OK && i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    if (op->kind == PHS_OP_NEURONS && !op->neurons.kernel) {
      status = discretize_population(d, op, d->view.op[i]);
    } else if (op->kind == PHS_OP_DELAY && op->delay.seconds.v) {
      status = discretize_delay(d, op, d->view.op[i]);
    }
  }
  return status;
}

static phasor_status run(phs_ir *ir, MlirModule module, const char *const *values) {
  (void)values;
  discretizer d = {.ir = ir, .module = module};
  phasor_status status = phs_ir_view_open(ir, module, &d.view);
  if (status != PHASOR_OK) {
    return status;
  }
  d.arena = d.view.net->arena;
  if (!d.view.net->discrete) {
    status = discretize_all(&d);
    set(d.view.subgraph, "phasor.level", phs_attr_string(ir, "opt"));
  }
  phs_ir_view_free(&d.view);
  return status;
}

const phs_pass phs_pass_discretize = {
    .info = {"phasor-discretize",
             "neuron models to update functions, seconds to steps: level net to level opt",
             "Replaces the model and the parameters of every population by an update function, one "
             "step of its equations as "
             "straight-line scalar code, and by the coefficients that the function takes, computed "
             "in double from the "
             "parameters, phasor.dt and the conventions and rounded once to f32. Populations with "
             "equal functions share one. "
             "A term for the resting value is only there where some neuron of the population has "
             "one that is not 0. Delays "
             "in seconds become whole steps, halves away from zero. Populations that bring their "
             "own update function stay "
             "as they are; a network of level opt does not change."},
    .run = run,
};
