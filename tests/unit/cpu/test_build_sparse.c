/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Artefacts of networks with synapses: tables, threads, learning weights, for this host and for
 * others. */
#include "artefacts.h"
#include "backends/cpu/cpu.h"
#include "interp/interp.h"
#include "sparse_nets.h"

enum { STEPS = 14, BATCH = 2 };

/* All sources, stored and recomputed projections over two tiles, learning ones; an input as well.
 */
static phs_net *example(void) {
  phs_net *n = net_new();
  rng r = {4711};
  enum { COUNT = 1056 };
  int x = net_input(n, shape_of(1, 40));
  n->op[x].name = "in";
  int drive = net_poisson(n, COUNT, 0.6, false, &r), noise = net_noise(n, COUNT, true, &r);
  int train = net_train(n, 100, 80, STEPS, &r), steps = net_current(n, 30, 3, &r);
  n->op[drive].source.start = 0;
  n->op[drive].source.stop = INT64_MAX;
  phs_projection p[] = {net_projection(n, PHS_RULE_FIXED_PROBABILITY, 40, COUNT, false, 5, &r),
                        net_projection(n, PHS_RULE_FIXED_INDEGREE, COUNT, COUNT, true, 5, &r),
                        net_projection(n, PHS_RULE_ONE_TO_ONE, COUNT, COUNT, false, 1, &r),
                        net_projection(n, PHS_RULE_LIST, 100, COUNT, false, 3, &r),
                        net_projection(n, PHS_RULE_DISTANCE, COUNT, COUNT, true, 4, &r)};
  p[2].recipe.delay = constant(2);
  p[1].mode = PHS_SYNAPSES_RECOMPUTE;
  p[4].mode = PHS_SYNAPSES_STORE;
  int e = net_synapses(n, COUNT, p, (const int[]){x, 0, drive, train}, 4, false, 0, noise);
  int i = net_synapses(n, COUNT, p + 4, (const int[]){0}, 1, true, 0.05F, -1);
  int z = net_receptors(n, e, i, true, &r);
  n->op[e].operand[1] = n->op[i].operand[0] = z;
  phs_projection q = net_projection(n, PHS_RULE_FIXED_TOTAL_NUMBER, COUNT, 30, false, 1, &r);
  q.recipe.number = 3000;
  q.recipe.multapses = true;
  q.recipe.delay = constant(2);
  q.recipe.weight = constant(0.3);
  int learning = net_synapses(n, 30, &q, &z, 1, false, 0, -1);
  n->op[learning].name = "learning";
  int y = net_receptors(n, learning, steps, true, &r);
  n->op[y].name = "reader";
  n->op[learning].operand[1] = y;
  n->op[learning].operand_count = 2;
  n->op[learning].synapses.plasticity = (phs_plasticity){.kind = PHS_PLASTICITY_STDP,
                                                         .decay_plus = 0.9F,
                                                         .decay_minus = 0.8F,
                                                         .a_plus = 0.04F,
                                                         .a_minus = 0.02F,
                                                         .w_max = 0.5F};
  net_output(n, z);
  net_output(n, y);
  net_output(n, e);
  return n;
}

static int setup(void **state) {
  return set_up(state, example());
}

/* Runs alone, by three threads, and in a batch; all must be equal. Prints the outputs. */
static const char program[] =
    "#include \"net.h\"\n"
    "#include <pthread.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
    "enum { STEPS = 14, BATCH = 2, PARTS = 3 };\n"
    "typedef struct team {\n"
    "  pthread_barrier_t barrier;\n"
    "  void *tables, *state;\n"
    "  const float *in;\n"
    "  char **out;\n"
    "} team;\n"
    "typedef struct member { team *t; size_t part; pthread_t thread; } member;\n"
    "static size_t size_of(const phasor_cpu_value *v) {\n"
    "  return v->count * (v->type == PHASOR_CPU_U8 ? 1 : 4);\n"
    "}\n"
    "static void together(void *user) { pthread_barrier_wait(&((team *)user)->barrier); }\n"
    "static void *work(void *user) {\n"
    "  member *m = (member *)user;\n"
    "  team *t = m->t;\n"
    "  size_t s, k;\n"
    "  net_tables_init_part(t->tables, m->part, PARTS, together, t);\n"
    "  if (m->part == 0) net_init(t->state, t->tables);\n"
    "  together(t);\n"
    "  for (s = 0; s < STEPS; s++) {\n"
    "    const float *in = t->in + s * net_input[0].count;\n"
    "    void *row[net_OUTPUT_COUNT];\n"
    "    for (k = 0; k < net_OUTPUT_COUNT; k++) row[k] = t->out[k] + s * size_of(&net_output[k]);\n"
    "    net_step_part(t->state, &in, row, m->part, PARTS, together, t);\n"
    "  }\n"
    "  return NULL;\n"
    "}\n"
    "static void run_team(const float *in, char **out) {\n"
    "  team t = {};\n"
    "  member m[PARTS];\n"
    "  size_t k;\n"
    "  pthread_barrier_init(&t.barrier, NULL, PARTS);\n"
    "  t.tables = aligned_alloc(64, net_tables_size());\n"
    "  t.state = aligned_alloc(64, net_state_size());\n"
    "  t.in = in;\n"
    "  t.out = out;\n"
    "  for (k = 0; k < PARTS; k++) { m[k].t = &t; m[k].part = k; }\n"
    "  for (k = 0; k < PARTS; k++) pthread_create(&m[k].thread, NULL, work, &m[k]);\n"
    "  for (k = 0; k < PARTS; k++) pthread_join(m[k].thread, NULL);\n"
    "  free(t.tables);\n"
    "  free(t.state);\n"
    "}\n"
    "int main(void) {\n"
    "  size_t n = net_input[0].count, k, s, b;\n"
    "  float *in = (float *)malloc(BATCH * STEPS * n * sizeof(float));\n"
    "  void *tables = aligned_alloc(net_STATE_ALIGN, net_TABLES_SIZE);\n"
    "  char *state = (char *)aligned_alloc(net_STATE_ALIGN, BATCH * net_STATE_SIZE);\n"
    "  void *once[net_OUTPUT_COUNT], *batch[net_OUTPUT_COUNT];\n"
    "  char *team[net_OUTPUT_COUNT];\n"
    "  const float *inputs[1];\n"
    "  uint32_t x = 1;\n"
    "  if (net_tables_size() != net_TABLES_SIZE) return 2;\n"
    "  for (k = 0; k < BATCH * STEPS * n; k++) { x = x * 1664525u + 1013904223u; in[k] = (float)(x "
    ">> 31); }\n"
    "  memset(state, 0x55, BATCH * net_STATE_SIZE);\n"
    "  memset(tables, 0x55, net_TABLES_SIZE);\n"
    "  for (k = 0; k < net_OUTPUT_COUNT; k++) {\n"
    "    size_t bytes = BATCH * STEPS * size_of(&net_output[k]);\n"
    "    once[k] = malloc(bytes); batch[k] = malloc(bytes); team[k] = (char *)malloc(bytes);\n"
    "  }\n"
    "  net_tables_init(tables);\n"
    "  net_init(state, tables);\n"
    "  for (b = 0; b < BATCH; b++) {\n"
    "    for (s = 0; s < STEPS; s++) {\n"
    "      void *row[net_OUTPUT_COUNT];\n"
    "      for (k = 0; k < net_OUTPUT_COUNT; k++)\n"
    "        row[k] = (char *)once[k] + (b * STEPS + s) * size_of(&net_output[k]);\n"
    "      inputs[0] = in + (b * STEPS + s) * n;\n"
    "      net_step(state, inputs, row);\n"
    "    }\n"
    "    net_reset(state);\n"
    "  }\n"
    "  for (b = 0; b < BATCH; b++) net_init(state + b * net_STATE_SIZE, tables);\n"
    "  inputs[0] = in;\n"
    "  net_run_batch(state, BATCH, STEPS, inputs, batch);\n"
    "  run_team(in, team);\n"
    "  for (k = 0; k < net_OUTPUT_COUNT; k++) {\n"
    "    const unsigned char *c = (const unsigned char *)once[k];\n"
    "    size_t bytes = STEPS * size_of(&net_output[k]);\n"
    "    if (memcmp(once[k], batch[k], BATCH * bytes) != 0) return 3;\n"
    "    if (memcmp(once[k], team[k], bytes) != 0) return 4;\n"
    "    for (s = 0; s < BATCH * bytes; s++) printf(\"%02x\", c[s]);\n"
    "    printf(\"\\n\");\n"
    "  }\n"
    "  return 0;\n"
    "}\n";

/* What the interpreter gives for the program above. */
static char *expected(fixture *f) {
  const phs_net *n = f->net;
  float in[BATCH][STEPS][40];
  uint32_t x = 1;
  for (size_t k = 0; k < BATCH * STEPS * 40; k++) {
    x = x * 1664525U + 1013904223U;
    in[k / (STEPS * 40)][k / 40 % STEPS][k % 40] = (float)(x >> 31);
  }
  char *text = NULL;
  size_t size = 0, ones = 0, learnt = 0;
  FILE *out = open_memstream(&text, &size);
  phs_interp *it = phs_interp_create(n, &f->diag);
  for (int op = 0; op < n->op_count; op++) {
    if (n->op[op].kind != PHS_OP_OUTPUT) {
      continue;
    }
    for (size_t b = 0; b < BATCH; b++) {
      phs_interp_reset(it);
      for (size_t t = 0; t < STEPS; t++) {
        const float *row = in[b][t];
        phs_quantity q;
        phs_interp_step(it, &row);
        assert_true(phs_interp_quantity(it, op, "out", &q));
        for (size_t k = 0; k < q.count * (q.elem == PHS_I1 ? 1 : 4); k++) {
          fprintf(out, "%02x", ((const unsigned char *)q.data)[k]);
          ones += q.elem == PHS_I1 && ((const unsigned char *)q.data)[k];
        }
      }
    }
    fprintf(out, "\n");
  }
  phs_quantity w;
  assert_true(phs_interp_quantity(it, phs_net_find(n, "learning"), "w", &w));
  for (size_t k = 0; k < w.count; k++) {
    learnt += ((const float *)w.data)[k] != 0.3F;
  }
  assert_true(ones > 1000 && learnt > 20); /* a network that does nothing would show nothing */
  phs_interp_destroy(it);
  fclose(out);
  return text;
}

static void check_program(const char *what, const char *want) {
  char *got = read_file(at(3, "got"), NULL);
  if (strcmp(got, want) != 0) {
    fail_msg("%s: the program's outputs differ from the interpreter's", what);
  }
  free(got);
}

static void test_object(void **state) {
  fixture *f = *state;
  char *want = expected(f);
  write_text(at(0, "main.c"), program);
  build(f, NULL, PHS_CPU_HEADER, at(0, "net.h"));
  for (int level = 0; level <= 3; level += 3) {
    phs_cpu_options o = {.opt_level = level};
    build(f, &o, PHS_CPU_OBJ, at(0, "net.o"));
    assert_int_equal(
        shell("cd %s && cc -std=gnu11 -Wall -Wextra -Werror main.c net.o -lm -lpthread "
              "-o main && ./main >got",
              folder),
        0);
    check_program("object", want);
  }
  if (have("g++")) {
    assert_int_equal(shell("cd %s && cp main.c main.cpp && g++ -std=c++17 -Wall -Wextra -Werror "
                           "main.cpp net.o -lm -lpthread -o main && ./main >got",
                           folder),
                     0);
    check_program("object from C++", want);
  } else {
    printf("skipped: g++ is not installed, so the header is not tried from C++\n");
  }
  free(want);
}

/* Nothing but libc and libm is needed, nothing can be written, nothing of Phasor's own names is
 * seen; and tens of thousands of synapses are not in there. */
static void test_object_is_pure(void **state) {
  fixture *f = *state;
  const char *path = at(0, "pure.o");
  build(f, NULL, PHS_CPU_OBJ, path);
  assert_int_equal(shell("nm %s | grep -E ' [BbDdCcGgSs] '", path), 1);
  assert_int_equal(shell("nm -u %s | grep -vE ' (memcpy|memset|memmove|[a-z0-9]+f)$'", path), 1);
  assert_int_equal(shell("nm -g --defined-only %s | grep -vE ' net_(step|step_part|run|run_batch|"
                         "init|reset|state_size|tables_size|tables_init|tables_init_part)$'",
                         path),
                   1);
  assert_int_equal(shell("strings -a %s | grep -E '/tmp|/proc|clang'", path), 1);
  size_t size;
  free(read_file(path, &size));
  assert_true(size < 300000);
}

static void foreign(fixture *f, const char *triple, const char *emulator) {
  char compiler[64];
  snprintf(compiler, sizeof compiler, "%s-gcc", triple);
  if (!have(compiler) || !have(emulator)) {
    printf("skipped: no %s or %s\n", compiler, emulator);
    skip();
  }
  char *want = expected(f);
  write_text(at(0, "main.c"), program);
  build(f, NULL, PHS_CPU_HEADER, at(0, "net.h"));
  phs_cpu_options o = {.triple = triple, .opt_level = 2};
  build(f, &o, PHS_CPU_OBJ, at(0, "net.o"));
  assert_int_equal(shell("cd %s && %s -std=gnu11 main.c net.o -lm -lpthread -o main && %s -L "
                         "/usr/%s ./main >got",
                         folder, compiler, emulator, triple),
                   0);
  check_program(triple, want);
  free(want);
}

static void test_aarch64(void **state) {
  foreign(*state, "aarch64-linux-gnu", "qemu-aarch64");
}

static void test_riscv64(void **state) {
  foreign(*state, "riscv64-linux-gnu", "qemu-riscv64");
}

/* The executable with one thread and with three; its recordings are the interpreter's. */
static void test_executable(void **state) {
  fixture *f = *state;
  build(f, NULL, PHS_CPU_EXE, at(0, "model"));
  FILE *in = fopen(at(0, "in.csv"), "w");
  for (int t = 0; t < STEPS; t++) {
    for (int k = 0; k < 40; k++) {
      fprintf(in, "%s%d", k ? "," : "", (t + k) % 4 == 0);
    }
    fprintf(in, "\n");
  }
  fclose(in);
  phs_interp *it = phs_interp_create(f->net, &f->diag);
  FILE *want = fopen(at(0, "want.csv"), "w");
  phs_quantity w;
  for (int t = 0; t < STEPS; t++) {
    float x[40];
    const float *inputs[] = {x};
    for (int k = 0; k < 40; k++) {
      x[k] = (t + k) % 4 == 0;
    }
    phs_interp_step(it, inputs);
    assert_true(phs_interp_quantity(it, phs_net_find(f->net, "reader"), "spikes", &w));
    for (size_t k = 0; k < w.count; k++) {
      fprintf(want, "%s%d", k ? "," : "", ((const uint8_t *)w.data)[k]);
    }
    fprintf(want, "\n");
  }
  fclose(want);
  phs_interp_destroy(it);
  for (int threads = 1; threads <= 3; threads += 2) {
    assert_int_equal(
        shell("cd %s && ./model -i in.csv -j %d --record reader.spikes=got.csv --record "
              "learning.w=w%d.npy >summary && cmp want.csv got.csv",
              folder, threads, threads),
        0);
  }
  assert_int_equal(shell("cd %s && cmp w1.npy w3.npy", folder), 0);
  assert_int_equal(shell("cd %s && ./model -i in.csv -j 0 2>err", folder), 2);
  assert_int_equal(shell("cd %s && ./model -i in.csv -j 1.5 2>err", folder), 2);
  assert_int_equal(shell("cd %s && ./model -i in.csv -j 5000 2>err", folder), 2);
}

static void test_same_bytes(void **state) {
  fixture *f = *state;
  static const phs_cpu_kind kinds[] = {PHS_CPU_OBJ, PHS_CPU_HEADER, PHS_CPU_LLVM};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    size_t sizes[2];
    char *bytes[2];
    for (int again = 0; again < 2; again++) {
      phs_net_destroy(f->net);
      f->net = example();
      build(f, NULL, kinds[k], at(0, again ? "two" : "one"));
      bytes[again] = read_file(at(0, again ? "two" : "one"), &sizes[again]);
    }
    assert_true(sizes[0] == sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
  }
}

/* More synapses than can be numbered: told before any is made. */
static void test_too_many(void **state) {
  fixture *f = *state;
  phs_projection *p = f->net->op[phs_net_find(f->net, "learning")].synapses.projection;
  p->recipe.multapses = true;
  p->recipe.number = (uint64_t)1 << 33;
  p->line = 17;
  assert_int_equal(phs_cpu_check(f->net, NULL, &f->diag), PHASOR_ERROR_TARGET);
  assert_string_equal(f->code[(f->count - 1) % 8], "PHS0313");
  assert_non_null(strstr(f->message, "'projection' has about 8.59e+09 synapses"));
  assert_int_equal(f->line, 17);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(test_object),     TEST(test_object_is_pure), TEST(test_aarch64),  TEST(test_riscv64),
      TEST(test_executable), TEST(test_same_bytes),     TEST(test_too_many),
  };
  return cmocka_run_group_tests_name("cpu/build_sparse", tests, make_folder, remove_folder);
}
