/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Weights of 128 MiB: they reach the object without passing through text, and a full disk is an
 * error like others. */
#include "backends/cpu/cpu.h"
#include "interp/interp.h"
#include "nets.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { IN = 4096, OUT = 8192 };

static phs_net *large(void) {
  phs_net *n = net_new();
  rng r = {7};
  int x = net_input(n, shape_of(1, IN));
  net_output(n, net_neurons(n, net_linear(n, x, -1, OUT, true, &r), LEAKY_ONE, false, &r));
  return n;
}

static size_t peak_bytes(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (size_t)u.ru_maxrss * 1024;
}

/*
 * The network itself takes 128 MiB, the file that the assembler includes, the section it fills and
 * the object it writes may each be held once. As text (10 bytes a weight and more) it would be over
 * 300 MiB on top of that.
 */
static void test_memory(void **state) {
  (void)state;
  phs_diag diag = {0};
  phs_ir *ir = phs_ir_create(&diag);
  phs_net *n = large();
  size_t before = peak_bytes(), weights = (size_t)IN * OUT * 4;
  char path[] = "/tmp/phs-large-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  close(fd);
  assert_int_equal(phs_cpu_build(ir, (MlirModule){0}, n, NULL, PHS_CPU_OBJ, path, &diag),
                   PHASOR_OK);
  size_t more = peak_bytes() - before;
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  unlink(path);
  assert_true((size_t)st.st_size > weights && (size_t)st.st_size < weights + (1 << 20));
  printf("peak memory of the build: %zu MiB over the network's\n", more >> 20);
#ifndef __SANITIZE_ADDRESS__
  assert_true(more < 3 * weights);
#endif
  phs_net_destroy(n);
  phs_ir_destroy(ir);
}

/* One output of the large layer by hand: the sum over the sources in ascending order. */
static void test_right(void **state) {
  (void)state;
  phs_diag diag = {0};
  phs_ir *ir = phs_ir_create(&diag);
  phs_net *n = large();
  phs_cpu_program *p = phs_cpu_load(ir, (MlirModule){0}, n, NULL, &diag);
  assert_non_null(p);
  phs_cpu_run *run = phs_cpu_run_create(p);
  float *x = calloc(IN, sizeof *x), *want = calloc(OUT, sizeof *want);
  for (int i = 5; i < IN; i += 37) {
    x[i] = (float)(i % 3);
  }
  const float *w = n->op[1].linear.weight.data, *b = n->op[1].linear.bias.data;
  for (int o = 0; o < OUT; o++) {
    volatile float sum = b[o]; /* rounded after every operation */
    for (int i = 0; i < IN; i++) {
      if (x[i] != 0) {
        volatile float product = w[o * IN + i] * x[i];
        sum = sum + product;
      }
    }
    want[o] = sum;
  }
  const float *inputs[] = {x};
  struct phs_quantity q;
  phs_cpu_run_step(run, inputs);
  assert_true(phs_cpu_run_quantity(run, 1, "out", &q));
  assert_int_equal(q.count, OUT);
  assert_memory_equal(q.data, want, OUT * sizeof *want);
  free(x);
  free(want);
  phs_cpu_run_destroy(run);
  phs_cpu_unload(p);
  phs_net_destroy(n);
  phs_ir_destroy(ir);
}

typedef struct heard {
  char code[16];
  int count;
} heard;

static void hear(void *user, const phasor_diagnostic *d) {
  heard *h = user;
  snprintf(h->code, sizeof h->code, "%s", d->code);
  h->count++;
}

/* As on a full disk: no file may grow beyond 1 MiB. */
static void test_no_room(void **state) {
  (void)state;
  heard h = {0};
  phs_diag diag = {.fn = hear, .user = &h};
  phs_ir *ir = phs_ir_create(&diag);
  phs_net *n = large();
  struct rlimit old, tight;
  getrlimit(RLIMIT_FSIZE, &old);
  tight = old;
  tight.rlim_cur = 1 << 20;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &tight);
  phasor_status status =
      phs_cpu_build(ir, (MlirModule){0}, n, NULL, PHS_CPU_OBJ, "/tmp/phs-no-room.o", &diag);
  setrlimit(RLIMIT_FSIZE, &old);
  assert_int_equal(status, PHASOR_ERROR_IO);
  assert_int_equal(h.count, 1);
  assert_string_equal(h.code, "PHS0306");
  assert_int_equal(access("/tmp/phs-no-room.o", F_OK), -1);
  phs_net_destroy(n);
  phs_ir_destroy(ir);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_memory),
      cmocka_unit_test(test_right),
      cmocka_unit_test(test_no_room),
  };
  return cmocka_run_group_tests_name("cpu/large", tests, NULL, NULL);
}
