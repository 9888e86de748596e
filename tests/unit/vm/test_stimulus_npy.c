/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "files.h"

static const phs_stimulus_options any = {0};

/** A .npy file of version @p major with the given dictionary, followed by @p n bytes. */
static const char *npy(int major, const char *dictionary, const void *bytes, size_t n) {
  static unsigned char file[4096];
  size_t len = strlen(dictionary) + 1, at = 8;
  memcpy(file, "\x93NUMPY", 6);
  file[6] = (unsigned char)major;
  file[7] = 0;
  file[at++] = (unsigned char)len;
  file[at++] = (unsigned char)(len >> 8);
  if (major > 1) {
    file[at++] = 0;
    file[at++] = 0;
  }
  at += (size_t)sprintf((char *)file + at, "%s\n", dictionary);
  if (n > 0) {
    memcpy(file + at, bytes, n);
  }
  return files_write("a.npy", file, at + n);
}

#define SHAPE(dtype, shape) "{'descr': '" dtype "', 'fortran_order': False, 'shape': " shape ", }"

static void reads(const char *path, const phs_stimulus_options *o, size_t batch, size_t steps,
                  size_t width, const float *want) {
  phs_stimulus s;
  phs_stimulus_error e;
  if (!phs_stimulus_read(path, o, &s, &e)) {
    fail_msg("%s", e.message);
  }
  assert_values(&s, batch, steps, width, want);
  phs_stimulus_free(&s);
}

/** The bytes of 1, 0, 2 (or -2, or true) in every element type, written by hand. */
static void test_types(void **state) {
  (void)state;
  static const struct {
    const char *dictionary;
    unsigned char bytes[24];
    size_t n;
    float third;
  } cases[] = {
      {SHAPE("<f4", "(1, 3)"), {0, 0, 0x80, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0}, 12, -2},
      {SHAPE(">f4", "(1, 3)"), {0x3f, 0x80, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0}, 12, -2},
      {SHAPE("<f8", "(1, 3)"), {[6] = 0xf0, [7] = 0x3f, [23] = 0xc0}, 24, -2},
      {SHAPE(">f8", "(1, 3)"), {[0] = 0x3f, [1] = 0xf0, [16] = 0xc0}, 24, -2},
      {SHAPE("|i1", "(1, 3)"), {1, 0, 0xfe}, 3, -2},
      {SHAPE("<i2", "(1, 3)"), {1, 0, 0, 0, 0xfe, 0xff}, 6, -2},
      {SHAPE(">i2", "(1, 3)"), {0, 1, 0, 0, 0xff, 0xfe}, 6, -2},
      {SHAPE("<i4", "(1, 3)"), {[0] = 1, [8] = 0xfe, 0xff, 0xff, 0xff}, 12, -2},
      {SHAPE("<i8", "(1, 3)"),
       {[0] = 1, [16] = 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
       24,
       -2},
      {SHAPE(">i8", "(1, 3)"), {[7] = 1, [16] = 0x80}, 24, -9223372036854775808.0F},
      {SHAPE("|u1", "(1, 3)"), {1, 0, 0xfe}, 3, 254},
      {SHAPE("<u2", "(1, 3)"), {1, 0, 0, 0, 0xfe, 0xff}, 6, 65534},
      {SHAPE(">u4", "(1, 3)"), {[3] = 1, [8] = 1}, 12, 16777216},
      {SHAPE("<u8", "(1, 3)"), {[0] = 1, [23] = 0x80}, 24, 9223372036854775808.0F},
      {SHAPE("|b1", "(1, 3)"), {1, 0, 1}, 3, 1},
      {"{\"shape\":(1,3),\"fortran_order\":False,\"descr\":\"u1\"}", {1, 0, 2}, 3, 2},
      {SHAPE("|u1", "(1L, 3L)"), {1, 0, 2}, 3, 2},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    for (int major = 1; major <= 3; major++) {
      const float want[] = {1, 0, cases[i].third};
      reads(npy(major, cases[i].dictionary, cases[i].bytes, cases[i].n), &any, 1, 1, 3, want);
    }
  }
}

static void test_axes(void **state) {
  (void)state;
  const unsigned char bytes[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const float want[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  static const int64_t d1[] = {1}, d2[] = {2}, d6[] = {6}, d12[] = {1, 2}, d123[] = {1, 2, 3};
  static const struct {
    const char *dictionary;
    int rank;
    const int64_t *dim;
    size_t batch, steps, width;
  } cases[] = {
      {SHAPE("|u1", "(12,)"), 0, NULL, 1, 12, 1},
      {SHAPE("|u1", "(12,)"), 1, d1, 1, 12, 1},
      {SHAPE("|u1", "(12,)"), 0, d1, 1, 12, 1},
      {SHAPE("|u1", "(6, 2)"), 1, d2, 1, 6, 2},
      {SHAPE("|u1", "(3, 2, 2)"), 1, d2, 3, 2, 2},
      {SHAPE("|u1", "(3, 2, 2)"), 0, NULL, 3, 2, 2},
      {SHAPE("|u1", "(6, 1, 2)"), 2, d12, 1, 6, 2},
      {SHAPE("|u1", "(6, 1, 2)"), 1, d2, 6, 1, 2},
      {SHAPE("|u1", "(2, 1, 2, 3)"), 3, d123, 1, 2, 6},
      {SHAPE("|u1", "(1, 2, 1, 2, 3)"), 3, d123, 1, 2, 6},
      {SHAPE("|u1", "(2, 6)"), 3, d123, 1, 2, 6},
      {SHAPE("|u1", "(2, 1, 6)"), 3, d123, 1, 2, 6},
      {SHAPE("|u1", "(2, 2, 3)"), 1, d6, 1, 2, 6},
      {SHAPE("|u1", "(12, 1)"), 1, d1, 1, 12, 1},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    const phs_stimulus_options o = {.rank = cases[i].rank, .dim = cases[i].dim};
    reads(npy(1, cases[i].dictionary, bytes, 12), &o, cases[i].batch, cases[i].steps,
          cases[i].width, want);
  }
}

/** The first axis runs fastest: [2, 3, 2] holding 100 i + 10 j + k, written in that order by hand.
 */
static void test_fortran(void **state) {
  (void)state;
  const unsigned char bytes[12] = {0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121};
  const float want[12] = {0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121};
  reads(npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }", bytes, 12), &any, 2,
        3, 2, want);
}

static void test_refused(void **state) {
  (void)state;
  static const int64_t d5[] = {5}, d4[] = {4};
  static const unsigned char zeros[48];
  static const struct {
    const char *dictionary;
    size_t n;
    phs_stimulus_error_kind kind;
    const char *part;
    uint64_t byte;
    const int64_t *dim;
  } bad[] = {
      {SHAPE("<f2", "(1, 3)"), 6, PHS_STIM_FORMAT, "elements of type '<f2' are not supported", 20,
       NULL},
      {SHAPE("<c8", "(1, 3)"), 24, PHS_STIM_FORMAT, "'<c8'", 20, NULL},
      {SHAPE("|O", "(1, 3)"), 24, PHS_STIM_FORMAT, "'|O'", 20, NULL},
      {SHAPE("", "(1, 3)"), 24, PHS_STIM_FORMAT, "''", 20, NULL},
      {SHAPE("<", "(1, 3)"), 24, PHS_STIM_FORMAT, "'<'", 20, NULL},
      {SHAPE("<i16", "(1, 3)"), 48, PHS_STIM_FORMAT, "'<i16'", 20, NULL},
      {SHAPE("<U0123456789012345678901234567890123456789", "(1, 3)"), 48, PHS_STIM_FORMAT,
       "a string is too long", 52, NULL},
      {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,), }", 12, PHS_STIM_FORMAT,
       "records", 20, NULL},
      {SHAPE("|u1", "(1, 3)"), 2, PHS_STIM_FORMAT,
       "[1, 3] of 1-byte elements does not match the 2 bytes", 72, NULL},
      {SHAPE("|u1", "(1, 3)"), 4, PHS_STIM_FORMAT, "does not match the 4 bytes", 74, NULL},
      {SHAPE("<f8", "(4611686018427387904, 4)"), 8, PHS_STIM_FORMAT, "does not match the 8 bytes",
       96, NULL},
      {SHAPE("<f4", "(1000000000000, 1)"), 8, PHS_STIM_FORMAT, "does not match the 8 bytes", 90,
       NULL},
      {SHAPE("<f4", "(99999999999999999999, 1)"), 8, PHS_STIM_FORMAT, "beyond 64 bits", 79, NULL},
      {SHAPE("<f4", "(0, 3)"), 0, PHS_STIM_SHAPE, "the array [0, 3] has no values", 0, NULL},
      {SHAPE("<f4", "()"), 4, PHS_STIM_SHAPE, "an array [] does not fit", 0, NULL},
      {SHAPE("|u1", "(1, 1, 1, 1)"), 1, PHS_STIM_SHAPE,
       "an array [1, 1, 1, 1] does not fit the network's input (unknown)", 0, NULL},
      {SHAPE("|u1", "(-1, 3)"), 1, PHS_STIM_FORMAT, "a size of shape is missing", 61, NULL},
      {SHAPE("|u1", "(1, 3"), 3, PHS_STIM_FORMAT, "a size of shape is missing", 67, NULL},
      {SHAPE("|u1", "3"), 3, PHS_STIM_FORMAT, "shape is not a tuple", 60, NULL},
      {SHAPE("|u1", "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"), 1,
       PHS_STIM_FORMAT, "too many axes", 125, NULL},
      {"{'descr': '|u1', 'fortran_order': 1, 'shape': (3,), }", 3, PHS_STIM_FORMAT,
       "neither True nor False", 44, NULL},
      {"{'descr': '|u1', 'shape': (3,), }", 3, PHS_STIM_FORMAT, "is missing", 44, NULL},
      {"{'descr': '|u1', 'descr': '|u1', }", 3, PHS_STIM_FORMAT, "comes twice", 35, NULL},
      {"{'what': '|u1', }", 3, PHS_STIM_FORMAT, "an unknown key", 18, NULL},
      {"{'descr' '|u1', }", 3, PHS_STIM_FORMAT, "':' is missing", 19, NULL},
      {SHAPE("|u1", "(3,)") " x", 3, PHS_STIM_FORMAT, "text after '}'", 68, NULL},
      {"descr", 3, PHS_STIM_FORMAT, "'{' is missing", 10, NULL},
      {"{'descr", 3, PHS_STIM_FORMAT, "a string has no end", 18, NULL},
      {SHAPE("|u1", "(5, 4)"), 20, PHS_STIM_SHAPE,
       "an array [5, 4] does not fit the network's input [5]", 0, d5},
      {SHAPE("|u1", "(2, 7)"), 14, PHS_STIM_SHAPE,
       "an array [2, 7] does not fit the network's input [4]", 0, d4},
  };
  for (size_t i = 0; i < COUNT(bad); i++) {
    const phs_stimulus_options o = {.rank = 1, .dim = bad[i].dim};
    assert_refused(npy(1, bad[i].dictionary, zeros, bad[i].n), &o, bad[i].kind, bad[i].part, 0, 0,
                   bad[i].byte);
  }
  phs_stimulus_error e;
  phs_stimulus s;
  const phs_stimulus_options o = {.rank = 1, .dim = d5};
  assert_false(phs_stimulus_read(npy(1, SHAPE("|u1", "(5, 4)"), zeros, 20), &o, &s, &e));
  assert_non_null(strstr(e.help, "transpose"));
  assert_refused(npy(4, SHAPE("|u1", "(3,)"), zeros, 3), &any, PHS_STIM_FORMAT,
                 "format 4.0 is unknown", 0, 0, 6);
  assert_refused(files_write("a.npy", "\x93NUMPY\1\0\xff\xff{}", 12), &any, PHS_STIM_FORMAT,
                 "a header of 65535 bytes", 0, 0, 8);
  assert_refused(files_write("a.npy", "\x93NUMPY\1\0", 8), &any, PHS_STIM_FORMAT,
                 "its header is cut", 0, 0, 8);
}

static void test_values_refused(void **state) {
  (void)state;
  const unsigned char nan4[] = {0, 0, 0, 0, 0, 0, 0xc0, 0x7f},
                      inf4[] = {0, 0, 0, 0, 0, 0, 0x80, 0xff};
  const unsigned char big8[] = {0, 0, 0, 0, 0, 0, 0xf0, 0x47, 0, 0, 0, 0, 0, 0, 0, 0}; /* 2^128 */
  assert_refused(npy(1, SHAPE("<f4", "(1, 2)"), nan4, 8), &any, PHS_STIM_VALUE,
                 "element 1 of the array is nan", 0, 0, 74);
  assert_refused(npy(1, SHAPE("<f4", "(1, 2)"), inf4, 8), &any, PHS_STIM_VALUE,
                 "element 1 of the array is -inf", 0, 0, 74);
  assert_refused(npy(1, SHAPE("<f8", "(1, 2)"), big8, 16), &any, PHS_STIM_VALUE,
                 "element 0 of the array is 3.4", 0, 0, 70);
}

/** lava's lists: neuron, 0, time in ms. */
static void test_event_list(void **state) {
  (void)state;
  static const int64_t d5[] = {5}, d3[] = {3};
  const float list[] = {4, 0, 0.25F, 0, 0, 2.5F, 4, 0, 0.5F, 1, 0, 1.5F};
  const float want[3][5] = {{[4] = 2}, {0}, {[0] = 1, [1] = 1}}; /* halves go to the even step */
  phs_stimulus_options o = {.rank = 1, .dim = d5, .bin = 1e-3};
  unsigned char bytes[48];
  for (size_t i = 0; i < 12; i++) {
    uint32_t b;
    memcpy(&b, &list[i], 4);
    for (size_t k = 0; k < 4; k++) {
      bytes[4 * i + k] = (unsigned char)(b >> (8 * k));
    }
  }
  const char *path = npy(1, SHAPE("<f4", "(4, 3)"), bytes, 48);
  reads(path, &o, 1, 3, 5, want[0]);
  o.bin = 0;
  assert_refused(path, &o, PHS_STIM_OPTION, "an event file needs a bin", 0, 0, 0);
  o.dim = d3;
  reads(path, &o, 1, 4, 3, list); /* a network of three inputs: four steps of values */
}

static void test_event_list_refused(void **state) {
  (void)state;
  static const int64_t d5[] = {5};
  const phs_stimulus_options o = {.rank = 1, .dim = d5, .bin = 1e-3};
  assert_refused(npy(1, SHAPE("|i1", "(1, 3)"), "\5\0\0", 3), &o, PHS_STIM_SHAPE,
                 "event 0 has neuron = 5, a whole number from 0 to 4", 0, 0, 70);
  assert_refused(npy(1, SHAPE("|i1", "(1, 3)"), "\xff\0\0", 3), &o, PHS_STIM_VALUE,
                 "event 0 has neuron = -1", 0, 0, 70);
  assert_refused(npy(1, SHAPE("|i1", "(1, 3)"), "\1\1\0", 3), &o, PHS_STIM_SHAPE,
                 "event 0 has channel = 1", 0, 0, 71);
  assert_refused(npy(1, SHAPE("|i1", "(1, 3)"), "\1\0\xff", 3), &o, PHS_STIM_VALUE,
                 "event 0 has the time -1 ms", 0, 0, 72);
  const unsigned char far[24] = {[16] = 0x9c, 0x75, 0, 0x88, 0x3c, 0xe4, 0x37, 0x7e}; /* 1e300 ms */
  assert_refused(npy(1, SHAPE("<f8", "(1, 3)"), far, 24), &o, PHS_STIM_SHAPE,
                 "18446744073709551615 steps", 0, 0, 0);
}

/** Two files of one recording: the events in ms, and the spikes that another tool made of them at 1
 * ms, [200, 2000]. */
static void test_oxford(void **state) {
  (void)state;
  const char *events = PHASOR_SHARED "/models/netx/oxford/input_events.npy",
             *dense = PHASOR_SHARED "/models/netx/oxford/layer0_in.npy";
  static const int64_t inputs[] = {200}, steps[] = {2000};
  const phs_stimulus_options o = {.rank = 1, .dim = inputs, .bin = 1e-3, .binary = true},
                             turned = {.rank = 1, .dim = steps};
  phs_stimulus a, b;
  phs_stimulus_error e;
  if (access(events, R_OK) != 0) {
    print_message("SKIP: %s is absent\n", events);
    skip();
  }
  assert_true(phs_stimulus_read(events, &o, &a, &e));
  assert_true(phs_stimulus_read(dense, &turned, &b, &e));
  assert_int_equal(a.events, 1889);
  assert_true(a.steps <= 2000);
  assert_int_equal(b.steps, 200);
  assert_refused(dense, &o, PHS_STIM_SHAPE,
                 "an array [200, 2000] does not fit the network's input [200]", 0, 0, 0);
  size_t spikes = 0, apart = 0;
  for (size_t n = 0; n < 200; n++) {
    for (size_t t = 0; t < a.steps; t++) {
      spikes += b.data[n * 2000 + t] != 0;
      apart += b.data[n * 2000 + t] != a.data[t * 200 + n];
    }
  }
  assert_int_equal(spikes, 1881);
  assert_int_equal(apart, 0);
  phs_stimulus_free(&a);
  phs_stimulus_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_types),
      cmocka_unit_test(test_axes),
      cmocka_unit_test(test_fortran),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_values_refused),
      cmocka_unit_test(test_event_list),
      cmocka_unit_test(test_event_list_refused),
      cmocka_unit_test(test_oxford),
  };
  return cmocka_run_group_tests(tests, files_open, files_close);
}
