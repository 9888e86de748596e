/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "files.h"

static const int64_t chw[] = {2, 2, 3}, one[] = {1, 2, 3}, hw[] = {2, 3}, flat[] = {18},
                     odd[] = {12}, many[] = {3, 2, 3};
/* Events of a sensor 3 wide and 2 high: (x, y, polarity, us). */
#define NMNIST(x, y, p, us)                                                                        \
  x, y, (unsigned char)((p) << 7 | (us) >> 16), (unsigned char)((us) >> 8), (unsigned char)(us)
static const unsigned char four[] = {NMNIST(0, 0, 0, 0), NMNIST(2, 1, 1, 999), NMNIST(2, 1, 1, 999),
                                     NMNIST(1, 0, 0, 2000)};

static phs_stimulus_options with(int rank, const int64_t *dim, double bin) {
  return (phs_stimulus_options){.rank = rank, .dim = dim, .bin = bin};
}

static void reads(const char *path, phs_stimulus_options o, size_t steps, size_t width,
                  const float *want) {
  phs_stimulus s;
  phs_stimulus_error e;
  if (!phs_stimulus_read(path, &o, &s, &e)) {
    fail_msg("%s", e.message);
  }
  assert_values(&s, 1, steps, width, want);
  phs_stimulus_free(&s);
}

static void test_placement(void **state) {
  (void)state;
  const char *path = files_write("a.bin", four, sizeof four);
  const float planes[3][12] = {{[0] = 1, [11] = 2}, {0}, {[1] = 1}};
  const float merged[3][6] = {{[0] = 1, [5] = 2}, {0}, {[1] = 1}};
  const float binary[3][12] = {{[0] = 1, [11] = 1}, {0}, {[1] = 1}};
  const float square[3][18] = {{[0] = 1, [9 + 5] = 2}, {0}, {[1] = 1}};
  reads(path, with(3, chw, 1e-3), 3, 12, planes[0]);
  reads(path, with(3, one, 1e-3), 3, 6, merged[0]);
  reads(path, with(2, hw, 1e-3), 3, 6, merged[0]);
  reads(path, with(1, flat, 1e-3), 3, 18, square[0]);
  phs_stimulus_options o = with(3, chw, 1e-3);
  o.binary = true;
  reads(path, o, 3, 12, binary[0]);
}

/** Steps by hand: floor(t / bin), also where t / bin in floating point falls just below a whole
 * number. */
static void test_steps(void **state) {
  (void)state;
  static const struct {
    unsigned us;
    double bin;
    size_t steps;
  } cases[] = {{0, 1e-3, 1},    {999, 1e-3, 1},   {1000, 1e-3, 2},  {3000, 1e-3, 4},
               {8388607, 1, 9}, {300, 1e-4, 4},   {700, 1e-4, 8},   {5000, 5e-3, 2},
               {4999, 5e-3, 1}, {3, 1e-6, 4},     {3, 1.5e-6, 3},   {10, 2.5e-6, 5},
               {9, 2.5e-6, 4},  {600, 0.0003, 3}, {1200, 0.0012, 2}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    const unsigned char event[] = {NMNIST(0, 0, 0, cases[i].us)};
    phs_stimulus_options o = with(2, hw, cases[i].bin);
    phs_stimulus s;
    phs_stimulus_error e;
    assert_true(phs_stimulus_read(files_write("a.bin", event, sizeof event), &o, &s, &e));
    assert_int_equal(s.steps, cases[i].steps);
    assert_int_equal(s.events, 1);
    assert_true(s.data[(s.steps - 1) * 6] == 1.0F);
    phs_stimulus_free(&s);
  }
}

/** A given number of steps: later events count in the last one, and missing steps are silent. */
static void test_fixed_steps(void **state) {
  (void)state;
  const char *path = files_write("a.bin", four, sizeof four);
  const float two[2][6] = {{[0] = 1, [5] = 2}, {[1] = 1}};
  const float one_step[6] = {[0] = 1, [1] = 1, [5] = 2};
  const float five[5][6] = {{[0] = 1, [5] = 2}, {0}, {[1] = 1}};
  phs_stimulus_options o = with(2, hw, 1e-3);
  o.steps = 2;
  reads(path, o, 2, 6, two[0]);
  o.steps = 1;
  reads(path, o, 1, 6, one_step);
  o.steps = 5;
  reads(path, o, 5, 6, five[0]);
  o.steps = 2;
  phs_stimulus s;
  phs_stimulus_error e;
  assert_true(phs_stimulus_read(path, &o, &s, &e));
  assert_int_equal(s.late, 1);
  assert_int_equal(s.events, 4);
  phs_stimulus_free(&s);
}

/** A row of 240 says that the clock ran over; on a sensor of more rows it is a pixel. */
static void test_nmnist_marker(void **state) {
  (void)state;
  const unsigned char bytes[] = {NMNIST(0, 0, 0, 8000), NMNIST(0, 240, 0, 0), NMNIST(1, 0, 0, 10),
                                 NMNIST(2, 0, 0, 9000)};
  const float want[3][6] = {{[0] = 1, [1] = 1}, {[2] = 1}, {0}};
  const char *path = files_write("a.bin", bytes, sizeof bytes);
  reads(path, with(2, hw, 1e-2), 2, 6, want[0]);
  const int64_t tall[] = {241, 3};
  float high[723] = {[0] = 1, [1] = 1, [2] = 1, [720] = 1};
  reads(path, with(2, tall, 1), 1, 723, high);
}

static void test_refused(void **state) {
  (void)state;
  const char *path = files_write("a.bin", four, sizeof four);
  static const int64_t small_x[] = {2, 2, 2}, small_y[] = {1, 3};
  phs_stimulus_options o = with(3, chw, 0);
  assert_refused(path, &o, PHS_STIM_OPTION, "an event file needs a bin", 0, 0, 0);
  o.bin = -1;
  assert_refused(path, &o, PHS_STIM_OPTION, "a bin of -1 s makes no sense", 0, 0, 0);
  o.bin = 0.0 / (double)(path == NULL);
  assert_refused(path, &o, PHS_STIM_OPTION, "makes no sense", 0, 0, 0);
  o = with(0, NULL, 1e-3);
  assert_refused(path, &o, PHS_STIM_OPTION, "the shape of the network's input is unknown", 0, 0, 0);
  o = with(1, odd, 1e-3);
  assert_refused(path, &o, PHS_STIM_SHAPE, "cannot be placed on the network's input [12]", 0, 0, 0);
  o = with(3, many, 1e-3);
  assert_refused(path, &o, PHS_STIM_SHAPE, "[3, 2, 3]", 0, 0, 0);
  o = with(3, small_x, 1e-3);
  assert_refused(path, &o, PHS_STIM_SHAPE, "event 1 has x = 2, the network's input ends at 1", 0, 0,
                 5);
  o = with(2, small_y, 1e-3);
  assert_refused(path, &o, PHS_STIM_SHAPE, "event 1 has y = 1, the network's input ends at 0", 0, 0,
                 5);
  o = with(2, hw, 1e-3);
  assert_refused(files_write("a.bin", four, 19), &o, PHS_STIM_FORMAT, "19 bytes", 0, 0, 15);
  assert_refused(files_write("a.bin", four, 0), &o, PHS_STIM_FORMAT, "no events", 0, 0, 0);
  const unsigned char over[] = {NMNIST(0, 0, 0, 8000000), NMNIST(0, 0, 0, 1000)};
  assert_refused(files_write("a.bin", over, sizeof over), &o, PHS_STIM_FORMAT,
                 "falls from 8000000 us to 1000 us", 0, 0, 5);
  /* 8 s in steps of a nanosecond on 6 inputs: refused before any memory is asked for */
  o.bin = 1e-9;
  assert_refused(files_write("a.bin", over, 5), &o, PHS_STIM_SHAPE, "8000000001 steps", 0, 0, 0);
}

#define LE32(n)                                                                                    \
  (unsigned char)(n), (unsigned char)((n) >> 8), (unsigned char)((n) >> 16),                       \
      (unsigned char)((n) >> 24)
#define DAT(x, y, p, us) LE32(us), LE32((unsigned)(x) | (unsigned)(y) << 14 | (unsigned)(p) << 28)

static void test_dat(void **state) {
  (void)state;
  const unsigned char bytes[] = {'%',
                                 ' ',
                                 'a',
                                 '\n',
                                 '%',
                                 '\n',
                                 12,
                                 8,
                                 DAT(0, 0, 0, 0),
                                 DAT(2, 1, 1, 999),
                                 DAT(2, 1, 1, 999),
                                 DAT(1, 0, 0, 2000)};
  const float planes[3][12] = {{[0] = 1, [11] = 2}, {0}, {[1] = 1}};
  reads(files_write("a.dat", bytes, sizeof bytes), with(3, chw, 1e-3), 3, 12, planes[0]);
  reads(files_write("B.DAT", bytes, sizeof bytes), with(3, chw, 1e-3), 3, 12, planes[0]);
}

static void test_dat_refused(void **state) {
  (void)state;
  phs_stimulus_options o = with(3, chw, 1e-3);
  const unsigned char good[] = {'%', '\n', 0, 8, DAT(0, 0, 0, 5), DAT(3, 1, 1, 999)};
  const unsigned char trigger[] = {'%', '\n', 14, 8, DAT(0, 0, 0, 5)},
                      wide[] = {'%', '\n', 0, 16, DAT(0, 0, 0, 5)};
  const unsigned char late[] = {'%', '\n', 0, 8, DAT(0, 0, 0, 0xffffffffU)};
  const unsigned char back[] = {'%', '\n', 0, 8, DAT(0, 0, 0, 0xfffffff0U), DAT(0, 0, 0, 9U)};
  assert_refused(files_write("a.dat", good, sizeof good), &o, PHS_STIM_SHAPE, "event 1 has x = 3",
                 0, 0, 12);
  assert_refused(files_write("a.dat", good, 0), &o, PHS_STIM_FORMAT,
                 "does not begin with a header line ('%')", 0, 0, 0);
  assert_refused(files_write("a.dat", good, 1), &o, PHS_STIM_FORMAT, "the header has no end", 0, 0,
                 0);
  assert_refused(files_write("a.dat", good, 2), &o, PHS_STIM_FORMAT,
                 "type and size of events are missing", 0, 0, 2);
  assert_refused(files_write("a.dat", good, 3), &o, PHS_STIM_FORMAT,
                 "type and size of events are missing", 0, 0, 2);
  assert_refused(files_write("a.dat", good, 4), &o, PHS_STIM_FORMAT, "no events", 0, 0, 0);
  assert_refused(files_write("a.dat", good, 15), &o, PHS_STIM_FORMAT,
                 "the last event has 3 of its 8 bytes", 0, 0, 12);
  assert_refused(files_write("a.dat", trigger, sizeof trigger), &o, PHS_STIM_FORMAT,
                 "events of type 14 with 8 bytes", 0, 0, 2);
  assert_refused(files_write("a.dat", wide, sizeof wide), &o, PHS_STIM_FORMAT,
                 "events of type 0 with 16 bytes", 0, 0, 2);
  assert_refused(files_write("a.dat", back, sizeof back), &o, PHS_STIM_FORMAT,
                 "the clock of the recording ran over", 0, 0, 12);
  o.bin = 1e-6;
  assert_refused(files_write("a.dat", late, sizeof late), &o, PHS_STIM_SHAPE,
                 "1 samples x 4294967296 steps x 12 inputs are more than the 1073741824 values", 0,
                 0, 0);
}

/** 4325 events within 311175 us on 34 x 34 pixels, by the data's description and a look at its last
 * event. */
static void test_nmnist_sample(void **state) {
  (void)state;
  const char *path = PHASOR_SHARED "/data/nmnist/sample_nmnist.bin";
  const int64_t dim[] = {2, 34, 34};
  const phs_stimulus_options o = with(3, dim, 1e-3);
  phs_stimulus s;
  phs_stimulus_error e;
  if (access(path, R_OK) != 0) {
    print_message("SKIP: %s is absent\n", path);
    skip();
  }
  assert_true(phs_stimulus_read(path, &o, &s, &e));
  assert_int_equal(s.events, 4325);
  assert_int_equal(s.steps, 312);
  float sum = 0;
  for (size_t k = 0; k < s.steps * s.width; k++) {
    sum += s.data[k];
  }
  assert_true(sum == 4325);
  /* The first bytes are 07 0f 80 02 8e: x 7, y 15, polarity 1, 654 us. */
  assert_true(s.data[(34 + 15) * 34 + 7] == 1);
  phs_stimulus_free(&s);
}

static void test_ncars_sample(void **state) {
  (void)state;
  const char *path = PHASOR_SHARED "/data/nmnist/sample_ncars.dat";
  const int64_t dim[] = {2, 100, 120};
  const phs_stimulus_options o = with(3, dim, 1e-3);
  phs_stimulus s;
  phs_stimulus_error e;
  if (access(path, R_OK) != 0) {
    print_message("SKIP: %s is absent\n", path);
    skip();
  }
  assert_true(phs_stimulus_read(path, &o, &s, &e));
  assert_int_equal(s.events, (16165 - 93) / 8);
  /* The first event, by hand: 0 us, word 0x00020019: x 25, y 8, polarity 0. */
  assert_true(s.data[8 * 120 + 25] >= 1);
  phs_stimulus_free(&s);
}

/** The example's recordings, as their training script counted them. */
static void test_example(void **state) {
  (void)state;
  static const struct {
    const char *path;
    size_t events;
  } cases[] = {{PHASOR_SOURCE_DIR "/examples/motion/inputs/left.bin", 736},
               {PHASOR_SOURCE_DIR "/examples/motion/inputs/right.bin", 1263},
               {PHASOR_SOURCE_DIR "/examples/motion/inputs/up.bin", 972},
               {PHASOR_SOURCE_DIR "/examples/motion/inputs/down.bin", 747}};
  const int64_t dim[] = {2, 34, 34};
  const phs_stimulus_options o = with(3, dim, 2e-3);
  for (size_t i = 0; i < COUNT(cases); i++) {
    phs_stimulus s;
    phs_stimulus_error e;
    assert_true(phs_stimulus_read(cases[i].path, &o, &s, &e));
    assert_int_equal(s.events, cases[i].events);
    assert_int_equal(s.steps, 100);
    phs_stimulus_free(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_placement),     cmocka_unit_test(test_steps),
      cmocka_unit_test(test_nmnist_marker), cmocka_unit_test(test_refused),
      cmocka_unit_test(test_dat),           cmocka_unit_test(test_dat_refused),
      cmocka_unit_test(test_nmnist_sample), cmocka_unit_test(test_ncars_sample),
      cmocka_unit_test(test_example),       cmocka_unit_test(test_fixed_steps),
  };
  return cmocka_run_group_tests(tests, files_open, files_close);
}
