/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Each file has one thing wrong with it, and gets one diagnostic that says which. */
#include "nir_writer.h"

#include <math.h>
#include <sys/stat.h>

static ran r;

/* input [n] -> node "x" -> output [m]; the caller writes x. */
static void around(writer *w, int64_t n, int64_t m) {
  w_begin(w, "bad.nir");
  w_input(w, "input", n);
  w_output(w, "output", m);
  w_edges(w, "input", "x", "x", "output", NULL);
}
static void expect(writer *w, const char *code, const char *where, const char *text) {
  run(&r, w);
  refused(&r, code, where, text);
}
static void expect_node(writer *w, hid_t g, const char *code, const char *where, const char *text) {
  H5Gclose(g);
  expect(w, code, where, text);
}

static void write_bytes(writer *w, const void *bytes, size_t n) {
  w_end(w);
  FILE *f = fopen(w->path, "wb");
  assert_true(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
  run_path(&r, w->path, NULL);
  unlink(w->path);
  rmdir(w->folder);
}

static void test_files(void **state) {
  (void)state;
  writer w;
  run_path(&r, "/nonexistent/model.nir", NULL);
  refused(&r, "PHS0101", NULL, NULL);
  assert_int_equal(r.status, PHASOR_ERROR_IO);
  run_path(&r, "/", NULL);
  refused(&r, "PHS0102", NULL, "directory");
  w_empty(&w, "zero.nir");
  write_bytes(&w, "", 0);
  refused(&r, "PHS0103", NULL, NULL);
  w_empty(&w, "text.nir");
  write_bytes(&w, "PK\3\4 this is a zip", 18);
  refused(&r, "PHS0104", NULL, "50 4b 03 04");
  w_empty(&w, "cut.nir");
  write_bytes(&w, "\211HDF\r\n\032\n\0\0\0\0", 12);
  refused(&r, "PHS0105", NULL, NULL);
}

static void test_truncated(void **state) {
  (void)state;
  writer w;
  struct stat st;
  w_begin(&w, "cut.nir");
  w_linear(&w, "fc", 40, 40);
  w_edges(&w, NULL);
  w_end(&w);
  assert_int_equal(stat(w.path, &st), 0);
  assert_int_equal(truncate(w.path, st.st_size - 100), 0);
  run_path(&r, w.path, NULL);
  refused(&r, "PHS0105", NULL, "truncated");
  unlink(w.path);
  rmdir(w.folder);
}

/** A superblock of a version that this libhdf5 does not know: the remedy names newer libraries. */
static void test_newer(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "newer.nir");
  w_linear(&w, "fc", 2, 2);
  w_edges(&w, NULL);
  w_end(&w);
  FILE *f = fopen(w.path, "r+b");
  assert_non_null(f);
  assert_int_equal(fseek(f, 8, SEEK_SET), 0); /* behind the signature */
  assert_int_equal(fputc(9, f), 9);
  assert_int_equal(fclose(f), 0);
  run_path(&r, w.path, NULL);
  refused(&r, "PHS0105", NULL, "version number");
  assert_non_null(strstr(r.seen[seen(&r, "PHS0105")].help, "newer HDF5"));
  unlink(w.path);
  rmdir(w.folder);
}

static void test_other_hdf5(void **state) {
  (void)state;
  writer w;
  w_empty(&w, "empty.h5");
  expect(&w, "PHS0106", "/", "no NIR graph");
  w_empty(&w, "netx.net");
  H5Gclose(w_group(w.file, "layer"));
  expect(&w, "PHS0106", "/layer", "netx");
  w_empty(&w, "old.nir");
  H5Gclose(w_group(w.file, "nodes"));
  expect(&w, "PHS0107", "/nodes", "0.0.x");
}

static void test_missing(void **state) {
  (void)state;
  writer w;
  around(&w, 2, 2);
  expect_node(&w, w_node(&w, "x", "LIF"), "PHS0109", "/node/nodes/x", "'tau'");
  around(&w, 2, 2);
  expect_node(&w, w_group(w.nodes[0], "x"), "PHS0109", "/node/nodes/x", "'type'");
  w_empty(&w, "half.nir"); /* the writer stopped at a None */
  hid_t g = w_group(w.file, "node");
  H5Gclose(w_group(g, "nodes"));
  expect_node(&w, g, "PHS0109", "/node", "'type'");
}

static void test_kind_and_type(void **state) {
  (void)state;
  writer w;
  around(&w, 2, 2);
  hid_t g = w_node(&w, "x", "Linear");
  H5Gclose(w_group(g, "weight"));
  expect_node(&w, g, "PHS0110", "/node/nodes/x/weight", "group");
  around(&w, 2, 2);
  g = w_node(&w, "x", "Linear");
  w_string(g, "weight", "0.5");
  expect_node(&w, g, "PHS0111", "/node/nodes/x/weight", "string");
  around(&w, 2, 2);
  g = w_group(w.nodes[0], "x");
  w_int(g, "type", 3);
  expect_node(&w, g, "PHS0111", "/node/nodes/x/type", "integer");
  around(&w, 2, 2);
  expect_node(&w, w_node(&w, "x", "Lif"), "PHS0121", "/node/nodes/x", "'Lif'");
  assert_string_equal(r.seen[0].help, "did you mean 'LIF'?");
  around(&w, 2, 2);
  expect_node(&w, w_node(&w, "x", "MaxPool2d"), "PHS0121", "/node/nodes/x", "supported are Input");
}

static void test_ranks(void **state) {
  (void)state;
  writer w;
  around(&w, 2, 2);
  hid_t g = w_node(&w, "x", "Linear");
  w_vector(g, "weight", 4, 1);
  expect_node(&w, g, "PHS0112", "/node/nodes/x", "[4]");
  around(&w, 2, 2);
  g = w_node(&w, "x", "IF");
  w_ramp(g, "r", 9, (hsize_t[]){1, 1, 1, 1, 1, 1, 1, 1, 2}, 1, 0);
  expect_node(&w, g, "PHS0112", "/node/nodes/x/r", "9 axes");
  around(&w, 2, 2);
  g = w_node(&w, "x", "IF");
  w_ramp(g, "r", 1, (hsize_t[]){0}, 1, 0);
  expect_node(&w, g, "PHS0113", "/node/nodes/x/r", "[0]");
  w_begin(&w, "bad.nir");
  w_if(&w, "x", 1);
  w_data(w.graph[0], "edges", H5T_NATIVE_INT64, 2, (hsize_t[]){1, 2}, (int64_t[]){0, 1});
  expect(&w, "PHS0111", "/node/edges", "integer"); /* as NIR 0.0.x stored them */
  w_begin(&w, "bad.nir");
  w_edges(&w, NULL);
  expect(&w, "PHS0113", "/node/nodes", "no nodes");
}

/* A dataset of chunks with any filter; nothing need be written for the check. */
static void chunked(hid_t g, const char *name, hsize_t n, hsize_t chunk, H5Z_filter_t filter) {
  hid_t plist = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &n, NULL);
  H5Pset_chunk(plist, 1, &chunk);
  if (filter) {
    H5Pset_filter(plist, filter, H5Z_FLAG_OPTIONAL, 0, NULL);
  }
  hid_t d = H5Dcreate2(g, name, H5T_NATIVE_FLOAT, space, H5P_DEFAULT, plist, H5P_DEFAULT);
  assert_true(d >= 0);
  H5Dclose(d);
  H5Sclose(space);
  H5Pclose(plist);
}

static void test_storage(void **state) {
  (void)state;
  writer w;
  around(&w, 2, 2);
  hid_t g = w_node(&w, "x", "IF");
  chunked(g, "r", 2, 2, 32000);
  expect_node(&w, g, "PHS0114", "/node/nodes/x/r", "lzf");
  assert_non_null(strstr(r.seen[0].help, "compression='gzip'"));
  around(&w, 2, 2);
  g = w_node(&w, "x", "IF");
  chunked(g, "r", (hsize_t)1 << 30, 1 << 20, 0);
  expect_node(&w, g, "PHS0115", "/node/nodes/x/r", "4294967296 bytes");
  around(&w, 2, 2);
  g = w_node(&w, "x", "IF");
  chunked(g, "r", (hsize_t)1 << 40, 1 << 20, 0);
  expect_node(&w, g, "PHS0116", "/node/nodes/x/r", "1099511627776");
  around(&w, 2, 2);
  g = w_node(&w, "x", "IF"); /* declared, never written */
  w_data(g, "r", H5T_NATIVE_FLOAT, 1, (hsize_t[]){2}, NULL);
  expect_node(&w, g, "PHS0115", "/node/nodes/x/r", "stores 0 bytes");
  w_begin(&w, "bad.nir");
  w_input(&w, "input", 1 << 20, 1 << 20);
  w_edges(&w, NULL);
  expect(&w, "PHS0116", "/node/nodes/input/shape", "2^31");
}

static void test_links(void **state) {
  (void)state;
  writer w;
  around(&w, 2, 2);
  hid_t g = w_node(&w, "x", "IF");
  H5Lcreate_external("other.h5", "/r", g, "r", H5P_DEFAULT, H5P_DEFAULT);
  expect_node(&w, g, "PHS0117", "/node/nodes/x/r", "external link");
  around(&w, 2, 2);
  g = w_node(&w, "x", "IF");
  H5Lcreate_soft("r", g, "r", H5P_DEFAULT, H5P_DEFAULT); /* to itself */
  expect_node(&w, g, "PHS0118", "/node/nodes/x/r", "circle");
  around(&w, 2, 2);
  H5Lcreate_hard(w.file, "node", w.nodes[0], "x", H5P_DEFAULT, H5P_DEFAULT);
  expect(&w, "PHS0118", "/node/nodes/x", "contains itself");
}

static void test_names(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "bad.nir");
  w_if(&w,
       "a\xff"
       "b",
       1);
  w_edges(&w, NULL);
  expect(&w, "PHS0120", "/node/nodes", "a\\xffb");
}

static void test_values(void **state) {
  (void)state;
  writer w;
  around(&w, 2, 2);
  hid_t g = w_node(&w, "x", "Linear");
  w_data(g, "weight", H5T_NATIVE_FLOAT, 2, (hsize_t[]){2, 2}, (float[]){1, 2, NAN, 4});
  expect_node(&w, g, "PHS0122", "/node/nodes/x/weight", "index [1, 0] is NaN");
  around(&w, 2, 2);
  g = w_node(&w, "x", "Linear");
  w_data(g, "weight", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 2}, (double[]){1, 2, 3, 1e300});
  expect_node(&w, g, "PHS0123", "/node/nodes/x/weight", "1e+300 at index [1, 1]");
  around(&w, 2, 2);
  w_lif(&w, "x", 2, -0.5);
  expect(&w, "PHS0123", "/node/nodes/x/tau", "index [0] is -0.5");
  around(&w, 2, 2);
  w_delay(&w, "x", 2, -1);
  expect(&w, "PHS0123", "/node/nodes/x/delay", "-1");
  around(&w, 2, 2);
  w_delay(&w, "x", 2, 1e6);
  expect(&w, "PHS0123", "/node/nodes/x/delay", "1e+09 steps");
}

/* A convolution with one wrong number. */
static void bad_conv(int64_t stride, int64_t padding, int64_t groups, const char *code,
                     const char *text) {
  writer w;
  w_begin(&w, "bad.nir");
  w_input(&w, "input", 2, 8, 8);
  hid_t g = w_conv(&w, "x", 2, (hsize_t[]){3, 2, 3, 3});
  w_int(g, "stride", stride);
  w_int(g, "padding", padding);
  w_int(g, "dilation", 1);
  w_int(g, "groups", groups);
  H5Gclose(g);
  w_output(&w, "output", 3, 6, 6);
  w_edges(&w, "input", "x", "x", "output", NULL);
  expect(&w, code, NULL, text);
}
static void test_convolutions(void **state) {
  (void)state;
  writer w;
  bad_conv(0, 0, 1, "PHS0123", "the value 0 is outside 1..");
  bad_conv(1, -1, 1, "PHS0123", "-1");
  bad_conv(1, 0, 2, "PHS0123", "2 groups do not divide the 3");
  bad_conv(1, 0, 3, "PHS0127", "[6, height, width]"); /* 3 groups of 2 channels */
  around(&w, 2, 2);
  hid_t g = w_conv(&w, "x", 2, (hsize_t[]){3, 2, 3, 3});
  w_string(g, "padding", "circular");
  w_int(g, "stride", 1);
  expect_node(&w, g, "PHS0123", "/node/nodes/x/padding", "circular");
  w_begin(&w, "bad.nir");
  w_input(&w, "input", 2, 2, 2);
  g = w_node(&w, "x", "SumPool2d");
  w_int(g, "kernel_size", 3);
  w_int(g, "stride", 1);
  w_int(g, "padding", 0);
  H5Gclose(g);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "x", "x", "output", NULL);
  expect(&w, "PHS0127", "/node/nodes/x", "spans 3");
  around(&w, 4, 4);
  g = w_node(&w, "x", "Flatten");
  w_int(g, "start_dim", 1);
  w_int(g, "end_dim", -1);
  expect_node(&w, g, "PHS0127", "/node/nodes/x", "start_dim is 1");
}

static void test_shapes(void **state) {
  (void)state;
  writer w;
  around(&w, 3, 2);
  w_linear(&w, "x", 2, 4);
  expect(&w, "PHS0127", "/node/edges",
         "input -> x: Input 'input' gives shape [3], but Linear 'x' takes [4]");
  around(&w, 2, 2);
  hid_t g = w_node(&w, "x", "LIF");
  w_vector(g, "tau", 2, 1);
  w_vector(g, "r", 3, 1);
  w_vector(g, "v_leak", 2, 0);
  w_vector(g, "v_threshold", 2, 1);
  expect_node(&w, g, "PHS0124", "/node/nodes/x", "'tau' has shape [2], but 'r' has shape [3]");
  w_begin(&w, "bad.nir");
  g = w_node(&w, "x", "IF");
  w_scalar(g, "r", 1);
  w_scalar(g, "v_threshold", 1);
  H5Gclose(g);
  w_edges(&w, NULL);
  expect(&w, "PHS0128", NULL, "'x'");
}

static void test_edges(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "bad.nir");
  w_input(&w, "input", 2);
  w_if(&w, "neurons", 2);
  w_edges(&w, "input", "neuron", NULL);
  expect(&w, "PHS0125", "/node/edges", "edge 0, 'input' -> 'neuron', names the node 'neuron'");
  assert_string_equal(r.seen[0].help, "did you mean 'neurons'?");
  w_begin(&w, "bad.nir");
  w_input(&w, "input", 2);
  w_output(&w, "output", 2);
  w_edges(&w, NULL);
  expect(&w, "PHS0134", "/node/nodes/output", "'output'");
  w_begin(&w, "bad.nir");
  w_input(&w, "input", 2);
  w_edges(&w, NULL);
  expect(&w, "PHS0133", "/node", NULL);
  around(&w, 2, 2);
  w_if(&w, "x", 2);
  H5Ldelete(w.graph[0], "edges", H5P_DEFAULT);
  w_edges(&w, "input", "x", "x", "input", "x", "output", NULL);
  expect(&w, "PHS0135", "/node/nodes/input", "only Input");
}

static void test_time(void **state) {
  (void)state;
  writer w;
  phs_import_options o = defaults();
  o.dt = 0;
  around(&w, 2, 2);
  w_lif(&w, "x", 2, 0.01); /* r = 1: nothing shows the step */
  run_with(&r, &w, &o);
  refused(&r, "PHS0130", "/node/nodes/x", "length of a step");
  assert_non_null(strstr(r.seen[0].help, "--dt"));
  o.dt = -1;
  around(&w, 2, 2);
  w_if(&w, "x", 2);
  run_with(&r, &w, &o);
  refused(&r, "PHS0131", "--dt", "-1");
  o = defaults();
  o.conventions.spikes_per_step = PHS_MANY;
  o.conventions.reset = PHS_SUBTRACT_GUARDED;
  around(&w, 2, 2);
  w_if(&w, "x", 2);
  run_with(&r, &w, &o);
  refused(&r, "PHS0132", "/node/nodes/x", "subtract_guarded");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_files),   cmocka_unit_test(test_truncated),
      cmocka_unit_test(test_newer),   cmocka_unit_test(test_other_hdf5),
      cmocka_unit_test(test_missing), cmocka_unit_test(test_kind_and_type),
      cmocka_unit_test(test_ranks),   cmocka_unit_test(test_storage),
      cmocka_unit_test(test_links),   cmocka_unit_test(test_names),
      cmocka_unit_test(test_values),  cmocka_unit_test(test_convolutions),
      cmocka_unit_test(test_shapes),  cmocka_unit_test(test_edges),
      cmocka_unit_test(test_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
