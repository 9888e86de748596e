/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One op of the dialect -> one op of the network. */
#include "ir/read.h"

static MlirAttribute get(MlirOperation op, const char *name) {
  return mlirOperationGetAttributeByName(op, phs_ref(name));
}

/* "A bias of -0 is stored as +0" (net.h). */
static void positive_zeros(phs_reader *r, phs_tensor *bias) {
  size_t n = bias->data ? phs_shape_count(&bias->shape) : 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, &bias->data[i], sizeof bits);
    if (bits == UINT32_C(0x80000000)) {
      float *copy = phs_arena_copy(r->arena, bias->data, n * sizeof *copy);
      for (size_t k = i; copy && k < n; k++) {
        copy[k] += 0.0f;
      }
      bias->data = copy;
      if (!copy) {
        phs_reader_no_memory(r);
      }
      return;
    }
  }
}

/* "first step in which the op is evaluated" (net.h); none: 0. */
static bool read_start(phs_reader *r, MlirOperation from, phs_op *op) {
  if (mlirAttributeIsNull(get(from, "start"))) {
    return true;
  }
  if (!phs_read_int(r, from, "start", &op->start)) {
    return false;
  }
  if (op->start < 0 || op->start > PHS_IR_MAX_STEPS) {
    phs_reader_error(r, from, PHS_IR_DELAY, NULL,
                     "'%s': the op starts in step %lld; it must be 0 to %lld", op->name,
                     (long long)op->start, (long long)PHS_IR_MAX_STEPS);
    return false;
  }
  return true;
}

static bool read_linear(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name", "weight", "bias", "start", NULL};
  bool ok = phs_read_only(r, from, allowed) &&
            phs_read_tensor(r, from, "weight", false, &op->linear.weight) &&
            phs_read_tensor(r, from, "bias", true, &op->linear.bias) && read_start(r, from, op);
  if (ok) {
    positive_zeros(r, &op->linear.bias);
  }
  return ok;
}

static bool read_conv(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name",     "weight",   "bias",   "stride", "pad_low",
                                        "pad_high", "dilation", "groups", "start",  NULL};
  phs_conv *c = &op->conv;
  if (!phs_read_only(r, from, allowed) || !phs_read_tensor(r, from, "weight", false, &c->weight) ||
      !phs_read_tensor(r, from, "bias", true, &c->bias)) {
    return false;
  }
  c->dims = c->weight.shape.rank - 2;
  if (c->dims != 1 && c->dims != 2) {
    char text[160];
    phs_reader_error(r, from, PHS_IR_SHAPE,
                     "[C_out, C_in / groups, k] or [C_out, C_in / groups, kh, kw]",
                     "the weight of a convolution has the shape %s",
                     phs_shape_print(&c->weight.shape, text, sizeof text));
    return false;
  }
  positive_zeros(r, &c->bias);
  return phs_read_ints(r, from, "stride", c->stride, c->dims) &&
         phs_read_ints(r, from, "pad_low", c->pad_low, c->dims) &&
         phs_read_ints(r, from, "pad_high", c->pad_high, c->dims) &&
         phs_read_ints(r, from, "dilation", c->dilation, c->dims) &&
         phs_read_int(r, from, "groups", &c->groups) && read_start(r, from, op);
}

static bool read_pool(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name",    "kind",     "kernel", "stride",
                                        "pad_low", "pad_high", NULL};
  phs_pool *p = &op->pool;
  const char *kind;
  if (!phs_read_only(r, from, allowed) || !phs_read_string(r, from, "kind", &kind)) {
    return false;
  }
  p->average = strcmp(kind, "avg") == 0;
  if (!p->average && strcmp(kind, "sum") != 0) {
    phs_reader_error(r, from, PHS_IR_ATTRIBUTE, "\"sum\" or \"avg\"", "attribute 'kind' is \"%s\"",
                     kind);
    return false;
  }
  return phs_read_ints(r, from, "kernel", p->kernel, 2) &&
         phs_read_ints(r, from, "stride", p->stride, 2) &&
         phs_read_ints(r, from, "pad_low", p->pad_low, 2) &&
         phs_read_ints(r, from, "pad_high", p->pad_high, 2);
}

static bool read_scale(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name", "factor", NULL};
  return phs_read_only(r, from, allowed) &&
         phs_read_param32(r, from, "factor", get(from, "factor"), phs_shape_count(&op->shape),
                          &op->scale.factor);
}

static bool read_flatten(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name", "start", "end", NULL};
  int64_t start, end;
  if (!phs_read_only(r, from, allowed) || !phs_read_int(r, from, "start", &start) ||
      !phs_read_int(r, from, "end", &end)) {
    return false;
  }
  if (start < 0 || end < start || end >= PHS_MAX_RANK) {
    phs_reader_error(r, from, PHS_IR_RANGE, "0 <= start <= end < rank of the operand",
                     "the dimensions to merge are %lld to %lld", (long long)start, (long long)end);
    return false;
  }
  op->flatten.start = (int)start;
  op->flatten.end = (int)end;
  return true;
}

static bool read_add(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name", NULL};
  (void)op;
  return phs_read_only(r, from, allowed);
}

static bool read_delay(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name", "steps", "seconds", NULL};
  MlirAttribute steps = get(from, "steps"), seconds = get(from, "seconds");
  if (!phs_read_only(r, from, allowed)) {
    return false;
  }
  if (mlirAttributeIsNull(steps) == mlirAttributeIsNull(seconds)) {
    phs_reader_error(
        r, from, PHS_IR_ATTRIBUTE, "give 'steps' (i64), or before discretisation 'seconds' (f64)",
        "a delay has %s of 'steps' and 'seconds'", mlirAttributeIsNull(steps) ? "none" : "both");
    return false;
  }
  size_t n = phs_shape_count(&op->shape);
  return mlirAttributeIsNull(seconds)
             ? phs_read_steps(r, from, "steps", steps, n, &op->delay.steps)
             : phs_read_param64(r, from, "seconds", seconds, n, &op->delay.seconds);
}

static bool read_params(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name", "model", "params", NULL};
  phs_neurons *n = &op->neurons;
  const char *model;
  MlirAttribute params = get(from, "params");
  if (!phs_read_only(r, from, allowed) || !phs_read_string(r, from, "model", &model)) {
    return false;
  }
  n->model = phs_model_find(model);
  if (n->model == PHS_MODEL_CUSTOM) {
    phs_reader_error(r, from, PHS_IR_PARAMETER, "i, if, li, lif, cuba_li, cuba_lif, threshold",
                     "there is no neuron model '%s'", model);
    return false;
  }
  if (mlirAttributeIsNull(params) || !mlirAttributeIsADictionary(params)) {
    phs_reader_error(r, from, PHS_IR_ATTRIBUTE, NULL,
                     "attribute 'params' is missing, or not a dictionary");
    return false;
  }
  for (intptr_t i = 0; i < mlirDictionaryAttrGetNumElements(params); i++) {
    MlirNamedAttribute one = mlirDictionaryAttrGetElement(params, i);
    const char *name = phs_reader_string(r, mlirIdentifierStr(one.name));
    int index = name ? phs_model_param(n->model, name) : -1;
    if (index < 0) {
      phs_reader_error(r, from, PHS_IR_PARAMETER,
                       "see docs/dialect.md for the parameters of each model",
                       "the model '%s' has no parameter '%s'", model, name ? name : "");
      return false;
    }
    if (!phs_read_param64(r, from, name, one.attribute, phs_shape_count(&op->shape),
                          &n->param[index])) {
      return false;
    }
  }
  return true;
}

static bool read_states(phs_reader *r, MlirOperation from, phs_neurons *n) {
  MlirAttribute states = get(from, "states");
  intptr_t count = mlirAttributeIsNull(states) || !mlirAttributeIsAArray(states)
                       ? -1
                       : mlirArrayAttrGetNumElements(states);
  bool ok = count >= 0 && count <= PHS_MAX_STATES;
  for (intptr_t i = 0; ok && i < count; i++) {
    MlirAttribute name = mlirArrayAttrGetElement(states, i);
    ok = mlirAttributeIsAString(name);
    if (ok) {
      n->state[n->state_count++] = phs_reader_string(r, mlirStringAttrGetValue(name));
    }
  }
  if (!ok) {
    phs_reader_error(r, from, PHS_IR_ATTRIBUTE, NULL,
                     "attribute 'states' is missing, or not an array of at most %d names",
                     PHS_MAX_STATES);
  }
  return ok;
}

/* A value for each state; +0 is what those have that say nothing. */
static bool read_initial(phs_reader *r, MlirOperation from, size_t count, phs_neurons *n) {
  static const float zero = 0;
  MlirAttribute list = get(from, "initial");
  if (mlirAttributeIsNull(list)) {
    return true;
  }
  if (!mlirAttributeIsAArray(list) || mlirArrayAttrGetNumElements(list) != n->state_count) {
    phs_reader_error(r, from, PHS_IR_ATTRIBUTE, "give a value for each state, or leave it out",
                     "attribute 'initial' is not an array of %d tensors", n->state_count);
    return false;
  }
  for (int i = 0; i < n->state_count; i++) {
    phs_param32 *p = &n->initial[i];
    if (!phs_read_param32(r, from, "initial", mlirArrayAttrGetElement(list, i), count, p)) {
      return false;
    }
    if (p->n == 1 && memcmp(p->v, &zero, sizeof zero) == 0) {
      *p = (phs_param32){0};
    }
  }
  return true;
}

static bool read_update(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[] = {"name",    "update", "states", "coefficients",
                                        "initial", "start",  NULL};
  phs_neurons *n = &op->neurons;
  MlirAttribute update = get(from, "update"), list = get(from, "coefficients");
  n->model = PHS_MODEL_CUSTOM;
  if (!phs_read_only(r, from, allowed) || !read_states(r, from, n)) {
    return false;
  }
  if (!mlirAttributeIsAFlatSymbolRef(update)) {
    phs_reader_error(r, from, PHS_IR_ATTRIBUTE, NULL, "attribute 'update' is not a symbol");
    return false;
  }
  intptr_t count = mlirAttributeIsNull(list) || !mlirAttributeIsAArray(list)
                       ? -1
                       : mlirArrayAttrGetNumElements(list);
  if (count < 0 || count > PHS_MAX_COEFFICIENTS) {
    phs_reader_error(r, from, PHS_IR_ATTRIBUTE, NULL,
                     "attribute 'coefficients' is missing, or not an array of at most %d tensors",
                     PHS_MAX_COEFFICIENTS);
    return false;
  }
  n->coeff_count = (int)count;
  n->coeff = PHS_NEW_ARRAY(r->arena, phs_param32, (size_t)count);
  if (!n->coeff) {
    phs_reader_no_memory(r);
    return false;
  }
  for (intptr_t i = 0; i < count; i++) {
    if (!phs_read_param32(r, from, "coefficients", mlirArrayAttrGetElement(list, i),
                          phs_shape_count(&op->shape), &n->coeff[i])) {
      return false;
    }
  }
  if (!read_initial(r, from, phs_shape_count(&op->shape), n)) {
    return false;
  }
  n->kernel = phs_read_kernel(r, from, mlirFlatSymbolRefAttrGetValue(update));
  return n->kernel != NULL && read_start(r, from, op);
}

static bool read_neurons(phs_reader *r, MlirOperation from, phs_op *op) {
  return mlirAttributeIsNull(get(from, "update")) ? read_params(r, from, op)
                                                  : read_update(r, from, op);
}

typedef bool (*read_fn)(phs_reader *r, MlirOperation from, phs_op *op);
static const struct {
  phs_op_kind kind;
  read_fn read;
} readers[] = {
    {PHS_OP_LINEAR, read_linear},
    {PHS_OP_CONV, read_conv},
    {PHS_OP_POOL, read_pool},
    {PHS_OP_SCALE, read_scale},
    {PHS_OP_FLATTEN, read_flatten},
    {PHS_OP_ADD, read_add},
    {PHS_OP_DELAY, read_delay},
    {PHS_OP_NEURONS, read_neurons},
    {PHS_OP_SYNAPSES, phs_read_synapses},
    {PHS_OP_SOURCE, phs_read_source},
};

/* What any op may carry: `keep`, and `aliases`, the names of ops that it stands for as well. */
static bool read_marks(phs_reader *r, MlirOperation from, phs_op *op) {
  MlirAttribute keep = get(from, "keep"), aliases = get(from, "aliases");
  op->keep = !mlirAttributeIsNull(keep);
  bool ok = !op->keep || mlirAttributeIsAUnit(keep);
  if (!ok) {
    phs_reader_error(r, from, PHS_IR_ATTRIBUTE, "write it without a value",
                     "attribute 'keep' has a value");
  }
  if (mlirAttributeIsNull(aliases)) {
    return ok;
  }
  intptr_t n = mlirAttributeIsAArray(aliases) ? mlirArrayAttrGetNumElements(aliases) : -1;
  const char **list = PHS_NEW_ARRAY(r->arena, const char *, n > 0 ? (size_t)n : 0);
  bool strings = n >= 0;
  for (intptr_t i = 0; list && strings && i < n; i++) {
    MlirAttribute name = mlirArrayAttrGetElement(aliases, i);
    strings = mlirAttributeIsAString(name);
    list[i] = strings ? phs_reader_string(r, mlirStringAttrGetValue(name)) : NULL;
  }
  if (!strings) {
    phs_reader_error(r, from, PHS_IR_ATTRIBUTE, "example: aliases = [\"lif2\"]",
                     "attribute 'aliases' is not an array of names");
  }
  if (!list) {
    phs_reader_no_memory(r);
  }
  op->alias = list;
  op->alias_count = strings && list ? (int)n : 0;
  return ok && strings && !r->no_memory;
}

bool phs_read_op(phs_reader *r, MlirOperation from, phs_op *op) {
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
    if (phs_op_is(from, phs_op_kind_name(readers[i].kind))) {
      op->kind = readers[i].kind;
      return phs_read_string(r, from, "name", &op->name) &&
             phs_read_type(r, from, mlirValueGetType(mlirOperationGetResult(from, 0)), "the result",
                           &op->shape, &op->elem) &&
             read_marks(r, from, op) && readers[i].read(r, from, op);
    }
  }
  MlirStringRef name = phs_op_name(from);
  phs_reader_error(r, from, PHS_IR_UNKNOWN_OP, "a network holds ops of the phasor dialect alone",
                   "op '%.*s' has no meaning in a network", (int)name.length, name.data);
  return false;
}
