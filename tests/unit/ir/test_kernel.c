/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Update functions: func.func text to kernels and back. */
#include "ir_test.h"

#include "ir/build.h"
#include "ir/edit.h"

static const char text[] =
    "func.func private @all(%x: f32, %v: f32, %a: f32) -> (i32, f32) {\n"
    "  %c0 = arith.constant -0.5 : f32\n  %t = arith.constant true\n  %seven = arith.constant -7 : "
    "i32\n"
    "  %big = arith.constant 4294967296 : i64\n"
    "  %0 = arith.addf %x, %v : f32\n  %1 = arith.subf %0, %a : f32\n  %2 = arith.mulf %1, %c0 : "
    "f32\n"
    "  %3 = arith.divf %2, %c0 : f32\n  %4 = arith.remf %3, %c0 : f32\n  %5 = arith.negf %4 : f32\n"
    "  %6 = arith.maximumf %5, %0 : f32\n  %7 = arith.minimumf %6, %1 : f32\n  %8 = arith.maxnumf "
    "%7, %2 : f32\n"
    "  %9 = arith.minnumf %8, %3 : f32\n  %10 = arith.cmpf uge, %9, %x : f32\n  %11 = arith.cmpi "
    "slt, %seven, %seven : i32\n"
    "  %12 = arith.andi %10, %11 : i1\n  %13 = arith.ori %12, %t : i1\n  %14 = arith.xori %13, %t "
    ": i1\n"
    "  %15 = arith.select %14, %9, %x : f32\n  %16 = arith.addi %seven, %seven : i32\n  %17 = "
    "arith.subi %16, %seven : i32\n"
    "  %18 = arith.muli %17, %seven : i32\n  %19 = arith.shli %18, %seven : i32\n  %20 = "
    "arith.shrsi %19, %seven : i32\n"
    "  %21 = arith.shrui %20, %seven : i32\n  %22 = arith.divsi %21, %seven : i32\n  %23 = "
    "arith.remsi %22, %seven : i32\n"
    "  %24 = arith.maxsi %23, %seven : i32\n  %25 = arith.minsi %24, %seven : i32\n  %26 = "
    "arith.sitofp %25 : i32 to f32\n"
    "  %27 = arith.uitofp %14 : i1 to f32\n  %28 = arith.fptosi %27 : f32 to i64\n  %29 = "
    "arith.extui %14 : i1 to i32\n"
    "  %30 = arith.extsi %29 : i32 to i64\n  %31 = arith.addi %30, %big : i64\n  %32 = "
    "arith.trunci %31 : i64 to i32\n"
    "  %33 = math.floor %26 : f32\n  %34 = math.ceil %33 : f32\n  %35 = math.roundeven %34 : f32\n"
    "  %36 = math.trunc %35 : f32\n  %37 = math.absf %36 : f32\n  %38 = math.sqrt %37 : f32\n  %39 "
    "= math.exp %38 : f32\n"
    "  %40 = math.log %39 : f32\n  %41 = math.tanh %40 : f32\n"
    "  return %32, %41 : i32, f32\n}\n";

static MlirModule module_of(phs_ir *ir, const char *source) {
  MlirModule module;
  assert_int_equal(parse(ir, source, &module), PHASOR_OK);
  return module;
}

/* Every op: read, written, printed, the same text; and each op of kernel.h occurs. */
static void every_op_goes_there_and_back(void **state) {
  (void)state;
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_arena *arena = phs_arena_create();
  MlirModule from = module_of(ir, text),
             to = mlirModuleCreateEmpty(mlirLocationUnknownGet(phs_ir_context(ir)));
  const phs_kernel *k = phs_ir_read_function(ir, from, "all", arena);
  assert_non_null(k);
  assert_int_equal(k->arg_count, 3);
  assert_int_equal(k->result_count, 2);
  assert_int_equal(k->output_type, PHS_S_I32);
  bool seen_op[PHS_K_TANH + 1] = {false};
  for (int i = 0; i < k->inst_count; i++) {
    seen_op[k->inst[i].op] = true;
  }
  for (int i = 0; i <= PHS_K_TANH; i++) {
    assert_true(seen_op[i]);
  }
  mlirBlockAppendOwnedOperation(mlirModuleGetBody(to), phs_ir_make_function(ir, k, "all"));
  assert_true(mlirOperationVerify(mlirModuleGetOperation(to)));
  char *a = phs_ir_print_function(from, "all"), *b = phs_ir_print_function(to, "all");
  assert_string_equal(a, b);
  assert_null(phs_ir_print_function(to, "none"));
  free(a);
  free(b);
  mlirModuleDestroy(from);
  mlirModuleDestroy(to);
  phs_arena_destroy(arena);
  phs_ir_destroy(ir);
}

/* Predicates are arith's own numbers; calls are read in place, twice with different arguments. */
static void calls_are_read_in_place(void **state) {
  (void)state;
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_arena *arena = phs_arena_create();
  MlirModule module =
      module_of(ir, "func.func private @f(%x: f32, %v: f32) -> (i1, f32) {\n"
                    " %a:2 = func.call @g(%x, %v) : (f32, f32) -> (f32, i1)\n"
                    " %b:2 = func.call @g(%v, %a#0) : (f32, f32) -> (f32, i1)\n"
                    " return %b#1, %b#0 : i1, f32\n}\n"
                    "func.func private @g(%p: f32, %q: f32) -> (f32, i1) {\n"
                    " %d = arith.subf %p, %q : f32\n %z = arith.cmpf oge, %d, %q : f32\n"
                    " return %d, %z : f32, i1\n}\n");
  const phs_kernel *k = phs_ir_read_function(ir, module, "f", arena);
  assert_non_null(k);
  /* r2 = x - v; r3 = r2 >= v; r4 = v - r2; r5 = r4 >= r2; results r5, r4 */
  static const phs_scalar_inst want[] = {
      {PHS_K_SUBF, PHS_S_F32, 2, 0, 1, 0, {.i = 0}},
      {PHS_K_CMPF, PHS_S_I1, 3, 2, 1, 0, {.i = 3}},
      {PHS_K_SUBF, PHS_S_F32, 4, 1, 2, 0, {.i = 0}},
      {PHS_K_CMPF, PHS_S_I1, 5, 4, 2, 0, {.i = 3}},
  };
  assert_int_equal(k->inst_count, 4);
  assert_int_equal(k->register_count, 6);
  for (int i = 0; i < 4; i++) {
    assert_int_equal(k->inst[i].op, want[i].op);
    assert_int_equal(k->inst[i].type, want[i].type);
    assert_int_equal(k->inst[i].dst, want[i].dst);
    assert_int_equal(k->inst[i].a, want[i].a);
    assert_int_equal(k->inst[i].b, want[i].b);
  }
  assert_int_equal(k->inst[1].imm.i, want[1].imm.i);
  assert_int_equal(k->result[0], 5);
  assert_int_equal(k->result[1], 4);
  mlirModuleDestroy(module);
  phs_arena_destroy(arena);
  phs_ir_destroy(ir);
}

/* Constants keep their bits: -0, a subnormal, the largest number; i1 true is 1, i32 keeps its sign.
 */
static void constants_keep_their_bits(void **state) {
  (void)state;
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_arena *arena = phs_arena_create();
  MlirModule module =
      module_of(ir, "func.func private @f(%x: f32) -> i1 {\n"
                    " %a = arith.constant -0.0 : f32\n %b = arith.constant 0x00000001 : f32\n"
                    " %c = arith.constant 0x7F7FFFFF : f32\n %d = arith.constant true\n"
                    " %e = arith.constant -3 : i32\n return %d : i1\n}\n");
  const phs_kernel *k = phs_ir_read_function(ir, module, "f", arena);
  assert_non_null(k);
  static const uint32_t want[] = {0x80000000, 0x00000001, 0x7F7FFFFF};
  for (int i = 0; i < 3; i++) {
    assert_memory_equal(&k->inst[i].imm.f, &want[i], 4);
  }
  assert_int_equal(k->inst[3].imm.i, 1);
  assert_int_equal(k->inst[4].imm.i, -3);
  mlirModuleDestroy(module);
  phs_arena_destroy(arena);
  phs_ir_destroy(ir);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_op_goes_there_and_back),
      cmocka_unit_test(calls_are_read_in_place),
      cmocka_unit_test(constants_keep_their_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
