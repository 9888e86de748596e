/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor.synapses with its projections -> one op of the network. */
#include "ir/read.h"

#include <math.h>

/* {normal = [mean, sd], clip = [low, high]}: one distribution, at most one bound. */
static bool read_distribution(phs_reader *r, MlirOperation op, const char *name,
                              phs_distribution *out) {
  static const char *const allowed[] = {"constant",    "uniform", "normal", "lognormal",
                                        "exponential", "clip",    "redraw", NULL};
  MlirAttribute a = phs_attribute(op, name);
  *out = (phs_distribution){.low = -INFINITY, .high = INFINITY};
  if (!phs_read_dictionary(r, op, name, a, allowed)) {
    return false;
  }
  int kinds = 0, bounds = 0;
  double v[2] = {0}, bound[2] = {-INFINITY, INFINITY};
  bool ok = true;
  for (int i = 0; ok && i < phs_distribution_names.count; i++) {
    MlirAttribute numbers = phs_entry(a, phs_distribution_names.word[i]);
    if (!mlirAttributeIsNull(numbers)) {
      kinds++;
      out->kind = (phs_distribution_kind)i;
      ok = phs_read_numbers(r, op, name, numbers, phs_distribution_arity(i), v);
    }
  }
  for (int i = 1; ok && i < phs_bound_names.count; i++) {
    MlirAttribute numbers = phs_entry(a, phs_bound_names.word[i]);
    if (!mlirAttributeIsNull(numbers)) {
      bounds++;
      out->bound = (phs_bound)i;
      ok = phs_read_numbers(r, op, name, numbers, 2, bound);
    }
  }
  if (ok && (kinds != 1 || bounds > 1)) {
    phs_reader_error(r, op, PHS_IR_ATTRIBUTE, "example: {normal = [1.0, 0.1], clip = [0.0, 2.0]}",
                     "attribute '%s' has %d distributions and %d bounds; it must have 1 and at "
                     "most 1",
                     name, kinds, bounds);
    return false;
  }
  out->a = v[0];
  out->b = v[1];
  out->low = bound[0];
  out->high = bound[1];
  return ok;
}

static bool read_grid(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                      phs_grid *out) {
  static const char *const allowed[] = {"dim", "extent", NULL};
  if (!phs_read_dictionary(r, op, name, a, allowed)) {
    return false;
  }
  MlirAttribute dim = phs_entry(a, "dim");
  intptr_t rank = mlirAttributeIsNull(dim) || !mlirAttributeIsADenseI64Array(dim)
                      ? 0
                      : mlirDenseArrayGetNumElements(dim);
  if (rank < 1 || rank > PHS_GRID_RANK) {
    phs_reader_error(r, op, PHS_IR_ATTRIBUTE, "example: dim = array<i64: 10, 20>",
                     "the grid '%s' has not 1 to %d dimensions", name, PHS_GRID_RANK);
    return false;
  }
  out->rank = (int32_t)rank;
  for (int i = 0; i < out->rank; i++) {
    int64_t n = mlirDenseI64ArrayGetElement(dim, i);
    if (n < 1 || n > PHS_IR_MAX_SIZE) {
      phs_reader_error(r, op, PHS_IR_RECIPE, NULL,
                       "dimension %d of the grid '%s' is %lld; it must be 1 to 2^31 - 1", i, name,
                       (long long)n);
      return false;
    }
    out->dim[i] = (int32_t)n;
  }
  return phs_read_numbers(r, op, name, phs_entry(a, "extent"), out->rank, out->extent);
}

static bool read_distance(phs_reader *r, MlirOperation op, phs_recipe *out) {
  static const char *const allowed[] = {"profile", "width",  "cutoff", "periodic",
                                        "source",  "target", NULL};
  MlirAttribute a = phs_attribute(op, "distance");
  int profile = 0;
  bool ok =
      phs_read_dictionary(r, op, "distance", a, allowed) &&
      phs_read_word(r, op, "profile", phs_entry(a, "profile"), &phs_profile_names, &profile) &&
      phs_read_number(r, op, "width", phs_entry(a, "width"), &out->width) &&
      phs_read_number(r, op, "cutoff", phs_entry(a, "cutoff"), &out->cutoff) &&
      phs_read_bool(r, op, "periodic", phs_entry(a, "periodic"), &out->periodic) &&
      read_grid(r, op, "source", phs_entry(a, "source"), &out->source_grid) &&
      read_grid(r, op, "target", phs_entry(a, "target"), &out->target_grid);
  out->profile = (phs_profile)profile;
  return ok;
}

/* A list of `count` values that need not be there. */
static bool read_optional(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                          phs_element kind, size_t count, const void **out) {
  *out = NULL;
  return mlirAttributeIsNull(a) || phs_read_values(r, op, name, a, kind, count, out);
}

static bool read_list(phs_reader *r, MlirOperation op, phs_synapse_list *out) {
  static const char *const allowed[] = {"source", "target", "weight", "delay", NULL};
  MlirAttribute a = phs_attribute(op, "list");
  if (!phs_read_dictionary(r, op, "list", a, allowed)) {
    return false;
  }
  if (mlirDictionaryAttrGetNumElements(a) == 0) {
    return true; /* no synapses */
  }
  phs_elements e;
  const void *source, *target, *weight, *delay;
  bool ok =
      phs_read_elements(r, op, "list.source", phs_entry(a, "source"), PHS_ELEMENT_I32, &e) &&
      phs_read_values(r, op, "list.source", phs_entry(a, "source"), PHS_ELEMENT_I32, e.count,
                      &source) &&
      phs_read_values(r, op, "list.target", phs_entry(a, "target"), PHS_ELEMENT_I32, e.count,
                      &target) &&
      read_optional(r, op, "list.weight", phs_entry(a, "weight"), PHS_ELEMENT_F32, e.count,
                    &weight) &&
      read_optional(r, op, "list.delay", phs_entry(a, "delay"), PHS_ELEMENT_I32, e.count, &delay);
  if (ok) {
    *out = (phs_synapse_list){
        .count = e.count, .source = source, .target = target, .weight = weight, .delay = delay};
  }
  return ok;
}

static bool read_rule(phs_reader *r, MlirOperation op, phs_recipe *out) {
  static const char *const plain[] = {"name",     "rule",      "same_population",
                                      "autapses", "multapses", "weight",
                                      "delay",    "key",       "mode",
                                      NULL,       NULL,        NULL};
  const char *allowed[sizeof plain / sizeof *plain];
  memcpy(allowed, plain, sizeof plain);
  int rule = 0;
  if (!phs_read_word(r, op, "rule", phs_attribute(op, "rule"), &phs_rule_names, &rule)) {
    return false;
  }
  out->rule = (phs_rule)rule;
  bool number = rule == PHS_RULE_FIXED_INDEGREE || rule == PHS_RULE_FIXED_OUTDEGREE ||
                rule == PHS_RULE_FIXED_TOTAL_NUMBER;
  bool chance = rule == PHS_RULE_FIXED_PROBABILITY || rule == PHS_RULE_DISTANCE;
  allowed[9] = number ? "number" : chance ? "probability" : rule == PHS_RULE_LIST ? "list" : NULL;
  allowed[10] = rule == PHS_RULE_DISTANCE ? "distance" : NULL;
  return phs_read_only(r, op, allowed) &&
         (!number ||
          phs_read_unsigned(r, op, "number", phs_attribute(op, "number"), &out->number)) &&
         (!chance || phs_read_number(r, op, "probability", phs_attribute(op, "probability"),
                                     &out->probability)) &&
         (rule != PHS_RULE_DISTANCE || read_distance(r, op, out)) &&
         (rule != PHS_RULE_LIST || read_list(r, op, &out->list));
}

/* Elements of a value; 0 (and a report) when it is no value of a network or there are too many. */
static uint32_t neurons_of(phs_reader *r, MlirOperation op, MlirValue value, const char *what) {
  phs_shape shape;
  phs_elem elem;
  if (!phs_read_type(r, op, mlirValueGetType(value), what, &shape, &elem)) {
    return 0;
  }
  size_t n = phs_shape_count(&shape);
  if (n > (size_t)PHS_IR_MAX_SIZE) {
    phs_reader_error(r, op, PHS_IR_SYNAPSE_SIZE, NULL,
                     "%s of a projection has %zu neurons; it must be at most 2^31 - 1", what, n);
    return 0;
  }
  return (uint32_t)n;
}

static bool read_projection(phs_reader *r, MlirOperation op, phs_projection *out) {
  phs_recipe *recipe = &out->recipe;
  int mode = 0;
  recipe->source_count = neurons_of(r, op, mlirOperationGetOperand(op, 0), "the source");
  phs_place place = phs_ir_place(r->ir, mlirOperationGetLocation(op));
  out->line = place.line;
  out->column = place.column;
  bool ok = recipe->source_count > 0 && phs_read_string(r, op, "name", &out->name) &&
            read_rule(r, op, recipe) &&
            phs_read_bool(r, op, "same_population", phs_attribute(op, "same_population"),
                          &recipe->same_population) &&
            phs_read_bool(r, op, "autapses", phs_attribute(op, "autapses"), &recipe->autapses) &&
            phs_read_bool(r, op, "multapses", phs_attribute(op, "multapses"), &recipe->multapses) &&
            read_distribution(r, op, "weight", &recipe->weight) &&
            read_distribution(r, op, "delay", &recipe->delay) &&
            phs_read_unsigned(r, op, "key", phs_attribute(op, "key"), &recipe->key) &&
            phs_read_word(r, op, "mode", phs_attribute(op, "mode"), &phs_mode_names, &mode);
  out->mode = (phs_synapse_mode)mode;
  return ok;
}

static bool read_plasticity(phs_reader *r, MlirOperation op, phs_plasticity *out) {
  MlirAttribute a = phs_attribute(op, "plasticity");
  if (mlirAttributeIsNull(a)) {
    return true;
  }
  const struct {
    const char *name;
    float *value;
  } numbers[] = {
      {"decay_plus", &out->decay_plus}, {"decay_minus", &out->decay_minus},
      {"a_plus", &out->a_plus},         {"a_minus", &out->a_minus},
      {"w_min", &out->w_min},           {"w_max", &out->w_max},
      {"decay_e", &out->decay_e},       {"rate", &out->rate},
  };
  static const char *const allowed[] = {"kind",     "decay_plus", "decay_minus", "a_plus",
                                        "a_minus",  "w_min",      "w_max",       "mu_plus",
                                        "mu_minus", "decay_e",    "rate",        NULL};
  int kind = 0;
  int64_t mu_plus = 0, mu_minus = 0;
  if (!phs_read_dictionary(r, op, "plasticity", a, allowed) ||
      !phs_read_word(r, op, "kind", phs_entry(a, "kind"), &phs_plasticity_names, &kind) ||
      !phs_read_integer(r, op, "mu_plus", phs_entry(a, "mu_plus"), &mu_plus) ||
      !phs_read_integer(r, op, "mu_minus", phs_entry(a, "mu_minus"), &mu_minus)) {
    return false;
  }
  size_t n = sizeof numbers / sizeof *numbers - (kind == PHS_PLASTICITY_RSTDP ? 0 : 2);
  for (size_t i = 0; i < n; i++) {
    if (!phs_read_float(r, op, numbers[i].name, phs_entry(a, numbers[i].name), numbers[i].value)) {
      return false;
    }
  }
  if ((mu_plus != 0 && mu_plus != 1) || (mu_minus != 0 && mu_minus != 1)) {
    phs_reader_error(r, op, PHS_IR_PLASTICITY, "0: additive, 1: multiplicative",
                     "mu_plus is %lld and mu_minus %lld; each must be 0 or 1", (long long)mu_plus,
                     (long long)mu_minus);
    return false;
  }
  out->kind = (phs_plasticity_kind)kind;
  out->mu_plus = (int32_t)mu_plus;
  out->mu_minus = (int32_t)mu_minus;
  return true;
}

/* How many operands are projections, targets' spikes, rewards and inits. IRDL has checked that the
 * numbers add up, and that the last three are 0 or 1. */
static bool read_segments(phs_reader *r, MlirOperation op, phs_synapses *s) {
  MlirAttribute sizes = phs_attribute(op, "operandSegmentSizes");
  if (mlirAttributeIsNull(sizes) || !mlirAttributeIsADenseI32Array(sizes) ||
      mlirDenseArrayGetNumElements(sizes) != 4) {
    phs_reader_error(r, op, PHS_IR_ATTRIBUTE, NULL,
                     "attribute 'operandSegmentSizes' is missing, or not 4 integers");
    return false;
  }
  s->projection_count = mlirDenseI32ArrayGetElement(sizes, 0);
  int spikes = mlirDenseI32ArrayGetElement(sizes, 1),
      reward = mlirDenseI32ArrayGetElement(sizes, 2);
  s->has_init = mlirDenseI32ArrayGetElement(sizes, 3) > 0;
  phs_plasticity_kind kind = s->plasticity.kind;
  if ((spikes > 0) != (kind != PHS_PLASTICITY_NONE) ||
      (reward > 0) != (kind == PHS_PLASTICITY_RSTDP)) {
    phs_reader_error(r, op, PHS_IR_PLASTICITY,
                     "stdp takes the targets' spikes; reward_stdp takes these and the reward",
                     "the op has %d operands of targets' spikes and %d of rewards", spikes, reward);
    return false;
  }
  return true;
}

bool phs_read_synapses(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name", "operandSegmentSizes", "counted", "plasticity",
                                        NULL};
  phs_synapses *s = &op->synapses;
  MlirAttribute counted = phs_attribute(from, "counted");
  s->counted = !mlirAttributeIsNull(counted);
  if (!phs_read_only(r, from, allowed) ||
      (s->counted && !phs_read_float(r, from, "counted", counted, &s->weight)) ||
      !read_plasticity(r, from, &s->plasticity) || !read_segments(r, from, s)) {
    return false;
  }
  uint32_t targets = neurons_of(r, from, mlirOperationGetResult(from, 0), "the target");
  s->projection = PHS_NEW_ARRAY(r->arena, phs_projection, (size_t)s->projection_count);
  if (!s->projection) {
    phs_reader_no_memory(r);
    return false;
  }
  for (int k = 0; k < (int)mlirOperationGetNumOperands(from); k++) {
    bool projection = !mlirOperationIsNull(phs_ir_projection(from, k));
    if (projection != (k < s->projection_count)) {
      phs_reader_error(r, from, PHS_IR_PROJECTION_USE,
                       "operandSegmentSizes begins with their number",
                       "operand %d of '%s' is %s projection", k, op->name, projection ? "a" : "no");
      return false;
    }
  }
  bool ok = targets > 0;
  for (int k = 0; ok && k < s->projection_count; k++) {
    MlirOperation projection = phs_ir_projection(from, k);
    s->projection[k].recipe.target_count = targets;
    ok = read_projection(r, projection, &s->projection[k]);
  }
  return ok;
}
