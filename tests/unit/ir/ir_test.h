/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file ir_test.h  What the tests of src/ir and passes share: collecting diagnostics, modules from
 * text. */
#ifndef PHS_TEST_IR_H
#define PHS_TEST_IR_H

#include "base/buf.h"
#include "ir/ir.h"

#include <mlir-c/Diagnostics.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UNUSED_FN __attribute__((unused)) static

/* The diagnostics of one run. */
typedef struct seen {
  phs_diag diag;
  int count;
  char code[32][16];
  char message[32][512];
  char where[32][128];
  uint32_t line[32];
  bool excerpt[32];
} seen;

UNUSED_FN void collect(void *user, const phasor_diagnostic *d) {
  seen *s = user;
  if (s->count < 32) {
    int i = s->count++;
    snprintf(s->code[i], sizeof s->code[i], "%s", d->code);
    snprintf(s->message[i], sizeof s->message[i], "%s", d->message);
    snprintf(s->where[i], sizeof s->where[i], "%s", d->where ? d->where : "");
    s->line[i] = d->line;
    s->excerpt[i] = d->excerpt != NULL;
  }
}

UNUSED_FN phs_ir *new_ir(seen *s) {
  memset(s, 0, sizeof *s);
  s->diag = (phs_diag){.fn = collect, .user = s};
  phs_ir *ir = phs_ir_create(&s->diag);
  assert_non_null(ir);
  return ir;
}

UNUSED_FN int find_code(const seen *s, const char *code) {
  for (int i = 0; i < s->count; i++) {
    if (strcmp(s->code[i], code) == 0) {
      return i;
    }
  }
  return -1;
}

UNUSED_FN void print_seen(const seen *s) {
  for (int i = 0; i < s->count; i++) {
    print_error("  %s:%u %s\n", s->code[i], s->line[i], s->message[i]);
  }
}

#define CONVENTIONS_BUT_SPIKES                                                                     \
  "integrator = \"euler\", order = \"current_first\", compare = \"gt\", reset = \"to_value\", "    \
  "lower_clip = \"none\", recurrent_start = \"active\", layer_latency = \"0\", spike = \"held\", " \
  "if_input = \"per_step\""
#define CONVENTIONS "{" CONVENTIONS_BUT_SPIKES ", spikes_per_step = \"one\"}"
#define HEADER(level)                                                                              \
  "attributes {phasor.level = \"" level "\", phasor.dt = 1.0e-3 : f64, phasor.has_time = true, "   \
  "phasor.conventions = " CONVENTIONS "}"
/* A network from tensor<3xf32> to @p type, whose body ends with %y. */
#define NETWORK(level, type, body)                                                                 \
  "ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = \"input\"}) -> (" type                  \
  " {phasor.name = \"output\"}) " HEADER(level) " {\n" body "\n ml_program.output %y : " type      \
                                                "\n}\n"
#define LIF_PARAMS                                                                                 \
  "{tau = dense<0.01> : tensor<f64>, r = dense<1.0> : tensor<f64>, v_leak = dense<0.0> : "         \
  "tensor<f64>, "                                                                                  \
  "v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}"

UNUSED_FN phasor_status parse(phs_ir *ir, const char *text, MlirModule *out) {
  return phs_ir_parse(ir, text, strlen(text), "test.mlir", out);
}

UNUSED_FN void put_text(MlirStringRef s, void *buf) {
  phs_buf_add(buf, s.data, s.length);
}

/* The module's text; freed by the caller. */
UNUSED_FN char *print_module(MlirModule module) {
  phs_buf b = {0};
  phs_ir_print(module, put_text, &b);
  assert_false(b.failed);
  return b.data;
}

UNUSED_FN phs_net *net_of_text(phs_ir *ir, seen *s, const char *text, const char *pipeline) {
  MlirModule module;
  phs_net *net = NULL;
  if (parse(ir, text, &module) != PHASOR_OK ||
      (pipeline && phs_ir_run(ir, module, pipeline, NULL) != PHASOR_OK) ||
      phs_ir_to_net(ir, module, &net) != PHASOR_OK) {
    print_seen(s);
    fail_msg("the module is refused");
  }
  mlirModuleDestroy(module);
  return net;
}

UNUSED_FN int op_named(const phs_net *net, const char *name) {
  int i = phs_net_find(net, name);
  assert_true(i >= 0);
  return i;
}

#endif
