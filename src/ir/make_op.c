/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One op of a network as one op of the dialect. */
#include "ir/build.h"
#include "ir/view.h"

static const char *const kind_names[] = {
    [PHS_OP_INPUT] = NULL,
    [PHS_OP_OUTPUT] = NULL,
    [PHS_OP_LINEAR] = "phasor.linear",
    [PHS_OP_CONV] = "phasor.conv",
    [PHS_OP_POOL] = "phasor.pool",
    [PHS_OP_SCALE] = "phasor.scale",
    [PHS_OP_FLATTEN] = "phasor.flatten",
    [PHS_OP_ADD] = "phasor.add",
    [PHS_OP_DELAY] = "phasor.delay",
    [PHS_OP_NEURONS] = "phasor.neurons",
    [PHS_OP_SYNAPSES] = "phasor.synapses",
    [PHS_OP_SOURCE] = "phasor.source",
};

const char *phs_op_kind_name(phs_op_kind kind) {
  return kind_names[kind];
}

typedef struct maker {
  phs_ir *ir;
  phs_attr_list attributes;
  bool copy;
} maker;

static void put(maker *m, const char *name, MlirAttribute value) {
  phs_attr_add(m->ir, &m->attributes, name, value);
}

static void put_tensor(maker *m, const char *name, const phs_tensor *t) {
  if (t->data) {
    put(m, name, phs_attr_elements(m->ir, PHS_ELEMENT_F32, &t->shape, t->data, m->copy));
  }
}

static void put_conv(maker *m, const phs_conv *c) {
  put_tensor(m, "weight", &c->weight);
  put_tensor(m, "bias", &c->bias);
  put(m, "stride", phs_attr_i64_array(m->ir, c->stride, c->dims));
  put(m, "pad_low", phs_attr_i64_array(m->ir, c->pad_low, c->dims));
  put(m, "pad_high", phs_attr_i64_array(m->ir, c->pad_high, c->dims));
  put(m, "dilation", phs_attr_i64_array(m->ir, c->dilation, c->dims));
  put(m, "groups", phs_attr_i64(m->ir, c->groups));
}

static void put_pool(maker *m, const phs_pool *p) {
  put(m, "kind", phs_attr_string(m->ir, p->average ? "avg" : "sum"));
  put(m, "kernel", phs_attr_i64_array(m->ir, p->kernel, 2));
  put(m, "stride", phs_attr_i64_array(m->ir, p->stride, 2));
  put(m, "pad_low", phs_attr_i64_array(m->ir, p->pad_low, 2));
  put(m, "pad_high", phs_attr_i64_array(m->ir, p->pad_high, 2));
}

/* Whether a state starts at +0 everywhere, as those do that say nothing. */
static bool starts_at_zero(const phs_param32 *p) {
  static const float zero = 0;
  size_t i = 0;
  while (p->v && i < p->n && memcmp(&p->v[i], &zero, sizeof zero) == 0) {
    i++;
  }
  return !p->v || i == p->n;
}

/* [dense<...>, ...]: a value for each state, where one does not start at 0. */
static void put_initial(maker *m, const phs_neurons *n, const phs_shape *flat) {
  static const float zero = 0;
  MlirAttribute list[PHS_MAX_STATES];
  bool any = false;
  for (int i = 0; i < n->state_count; i++) {
    bool none = starts_at_zero(&n->initial[i]);
    any = any || !none;
    list[i] = phs_attr_per_element(m->ir, PHS_ELEMENT_F32, flat, none ? &zero : n->initial[i].v,
                                   none ? 1 : n->initial[i].n, m->copy);
  }
  if (any) {
    put(m, "initial", mlirArrayAttrGet(m->ir->context, n->state_count, list));
  }
}

static void put_neurons(maker *m, const phs_op *op) {
  const phs_neurons *n = &op->neurons;
  phs_shape flat = {.rank = 1, .dim = {(int64_t)phs_shape_count(&op->shape)}};
  if (n->kernel) {
    put(m, "update", phs_attr_symbol(m->ir, n->kernel->name));
    put(m, "states", phs_attr_strings(m->ir, n->state, n->state_count));
    MlirAttribute coefficients[PHS_MAX_COEFFICIENTS];
    for (int i = 0; i < n->coeff_count; i++) {
      coefficients[i] = phs_attr_per_element(m->ir, PHS_ELEMENT_F32, &flat, n->coeff[i].v,
                                             n->coeff[i].n, m->copy);
    }
    put(m, "coefficients", mlirArrayAttrGet(m->ir->context, n->coeff_count, coefficients));
    put_initial(m, n, &flat);
    return;
  }
  const phs_model_info *info = phs_model_get(n->model);
  MlirAttribute params[PHS_MAX_MODEL_PARAMS];
  for (int i = 0; i < info->param_count; i++) {
    params[i] =
        phs_attr_per_element(m->ir, PHS_ELEMENT_F64, &flat, n->param[i].v, n->param[i].n, m->copy);
  }
  put(m, "model", phs_attr_string(m->ir, info->name));
  put(m, "params", phs_attr_dictionary(m->ir, info->param, params, (size_t)info->param_count));
}

static void put_delay(maker *m, const phs_op *op) {
  if (op->delay.steps.v) {
    put(m, "steps",
        phs_attr_per_element(m->ir, PHS_ELEMENT_I64, &op->shape, op->delay.steps.v,
                             op->delay.steps.n, m->copy));
  } else {
    put(m, "seconds",
        phs_attr_per_element(m->ir, PHS_ELEMENT_F64, &op->shape, op->delay.seconds.v,
                             op->delay.seconds.n, m->copy));
  }
}

static void put_attributes(maker *m, const phs_op *op) {
  put(m, "name", phs_attr_string(m->ir, op->name));
  phs_ir_put_marks(m->ir, &m->attributes, op);
  if (op->start > 0) {
    put(m, "start", phs_attr_i64(m->ir, op->start));
  }
  switch (op->kind) {
  case PHS_OP_LINEAR:
    put_tensor(m, "weight", &op->linear.weight);
    put_tensor(m, "bias", &op->linear.bias);
    break;
  case PHS_OP_CONV:
    put_conv(m, &op->conv);
    break;
  case PHS_OP_POOL:
    put_pool(m, &op->pool);
    break;
  case PHS_OP_SCALE:
    put(m, "factor",
        phs_attr_per_element(m->ir, PHS_ELEMENT_F32, &op->shape, op->scale.factor.v,
                             op->scale.factor.n, m->copy));
    break;
  case PHS_OP_FLATTEN:
    put(m, "start", phs_attr_i64(m->ir, op->flatten.start));
    put(m, "end", phs_attr_i64(m->ir, op->flatten.end));
    break;
  case PHS_OP_DELAY:
    put_delay(m, op);
    break;
  case PHS_OP_NEURONS:
    put_neurons(m, op);
    break;
  case PHS_OP_SYNAPSES:
    phs_ir_put_synapses(m->ir, &m->attributes, op);
    break;
  case PHS_OP_SOURCE:
    phs_ir_put_source(m->ir, &m->attributes, op, m->copy);
    break;
  case PHS_OP_INPUT:
  case PHS_OP_OUTPUT:
  case PHS_OP_ADD:
    break;
  }
}

MlirOperation phs_ir_make_op(phs_ir *ir, const char *file, const phs_op *op,
                             const MlirValue *operands, bool copy) {
  maker m = {.ir = ir, .copy = copy};
  put_attributes(&m, op);
  MlirType type = phs_type_value(ir, &op->shape, op->elem);
  return phs_ir_make(ir, kind_names[op->kind],
                     phs_ir_location(ir, file, op->where, op->line, op->column), operands,
                     op->operand_count, &type, 1, &m.attributes);
}

bool phs_ir_is_conversion(MlirOperation op) {
  return phs_op_is(op, "arith.uitofp") || phs_op_is(op, "arith.sitofp");
}

bool phs_ir_is_projection(MlirOperation op) {
  return phs_op_is(op, "phasor.projection");
}

MlirOperation phs_ir_projection(MlirOperation synapses, intptr_t k) {
  MlirValue rows = mlirOperationGetOperand(synapses, k);
  if (mlirValueIsAOpResult(rows) && phs_ir_is_projection(mlirOpResultGetOwner(rows))) {
    return mlirOpResultGetOwner(rows);
  }
  return (MlirOperation){0};
}

MlirValue phs_ir_operand(MlirOperation op, intptr_t k) {
  MlirValue value = mlirOperationGetOperand(op, k);
  if (!mlirValueIsAOpResult(value)) {
    return value;
  }
  MlirOperation from = mlirOpResultGetOwner(value);
  return phs_ir_is_conversion(from) || phs_ir_is_projection(from) ? mlirOperationGetOperand(from, 0)
                                                                  : value;
}

static unsigned width(MlirValue value) {
  MlirType e = mlirShapedTypeGetElementType(mlirValueGetType(value));
  return mlirTypeIsAInteger(e) ? mlirIntegerTypeGetWidth(e) : 0;
}

static MlirOperation make_conversion(phs_ir *ir, const phs_op *op, MlirValue value) {
  MlirType type = phs_type_value(ir, &op->shape, PHS_F32);
  return phs_ir_make(ir, width(value) == 1 ? "arith.uitofp" : "arith.sitofp",
                     mlirLocationUnknownGet(ir->context), &value, 1, &type, 1, NULL);
}

bool phs_ir_make_operands(phs_ir *ir, const char *file, const phs_op *op, MlirValue *operands,
                          MlirBlock block, MlirOperation before, bool copy) {
  bool mixed = false, sum = op->kind == PHS_OP_ADD || op->kind == PHS_OP_NEURONS;
  for (int k = 1; sum && k < op->operand_count; k++) {
    mixed = mixed || width(operands[k]) != width(operands[0]);
  }
  int projections = op->kind == PHS_OP_SYNAPSES ? op->synapses.projection_count : 0;
  for (int k = 0; k < op->operand_count; k++) {
    bool projection = k < projections;
    if (!projection && (!mixed || width(operands[k]) == 0)) {
      continue;
    }
    MlirOperation made = projection ? phs_ir_make_projection(ir, file, op, k, operands[k], copy)
                                    : make_conversion(ir, op, operands[k]);
    if (mlirOperationIsNull(made)) {
      return false;
    }
    if (mlirOperationIsNull(before)) {
      mlirBlockAppendOwnedOperation(block, made);
    } else {
      mlirBlockInsertOwnedOperationBefore(mlirOperationGetBlock(before), before, made);
    }
    operands[k] = mlirOperationGetResult(made, 0);
  }
  return true;
}
