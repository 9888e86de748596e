/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Shapes and parameters. Expected sizes: floor((in + 2p - d(k-1) - 1) / s) + 1, worked out by hand
 * beside each. */
#include "nir_writer.h"

static ran r;

/* One convolution between an Input of [c, h, w] and an Output. */
static hid_t begin_conv(writer *w, int64_t c, int64_t height, int64_t width,
                        const hsize_t *weight) {
  w_begin(w, "conv.nir");
  w_input(w, "input", c, height, width);
  w_output(w, "output", 1, 1, 1);
  w_edges(w, "input", "conv", "conv", "output", NULL);
  return w_conv(w, "conv", 2, weight);
}
static void end_conv(writer *w, hid_t g, const char *shape) {
  H5Gclose(g);
  run(&r, w);
  has_shape(&r, "conv", shape);
}

static void test_conv_non_square(void **state) {
  (void)state;
  writer w;
  hid_t g = begin_conv(&w, 2, 8, 8, (hsize_t[]){4, 2, 3, 5});
  w_int(g, "stride", 1);
  w_int(g, "padding", 0);
  w_int(g, "dilation", 1);
  w_int(g, "groups", 1);
  end_conv(&w, g, "[4, 6, 4]"); /* 8-2, 8-4 */
  told(&r, "PHS0152", "Output 'output' says shape [1, 1, 1], but [4, 6, 4]");
}

static void test_conv_everything(void **state) {
  (void)state;
  writer w;
  hid_t g = begin_conv(&w, 6, 11, 14, (hsize_t[]){4, 3, 3, 2}); /* 2 groups of 3 channels */
  w_pair(g, "stride", 2, 3);
  w_pair(g, "padding", 2, 1);
  w_pair(g, "dilation", 2, 4);
  w_int(g, "groups", 2);
  w_pair(g, "input_shape", 11, 14);
  /* height: 11+4-4-1 = 10, /2+1 = 6; width: 14+2-4-1 = 11, /3+1 = 4 */
  end_conv(&w, g, "[4, 6, 4]");
  const phs_conv *c = &op(&r, "conv")->conv;
  assert_true(c->stride[0] == 2 && c->stride[1] == 3 && c->dilation[0] == 2 && c->dilation[1] == 4);
  assert_true(c->pad_low[0] == 2 && c->pad_high[0] == 2 && c->pad_low[1] == 1 &&
              c->pad_high[1] == 1);
  assert_true(c->groups == 2 && c->dims == 2);
  told(&r, "PHS0152", NULL);
}

static void test_conv_same(void **state) {
  (void)state;
  writer w;
  hid_t g = begin_conv(&w, 1, 7, 9, (hsize_t[]){1, 1, 4, 3});
  w_int(g, "stride", 1);
  w_string(g, "padding", "same");
  w_int(g, "dilation", 1);
  w_int(g, "groups", 1);
  end_conv(&w, g, "[1, 7, 9]");
  const phs_conv *c = &op(&r, "conv")->conv; /* 3 in all: the odd one at the end */
  assert_true(c->pad_low[0] == 1 && c->pad_high[0] == 2 && c->pad_low[1] == 1 &&
              c->pad_high[1] == 1);
  told(&r, "PHS0152", NULL);
  g = begin_conv(&w, 1, 7, 9, (hsize_t[]){1, 1, 4, 3});
  w_int(g, "stride", 1);
  w_string(g, "padding", "valid");
  w_int(g, "dilation", 1);
  w_int(g, "groups", 1);
  end_conv(&w, g, "[1, 4, 7]");
  told(&r, "PHS0152", NULL);
}

/* "same" with a stride: NIR's size, unless the next node says that the stride divides. */
static void same_with_stride(hsize_t next, const char *shape, int64_t low, int64_t high) {
  writer w;
  w_begin(&w, "same.nir");
  w_input(&w, "input", 1, 8);
  hid_t g = w_conv(&w, "conv", 1, (hsize_t[]){1, 1, 3});
  w_int(g, "stride", 2);
  w_string(g, "padding", "same");
  w_int(g, "dilation", 1);
  w_int(g, "groups", 1);
  H5Gclose(g);
  g = w_node(&w, "n", "IF");
  w_ramp(g, "r", 2, (hsize_t[]){1, next}, 1, 0);
  w_ramp(g, "v_threshold", 2, (hsize_t[]){1, next}, 1, 0);
  H5Gclose(g);
  w_output(&w, "output", 1, (int64_t)next);
  w_edges(&w, "input", "conv", "conv", "n", "n", "output", NULL);
  run(&r, &w);
  has_shape(&r, "conv", shape);
  assert_int_equal(op(&r, "conv")->conv.pad_low[0], low);
  assert_int_equal(op(&r, "conv")->conv.pad_high[0], high);
  told(&r, "PHS0164", NULL);
}
static void test_same_with_stride(void **state) {
  (void)state;
  same_with_stride(8, "[1, 8]", 4, 5); /* (8-1)*2 + 3 - 8 = 9 */
  same_with_stride(4, "[1, 4]", 0, 1); /* (4-1)*2 + 3 - 8 = 1 */
}

static void test_conv1d_and_pool(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "pool.nir");
  w_input(&w, "input", 3, 9, 7);
  hid_t g = w_node(&w, "sum", "SumPool2d");
  w_pair(g, "kernel_size", 3, 2);
  w_pair(g, "stride", 2, 2);
  w_pair(g, "padding", 1, 0);
  H5Gclose(g);
  g = w_node(&w, "avg", "AvgPool2d");
  w_int(g, "kernel_size", 2); /* stride missing: the kernel, as in PyTorch */
  w_int(g, "padding", 0);
  H5Gclose(g);
  g = w_node(&w, "flat", "Flatten");
  w_int(g, "start_dim", -2);
  w_int(g, "end_dim", -1);
  H5Gclose(g);
  g = w_conv(&w, "conv", 1, (hsize_t[]){2, 3, 2});
  w_int(g, "stride", 1);
  w_int(g, "padding", 1);
  w_int(g, "dilation", 2);
  w_int(g, "groups", 1);
  H5Gclose(g);
  w_output(&w, "output", 2, 2);
  w_edges(&w, "input", "sum", "sum", "avg", "avg", "flat", "flat", "conv", "conv", "output", NULL);
  run(&r, &w);
  has_shape(&r, "sum", "[3, 5, 3]"); /* (9+2-3)/2+1 = 5, (7-2)/2+1 = 3 */
  has_shape(&r, "avg", "[3, 2, 1]"); /* floor */
  has_shape(&r, "flat", "[3, 2]");   /* only the last two axes */
  has_shape(&r, "conv", "[2, 2]");   /* 2+2-2-1+1 */
  assert_true(op(&r, "avg")->pool.average && !op(&r, "sum")->pool.average);
  assert_int_equal(op(&r, "flat")->flatten.start, 1);
  assert_int_equal(op(&r, "flat")->flatten.end, 2);
  told(&r, "PHS0154", "'stride'");
}

/* A weight of rank 3: the leading axis runs along that of the input. */
static void test_linear_rank3(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "rank3.nir");
  w_input(&w, "input", 5, 3);
  hid_t g = w_node(&w, "l", "Linear");
  w_ramp(g, "weight", 3, (hsize_t[]){5, 2, 3}, 0, 1);
  H5Gclose(g);
  w_output(&w, "output", 5, 2);
  w_edges(&w, "input", "l", "l", "output", NULL);
  run(&r, &w);
  has_shape(&r, "l", "[5, 2]");
  told(&r, NULL, NULL);
}

/* int64 parameters, w_in of one element, single numbers beside arrays, -0 biases. */
static void test_parameters(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "params.nir");
  w_input(&w, "input", 3);
  hid_t g = w_node(&w, "fc", "Affine");
  w_ramp(g, "weight", 2, (hsize_t[]){3, 3}, 1, 0);
  w_data(g, "bias", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){3}, (double[]){-0.0, -1.0, 0.1});
  H5Gclose(g);
  g = w_node(&w, "n", "CubaLIF");
  w_data(g, "tau_syn", H5T_NATIVE_INT64, 1, (hsize_t[]){3}, (int64_t[]){1, 2, 3});
  w_data(g, "tau_mem", H5T_NATIVE_FLOAT, 1, (hsize_t[]){3}, (float[]){4, 5, 6});
  w_scalar(g, "r", 2);
  w_vector(g, "v_leak", 3, 0.5);
  w_vector(g, "w_in", 1, 7);
  w_vector(g, "v_threshold", 3, 1);
  H5Gclose(g);
  w_output(&w, "output", 3);
  w_edges(&w, "input", "fc", "fc", "n", "n", "output", NULL);
  run(&r, &w);
  const phs_neurons *n = &op(&r, "n")->neurons;
  assert_int_equal(n->model, PHS_MODEL_CUBALIF);
  assert_true(n->param[0].n == 3 && n->param[0].v[2] == 3 && n->param[1].v[1] == 5);
  assert_true(n->param[2].n == 1 && n->param[2].v[0] == 2 && n->param[4].n == 1 &&
              n->param[4].v[0] == 7);
  assert_true(n->param[6].n == 1 && n->param[6].v[0] == 0); /* v_reset came later: 0 */
  const float *bias = op(&r, "fc")->linear.bias.data;
  assert_memory_equal(&bias[0], &(float){0}, sizeof(float));
  assert_true(bias[1] == -1.0f && bias[2] == 0.1f);
  told(&r, NULL, NULL);
}

/* Scalar parameters take their size from either side. */
static void test_scalar_parameters(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "scalar.nir");
  hid_t g = w_node(&w, "input", "Input"); /* no shape at all */
  H5Gclose(g);
  g = w_node(&w, "n", "IF");
  w_scalar(g, "r", 1);
  w_scalar(g, "v_threshold", 1);
  H5Gclose(g);
  w_linear(&w, "fc", 2, 5);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "n", "n", "fc", "fc", "output", NULL);
  run(&r, &w);
  has_shape(&r, "input", "[5]");
  has_shape(&r, "n", "[5]");
  assert_true(seen(&r, "PHS0152") >= 0);
  told(&r, "PHS0153", "[5]");
}

/* Without Input and Output nodes: inserted at the first and the last node, as the reference reader
 * does. */
static void test_inserted(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "bare.nir");
  w_linear(&w, "fc", 2, 5);
  w_if(&w, "n", 2);
  w_edges(&w, "fc", "n", NULL);
  run(&r, &w);
  has_shape(&r, "input_fc", "[5]");
  has_shape(&r, "output_n", "[2]");
  told(&r, "PHS0156", "of shape [5]");
}

/* The root is a single node, and there are no edges. */
static void test_single_node(void **state) {
  (void)state;
  writer w;
  w_empty(&w, "single.nir");
  hid_t g = w_group(w.file, "node");
  w_string(g, "type", "IF");
  w_vector(g, "r", 4, 1);
  w_vector(g, "v_threshold", 4, 1);
  H5Gclose(g);
  run(&r, &w);
  has_shape(&r, "node", "[4]");
  assert_int_equal(r.net->op_count, 3);
  told(&r, "PHS0156", NULL);
}

/* Fixed-length, space-padded ASCII strings, as other writers make them. */
static void test_fixed_strings(void **state) {
  (void)state;
  writer w;
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, 8);
  H5Tset_strpad(type, H5T_STR_SPACEPAD);
  w_empty(&w, "fixed.nir");
  hid_t g = w_group(w.file, "node"), nodes = w_group(g, "nodes");
  w_data(g, "type", type, 0, NULL, "NIRGraph");
  w_data(g, "edges", type, 2, (hsize_t[]){2, 2}, "in      n       n       out     ");
  const char *names[] = {"in", "n", "out"}, *types[] = {"Input   ", "IF      ", "Output  "};
  for (int i = 0; i < 3; i++) {
    hid_t n = w_group(nodes, names[i]);
    w_data(n, "type", type, 1, (hsize_t[]){1}, types[i]);
    if (i == 1) {
      w_vector(n, "r", 2, 1);
      w_vector(n, "v_threshold", 2, 1);
    } else {
      w_data(n, "shape", H5T_NATIVE_INT32, 1, (hsize_t[]){1}, (int32_t[]){2});
    }
    H5Gclose(n);
  }
  H5Gclose(nodes);
  H5Gclose(g);
  H5Tclose(type);
  run(&r, &w);
  assert_int_equal(r.net->op_count, 3);
  told(&r, NULL, NULL);
}

/* Chunked and compressed numbers, chunked strings, metadata anywhere. */
static void test_storage(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "gzip.nir");
  w_input(&w, "in", 4);
  hid_t g = w_node(&w, "fc", "Linear"), meta = w_group(g, "metadata");
  w_string(meta, "note", "ignored");
  H5Gclose(w_group(meta, "deeper"));
  H5Gclose(meta);
  hsize_t dim[2] = {2, 4};
  hid_t space = H5Screate_simple(2, dim, NULL), plist = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(plist, 2, dim);
  H5Pset_deflate(plist, 6);
  hid_t d = H5Dcreate2(g, "weight", H5T_IEEE_F64BE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
  double v[8] = {0, 1, 2, 3, 4, 5, 6, 7.25};
  H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, v);
  H5Dclose(d);
  H5Gclose(g);
  w_output(&w, "out", 2);
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  hsize_t two[2] = {2, 2};
  hid_t square = H5Screate_simple(2, two, NULL);
  H5Pset_chunk(plist, 2, two);
  const char *edges[] = {"in", "fc", "fc", "out"};
  d = H5Dcreate2(w.graph[0], "edges", type, square, H5P_DEFAULT, plist, H5P_DEFAULT);
  H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, edges);
  H5Dclose(d);
  H5Sclose(square);
  H5Sclose(space);
  H5Tclose(type);
  H5Pclose(plist);
  run(&r, &w);
  assert_true(op(&r, "fc")->linear.weight.data[7] == 7.25f);
  told(&r, NULL, NULL);
}

/* A batch of one in front of every shape is left out, and Flatten's axes move. */
static void test_batch_axis(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "batch.nir");
  w_input(&w, "input", 1, 2, 6, 6);
  hid_t g = w_conv(&w, "conv", 2, (hsize_t[]){3, 2, 3, 3});
  w_int(g, "stride", 1);
  w_int(g, "padding", 0);
  w_int(g, "dilation", 1);
  w_int(g, "groups", 1);
  H5Gclose(g);
  g = w_node(&w, "n", "IF");
  w_ramp(g, "r", 4, (hsize_t[]){1, 3, 4, 4}, 1, 0);
  w_ramp(g, "v_threshold", 4, (hsize_t[]){1, 3, 4, 4}, 1, 0);
  H5Gclose(g);
  g = w_node(&w, "flat", "Flatten");
  w_int(g, "start_dim", 1);
  w_int(g, "end_dim", -1);
  H5Gclose(g);
  w_linear(&w, "fc", 2, 48);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "conv", "conv", "n", "n", "flat", "flat", "fc", "fc", "output", NULL);
  run(&r, &w);
  has_shape(&r, "input", "[2, 6, 6]");
  has_shape(&r, "n", "[3, 4, 4]");
  has_shape(&r, "flat", "[48]");
  assert_int_equal(op(&r, "flat")->flatten.start, 0);
  told(&r, "PHS0155", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_conv_non_square), cmocka_unit_test(test_conv_everything),
      cmocka_unit_test(test_conv_same),       cmocka_unit_test(test_same_with_stride),
      cmocka_unit_test(test_conv1d_and_pool), cmocka_unit_test(test_linear_rank3),
      cmocka_unit_test(test_parameters),      cmocka_unit_test(test_scalar_parameters),
      cmocka_unit_test(test_inserted),        cmocka_unit_test(test_single_node),
      cmocka_unit_test(test_fixed_strings),   cmocka_unit_test(test_storage),
      cmocka_unit_test(test_batch_axis),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
