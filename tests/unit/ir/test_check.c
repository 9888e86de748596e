/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Every rule of the checker has a module that breaks it and nothing else, beside a module that it
 * accepts. */
#include "ir_test.h"

typedef struct refused {
  const char *code, *message; /* part of the message */
  uint32_t line;              /* 0: any */
  const char *text;
} refused;

#define NEURONS(attributes)                                                                        \
  "%y = \"phasor.neurons\"(%x) {name = \"a\", " attributes "} : (tensor<3xf32>) -> tensor<3xi1>"
#define LIF NEURONS("model = \"lif\", params = " LIF_PARAMS)
#define LINEAR(attributes)                                                                         \
  "%y = \"phasor.linear\"(%x) {name = \"a\", " attributes "} : (tensor<3xf32>) -> tensor<2xf32>"
#define UPDATE(attributes, function)                                                               \
  NETWORK("opt", "tensor<3xi1>", NEURONS("update = @f, " attributes)) function
#define PASS_X                                                                                     \
  "func.func private @f(%x: f32) -> i1 {\n %z = arith.cmpf ogt, %x, %x : f32\n return %z : "       \
  "i1\n}\n"

/* A network with its own header. */
#define WITH_HEADER(header)                                                                        \
  "ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = \"input\"}) -> (tensor<3xi1> "          \
  "{phasor.name = "                                                                                \
  "\"output\"}) attributes {" header "} {\n" LIF "\n ml_program.output %y : tensor<3xi1>\n}\n"
#define LEVEL "phasor.level = \"net\""
#define DT "phasor.dt = 1.0e-3 : f64"
#define HAS_TIME "phasor.has_time = true"
#define CONV_ATTR "phasor.conventions = " CONVENTIONS

/* One convolution or pool over an input of its own shape. */
#define OVER(in, out, op)                                                                          \
  "ml_program.subgraph @n(%x: " in " {phasor.name = \"input\"}) -> (" out                          \
  " {phasor.name = \"output\"}) " HEADER("net") " {\n %y = " op " : (" in ") -> " out              \
                                                "\n ml_program.output %y : " out "\n}\n"
#define CONV2(extra)                                                                               \
  OVER("tensor<2x5x5xf32>", "tensor<4x5x5xf32>",                                                   \
       "\"phasor.conv\"(%x) {name = \"a\", weight = dense<1.0> : tensor<4x2x3x3xf32>, pad_low = "  \
       "array<i64: 1, 1>, "                                                                        \
       "pad_high = array<i64: 1, 1>, " extra "}")
#define POOL2(extra)                                                                               \
  OVER("tensor<2x4x4xf32>", "tensor<2x2x2xf32>", "\"phasor.pool\"(%x) {name = \"a\", " extra "}")
#define ONES "stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>"
#define DELAY(attributes)                                                                          \
  OVER("tensor<3xf32>", "tensor<3xf32>", "\"phasor.delay\"(%x) {name = \"a\", " attributes "}")

static const refused modules[] = {
    {"PHS0201", "custom op 'what'", 2, "module {\n  what is this\n}\n"},
    {"PHS0201", "", 0, "\x01\x02"},
    {"PHS0201", "weight", 2,
     NETWORK("net", "tensor<2xf32>", LINEAR("bias = dense<1.0> : tensor<2xf32>"))},
    {"PHS0205", "0 networks", 0, PASS_X},
    {"PHS0205", "2 networks", 0, "" /* two copies of a network, put together below */},
    {"PHS0206", "phasor.level", 1, WITH_HEADER(DT ", " HAS_TIME ", " CONV_ATTR)},
    {"PHS0206", "phasor.level", 1,
     WITH_HEADER("phasor.level = \"nett\", " DT ", " HAS_TIME ", " CONV_ATTR)},
    {"PHS0206", "phasor.dt", 1, WITH_HEADER(LEVEL ", " HAS_TIME ", " CONV_ATTR)},
    {"PHS0206", "above 0", 1,
     WITH_HEADER(LEVEL ", phasor.dt = 0.0 : f64, " HAS_TIME ", " CONV_ATTR)},
    {"PHS0206", "phasor.has_time", 1, WITH_HEADER(LEVEL ", " DT ", " CONV_ATTR)},
    {"PHS0206", "phasor.conventions", 1, WITH_HEADER(LEVEL ", " DT ", " HAS_TIME)},
    {"PHS0206", "lacks 'spikes_per_step'", 1,
     WITH_HEADER(LEVEL ", " DT ", " HAS_TIME ", phasor.conventions = {" CONVENTIONS_BUT_SPIKES
                       "}")},
    {"PHS0206", "no value 'two'", 1,
     WITH_HEADER(LEVEL ", " DT ", " HAS_TIME ", phasor.conventions = {" CONVENTIONS_BUT_SPIKES
                       ", spikes_per_step = \"two\"}")},
    {"PHS0206", "no convention 'colour'", 1,
     WITH_HEADER(LEVEL ", " DT ", " HAS_TIME
                       ", phasor.conventions = {colour = \"red\", " CONVENTIONS_BUT_SPIKES
                       ", spikes_per_step = \"one\"}")},
    {"PHS0207", "input 0", 1,
     "ml_program.subgraph @n(%x: tensor<3xf32>) -> (tensor<3xi1> {phasor.name = "
     "\"output\"}) " HEADER("net") " {\n" LIF "\n ml_program.output %y : tensor<3xi1>\n}\n"},
    {"PHS0207", "output 0", 1,
     "ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = \"input\"}) -> "
     "(tensor<3xi1>) " HEADER("net") " {\n" LIF "\n ml_program.output %y : tensor<3xi1>\n}\n"},
    {"PHS0207", "named 'a'", 3,
     NETWORK("net", "tensor<2xf32>",
             "%l = \"phasor.scale\"(%x) {name = \"a\", factor = dense<1.0> : tensor<f32>} : "
             "(tensor<3xf32>) -> "
             "tensor<3xf32>\n%y = \"phasor.linear\"(%l) {name = \"a\", weight = dense<1.0> : "
             "tensor<2x3xf32>} : "
             "(tensor<3xf32>) -> tensor<2xf32>")},
    {"PHS0207", "empty name", 2,
     NETWORK("net", "tensor<3xf32>",
             "%y = \"phasor.scale\"(%x) {name = \"\", factor = dense<1.0> : tensor<f32>} : "
             "(tensor<3xf32>) -> "
             "tensor<3xf32>")},
    {"PHS0207", "two states", 0,
     UPDATE("states = [\"v\", \"v\"], coefficients = []",
            "func.func private @f(%x: f32, %v: f32, %w: f32) -> (i1, f32, f32) {\n %z = arith.cmpf "
            "ogt, %x, %v : f32\n "
            "return %z, %v, %w : i1, f32, f32\n}\n")},
    {"PHS0208", "arith.addf", 2,
     NETWORK("net", "tensor<3xf32>", "%y = arith.addf %x, %x : tensor<3xf32>")},
    {"PHS0208", "ml_program.func", 0,
     NETWORK("net", "tensor<3xi1>", LIF) "ml_program.func @g() {\n ml_program.return\n}\n"},
    {"PHS0209", "'wait'", 2,
     NETWORK("net", "tensor<2xf32>",
             LINEAR("weight = dense<1.0> : tensor<2x3xf32>, wait = 1 : i64"))},
    {"PHS0209", "phasor.colour", 1,
     WITH_HEADER(LEVEL ", " DT ", " HAS_TIME ", " CONV_ATTR ", phasor.colour = \"red\"")},
    {"PHS0210", "'weight'", 2,
     NETWORK("net", "tensor<2xf32>", LINEAR("weight = dense<1> : tensor<2x3xi32>"))},
    {"PHS0210", "'weight'", 2, NETWORK("net", "tensor<2xf32>", LINEAR("weight = 1.0 : f32"))},
    {"PHS0210", "'stride'", 2,
     CONV2("groups = 1 : i64, stride = array<i64: 1>, dilation = array<i64: 1, 1>")},
    {"PHS0210", "'kind'", 2,
     POOL2("kind = \"max\", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = "
           "array<i64: 0, 0>, "
           "pad_high = array<i64: 0, 0>")},
    {"PHS0210", "both", 2,
     DELAY("steps = dense<1> : tensor<i64>, seconds = dense<1.0> : tensor<f64>")},
    {"PHS0210", "none", 2,
     OVER("tensor<3xf32>", "tensor<3xf32>", "\"phasor.delay\"(%x) {name = \"a\"}")},
    {"PHS0210", "'params'", 2, NETWORK("net", "tensor<3xi1>", NEURONS("model = \"lif\""))},
    {"PHS0210", "'states'", 0, UPDATE("coefficients = []", PASS_X)},
    {"PHS0210", "'coefficients'", 0, UPDATE("states = []", PASS_X)},
    {"PHS0210", "not a symbol", 0,
     NETWORK("opt", "tensor<3xi1>", NEURONS("update = 1 : i64, states = [], coefficients = []"))},
    {"PHS0211", "xf64", 2,
     NETWORK("net", "tensor<3xf64>",
             "%y = \"phasor.scale\"(%x) {name = \"a\", factor = dense<1.0> : tensor<f32>} : "
             "(tensor<3xf32>) -> "
             "tensor<3xf64>")},
    {"PHS0211", "?xf32", 2,
     NETWORK("net", "tensor<?xf32>",
             "%y = \"phasor.scale\"(%x) {name = \"a\", factor = dense<1.0> : tensor<f32>} : "
             "(tensor<3xf32>) -> "
             "tensor<?xf32>")},
    {"PHS0211", "of i1, but f32", 2,
     NETWORK("net", "tensor<2xi1>",
             "%y = \"phasor.linear\"(%x) {name = \"a\", weight = dense<1.0> : tensor<2x3xf32>} : "
             "(tensor<3xf32>) -> "
             "tensor<2xi1>")},
    {"PHS0211", "input 0 is not of f32", 1,
     OVER("tensor<3xi1>", "tensor<3xf32>",
          "\"phasor.scale\"(%x) {name = \"a\", factor = dense<1.0> : tensor<f32>}")},
    {"PHS0212", "[3], but [5]", 2,
     NETWORK("net", "tensor<2xf32>", LINEAR("weight = dense<1.0> : tensor<2x5xf32>"))},
    {"PHS0212", "the bias has the shape [3]", 2,
     NETWORK("net", "tensor<2xf32>",
             LINEAR("weight = dense<1.0> : tensor<2x3xf32>, bias = dense<1.0> : tensor<3xf32>"))},
    {"PHS0212", "2 values, but there are 3", 2,
     NETWORK("net", "tensor<3xf32>",
             "%y = \"phasor.scale\"(%x) {name = \"a\", factor = dense<[1.0, 2.0]> : tensor<2xf32>} "
             ": (tensor<3xf32>) -> "
             "tensor<3xf32>")},
    {"PHS0212", "[2, 3, 3], but [2, 2, 2]", 2,
     OVER("tensor<2x4x4xf32>", "tensor<2x3x3xf32>",
          "\"phasor.pool\"(%x) {name = \"a\", kind = \"sum\", kernel = array<i64: 2, 2>, stride = "
          "array<i64: 2, 2>, "
          "pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>}")},
    {"PHS0212", "[4], but [6]", 2,
     OVER("tensor<2x3xf32>", "tensor<4xf32>",
          "\"phasor.flatten\"(%x) {name = \"a\", start = 0 : i64, end = 1 : i64}")},
    {"PHS0213", "stride is 0", 2,
     CONV2("groups = 1 : i64, stride = array<i64: 0, 1>, dilation = array<i64: 1, 1>")},
    {"PHS0213", "dilation is -1", 2,
     CONV2("groups = 1 : i64, stride = array<i64: 1, 1>, dilation = array<i64: 1, -1>")},
    {"PHS0213", "3 groups", 2, CONV2("groups = 3 : i64, " ONES)},
    {"PHS0213", "groups is 0", 2, CONV2("groups = 0 : i64, " ONES)},
    {"PHS0213", "kernel is 0", 2,
     POOL2("kind = \"sum\", kernel = array<i64: 0, 2>, stride = array<i64: 2, 2>, pad_low = "
           "array<i64: 0, 0>, pad_high = "
           "array<i64: 0, 0>")},
    {"PHS0213", "dimensions 0 to 2", 2,
     OVER("tensor<2x3xf32>", "tensor<6xf32>",
          "\"phasor.flatten\"(%x) {name = \"a\", start = 0 : i64, end = 2 : i64}")},
    {"PHS0213", "at least one operand", 2,
     NETWORK("net", "tensor<3xf32>", "%y = \"phasor.add\"() {name = \"a\"} : () -> tensor<3xf32>")},
    {"PHS0214", "'weight'", 2,
     NETWORK(
         "net", "tensor<2xf32>",
         LINEAR("weight = dense<[[1.0, 0x7FC00000, 1.0], [1.0, 1.0, 1.0]]> : tensor<2x3xf32>"))},
    {"PHS0214", "'tau'", 2,
     NETWORK(
         "net", "tensor<3xi1>",
         NEURONS("model = \"lif\", params = {tau = dense<0x7FF0000000000000> : tensor<f64>, r = "
                 "dense<1.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = "
                 "dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}"))},
    {"PHS0215", "no data for the resource 'gone'", 2,
     NETWORK("net", "tensor<2xf32>", LINEAR("weight = dense_resource<gone> : tensor<2x3xf32>"))},
    {"PHS0215", "holds 4 bytes, but the type needs 24", 2,
     NETWORK("net", "tensor<2xf32>",
             LINEAR("weight = dense_resource<w> : tensor<2x3xf32>")) "{-# dialect_resources: { "
                                                                     "builtin: { w: "
                                                                     "\"0x040000000000803F\" } } "
                                                                     "#-}"},
    {"PHS0216", "no neuron model 'hodgkin'", 2,
     NETWORK("net", "tensor<3xi1>", NEURONS("model = \"hodgkin\", params = {}"))},
    {"PHS0216", "needs the parameter 'v_reset'", 2,
     NETWORK("net", "tensor<3xi1>",
             NEURONS("model = \"if\", params = {r = dense<1.0> : tensor<f64>, v_threshold = "
                     "dense<1.0> : tensor<f64>}"))},
    {"PHS0216", "no parameter 'tau'", 2,
     NETWORK("net", "tensor<3xi1>",
             NEURONS("model = \"if\", params = {tau = dense<1.0> : tensor<f64>}"))},
    {"PHS0217", "tau of neuron 1 is 0", 2,
     NETWORK("net", "tensor<3xf32>",
             "%y = \"phasor.neurons\"(%x) {name = \"a\", model = \"li\", params = {tau = "
             "dense<[1.0, 0.0, 1.0]> : "
             "tensor<3xf64>, r = dense<1.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>}} : "
             "(tensor<3xf32>) -> "
             "tensor<3xf32>")},
    {"PHS0218", "no function @f", 2, UPDATE("states = [], coefficients = []", "")},
    {"PHS0218", "1 arguments and 1 results", 2,
     UPDATE("states = [\"v\"], coefficients = []", PASS_X)},
    {"PHS0218", "signature", 0,
     UPDATE("states = [], coefficients = []",
            "func.func private @f(%x: f64) -> i1 {\n %z = arith.constant true\n return %z "
            ": i1\n}\n")},
    {"PHS0218", "signature", 0,
     UPDATE("states = [], coefficients = []",
            "func.func private @f(%x: f32) -> i64 {\n %z = arith.constant 1 : i64\n return "
            "%z : i64\n}\n")},
    {"PHS0219", "math.tan", 6,
     UPDATE("states = [], coefficients = []",
            "func.func private @f(%x: f32) -> i1 {\n%s = math.tan %x : f32\n %z = arith.cmpf ogt, "
            "%s, %x : f32\n return %z "
            ": i1\n}\n")},
    {"PHS0219", "flags", 6,
     UPDATE("states = [], coefficients = []",
            "func.func private @f(%x: f32) -> i1 {\n%s = arith.addf %x, %x fastmath<fast> : f32\n "
            "%z = arith.cmpf ogt, %s, "
            "%x : f32\n return %z : i1\n}\n")},
    {"PHS0219", "only declared", 0,
     UPDATE("states = [], coefficients = []", "func.func private @f(f32) -> i1\n")},
    {"PHS0219", "nested", 0,
     UPDATE("states = [], coefficients = []",
            "func.func private @f(%x: f32) -> i1 {\n%s = func.call @f(%x) : (f32) -> i1\n return "
            "%s : i1\n}\n")},
    {"PHS0220", "a -> b -> a", 0,
     NETWORK("net", "tensor<3xf32>",
             "%b = \"phasor.add\"(%x, %y) {name = \"b\"} : (tensor<3xf32>, tensor<3xf32>) -> "
             "tensor<3xf32>\n"
             "%y = \"phasor.scale\"(%b) {name = \"a\", factor = dense<1.0> : tensor<f32>} : "
             "(tensor<3xf32>) -> "
             "tensor<3xf32>")},
    {"PHS0220", "delay", 0,
     NETWORK("net", "tensor<3xf32>",
             "%b = \"phasor.add\"(%x, %y) {name = \"b\"} : (tensor<3xf32>, tensor<3xf32>) -> "
             "tensor<3xf32>\n"
             "%y = \"phasor.delay\"(%b) {name = \"delay\", seconds = dense<[0.001, 0.0004, 0.002]> "
             ": tensor<3xf64>} : "
             "(tensor<3xf32>) -> tensor<3xf32>")},
    {"PHS0221", "-1 steps", 2, DELAY("steps = dense<-1> : tensor<i64>")},
    {"PHS0221", "1e+09 s", 2, DELAY("seconds = dense<1.0e9> : tensor<f64>")},
    {"PHS0222", "[1048576, 1048576]", 2,
     NETWORK("net", "tensor<2xf32>", LINEAR("weight = dense<1.0> : tensor<1048576x1048576xf32>"))},
    {"PHS0222", "[0]", 2,
     NETWORK("net", "tensor<0xf32>",
             "%y = \"phasor.scale\"(%x) {name = \"a\", factor = dense<1.0> : tensor<f32>} : "
             "(tensor<3xf32>) -> "
             "tensor<0xf32>")},
    {"PHS0223", "by model", 2, NETWORK("opt", "tensor<3xi1>", LIF)},
    {"PHS0223", "in seconds", 2,
     NETWORK("opt", "tensor<3xf32>",
             "%y = \"phasor.delay\"(%x) {name = \"a\", seconds = dense<1.0> : tensor<f64>} : "
             "(tensor<3xf32>) -> "
             "tensor<3xf32>")},
};

static void refuses_each_with_its_code(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    const refused *m = &modules[i];
    seen s;
    phs_ir *ir = new_ir(&s);
    MlirModule module;
    const char *text = m->text;
    char two[4096];
    if (strstr(m->message, "2 networks")) {
      static const char one[] = NETWORK("net", "tensor<3xi1>", LIF);
      const char *name = strstr(one, "@n");
      snprintf(two, sizeof two, "%s%.*s@m%s", one, (int)(name - one), one, name + 2);
      text = two;
    }
    phasor_status status = parse(ir, text, &module);
    if (status == PHASOR_OK) {
      status = phs_ir_check(ir, module);
      mlirModuleDestroy(module);
    }
    int at = find_code(&s, m->code);
    if (status != PHASOR_ERROR_MODEL || at < 0 || !strstr(s.message[at], m->message) ||
        (m->line && s.line[at] != m->line)) {
      print_seen(&s);
      fail_msg("module %zu: wanted %s '%s' at line %u, status %d", i, m->code, m->message, m->line,
               (int)status);
    }
    if (m->line) {
      assert_true(s.excerpt[at]);
    }
    phs_ir_destroy(ir);
  }
}

/* MLIR shows the op that it refuses in a note of its own. */
static void notes_of_mlir_follow_its_errors(void **state) {
  (void)state;
  seen s;
  phs_ir *ir = new_ir(&s);
  MlirModule module;
  assert_int_equal(
      parse(ir, NETWORK("net", "tensor<2xf32>", LINEAR("bias = dense<1.0> : tensor<2xf32>")),
            &module),
      PHASOR_ERROR_MODEL);
  assert_int_equal(s.count, 2);
  assert_string_equal(s.code[0], "PHS0201");
  assert_string_equal(s.code[1], "PHS0204");
  assert_non_null(strstr(s.message[1], "phasor.linear"));
  assert_int_equal(s.diag.errors, 1);
  phs_ir_destroy(ir);
}

/* What the refused ones were varied from. */
static void accepts_right_modules(void **state) {
  (void)state;
  static const char *const right[] = {
      NETWORK("net", "tensor<3xi1>", LIF),
      NETWORK("net", "tensor<2xf32>",
              LINEAR("weight = dense<1.0> : tensor<2x3xf32>, bias = dense<1.0> : tensor<2xf32>")),
      CONV2("groups = 1 : i64, " ONES),
      POOL2("kind = \"avg\", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = "
            "array<i64: 0, 0>, pad_high = "
            "array<i64: 0, 0>"),
      DELAY("steps = dense<0> : tensor<i64>"),
      DELAY("seconds = dense<0.01> : tensor<f64>"),
      UPDATE("states = [], coefficients = []", PASS_X),
      /* Feedback over a delay, used before it is defined. */
      NETWORK("net", "tensor<3xf32>",
              "%b = \"phasor.add\"(%x, %y) {name = \"b\"} : (tensor<3xf32>, tensor<3xf32>) -> "
              "tensor<3xf32>\n"
              "%y = \"phasor.delay\"(%b) {name = \"delay\", seconds = dense<[0.001, 0.0005, "
              "0.002]> : tensor<3xf64>} : "
              "(tensor<3xf32>) -> tensor<3xf32>"),
  };
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    seen s;
    phs_ir *ir = new_ir(&s);
    phs_net_destroy(net_of_text(ir, &s, right[i], NULL));
    assert_int_equal(s.count, 0);
    phs_ir_destroy(ir);
  }
}

/* Function calls that double at each level ask for 2^31 reads. */
static void gives_up_on_calls_that_explode(void **state) {
  (void)state;
  phs_buf b = {0};
  phs_buf_puts(
      &b, NETWORK("opt", "tensor<3xi1>", NEURONS("update = @f, states = [], coefficients = []")));
  phs_buf_puts(&b, "func.func private @f(%x: f32) -> i1 {\n %a = func.call @f1(%x) : (f32) -> "
                   "f32\n %z = arith.cmpf ogt, "
                   "%a, %x : f32\n return %z : i1\n}\n");
  for (int i = 1; i < 31; i++) {
    phs_buf_printf(&b,
                   "func.func private @f%d(%%x: f32) -> f32 {\n %%a = func.call @f%d(%%x) : (f32) "
                   "-> f32\n %%b = func.call "
                   "@f%d(%%a) : (f32) -> f32\n return %%b : f32\n}\n",
                   i, i + 1, i + 1);
  }
  phs_buf_puts(&b, "func.func private @f31(%x: f32) -> f32 {\n return %x : f32\n}\n");
  seen s;
  phs_ir *ir = new_ir(&s);
  MlirModule module;
  assert_int_equal(parse(ir, b.data, &module), PHASOR_OK);
  assert_int_equal(phs_ir_check(ir, module), PHASOR_ERROR_MODEL);
  assert_true(find_code(&s, "PHS0219") >= 0);
  mlirModuleDestroy(module);
  phs_ir_destroy(ir);
  phs_buf_free(&b);
}

/* Whatever one byte does to a text, it is read or refused with a diagnostic. */
static void survives_changed_bytes(void **state) {
  (void)state;
  static const char text[] = UPDATE(
      "states = [\"v\"], coefficients = [dense<0.5> : tensor<f32>]",
      "func.func private @f(%x: f32, %v: f32, %a: f32) -> (i1, f32) {\n %m = arith.mulf %v, %a : "
      "f32\n %z = "
      "arith.cmpf ogt, %m, %x : f32\n return %z, %m : i1, f32\n}\n") "{-# dialect_resources: { "
                                                                     "builtin: { w: "
                                                                     "\"0x040000000000803F\" } } "
                                                                     "#-}";
  seen s;
  phs_ir *ir = new_ir(&s);
  unsigned seed = 1;
  for (size_t i = 0; i < sizeof text - 1; i++) {
    char copy[sizeof text];
    memcpy(copy, text, sizeof text);
    seed = seed * 1103515245U + 12345U;
    copy[i] = (char)(seed >> 16 & 0x7F);
    unsigned before = s.diag.errors;
    MlirModule module;
    phasor_status status = phs_ir_parse(ir, copy, sizeof text - 1, "changed.mlir", &module);
    if (status == PHASOR_OK) {
      status = phs_ir_check(ir, module);
      mlirModuleDestroy(module);
    }
    assert_true(status == PHASOR_OK || s.diag.errors > before);
  }
  phs_ir_destroy(ir);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_each_with_its_code),
      cmocka_unit_test(notes_of_mlir_follow_its_errors),
      cmocka_unit_test(accepts_right_modules),
      cmocka_unit_test(gives_up_on_calls_that_explode),
      cmocka_unit_test(survives_changed_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
