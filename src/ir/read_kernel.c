/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* func.func over scalars -> phs_kernel; calls are read in place. */
#include "ir/edit.h"
#include "ir/read.h"

#include "base/buf.h"

#include <stdlib.h>

#define MAX_ARGUMENTS (PHS_MAX_RECEPTORS + PHS_MAX_STATES + PHS_MAX_COEFFICIENTS)
_Static_assert(MAX_ARGUMENTS == 1104, "a message below names it");
#define MAX_CALL_DEPTH 32
#define MAX_CALLS 65536

typedef struct kernel_reader {
  phs_reader *r;
  MlirOperation population;
  phs_scalar_inst *inst; /* malloc'ed */
  size_t inst_count, inst_cap;
  int registers, calls;
} kernel_reader;

/* Values of one function body -> registers. */
typedef phs_ptrmap frame;

static bool scalar_type(MlirType type, phs_scalar_type *out) {
  if (mlirTypeIsAF32(type)) {
    *out = PHS_S_F32;
    return true;
  }
  if (!mlirTypeIsAInteger(type) || !mlirIntegerTypeIsSignless(type)) {
    return false;
  }
  unsigned width = mlirIntegerTypeGetWidth(type);
  *out = width == 1 ? PHS_S_I1 : width == 32 ? PHS_S_I32 : PHS_S_I64;
  return width == 1 || width == 32 || width == 64;
}

static bool bad_op(kernel_reader *k, MlirOperation op, const char *why) {
  MlirStringRef name = phs_op_name(op);
  phs_reader_error(k->r, op, PHS_IR_UPDATE_OP,
                   "use arith and math ops over i1, i32, i64 and f32 without fast-math flags, and "
                   "calls of such functions",
                   "an update function cannot hold '%.*s': %s", (int)name.length, name.data, why);
  return false;
}

static bool add_inst(kernel_reader *k, MlirOperation op, phs_scalar_inst inst) {
  if (k->registers > UINT16_MAX) {
    return bad_op(k, op, "the function has more than 65536 values");
  }
  if (k->inst_count == k->inst_cap) {
    size_t cap = k->inst_cap ? 2 * k->inst_cap : 64;
    phs_scalar_inst *list = realloc(k->inst, cap * sizeof *list);
    if (!list) {
      phs_reader_no_memory(k->r);
      return false;
    }
    k->inst = list;
    k->inst_cap = cap;
  }
  inst.dst = (uint16_t)k->registers++;
  k->inst[k->inst_count++] = inst;
  return true;
}

static bool bind(kernel_reader *k, frame *f, MlirValue value, int reg) {
  if (!phs_ptrmap_put(f, value.ptr, reg)) {
    phs_reader_no_memory(k->r);
    return false;
  }
  return true;
}

/* fastmath = none and overflowFlags = none are what absent means. */
static bool flags_are_plain(MlirOperation op, const char *name) {
  MlirAttribute a = mlirOperationGetAttributeByName(op, phs_ref(name));
  if (mlirAttributeIsNull(a)) {
    return true;
  }
  phs_buf text = {0};
  mlirAttributePrint(a, phs_ir_to_buf, &text);
  bool plain = strstr(phs_buf_cstr(&text), "<none>") != NULL;
  phs_buf_free(&text);
  return plain;
}

static bool read_constant(kernel_reader *k, MlirOperation op, phs_scalar_inst *inst) {
  MlirAttribute value = mlirOperationGetAttributeByName(op, phs_ref("value"));
  if (inst->type == PHS_S_F32 && mlirAttributeIsAFloat(value)) {
    inst->op = PHS_K_CONST_F32;
    inst->imm.f = (float)mlirFloatAttrGetValueDouble(value);
  } else if (inst->type != PHS_S_F32 && mlirAttributeIsAInteger(value)) {
    inst->op = PHS_K_CONST_INT;
    inst->imm.i = mlirIntegerAttrGetValueInt(value);
    if (inst->type == PHS_S_I1) {
      inst->imm.i = inst->imm.i != 0;
    }
  } else {
    return bad_op(k, op, "its value is not a scalar");
  }
  return true;
}

/* Bits are reinterpreted between f32 and i32 alone. */
static bool bits_fit(MlirOperation op, phs_scalar_type to) {
  phs_scalar_type from;
  return scalar_type(mlirValueGetType(mlirOperationGetOperand(op, 0)), &from) &&
         ((from == PHS_S_F32 && to == PHS_S_I32) || (from == PHS_S_I32 && to == PHS_S_F32));
}

static bool read_operands(kernel_reader *k, frame *f, MlirOperation op, phs_scalar_inst *inst) {
  int arity = phs_scalar_op_arity(inst->op);
  uint16_t *const reg[3] = {&inst->a, &inst->b, &inst->c};
  if (mlirOperationGetNumOperands(op) != arity) {
    return bad_op(k, op, "it has another number of operands");
  }
  for (int i = 0; i < arity; i++) {
    MlirValue operand = mlirOperationGetOperand(op, i);
    phs_scalar_type type;
    int at = phs_ptrmap_get(f, operand.ptr);
    if (at < 0 || !scalar_type(mlirValueGetType(operand), &type)) {
      return bad_op(k, op, "an operand is not a scalar of i1, i32, i64 or f32");
    }
    *reg[i] = (uint16_t)at;
  }
  if (inst->op == PHS_K_BITCAST && !bits_fit(op, inst->type)) {
    return bad_op(k, op, "it is not between f32 and i32");
  }
  return true;
}

static bool read_inst(kernel_reader *k, frame *f, MlirOperation op) {
  phs_scalar_inst inst = {0};
  int known = phs_scalar_op_find(phs_op_name(op));
  bool constant = phs_op_is(op, "arith.constant");
  if (known < 0 && !constant) {
    return bad_op(k, op, "it is not among the supported ops");
  }
  if (!scalar_type(mlirValueGetType(mlirOperationGetResult(op, 0)), &inst.type)) {
    return bad_op(k, op, "its result is not a scalar of i1, i32, i64 or f32");
  }
  if (!flags_are_plain(op, "fastmath") || !flags_are_plain(op, "overflowFlags")) {
    return bad_op(k, op, "its flags allow other results than IEEE and wrap-around arithmetic");
  }
  if (constant) {
    if (!read_constant(k, op, &inst)) {
      return false;
    }
  } else {
    inst.op = (phs_scalar_op)known;
    if (!read_operands(k, f, op, &inst)) {
      return false;
    }
    if (inst.op == PHS_K_CMPF || inst.op == PHS_K_CMPI) {
      inst.imm.i =
          mlirIntegerAttrGetValueInt(mlirOperationGetAttributeByName(op, phs_ref("predicate")));
    }
  }
  return add_inst(k, op, inst) && bind(k, f, mlirOperationGetResult(op, 0), k->registers - 1);
}

static bool read_body(kernel_reader *k, MlirOperation function, const int *args, int *results,
                      int result_cap, int depth);

static bool read_call(kernel_reader *k, frame *f, MlirOperation op, int depth) {
  MlirAttribute callee = mlirOperationGetAttributeByName(op, phs_ref("callee"));
  MlirOperation function =
      phs_ir_find_function(k->r->module, mlirFlatSymbolRefAttrGetValue(callee));
  intptr_t n = mlirOperationGetNumOperands(op), m = mlirOperationGetNumResults(op);
  if (mlirOperationIsNull(function) || depth >= MAX_CALL_DEPTH) {
    return bad_op(k, op,
                  depth >= MAX_CALL_DEPTH ? "calls are nested more than 32 deep"
                                          : "there is no such function");
  }
  int args[MAX_ARGUMENTS], results[MAX_ARGUMENTS];
  if (n > MAX_ARGUMENTS || m > MAX_ARGUMENTS || k->calls++ >= MAX_CALLS) {
    return bad_op(k, op,
                  n > MAX_ARGUMENTS || m > MAX_ARGUMENTS
                      ? "it has more than 1104 operands or results"
                      : "there are more than 65536 calls");
  }
  for (intptr_t i = 0; i < n; i++) {
    args[i] = phs_ptrmap_get(f, mlirOperationGetOperand(op, i).ptr);
    if (args[i] < 0) {
      return bad_op(k, op, "an operand is not a scalar of i1, i32, i64 or f32");
    }
  }
  if (!read_body(k, function, args, results, (int)m, depth + 1)) {
    return false;
  }
  for (intptr_t i = 0; i < m; i++) {
    if (!bind(k, f, mlirOperationGetResult(op, i), results[i])) {
      return false;
    }
  }
  return true;
}

static bool read_return(kernel_reader *k, frame *f, MlirOperation op, int *results,
                        int result_cap) {
  intptr_t n = mlirOperationGetNumOperands(op);
  if (n != result_cap) {
    return bad_op(k, op, "it returns another number of values");
  }
  for (intptr_t i = 0; i < n; i++) {
    results[i] = phs_ptrmap_get(f, mlirOperationGetOperand(op, i).ptr);
    if (results[i] < 0) {
      return bad_op(k, op, "an operand is not a scalar of i1, i32, i64 or f32");
    }
  }
  return true;
}

static bool read_body(kernel_reader *k, MlirOperation function, const int *args, int *results,
                      int result_cap, int depth) {
  MlirRegion region = mlirOperationGetFirstRegion(function);
  MlirBlock block = mlirRegionGetFirstBlock(region);
  if (mlirBlockIsNull(block)) {
    return bad_op(k, function, "it is only declared");
  }
  if (!mlirBlockIsNull(mlirBlockGetNextInRegion(block))) {
    return bad_op(k, function, "it has more than one block");
  }
  frame f = {0};
  bool ok = true, returned = false;
  for (intptr_t i = 0; ok && i < mlirBlockGetNumArguments(block); i++) {
    ok = bind(k, &f, mlirBlockGetArgument(block, i), args[i]);
  }
  MlirOperation op = mlirBlockGetFirstOperation(block);
  for (; ok && !mlirOperationIsNull(op); op = mlirOperationGetNextInBlock(op)) {
    if (phs_op_is(op, "func.return")) {
      ok = read_return(k, &f, op, results, result_cap);
      returned = true;
    } else if (phs_op_is(op, "func.call")) {
      ok = read_call(k, &f, op, depth);
    } else {
      ok = read_inst(k, &f, op);
    }
  }
  phs_ptrmap_free(&f);
  return ok && returned;
}

/* All arguments f32; the first result i1, i32 or f32, the others f32. */
static bool read_signature(kernel_reader *k, MlirOperation function, MlirStringRef symbol,
                           phs_kernel *out) {
  MlirAttribute attribute = mlirOperationGetAttributeByName(function, phs_ref("function_type"));
  MlirType type = mlirTypeAttrGetValue(attribute);
  intptr_t inputs = mlirFunctionTypeGetNumInputs(type),
           results = mlirFunctionTypeGetNumResults(type);
  bool ok = inputs >= 1 && inputs <= MAX_ARGUMENTS && results >= 1 && results <= 1 + PHS_MAX_STATES;
  for (intptr_t i = 0; ok && i < inputs; i++) {
    ok = mlirTypeIsAF32(mlirFunctionTypeGetInput(type, i));
  }
  ok = ok && scalar_type(mlirFunctionTypeGetResult(type, 0), &out->output_type) &&
       out->output_type != PHS_S_I64;
  for (intptr_t i = 1; ok && i < results; i++) {
    ok = mlirTypeIsAF32(mlirFunctionTypeGetResult(type, i));
  }
  if (!ok) {
    phs_reader_error(
        k->r, function, PHS_IR_UPDATE,
        "arguments: inputs, states, coefficients, all f32; results: output (i1, i32 or "
        "f32), then the states (f32)",
        "@%.*s has not the signature of an update function", (int)symbol.length, symbol.data);
  }
  out->arg_count = (int)inputs;
  out->result_count = (int)results;
  return ok;
}

static phs_kernel *read_kernel(kernel_reader *k, MlirOperation function, MlirStringRef symbol) {
  phs_arena *a = k->r->arena;
  phs_kernel *out = PHS_NEW(a, phs_kernel);
  if (!out) {
    phs_reader_no_memory(k->r);
    return NULL;
  }
  if (!read_signature(k, function, symbol, out)) {
    return NULL;
  }
  int args[MAX_ARGUMENTS], results[1 + PHS_MAX_STATES];
  for (int i = 0; i < out->arg_count; i++) {
    args[i] = i;
  }
  k->registers = out->arg_count;
  if (!read_body(k, function, args, results, out->result_count, 0)) {
    return NULL;
  }
  uint16_t *result = PHS_NEW_ARRAY(a, uint16_t, (size_t)out->result_count);
  out->name = phs_reader_string(k->r, symbol);
  out->inst = phs_arena_copy(a, k->inst, k->inst_count * sizeof *k->inst);
  if (!result || !out->name || !out->inst) {
    phs_reader_no_memory(k->r);
    return NULL;
  }
  for (int i = 0; i < out->result_count; i++) {
    result[i] = (uint16_t)results[i];
  }
  out->result = result;
  out->register_count = k->registers;
  out->inst_count = (int)k->inst_count;
  return out;
}

static bool remember(phs_reader *r, const phs_kernel *kernel) {
  if (r->kernel_count == r->kernel_cap) {
    int cap = r->kernel_cap ? 2 * r->kernel_cap : 16;
    const phs_kernel **list = realloc(r->kernel, (size_t)cap * sizeof *list);
    if (!list) {
      phs_reader_no_memory(r);
      return false;
    }
    r->kernel = list;
    r->kernel_cap = cap;
  }
  r->kernel[r->kernel_count++] = kernel;
  return true;
}

const phs_kernel *phs_read_kernel(phs_reader *r, MlirOperation population, MlirStringRef symbol) {
  for (int i = 0; i < r->kernel_count; i++) {
    if (phs_ref_equal(symbol, r->kernel[i]->name)) {
      return r->kernel[i];
    }
  }
  MlirOperation function = phs_ir_find_function(r->module, symbol);
  if (mlirOperationIsNull(function)) {
    phs_reader_error(r, population, PHS_IR_UPDATE, "add the func.func to the module",
                     "there is no function @%.*s", (int)symbol.length, symbol.data);
    return NULL;
  }
  kernel_reader k = {.r = r, .population = population};
  const phs_kernel *kernel = read_kernel(&k, function, symbol);
  free(k.inst);
  return kernel && remember(r, kernel) ? kernel : NULL;
}

const phs_kernel *phs_ir_read_function(phs_ir *ir, MlirModule module, const char *symbol,
                                       phs_arena *arena) {
  phs_reader r = {.ir = ir, .module = module, .arena = arena, .errors_before = ir->diag->errors};
  const phs_kernel *kernel = phs_read_kernel(&r, mlirModuleGetOperation(module), phs_ref(symbol));
  if (r.no_memory) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory to read @%s", symbol);
  }
  free(r.kernel);
  return kernel;
}
