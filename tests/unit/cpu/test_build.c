/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Artefacts on disk: objects, headers, libraries and executables, for this host and for others. */
#include "artefacts.h"
#include "backends/cpu/cpu.h"
#include "interp/interp.h"
#include "nets.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

/* Everything: convolution, pool, dense, recurrence, one output of spikes, one of counts and one of
 * graded values. */
static phs_net *example(void) {
  phs_net *n = net_new();
  rng r = {42};
  int x = net_input(n, shape_of(3, 2, 12, 12));
  n->op[x].name = "in";
  int c = net_conv(n, x, -1, 18, 2, true, &r);
  int z = net_neurons(n, c, LEAKY_MANY, true, &r);
  n->op[z].name = "block/\"lif\"?";
  int p = net_flatten(n, net_pool(n, z, true, &r));
  int y = net_linear(n, p, -1, 21, true, &r);
  int d = net_delay(n, n->op[y].shape, PHS_I1, -1, 1, 3, &r);
  int w = net_neurons(n, net_linear(n, d, y, 21, false, &r), CURRENT_ONE, false, &r);
  n->op[w].name = "lif2";
  n->op[d].operand[0] = w;
  n->op[d].operand_count = 1;
  static const char *const aliases[] = {"twin"};
  n->op[w].alias = aliases;
  n->op[w].alias_count = 1;
  net_output(n, w);
  net_output(n, net_neurons(n, net_linear(n, w, -1, 5, false, &r), LEAKY_MANY, false, &r));
  net_output(n, net_neurons(n, net_linear(n, w, -1, 3, false, &r), LEAKY_GRADED, false, &r));
  n->op[n->op_count - 1].name = "graded";
  n->op[n->op_count - 3].name = n->op[n->op_count - 4].name;
  return n;
}

static int setup(void **state) {
  return set_up(state, example());
}

static const char program[] =
    "#include \"net.h\"\n"
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
    "enum { STEPS = 6, BATCH = 3 };\n"
    "static int same(const void *a, const void *b, size_t n) { return memcmp(a, b, n) == 0; }\n"
    "static size_t size_of(const phasor_cpu_value *v) { return v->type == PHASOR_CPU_U8 ? 1 : 4; "
    "}\n"
    "int main(void) {\n"
    "  size_t n = net_input[0].count, k, b, t;\n"
    "  float *in = (float *)malloc(BATCH * STEPS * n * sizeof(float));\n"
    "  char *state = (char *)aligned_alloc(net_STATE_ALIGN, BATCH * net_state_size());\n"
    "  void *once[net_OUTPUT_COUNT], *batch[net_OUTPUT_COUNT];\n"
    "  const float *inputs[1];\n"
    "  uint32_t s = 1;\n"
    "  if (net_state_size() != net_STATE_SIZE) return 2;\n"
    "  for (k = 0; k < BATCH * STEPS * n; k++) { s = s * 1664525u + 1013904223u; in[k] = (float)(s "
    ">> 30); }\n"
    "  memset(state, 0x55, BATCH * net_state_size());\n"
    "  for (k = 0; k < net_OUTPUT_COUNT; k++) {\n"
    "    size_t bytes = BATCH * STEPS * net_output[k].count * size_of(&net_output[k]);\n"
    "    once[k] = malloc(bytes); batch[k] = malloc(bytes);\n"
    "  }\n"
    "  /* sample by sample and step by step, with a reset between */\n"
    "  net_init(state);\n"
    "  for (b = 0; b < BATCH; b++) {\n"
    "    for (t = 0; t < STEPS; t++) {\n"
    "      void *row[net_OUTPUT_COUNT];\n"
    "      for (k = 0; k < net_OUTPUT_COUNT; k++)\n"
    "        row[k] = (char *)once[k] + (b * STEPS + t) * net_output[k].count * "
    "size_of(&net_output[k]);\n"
    "      inputs[0] = in + (b * STEPS + t) * n;\n"
    "      net_step(state, inputs, row);\n"
    "      for (k = 0; k < net_OUTPUT_COUNT; k++)\n"
    "        if (!same(row[k], state + net_output[k].offset, net_output[k].count * "
    "size_of(&net_output[k]))) return 3;\n"
    "    }\n"
    "    net_reset(state);\n"
    "  }\n"
    "  for (b = 0; b < BATCH; b++) net_init(state + b * net_STATE_SIZE);\n"
    "  inputs[0] = in;\n"
    "  net_run_batch(state, BATCH, STEPS, inputs, batch);\n"
    "  for (k = 0; k < net_OUTPUT_COUNT; k++)\n"
    "    if (!same(once[k], batch[k], BATCH * STEPS * net_output[k].count * "
    "size_of(&net_output[k]))) return 4;\n"
    "  /* outputs that nobody wants */\n"
    "  net_init(state);\n"
    "  batch[1] = NULL;\n"
    "  net_run(state, STEPS, inputs, batch);\n"
    "  net_init(state);\n"
    "  net_run(state, STEPS, inputs, NULL);\n"
    "  for (k = 0; k < net_OUTPUT_COUNT; k++) {\n"
    "    const unsigned char *c = (const unsigned char *)once[k];\n"
    "    for (t = 0; t < BATCH * STEPS * net_output[k].count * size_of(&net_output[k]); t++) "
    "printf(\"%02x\", c[t]);\n"
    "    printf(\"\\n\");\n"
    "  }\n"
    "  return 0;\n"
    "}\n";

/* What the interpreter gives for the program above: the same hexadecimal lines. */
static char *expected(fixture *f) {
  enum { STEPS = 6, BATCH = 3 };
  const phs_net *n = f->net;
  size_t width = phs_shape_count(&n->op[0].shape);
  float *in = malloc(BATCH * STEPS * width * sizeof *in);
  uint32_t s = 1;
  for (size_t k = 0; k < BATCH * STEPS * width; k++) {
    s = s * 1664525U + 1013904223U;
    in[k] = (float)(s >> 30);
  }
  char *text = NULL;
  size_t size = 0, spikes = 0, silent = 0;
  FILE *out = open_memstream(&text, &size);
  for (int op = 0; op < n->op_count; op++) {
    if (n->op[op].kind != PHS_OP_OUTPUT) {
      continue;
    }
    phs_interp *it = phs_interp_create(n, &f->diag);
    for (size_t b = 0; b < BATCH; b++) {
      phs_interp_reset(it);
      for (size_t t = 0; t < STEPS; t++) {
        const float *row = in + (b * STEPS + t) * width;
        phs_quantity q;
        phs_interp_step(it, &row);
        assert_true(phs_interp_quantity(it, op, "out", &q));
        size_t bytes = q.count * (q.elem == PHS_I1 ? 1 : 4);
        for (size_t k = 0; k < bytes; k++) {
          unsigned char c = ((const unsigned char *)q.data)[k];
          fprintf(out, "%02x", c);
          *(c ? &spikes : &silent) += 1;
        }
      }
    }
    fprintf(out, "\n");
    phs_interp_destroy(it);
  }
  fclose(out);
  free(in);
  assert_true(spikes > 20 && silent > 20); /* a network that does nothing would show nothing */
  return text;
}

static void check_program(const char *what, const char *want) {
  char *got = read_file(at(3, "got"), NULL);
  if (strcmp(got, want) != 0) {
    fail_msg("%s: the program's outputs differ from the interpreter's", what);
  }
  free(got);
}

/* The object with its header in a C program of its own: many ways to run, all equal, and equal to
 * the interpreter. */
static void test_object(void **state) {
  fixture *f = *state;
  char *want = expected(f);
  write_text(at(0, "main.c"), program);
  build(f, NULL, PHS_CPU_HEADER, at(0, "net.h"));
  for (int level = 0; level <= 3; level++) {
    phs_cpu_options o = {.opt_level = level};
    build(f, &o, PHS_CPU_OBJ, at(0, "net.o"));
    assert_int_equal(
        shell("cd %s && cc -std=c11 -Wall -Wextra -Wpedantic -Werror main.c net.o -lm -o main && "
              "./main >got",
              folder),
        0);
    check_program("object", want);
  }
  free(want);
}

/* Nothing but libc and libm is needed, nothing can be written, and nothing is left beside the
 * object. */
static void test_object_is_pure(void **state) {
  fixture *f = *state;
  build(f, NULL, PHS_CPU_OBJ, at(0, "pure.o"));
  assert_int_equal(shell("nm %s | grep -E ' [BbDdCcGgSs] '", at(0, "pure.o")), 1);
  assert_int_equal(
      shell("nm -u %s | grep -vE ' (memcpy|memset|memmove|[a-z0-9]+f)$'", at(0, "pure.o")), 1);
  assert_int_equal(shell("nm -g --defined-only %s | grep -vE ' "
                         "net_(step|step_part|run|run_batch|init|reset|state_size)$'",
                         at(0, "pure.o")),
                   1);
  assert_int_equal(shell("strings -a %s | grep -E '/tmp|/proc'", at(0, "pure.o")), 1);
  assert_int_equal(shell("ls %s | grep part", folder), 1);
}

static void test_header_in_cpp(void **state) {
  fixture *f = *state;
  if (!have("g++")) {
    printf("skipped: g++ is not installed, so the header is not tried from C++\n");
    skip();
  }
  build(f, NULL, PHS_CPU_HEADER, at(0, "net.h"));
  build(f, NULL, PHS_CPU_OBJ, at(0, "net.o"));
  char *want = expected(f);
  write_text(at(0, "main.cpp"), program);
  assert_int_equal(
      shell(
          "cd %s && g++ -std=c++17 -Wall -Wextra -Werror main.cpp net.o -lm -o main && ./main >got",
          folder),
      0);
  check_program("object from C++", want);
  free(want);
}

static void test_shared(void **state) {
  fixture *f = *state;
  char *want = expected(f);
  write_text(at(0, "main.c"), program);
  build(f, NULL, PHS_CPU_HEADER, at(0, "net.h"));
  build(f, NULL, PHS_CPU_SO, at(0, "libnet.so"));
  assert_int_equal(
      shell("cd %s && cc -std=c11 main.c -L. -lnet -lm -Wl,-rpath,. -o main && ./main >got",
            folder),
      0);
  check_program("shared library", want);
  free(want);
}

/* The same program for other machines, under an emulator. */
static void foreign(fixture *f, const char *triple, const char *emulator, const char *packages) {
  char compiler[64];
  snprintf(compiler, sizeof compiler, "%s-gcc", triple);
  if (!have(compiler) || !have(emulator)) {
    printf("skipped: no %s or %s (apt-get install %s)\n", compiler, emulator, packages);
    skip();
  }
  char *want = expected(f);
  write_text(at(0, "main.c"), program);
  build(f, NULL, PHS_CPU_HEADER, at(0, "net.h"));
  for (int level = 0; level <= 2; level += 2) {
    phs_cpu_options o = {.triple = triple, .opt_level = level};
    build(f, &o, PHS_CPU_OBJ, at(0, "net.o"));
    assert_int_equal(
        shell("cd %s && %s -std=c11 main.c net.o -lm -o main && %s -L /usr/%s ./main >got", folder,
              compiler, emulator, triple),
        0);
    check_program(triple, want);
  }
  free(want);
}

static void test_aarch64(void **state) {
  foreign(*state, "aarch64-linux-gnu", "qemu-aarch64",
          "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user");
}

static void test_riscv64(void **state) {
  foreign(*state, "riscv64-linux-gnu", "qemu-riscv64",
          "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-user");
}

/* Generic x86-64 has no AVX: other code, same bits. */
static void test_generic_host(void **state) {
#ifdef __x86_64__
  fixture *f = *state;
  char *want = expected(f);
  write_text(at(0, "main.c"), program);
  build(f, NULL, PHS_CPU_HEADER, at(0, "net.h"));
  phs_cpu_options o = {.triple = "x86_64-linux-gnu", .opt_level = 2};
  build(f, &o, PHS_CPU_OBJ, at(0, "net.o"));
  assert_int_equal(shell("cd %s && cc -std=c11 main.c net.o -lm -o main && ./main >got", folder),
                   0);
  check_program("generic x86-64", want);
  free(want);
#else
  (void)state;
  skip();
#endif
}

/* A .csv of events for the example, by the same generator as the program's. */
static void write_events(const char *path, const phs_net *n) {
  FILE *out = fopen(path, "w");
  size_t width = phs_shape_count(&n->op[0].shape);
  uint32_t s = 1;
  for (int t = 0; t < 6; t++) {
    for (size_t k = 0; k < width; k++) {
      s = s * 1664525U + 1013904223U;
      fprintf(out, "%s%u", k ? "," : "", s >> 30);
    }
    fprintf(out, "\n");
  }
  fclose(out);
}

/* Spikes of lif2 in the first sample, as .csv, and the counts of the output. */
static char *expected_csv(fixture *f, int op, unsigned counts[21]) {
  const phs_net *n = f->net;
  size_t width = phs_shape_count(&n->op[0].shape), size;
  float *in = malloc(width * sizeof *in);
  uint32_t s = 1;
  char *text = NULL;
  FILE *out = open_memstream(&text, &size);
  phs_interp *it = phs_interp_create(n, &f->diag);
  for (int t = 0; t < 6; t++) {
    for (size_t k = 0; k < width; k++) {
      s = s * 1664525U + 1013904223U;
      in[k] = (float)(s >> 30);
    }
    const float *row = in;
    phs_quantity q;
    phs_interp_step(it, &row);
    assert_true(phs_interp_quantity(it, op, "spikes", &q) && q.count == 21);
    for (size_t k = 0; k < q.count; k++) {
      fprintf(out, "%s%d", k ? "," : "", ((const uint8_t *)q.data)[k]);
      counts[k] += ((const uint8_t *)q.data)[k];
    }
    fprintf(out, "\n");
  }
  fclose(out);
  free(in);
  phs_interp_destroy(it);
  return text;
}

/* Runs ./model of --emit=exe over the events, compares the recording and looks into the summary. */
static void run_executable(fixture *f, const char *runner) {
  unsigned counts[21] = {0};
  int op = phs_net_find(f->net, "lif2");
  char *want = expected_csv(f, op, counts), line[64];
  write_events(at(1, "in.csv"), f->net);
  assert_int_equal(shell("cd %s && rm -f spikes.csv twin.csv && %s ./model -i in.csv --record "
                         "lif2.spikes=spikes.csv "
                         "--record twin.spikes=twin.csv >summary",
                         folder, runner),
                   0);
  char *got = read_file(at(1, "spikes.csv"), NULL), *twin = read_file(at(1, "twin.csv"), NULL);
  assert_string_equal(got, want);
  assert_string_equal(twin, want);
  char *summary = read_file(at(1, "summary"), NULL);
  unsigned total = 0, best = 0;
  for (unsigned k = 0; k < 21; k++) {
    total += counts[k];
    best = counts[k] > counts[best] ? k : best;
  }
  assert_non_null(strstr(summary, "steps: 6"));
  snprintf(line, sizeof line, "population lif2: 21 neurons, %u spikes", total);
  assert_non_null(strstr(summary, line));
  snprintf(line, sizeof line, "largest output: %u\n", best);
  assert_non_null(strstr(summary, line));
  assert_non_null(strstr(summary, "real-time factor: "));
  free(summary);
  free(twin);
  free(got);
  free(want);
}

static void test_executable(void **state) {
  fixture *f = *state;
  build(f, NULL, PHS_CPU_EXE, at(0, "model"));
  run_executable(f, "");
  /* its own bad inputs, with phasorc's exit codes */
  assert_int_equal(shell("cd %s && ./model --help | grep -q 'in (288 values)'", folder), 0);
  assert_int_equal(shell("cd %s && ./model 2>err", folder), 2);
  assert_int_equal(shell("grep -q 'error.PHS0320' %s", at(0, "err")), 0);
  assert_int_equal(shell("cd %s && ./model -i in.csv --record lif9.v=x.csv 2>err", folder), 2);
  assert_int_equal(shell("cd %s && echo 1,2,3 >three.csv && ./model -i three.csv 2>err", folder),
                   1);
  assert_int_equal(shell("grep -q 'error.PHS0321' %s", at(0, "err")), 0);
  assert_int_equal(shell("cd %s && ./model -i absent.csv 2>err", folder), 4);
  assert_int_equal(shell("grep -q 'error.PHS0322' %s", at(0, "err")), 0);
  assert_int_equal(shell("cd %s && ./model -i in.csv --record lif2.v=absent/x.csv 2>err", folder),
                   4);
  assert_int_equal(shell("cd %s && ./model -i in.csv --steps 0 2>err", folder), 2);
  assert_int_equal(
      shell("cd %s && ./model -i in.csv --message-format=json | grep -q '\"steps\":6'", folder), 0);
}

static void foreign_executable(fixture *f, const char *triple, const char *emulator) {
  char runner[128], compiler[64];
  snprintf(compiler, sizeof compiler, "%s-gcc", triple);
  snprintf(runner, sizeof runner, "%s -L /usr/%s", emulator, triple);
  if (!have(compiler) || !have(emulator)) {
    printf("skipped: no %s or %s\n", compiler, emulator);
    skip();
  }
  phs_cpu_options o = {.triple = triple, .opt_level = 2};
  build(f, &o, PHS_CPU_EXE, at(0, "model"));
  run_executable(f, runner);
}

static void test_executable_aarch64(void **state) {
  foreign_executable(*state, "aarch64-linux-gnu", "qemu-aarch64");
}

static void test_executable_riscv64(void **state) {
  foreign_executable(*state, "riscv64-linux-gnu", "qemu-riscv64");
}

/* Same network, same bytes, whatever the file is called. */
static void test_same_bytes(void **state) {
  fixture *f = *state;
  static const phs_cpu_kind kinds[] = {PHS_CPU_LLVM,   PHS_CPU_ASM, PHS_CPU_OBJ,
                                       PHS_CPU_HEADER, PHS_CPU_SO,  PHS_CPU_EXE};
  phs_cpu_options o = {.opt_level = 2};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    size_t a_size, b_size;
    build(f, &o, kinds[k], at(0, "one"));
    phs_net *again = example(), *first = f->net;
    f->net = again;
    build(f, &o, kinds[k], at(1, "two"));
    f->net = first;
    phs_net_destroy(again);
    char *a = read_file(at(0, "one"), &a_size), *b = read_file(at(1, "two"), &b_size);
    assert_true(a_size == b_size);
    assert_memory_equal(a, b, a_size);
    free(a);
    free(b);
  }
}

/* Entries of a folder whose names hold `part`. */
static size_t entries(const char *path, const char *part) {
  size_t count = 0;
  DIR *d = opendir(path);
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d));) {
    count += strstr(e->d_name, part) != NULL;
  }
  closedir(d);
  return count;
}

/* Of this process: others build at the same time. */
static size_t temporary_folders(void) {
  char mine[48];
  snprintf(mine, sizeof mine, "phasor-%ld-", (long)getpid());
  return entries("/tmp", mine);
}

static void refuse(fixture *f, const phs_cpu_options *o, phs_cpu_kind kind, const char *path,
                   phasor_status want, const char *code) {
  unsigned before = f->count;
  size_t temporary = temporary_folders();
  assert_int_equal(phs_cpu_build(f->ir, (MlirModule){0}, f->net, o, kind, path, &f->diag), want);
  assert_int_equal(f->count, before + 1);
  assert_string_equal(f->code[before % 8], code);
  assert_int_equal(access(path, F_OK), -1);
  assert_true(entries(folder, ".part") == 0);
  assert_true(temporary_folders() == temporary);
}

static void test_refusals(void **state) {
  fixture *f = *state;
  const char *path = at(0, "refused.o");
  refuse(f, &(phs_cpu_options){.triple = "sparc64-linux-gnu"}, PHS_CPU_OBJ, path,
         PHASOR_ERROR_TARGET, "PHS0301");
  assert_non_null(strstr(f->message, "cpu:riscv64-linux-gnu"));
  refuse(f, &(phs_cpu_options){.cpu = "haswel"}, PHS_CPU_OBJ, path, PHASOR_ERROR_TARGET, "PHS0302");
  refuse(f, &(phs_cpu_options){.symbol = "2layers"}, PHS_CPU_OBJ, path, PHASOR_ERROR_USAGE,
         "PHS0303");
  refuse(f, &(phs_cpu_options){.opt_level = 4}, PHS_CPU_OBJ, path, PHASOR_ERROR_USAGE, "PHS0311");
  refuse(f, NULL, PHS_CPU_OBJ, at(1, "absent/x.o"), PHASOR_ERROR_IO, "PHS0307");
  refuse(f, NULL, PHS_CPU_HEADER, at(1, "absent/x.h"), PHASOR_ERROR_IO, "PHS0307");
  refuse(f, NULL, PHS_CPU_EXE, at(1, "absent/x"), PHASOR_ERROR_IO, "PHS0307");
  const char *triple =
#ifdef __aarch64__
      "x86_64-linux-gnu";
#else
      "aarch64-linux-gnu";
#endif
  unsigned before = f->count;
  assert_null(
      phs_cpu_load(f->ir, (MlirModule){0}, f->net, &(phs_cpu_options){.triple = triple}, &f->diag));
  assert_string_equal(f->code[before % 8], "PHS0310");
}

/* Sizes are checked before any data is looked at. */
static void test_too_large(void **state) {
  fixture *f = *state;
  phs_net *first = f->net;
  static const int64_t long_delay = (int64_t)1 << 40;
  static const float nothing[1] = {0};
  f->net = net_new();
  rng r = {1};
  int x = net_input(f->net, shape_of(1, 1000)),
      d = net_delay(f->net, shape_of(1, 1000), PHS_F32, x, 1, 1, &r);
  f->net->op[d].delay.steps = (phs_steps){&long_delay, 1};
  net_output(f->net, d);
  refuse(f, NULL, PHS_CPU_OBJ, at(0, "large.o"), PHASOR_ERROR_TARGET, "PHS0304");
  phs_net_destroy(f->net);
  f->net = net_new();
  x = net_input(f->net, shape_of(1, 1 << 16));
  int y = net_op(f->net, PHS_OP_LINEAR, shape_of(1, 1 << 16), PHS_F32, x, -1);
  f->net->op[y].linear.weight = (phs_tensor){shape_of(2, 1 << 16, 1 << 16), nothing};
  net_output(f->net, y);
  refuse(f, NULL, PHS_CPU_OBJ, at(0, "large.o"), PHASOR_ERROR_TARGET, "PHS0305");
  phs_net_destroy(f->net);
  f->net = first;
}

/* A PATH without compilers, and one whose compiler fails. */
static void test_no_linker(void **state) {
  fixture *f = *state;
  char *path = strdup(getenv("PATH")), fake[300];
  snprintf(fake, sizeof fake, "%s/bin", folder);
  setenv("PATH", "/nowhere", 1);
  refuse(f, NULL, PHS_CPU_SO, at(0, "x.so"), PHASOR_ERROR_IO, "PHS0308");
  refuse(f, &(phs_cpu_options){.triple = "riscv64-linux-gnu"}, PHS_CPU_EXE, at(0, "x"),
         PHASOR_ERROR_IO, "PHS0308");
  assert_non_null(strstr(f->message, "apt-get install gcc-riscv64-linux-gnu"));
  setenv("PATH", path, 1);
  assert_int_equal(mkdir(fake, 0755), 0);
  write_text(at(1, "bin/cc"), "#!/bin/sh\necho no space for you >&2\nexit 1\n");
  chmod(at(1, "bin/cc"), 0755);
  setenv("PATH", fake, 1);
  refuse(f, NULL, PHS_CPU_EXE, at(0, "x"), PHASOR_ERROR_IO, "PHS0309");
  assert_non_null(strstr(f->message, "no space for you"));
  setenv("PATH", path, 1);
  free(path);
}

/* A file with a name of its own is left as it was when a build fails. */
static void test_old_file_stays(void **state) {
  fixture *f = *state;
  write_text(at(0, "old.o"), "old");
  assert_int_equal(phs_cpu_build(f->ir, (MlirModule){0}, f->net, &(phs_cpu_options){.opt_level = 9},
                                 PHS_CPU_OBJ, at(0, "old.o"), &f->diag),
                   PHASOR_ERROR_USAGE);
  char *text = read_file(at(0, "old.o"), NULL);
  assert_string_equal(text, "old");
  free(text);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(test_object),
      TEST(test_object_is_pure),
      TEST(test_header_in_cpp),
      TEST(test_shared),
      TEST(test_aarch64),
      TEST(test_riscv64),
      TEST(test_generic_host),
      TEST(test_executable),
      TEST(test_executable_aarch64),
      TEST(test_executable_riscv64),
      TEST(test_same_bytes),
      TEST(test_refusals),
      TEST(test_too_large),
      TEST(test_no_linker),
      TEST(test_old_file_stays),
  };
  return cmocka_run_group_tests_name("cpu/build", tests, make_folder, remove_folder);
}
