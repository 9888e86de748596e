/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Small valid files of each kind, cut everywhere and with every byte changed: each variant reads,
 * to values that keep the promises of the header, or is refused with a message. The sanitizers
 * watch. */
#include "files.h"

static const int64_t dim[] = {2, 3, 4};
static const phs_stimulus_options options = {.rank = 3, .dim = dim, .bin = 1e-3};

#define ROW "0,1,0,0,2.5,0,0,0,0,-1e2,0,0,0,0,0,0,0,0,0,0,0,0,0,7"
static const unsigned char csv[] =
    "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x\n" ROW "\r\n" ROW "\n";
static const unsigned char bin[] = {0, 0, 0, 0, 9, 3, 2, 0x80, 5, 220, 1, 1, 0x80, 9, 0};
static const unsigned char dat[] = {'%', ' ',  'D', '\n', '%', '\n', 0, 8, 0, 0,    0, 0,
                                    3,   0x80, 0,   0x10, 200, 3,    0, 0, 1, 0x40, 0, 0};
static unsigned char npy[512], list[512];
static size_t npy_len, list_len, variants, accepted;

static size_t make_npy(unsigned char *out, const char *dictionary, size_t values) {
  size_t n = strlen(dictionary);
  memcpy(out, "\x93NUMPY\1\0", 8);
  out[8] = (unsigned char)n;
  out[9] = 0;
  memcpy(out + 10, dictionary, n);
  for (size_t i = 0; i < values; i++) {
    memcpy(out + 10 + n + 4 * i, i % 3 == 1 ? "\0\0\0\0" : "\0\0\x80\x3f", 4);
  }
  return 10 + n + 4 * values;
}

static void try(const char *path) {
  phs_stimulus s;
  phs_stimulus_error e;
  variants++;
  if (!phs_stimulus_read(path, &options, &s, &e)) {
    assert_int_not_equal(e.kind, PHS_STIM_OK);
    assert_true(e.message[0] != 0);
    assert_true(memchr(e.message, 0, sizeof e.message) != NULL);
    assert_null(s.data);
    return;
  }
  accepted++;
  assert_int_equal(s.width, 24);
  assert_true(s.batch >= 1 && s.steps >= 1);
  for (size_t k = 0; k < s.batch * s.steps * s.width; k++) {
    assert_true(s.data[k] - s.data[k] == 0);
  }
  phs_stimulus_free(&s);
}

static void corrupt(const char *name, const unsigned char *bytes, size_t n) {
  static const unsigned char flips[] = {0x01, 0x10, 0x40, 0x80, 0xff};
  unsigned char copy[512];
  variants = accepted = 0;
  assert_true(n <= sizeof copy);
  try(files_write(name, bytes, n));
  assert_int_equal(accepted, 1);
  for (size_t len = 0; len < n; len++) {
    try(files_write(name, bytes, len));
  }
  for (size_t at = 0; at < n; at++) {
    for (size_t i = 0; i < COUNT(flips); i++) {
      memcpy(copy, bytes, n);
      copy[at] ^= flips[i];
      try(files_write(name, copy, n));
    }
    for (int value = 0; value < 256;
         value += 51) { /* two neighbours: numbers of more than one digit */
      memcpy(copy, bytes, n);
      copy[at] = (unsigned char)value;
      copy[(at + 1) % n] = (unsigned char)(value ^ 0x3f);
      try(files_write(name, copy, n));
    }
  }
  print_message("%s: %zu variants, %zu still read\n", name, variants, accepted);
}

static void test_csv(void **state) {
  (void)state;
  corrupt("a.csv", csv, sizeof csv - 1);
}

static void test_bin(void **state) {
  (void)state;
  corrupt("a.bin", bin, sizeof bin);
}

static void test_dat(void **state) {
  (void)state;
  corrupt("a.dat", dat, sizeof dat);
}

static void test_npy(void **state) {
  (void)state;
  npy_len =
      make_npy(npy, "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 3, 2, 3, 4), }\n", 72);
  corrupt("a.npy", npy, npy_len);
}

static void test_list(void **state) {
  (void)state;
  list_len = make_npy(list, "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 3), }\n", 12);
  corrupt("a.npy", list, list_len);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_csv), cmocka_unit_test(test_bin),  cmocka_unit_test(test_dat),
      cmocka_unit_test(test_npy), cmocka_unit_test(test_list),
  };
  return cmocka_run_group_tests(tests, files_open, files_close);
}
