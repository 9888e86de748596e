/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sessions are independent of each other across threads, also where libhdf5 is built without thread
 * safety. */
#include "nir_writer.h"

#include <pthread.h>

enum { THREADS = 4, LOADS = 50 };

static const char model[] = PHASOR_SOURCE_DIR "/examples/motion/motion.nir";

typedef struct loader {
  pthread_t thread;
  const char *path;
  phs_import_options options;
  int nested; /* loads that the consumer of diagnostics starts, as a caller's may */
  int loaded, failed, ops;
} loader;

static void load(loader *l, phs_diag *diag) {
  phs_net *net = NULL;
  if (phs_import_nir(l->path, &l->options, diag, &net) != PHASOR_OK) {
    l->failed++;
    return;
  }
  l->loaded++;
  l->ops += net->op_count;
  phs_net_destroy(net);
}

static void *load_many(void *user) {
  phs_diag diag = {0};
  for (int i = 0; i < LOADS; i++) {
    load(user, &diag);
  }
  return NULL;
}

/* The first half of the model: its superblock tells another size. */
static void write_truncated(char path[32]) {
  static char bytes[1 << 15];
  FILE *in = fopen(model, "rb");
  int fd = mkstemp(strcpy(path, "/tmp/phasor-test-XXXXXX"));
  assert_true(in && fd >= 0);
  size_t n = fread(bytes, 1, sizeof bytes, in);
  assert_int_equal(write(fd, bytes, n / 2), n / 2);
  fclose(in);
  close(fd);
}

/* Half of the threads read a whole file, the others one that libhdf5 refuses: it keeps the reason
 * in its error stack, which all threads share where it is not thread-safe. */
static void loads_at_the_same_time(void **state) {
  char truncated[32];
  (void)state;
  write_truncated(truncated);
  phs_diag diag = {0};
  loader once = {.path = model, .options = {.dt = 1e-3}}, many[THREADS];
  load(&once, &diag);
  assert_int_equal(once.loaded, 1);
  for (int t = 0; t < THREADS; t++) {
    many[t] = once;
    many[t].loaded = many[t].ops = 0;
    many[t].path = t % 2 ? truncated : model;
    assert_int_equal(pthread_create(&many[t].thread, NULL, load_many, &many[t]), 0);
  }
  for (int t = 0; t < THREADS; t++) {
    assert_int_equal(pthread_join(many[t].thread, NULL), 0);
    assert_int_equal(many[t].loaded, t % 2 ? 0 : LOADS);
    assert_int_equal(many[t].failed, t % 2 ? LOADS : 0);
    assert_int_equal(many[t].ops, t % 2 ? 0 : LOADS * once.ops);
  }
  unlink(truncated);
}

static void load_again(void *user, const phasor_diagnostic *d) {
  loader *l = user;
  phs_diag silent = {0};
  (void)d;
  l->nested++;
  l->path = model;
  load(l, &silent);
}

/* The consumer of a diagnostic may load a model itself: no thread waits for itself. */
static void loads_within_a_diagnostic(void **state) {
  char truncated[32];
  (void)state;
  write_truncated(truncated);
  loader l = {.path = truncated, .options = {.dt = 1e-3}};
  phs_diag diag = {.fn = load_again, .user = &l};
  load(&l, &diag);
  assert_int_equal(l.nested, 1);
  assert_int_equal(l.loaded, 1);
  assert_int_equal(l.failed, 1);
  unlink(truncated);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loads_at_the_same_time),
      cmocka_unit_test(loads_within_a_diagnostic),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
