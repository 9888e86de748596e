/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Layers: shapes, weights from lists, files and distributions. */
#include "yaml_case.h"

#include <hdf5.h>

#define HEAD "phasor: 1\ndt: 1 ms\nseed: 3\n"
#define IMAGE HEAD "inputs: {x: {external: {shape: [2, 6, 5]}}}\n"

static void shape_is(const yaml_case *c, const char *name, const char *want) {
  char text[128];
  assert_string_equal(phs_shape_print(&y_op(c, name)->shape, text, sizeof text), want);
}

static void dense(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  const double w[] = {1, 2, 3, 4, 5, 6};
  y_npy(&c, "w.npy", "(2, 3)", w, 6);
  y_good(&c,
         HEAD
         "inputs: {x: {external: {size: 3}}}\n"
         "layers:\n"
         "  a: {from: x, dense: {weights: [[1, -2, 3], [4, 5, \"= 2 * 3\"]], bias: [0.5, -0.0]}}\n"
         "  b: {from: x, dense: {weights: w.npy}}\n"
         "  c: {from: x, dense: {units: 4, weights: {uniform: [-1, 1]}, bias: 0.25}}\n",
         NULL);
  const phs_op *a = y_op(&c, "a");
  assert_int_equal(a->kind, PHS_OP_LINEAR);
  shape_is(&c, "a", "[2]");
  assert_true(a->linear.weight.data[1] == -2 && a->linear.weight.data[5] == 6);
  assert_true(a->linear.bias.data[0] == 0.5f);
  assert_true(a->linear.bias.data[1] == 0 && !__builtin_signbit(a->linear.bias.data[1]));
  const phs_op *b = y_op(&c, "b");
  for (int i = 0; i < 6; i++) {
    assert_true(b->linear.weight.data[i] == (float)w[i]);
  }
  assert_null(b->linear.bias.data);
  const phs_op *d = y_op(&c, "c");
  shape_is(&c, "c", "[4]");
  for (int i = 0; i < 12; i++) {
    assert_true(d->linear.weight.data[i] >= -1 && d->linear.weight.data[i] <= 1);
  }
  assert_true(d->linear.weight.data[0] != d->linear.weight.data[1]);
  assert_true(d->linear.bias.data[3] == 0.25f);
  y_close(&c);
}

/* Sizes by (n + padding - dilation (k - 1) - 1) / stride + 1, rounded down. */
static void convolutions(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(&c,
         IMAGE "layers:\n"
               "  a: {from: x, conv2d: {channels: 3, kernel: [3, 2], stride: [2, 1], padding: [1, "
               "0], weights: 0.5}}\n"
               "  b: {from: x, conv2d: {channels: 4, kernel: 4, padding: same, groups: 2, weights: "
               "1, bias: {normal: [0, 1]}}}\n"
               "  c: {from: x, conv2d: {channels: 1, kernel: 2, dilation: 3, weights: 1}}\n"
               "  f: {from: x, flatten: {start: 1}}\n"
               "  d: {from: f, conv1d: {weights: [[[1, 2, 3], [4, 5, 6]]], stride: 4}}\n",
         NULL);
  shape_is(&c, "a", "[3, 3, 4]");
  const phs_conv *a = &y_op(&c, "a")->conv;
  assert_int_equal(a->dims, 2);
  assert_int_equal(a->stride[0], 2);
  assert_int_equal(a->pad_low[0], 1);
  assert_int_equal(a->pad_high[0], 1);
  assert_int_equal(a->pad_low[1], 0);
  assert_int_equal(phs_shape_count(&a->weight.shape), 3 * 2 * 3 * 2);
  shape_is(&c, "b", "[4, 6, 5]");
  const phs_conv *b = &y_op(&c, "b")->conv;
  assert_int_equal(b->pad_low[0], 1); /* 3 in all: the odd one at the end */
  assert_int_equal(b->pad_high[0], 2);
  assert_int_equal(b->weight.shape.dim[1], 1);
  assert_int_equal(b->bias.shape.dim[0], 4);
  shape_is(&c, "c", "[1, 3, 2]");
  shape_is(&c, "f", "[2, 30]");
  shape_is(&c, "d", "[1, 7]");
  const phs_conv *d = &y_op(&c, "d")->conv;
  assert_int_equal(d->dims, 1);
  assert_true(d->weight.data[4] == 5);
  assert_int_equal(d->stride[1], 1);
  y_close(&c);
}

static void pools_and_scales(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(&c,
         IMAGE "layers:\n"
               "  p: {from: x, pool_sum: {kernel: 2}}\n"
               "  q: {from: x, pool_avg: {kernel: [3, 2], stride: 1, padding: [1, 0]}}\n"
               "  s: {from: p, scale: {factor: 3}}\n"
               "  f: {from: s, flatten: {}}\n"
               "  t: {from: f, scale: {factor: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}}\n"
               "populations:\n"
               "  n: {model: if, input: f}\n"
               "  g: {model: li, parameters: {tau: 20 ms}, input: n}\n",
         NULL);
  shape_is(&c, "p", "[2, 3, 2]");
  assert_int_equal(y_op(&c, "p")->pool.stride[1], 2);
  assert_false(y_op(&c, "p")->pool.average);
  shape_is(&c, "q", "[2, 6, 4]");
  assert_true(y_op(&c, "q")->pool.average);
  assert_int_equal(y_op(&c, "s")->scale.factor.n, 1);
  shape_is(&c, "f", "[12]");
  assert_int_equal(y_op(&c, "t")->scale.factor.n, 12);
  assert_true(y_op(&c, "t")->scale.factor.v[11] == 12);
  shape_is(&c, "n", "[12]"); /* of what it reads */
  assert_int_equal(y_op(&c, "g")->elem, PHS_F32);
  y_close(&c);
}

/* Weights in an HDF5 file, below a group. */
static void hdf5(void **state) {
  (void)state;
  yaml_case c;
  char path[192];
  y_open(&c);
  snprintf(path, sizeof path, "%s/w.h5", c.folder);
  const float w[6] = {1, 2, 3, 4, 5, 6};
  const hsize_t dim[2] = {2, 3};
  hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  hid_t group = H5Gcreate2(file, "net", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  hid_t space = H5Screate_simple(2, dim, NULL);
  hid_t set = H5Dcreate2(group, "w", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, w) >= 0);
  H5Dclose(set);
  H5Sclose(space);
  H5Gclose(group);
  H5Fclose(file);
  y_good(&c,
         HEAD "inputs: {x: {external: {size: 3}}}\n"
              "layers: {a: {from: x, dense: {weights: \"w.h5:/net/w\"}}}\n",
         NULL);
  assert_true(y_op(&c, "a")->linear.weight.data[4] == 5);
  assert_int_equal(c.extras.file_count, 2);
  assert_string_equal(c.extras.file[1], path);
  phs_net_destroy(c.net);
  c.net = NULL;
  y_run(&c,
        HEAD "inputs: {x: {external: {size: 3}}}\n"
             "layers: {a: {from: x, dense: {weights: \"w.h5:/net/v\"}}}\n",
        NULL);
  assert_int_equal(c.count, 1);
  assert_string_equal(c.told[0].code, "PHS0109");
  assert_string_equal(c.told[0].file, path);
  y_close(&c);
}

/* Fortran order, big-endian and integers are read as NumPy means them. */
static void npy_kinds(void **state) {
  (void)state;
  yaml_case c;
  unsigned char bytes[128 + 6];
  static const char header[] = "{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3), }";
  memcpy(bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
  memset(bytes + 10, ' ', 118);
  memcpy(bytes + 10, header, sizeof header - 1);
  bytes[127] = '\n';
  static const signed char v[] = {1, 4, -2, 5, 3, 6}; /* [[1, -2, 3], [4, 5, 6]] by columns */
  memcpy(bytes + 128, v, 6);
  y_open(&c);
  y_write(&c, "w.npy", bytes, sizeof bytes);
  y_good(&c,
         HEAD "inputs: {x: {external: {size: 3}}}\n"
              "layers: {a: {from: x, dense: {weights: w.npy}}}\n",
         NULL);
  static const float want[] = {1, -2, 3, 4, 5, 6};
  assert_memory_equal(y_op(&c, "a")->linear.weight.data, want, sizeof want);
  y_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dense), cmocka_unit_test(convolutions), cmocka_unit_test(pools_and_scales),
      cmocka_unit_test(hdf5),  cmocka_unit_test(npy_kinds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
