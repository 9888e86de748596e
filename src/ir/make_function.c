/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A kernel as a func.func of arith and math ops. */
#include "ir/build.h"

#include <stdlib.h>

static const struct {
  const char *name;
  int arity;
} scalar_ops[] = {
    [PHS_K_CONST_F32] = {NULL, 0},
    [PHS_K_CONST_INT] = {NULL, 0},
    [PHS_K_ADDF] = {"arith.addf", 2},
    [PHS_K_SUBF] = {"arith.subf", 2},
    [PHS_K_MULF] = {"arith.mulf", 2},
    [PHS_K_DIVF] = {"arith.divf", 2},
    [PHS_K_REMF] = {"arith.remf", 2},
    [PHS_K_NEGF] = {"arith.negf", 1},
    [PHS_K_MAXIMUMF] = {"arith.maximumf", 2},
    [PHS_K_MINIMUMF] = {"arith.minimumf", 2},
    [PHS_K_MAXNUMF] = {"arith.maxnumf", 2},
    [PHS_K_MINNUMF] = {"arith.minnumf", 2},
    [PHS_K_CMPF] = {"arith.cmpf", 2},
    [PHS_K_CMPI] = {"arith.cmpi", 2},
    [PHS_K_SELECT] = {"arith.select", 3},
    [PHS_K_ADDI] = {"arith.addi", 2},
    [PHS_K_SUBI] = {"arith.subi", 2},
    [PHS_K_MULI] = {"arith.muli", 2},
    [PHS_K_ANDI] = {"arith.andi", 2},
    [PHS_K_ORI] = {"arith.ori", 2},
    [PHS_K_XORI] = {"arith.xori", 2},
    [PHS_K_SHLI] = {"arith.shli", 2},
    [PHS_K_SHRSI] = {"arith.shrsi", 2},
    [PHS_K_SHRUI] = {"arith.shrui", 2},
    [PHS_K_DIVSI] = {"arith.divsi", 2},
    [PHS_K_REMSI] = {"arith.remsi", 2},
    [PHS_K_MAXSI] = {"arith.maxsi", 2},
    [PHS_K_MINSI] = {"arith.minsi", 2},
    [PHS_K_SITOFP] = {"arith.sitofp", 1},
    [PHS_K_UITOFP] = {"arith.uitofp", 1},
    [PHS_K_FPTOSI] = {"arith.fptosi", 1},
    [PHS_K_EXTUI] = {"arith.extui", 1},
    [PHS_K_EXTSI] = {"arith.extsi", 1},
    [PHS_K_TRUNCI] = {"arith.trunci", 1},
    [PHS_K_FLOOR] = {"math.floor", 1},
    [PHS_K_CEIL] = {"math.ceil", 1},
    [PHS_K_ROUNDEVEN] = {"math.roundeven", 1},
    [PHS_K_TRUNC] = {"math.trunc", 1},
    [PHS_K_ABSF] = {"math.absf", 1},
    [PHS_K_SQRT] = {"math.sqrt", 1},
    [PHS_K_EXP] = {"math.exp", 1},
    [PHS_K_LOG] = {"math.log", 1},
    [PHS_K_TANH] = {"math.tanh", 1},
    [PHS_K_SIN] = {"math.sin", 1},
    [PHS_K_COS] = {"math.cos", 1},
    [PHS_K_BITCAST] = {"arith.bitcast", 1},
};

int phs_scalar_op_arity(phs_scalar_op op) {
  return scalar_ops[op].arity;
}

int phs_scalar_op_find(MlirStringRef name) {
  for (int i = 0; i < (int)(sizeof scalar_ops / sizeof *scalar_ops); i++) {
    if (scalar_ops[i].name && phs_ref_equal(name, scalar_ops[i].name)) {
      return i;
    }
  }
  return -1;
}

static MlirType scalar_type(phs_ir *ir, phs_scalar_type type) {
  switch (type) {
  case PHS_S_I1:
    return mlirIntegerTypeGet(ir->context, 1);
  case PHS_S_I32:
    return mlirIntegerTypeGet(ir->context, 32);
  case PHS_S_I64:
    return mlirIntegerTypeGet(ir->context, 64);
  case PHS_S_F32:
    break;
  }
  return mlirF32TypeGet(ir->context);
}

static MlirOperation make_inst(phs_ir *ir, const phs_scalar_inst *in, const MlirValue *reg,
                               MlirLocation at) {
  phs_attr_list attributes = {0};
  MlirType type = scalar_type(ir, in->type);
  const char *name = scalar_ops[in->op].name;
  if (in->op == PHS_K_CONST_F32) {
    name = "arith.constant";
    phs_attr_add(ir, &attributes, "value",
                 mlirFloatAttrDoubleGet(ir->context, type, (double)in->imm.f));
  } else if (in->op == PHS_K_CONST_INT) {
    name = "arith.constant";
    phs_attr_add(ir, &attributes, "value", mlirIntegerAttrGet(type, in->imm.i));
  } else if (in->op == PHS_K_CMPF || in->op == PHS_K_CMPI) {
    phs_attr_add(ir, &attributes, "predicate", phs_attr_i64(ir, in->imm.i));
  }
  int arity = scalar_ops[in->op].arity;
  MlirValue operands[3];
  const uint16_t sources[3] = {in->a, in->b, in->c};
  for (int i = 0; i < arity; i++) {
    operands[i] = reg[sources[i]];
  }
  return phs_ir_make(ir, name, at, operands, arity, &type, 1, &attributes);
}

/* The function's shell: its type from the kernel's, its only block empty. */
static MlirOperation make_shell(phs_ir *ir, const phs_kernel *k, const char *symbol,
                                MlirLocation at, MlirBlock *block) {
  MlirType *types = malloc(((size_t)k->arg_count + (size_t)k->result_count) * sizeof *types);
  MlirLocation *locations = malloc((size_t)k->arg_count * sizeof *locations);
  MlirOperation function = {0};
  if (types && locations) {
    for (int i = 0; i < k->arg_count + k->result_count; i++) {
      types[i] = scalar_type(ir, i == k->arg_count ? k->output_type : PHS_S_F32);
    }
    for (int i = 0; i < k->arg_count; i++) {
      locations[i] = at;
    }
    MlirType type = mlirFunctionTypeGet(ir->context, k->arg_count, types, k->result_count,
                                        types + k->arg_count);
    phs_attr_list attributes = {0};
    phs_attr_add(ir, &attributes, "sym_name", phs_attr_string(ir, symbol));
    phs_attr_add(ir, &attributes, "sym_visibility", phs_attr_string(ir, "private"));
    phs_attr_add(ir, &attributes, "function_type", mlirTypeAttrGet(type));
    MlirOperationState state = mlirOperationStateGet(phs_ref("func.func"), at);
    mlirOperationStateAddAttributes(&state, attributes.count, attributes.list);
    MlirRegion region = mlirRegionCreate();
    *block = mlirBlockCreate(k->arg_count, types, locations);
    mlirRegionAppendOwnedBlock(region, *block);
    mlirOperationStateAddOwnedRegions(&state, 1, &region);
    function = mlirOperationCreate(&state);
  }
  free(types);
  free(locations);
  return function;
}

MlirOperation phs_ir_make_function(phs_ir *ir, const phs_kernel *k, const char *symbol) {
  MlirLocation at = mlirLocationUnknownGet(ir->context);
  MlirBlock block;
  MlirOperation function = make_shell(ir, k, symbol, at, &block);
  MlirValue *reg = calloc((size_t)k->register_count + (size_t)k->result_count, sizeof *reg);
  if (mlirOperationIsNull(function) || !reg) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the update function @%s",
               symbol);
    if (!mlirOperationIsNull(function)) {
      mlirOperationDestroy(function);
    }
    free(reg);
    return (MlirOperation){0};
  }
  for (int i = 0; i < k->arg_count; i++) {
    reg[i] = mlirBlockGetArgument(block, i);
  }
  for (int i = 0; i < k->inst_count; i++) {
    MlirOperation op = make_inst(ir, &k->inst[i], reg, at);
    mlirBlockAppendOwnedOperation(block, op);
    reg[k->inst[i].dst] = mlirOperationGetResult(op, 0);
  }
  MlirValue *results = reg + k->register_count;
  for (int i = 0; i < k->result_count; i++) {
    results[i] = reg[k->result[i]];
  }
  mlirBlockAppendOwnedOperation(
      block, phs_ir_make(ir, "func.return", at, results, k->result_count, NULL, 0, NULL));
  free(reg);
  return function;
}
