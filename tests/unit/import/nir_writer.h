/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file nir_writer.h  Small NIR files for tests, written with the HDF5 C API, and an importer run
 * whose diagnostics are kept. */
#ifndef TESTS_NIR_WRITER_H
#define TESTS_NIR_WRITER_H

#include "import/import.h"
#include "net/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define W_UNUSED __attribute__((unused))
#define W_DEPTH 80

typedef struct writer {
  char folder[64], path[96];
  hid_t file;
  hid_t graph[W_DEPTH], nodes[W_DEPTH]; /* the open graphs, innermost at `depth` */
  int depth;
} writer;

W_UNUSED static void w_string(hid_t group, const char *name, const char *text) {
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  hid_t d = H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(d >= 0 && H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text) >= 0);
  H5Dclose(d);
  H5Sclose(space);
  H5Tclose(type);
}

/* A dataset of any shape; rank 0 is a scalar. `data` NULL: created, never written. */
W_UNUSED static void w_data(hid_t group, const char *name, hid_t type, int rank, const hsize_t *dim,
                            const void *data) {
  hid_t space = rank ? H5Screate_simple(rank, dim, NULL) : H5Screate(H5S_SCALAR);
  hid_t d = H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(d >= 0);
  if (data) {
    assert_true(H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
  }
  H5Dclose(d);
  H5Sclose(space);
}

W_UNUSED static void w_int(hid_t group, const char *name, int64_t v) {
  w_data(group, name, H5T_NATIVE_INT64, 0, NULL, &v);
}
W_UNUSED static void w_pair(hid_t group, const char *name, int64_t a, int64_t b) {
  w_data(group, name, H5T_NATIVE_INT64, 1, (hsize_t[]){2}, (int64_t[]){a, b});
}
W_UNUSED static void w_scalar(hid_t group, const char *name, double v) {
  w_data(group, name, H5T_NATIVE_DOUBLE, 0, NULL, &v);
}
/* A float32 array; every element is `base` + `step` x index. */
W_UNUSED static void w_ramp(hid_t group, const char *name, int rank, const hsize_t *dim,
                            double base, double step) {
  size_t n = 1;
  for (int i = 0; i < rank; i++) {
    n *= (size_t)dim[i];
  }
  float *v = calloc(n + 1, sizeof *v);
  for (size_t i = 0; i < n; i++) {
    v[i] = (float)(base + step * (double)i);
  }
  w_data(group, name, H5T_NATIVE_FLOAT, rank, dim, v);
  free(v);
}
W_UNUSED static void w_vector(hid_t group, const char *name, hsize_t n, double value) {
  w_ramp(group, name, 1, &n, value, 0);
}

W_UNUSED static hid_t w_group(hid_t at, const char *name) {
  hid_t g = H5Gcreate2(at, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(g >= 0);
  return g;
}

/* A new file in a folder of its own, with nothing in it. */
W_UNUSED static void w_empty(writer *w, const char *name) {
  *w = (writer){.folder = "/tmp/phasor-nir-XXXXXX", .depth = -1};
  assert_non_null(mkdtemp(w->folder));
  snprintf(w->path, sizeof w->path, "%s/%s", w->folder, name);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  w->file = H5Fcreate(w->path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(w->file >= 0);
}

W_UNUSED static void w_enter(writer *w, const char *name) {
  hid_t at = w->depth < 0 ? w->file : w->nodes[w->depth];
  w->depth++;
  assert_true(w->depth < W_DEPTH);
  w->graph[w->depth] = w_group(at, name);
  w_string(w->graph[w->depth], "type", "NIRGraph");
  w->nodes[w->depth] = w_group(w->graph[w->depth], "nodes");
}

/* Edges of the innermost graph: from, to, from, to, ..., NULL. */
W_UNUSED static void w_edges(writer *w, ...) {
  const char *text[512];
  hsize_t n = 0;
  va_list ap;
  va_start(ap, w);
  for (const char *s; (s = va_arg(ap, const char *)) != NULL;) {
    text[n++] = s;
  }
  va_end(ap);
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  if (n == 0) { /* as numpy writes an empty list */
    w_data(w->graph[w->depth], "edges", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){0}, NULL);
  } else {
    w_data(w->graph[w->depth], "edges", type, 2, (hsize_t[]){n / 2, 2}, text);
  }
  H5Tclose(type);
}

W_UNUSED static void w_leave(writer *w) {
  H5Gclose(w->nodes[w->depth]);
  H5Gclose(w->graph[w->depth]);
  w->depth--;
}

/* A NIR file with the root graph open. */
W_UNUSED static void w_begin(writer *w, const char *name) {
  w_empty(w, name);
  w_string(w->file, "version", "1.0.6");
  w_enter(w, "node");
}

W_UNUSED static void w_end(writer *w) {
  while (w->depth >= 0) {
    w_leave(w);
  }
  assert_true(H5Fclose(w->file) >= 0);
}

W_UNUSED static hid_t w_node(writer *w, const char *name, const char *type) {
  hid_t g = w_group(w->nodes[w->depth], name);
  w_string(g, "type", type);
  return g;
}

/* ---- whole nodes ---- */

W_UNUSED static void w_port(writer *w, const char *type, const char *name, int rank,
                            const int64_t *dim) {
  hid_t g = w_node(w, name, type);
  w_data(g, "shape", H5T_NATIVE_INT64, 1, (hsize_t[]){(hsize_t)rank}, dim);
  H5Gclose(g);
}
#define w_input(w, name, ...)                                                                      \
  w_port(w, "Input", name, (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),              \
         (int64_t[]){__VA_ARGS__})
#define w_output(w, name, ...)                                                                     \
  w_port(w, "Output", name, (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),             \
         (int64_t[]){__VA_ARGS__})

W_UNUSED static void w_linear(writer *w, const char *name, hsize_t out, hsize_t in) {
  hid_t g = w_node(w, name, "Linear");
  w_ramp(g, "weight", 2, (hsize_t[]){out, in}, 0.5, 0.25);
  H5Gclose(g);
}
W_UNUSED static void w_affine(writer *w, const char *name, hsize_t out, hsize_t in) {
  hid_t g = w_node(w, name, "Affine");
  w_ramp(g, "weight", 2, (hsize_t[]){out, in}, 0.5, 0.25);
  w_ramp(g, "bias", 1, &out, 1, 1);
  H5Gclose(g);
}
W_UNUSED static void w_if(writer *w, const char *name, hsize_t n) {
  hid_t g = w_node(w, name, "IF");
  w_vector(g, "r", n, 1);
  w_vector(g, "v_threshold", n, 1);
  H5Gclose(g);
}
W_UNUSED static void w_lif(writer *w, const char *name, hsize_t n, double tau) {
  hid_t g = w_node(w, name, "LIF");
  w_vector(g, "tau", n, tau);
  w_vector(g, "r", n, 1);
  w_vector(g, "v_leak", n, 0);
  w_vector(g, "v_threshold", n, 1);
  H5Gclose(g);
}
W_UNUSED static void w_delay(writer *w, const char *name, hsize_t n, double seconds) {
  hid_t g = w_node(w, name, "Delay");
  w_vector(g, "delay", n, seconds);
  H5Gclose(g);
}
/* A convolution of 1 or 2 dimensions without input_shape; the caller adds stride, padding,
 * dilation, groups. */
W_UNUSED static hid_t w_conv(writer *w, const char *name, int dims, const hsize_t *weight) {
  hid_t g = w_node(w, name, dims == 1 ? "Conv1d" : "Conv2d");
  w_ramp(g, "weight", dims + 2, weight, 0.1, 0.1);
  w_vector(g, "bias", weight[0], 0);
  return g;
}

/* ---- running the importer ---- */

#define MAX_SEEN 64
typedef struct ran {
  phasor_status status;
  phs_net *net;
  int count;
  struct {
    char code[16], message[1024], where[512], help[512];
    phasor_severity severity;
  } seen[MAX_SEEN];
} ran;

W_UNUSED static void keep(void *user, const phasor_diagnostic *d) {
  ran *r = user;
  if (r->count < MAX_SEEN) {
    snprintf(r->seen[r->count].code, sizeof r->seen->code, "%s", d->code);
    snprintf(r->seen[r->count].message, sizeof r->seen->message, "%s", d->message);
    snprintf(r->seen[r->count].where, sizeof r->seen->where, "%s", d->where ? d->where : "");
    snprintf(r->seen[r->count].help, sizeof r->seen->help, "%s", d->help ? d->help : "");
    r->seen[r->count++].severity = d->severity;
  }
  assert_non_null(d->file);
  assert_true(strchr(d->message, '\n') == NULL);
}

W_UNUSED static phs_import_options defaults(void) {
  return (phs_import_options){.conventions = phs_preset_find("nir")->conventions, .dt = 1e-3};
}

W_UNUSED static void run_path(ran *r, const char *path, const phs_import_options *o) {
  memset(r, 0, sizeof *r);
  phs_diag diag = {.fn = keep, .user = r};
  phs_import_options d = defaults();
  r->status = phs_import_nir(path, o ? o : &d, &diag, &r->net);
  assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
  assert_true((r->status == PHASOR_OK) == (r->net != NULL));
  assert_true(r->status == PHASOR_OK || diag.errors > 0);
}

/* Imports the file and removes it. */
W_UNUSED static void run_with(ran *r, writer *w, const phs_import_options *o) {
  w_end(w);
  run_path(r, w->path, o);
  unlink(w->path);
  rmdir(w->folder);
}
W_UNUSED static void run(ran *r, writer *w) {
  run_with(r, w, NULL);
}

/* Index of the first diagnostic with the code, or -1. */
W_UNUSED static int seen(const ran *r, const char *code) {
  for (int i = 0; i < r->count; i++) {
    if (strcmp(r->seen[i].code, code) == 0) {
      return i;
    }
  }
  return -1;
}
W_UNUSED static void show(const ran *r) {
  for (int i = 0; i < r->count; i++) {
    print_message("  %s %s: %s (%s)\n", r->seen[i].code, r->seen[i].where, r->seen[i].message,
                  r->seen[i].help);
  }
}

/* Refused with just one error, of this code, at this place, and with this text in the message
 * (NULL: any). */
W_UNUSED static void refused(ran *r, const char *code, const char *where, const char *text) {
  int errors = 0, at = seen(r, code);
  for (int i = 0; i < r->count; i++) {
    errors += r->seen[i].severity == PHASOR_ERROR;
  }
  if (r->status == PHASOR_OK || at < 0 || errors != 1 ||
      (where && strcmp(r->seen[at].where, where) != 0) ||
      (text && !strstr(r->seen[at].message, text))) {
    show(r);
    phs_net_destroy(r->net);
    fail_msg("expected %s at %s: %s", code, where ? where : "any place", text ? text : "any text");
  }
  assert_true(r->seen[at].help[0] != 0);
}

/* Accepted, with this warning or note (NULL: with nothing to say). Destroys the network. */
W_UNUSED static void told(ran *r, const char *code, const char *text) {
  int at = code ? seen(r, code) : -1;
  bool ok = r->status == PHASOR_OK &&
            (code ? at >= 0 && (!text || strstr(r->seen[at].message, text)) : r->count == 0);
  if (!ok) {
    show(r);
  }
  phs_net_destroy(r->net);
  r->net = NULL;
  assert_true(ok);
}

/* The op of that name; fails when there is none. */
W_UNUSED static const phs_op *op(const ran *r, const char *name) {
  if (!r->net) {
    show(r);
  }
  assert_non_null(r->net);
  for (int i = 0; i < r->net->op_count; i++) {
    if (strcmp(r->net->op[i].name, name) == 0) {
      return &r->net->op[i];
    }
  }
  fail_msg("no op '%s'", name);
  return NULL;
}
W_UNUSED static const char *operand(const ran *r, const char *name, int k) {
  const phs_op *o = op(r, name);
  assert_true(k < o->operand_count);
  return r->net->op[o->operand[k]].name;
}
W_UNUSED static void has_shape(const ran *r, const char *name, const char *shape) {
  char text[128];
  assert_string_equal(phs_shape_print(&op(r, name)->shape, text, sizeof text), shape);
}
/* All names in order, with kinds left to the caller: "input fc lif output". */
W_UNUSED static const char *order(const ran *r, char *out, size_t size) {
  size_t at = 0;
  out[0] = 0;
  for (int i = 0; i < r->net->op_count && at < size; i++) {
    at += (size_t)snprintf(out + at, size - at, "%s%s", i ? " " : "", r->net->op[i].name);
  }
  return out;
}

#endif
