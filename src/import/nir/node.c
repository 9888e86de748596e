/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The parameters of one node. */
#include "import/nir/nir.h"

#include <inttypes.h>
#include <string.h>

static const char again[] = "export the model again: the writer may have stopped halfway";

/* Opens a dataset that must be there. */
static bool open_required(nir_reader *r, hid_t group, const nir_node *n, const char *name,
                          nir_data *d) {
  switch (nir_data_open(r, group, n->where, name, d)) {
  case NIR_FOUND:
    return true;
  case NIR_MISSING:
    return NIR_FAIL(r, PHS_NIR_MISSING, n->where, again, "the %s node has no dataset '%s'",
                    nir_type_name(n->type), name);
  default:
    return false;
  }
}

static bool wrong_shape(nir_reader *r, const nir_data *d, const char *want) {
  return NIR_FAIL(r, PHS_NIR_RANK, d->where, "check how the model was built and export it again",
                  "has shape %s where %s belongs", nir_shape(r, &d->shape), want);
}

static bool not_empty(nir_reader *r, const nir_data *d) {
  return d->count > 0 || NIR_FAIL(r, PHS_NIR_EMPTY, d->where, "remove the node or give it a size",
                                  "has shape %s: no elements", nir_shape(r, &d->shape));
}

static bool read_tensor(nir_reader *r, hid_t group, const nir_node *n, const char *name,
                        phs_tensor *out) {
  nir_data d;
  if (!open_required(r, group, n, name, &d)) {
    return false;
  }
  out->shape = d.shape;
  bool ok = not_empty(r, &d) && nir_read_f32(r, &d, r->net->arena, &out->data);
  nir_data_close(&d);
  return ok;
}

/* A bias of -0 would make "no input" and "zero input" differ in the sign of a zero. */
static bool read_bias(nir_reader *r, hid_t group, nir_node *n, bool required) {
  nir_data d;
  nir_found found = required ? (open_required(r, group, n, "bias", &d) ? NIR_FOUND : NIR_ERROR)
                             : nir_data_open(r, group, n->where, "bias", &d);
  if (found != NIR_FOUND) {
    if (found == NIR_MISSING) {
      NIR_TELL(r, PHS_NIR_DEFAULT, n->where, "add the dataset if another value is meant",
               "no dataset 'bias': taken as 0");
    }
    return found == NIR_MISSING;
  }
  const float *v = NULL;
  n->bias.shape = d.shape;
  bool ok = not_empty(r, &d) && nir_read_f32(r, &d, r->net->arena, &v);
  nir_data_close(&d);
  if (!ok) {
    return false;
  }
  float *plus = phs_arena_copy(r->net->arena, v, phs_shape_count(&n->bias.shape) * sizeof *v);
  if (!plus) {
    return nir_no_memory(r);
  }
  for (size_t i = 0; i < phs_shape_count(&n->bias.shape); i++) {
    plus[i] = plus[i] == 0.0f ? 0.0f : plus[i];
  }
  n->bias.data = plus;
  return true;
}

static bool in_range(nir_reader *r, const char *where, int64_t v, int64_t least) {
  if (v >= least && v <= NIR_MAX_GEOMETRY) {
    return true;
  }
  return NIR_FAIL(r, PHS_NIR_RANGE, where, "check how the model was built and export it again",
                  "the value %" PRId64 " is outside %" PRId64 "..%" PRId64, v, least,
                  NIR_MAX_GEOMETRY);
}

/* One number for all, or one for each of @p n axes. */
static bool read_each(nir_reader *r, const nir_data *d, int n, int64_t least, int64_t *out) {
  const int64_t *v;
  if (d->count != 1 && (d->shape.rank != 1 || d->count != (size_t)n)) {
    return wrong_shape(r, d, n == 1 ? "one number" : "one number or a pair");
  }
  if (!nir_read_i64(r, d, &v)) {
    return false;
  }
  for (int i = 0; i < n; i++) {
    out[i] = v[d->count == 1 ? 0 : i];
    if (!in_range(r, d->where, out[i], least)) {
      return false;
    }
  }
  return true;
}

/* The same for a dataset that may be missing; @p preset is what it is then, named in a warning. */
static bool read_geometry(nir_reader *r, hid_t group, const nir_node *n, const char *name, int axes,
                          int64_t least, const int64_t *preset, int64_t *out) {
  nir_data d;
  nir_found found = nir_data_open(r, group, n->where, name, &d);
  if (found == NIR_FOUND) {
    bool ok = read_each(r, &d, axes, least, out);
    nir_data_close(&d);
    return ok;
  }
  if (found == NIR_ERROR) {
    return false;
  }
  for (int i = 0; i < axes; i++) {
    out[i] = preset[i];
  }
  NIR_TELL(r, PHS_NIR_DEFAULT, n->where, "add the dataset if another value is meant",
           "no dataset '%s': taken as %" PRId64, name, preset[0]);
  return true;
}

static bool read_padding(nir_reader *r, hid_t group, nir_node *n, int axes) {
  static const int64_t zero[2] = {0, 0};
  nir_data d;
  nir_found found = nir_data_open(r, group, n->where, "padding", &d);
  if (found != NIR_FOUND || d.kind != H5T_STRING) {
    if (found == NIR_FOUND) {
      nir_data_close(&d);
    }
    return found != NIR_ERROR && read_geometry(r, group, n, "padding", axes, 0, zero, n->padding);
  }
  const char **text = NULL;
  bool ok = (d.count == 1 || wrong_shape(r, &d, "one string")) && nir_read_strings(r, &d, &text);
  if (ok && strcmp(text[0], "same") == 0) {
    n->padding_kind = NIR_PAD_SAME;
  } else if (ok && strcmp(text[0], "valid") == 0) {
    n->padding_kind = NIR_PAD_VALID;
  } else if (ok) {
    ok = NIR_FAIL(
        r, PHS_NIR_RANGE, d.where, "use numbers, \"same\" or \"valid\"",
        "the padding \"%s\" is unknown: it must be \"same\", \"valid\", a number or a pair",
        nir_printable(r, text[0]));
  }
  nir_data_close(&d);
  return ok;
}

/* A list of sizes, each at least 1: of Input and Output, and input_shape. Anything else in them is
 * left to inference. */
static bool read_sizes(nir_reader *r, hid_t group, const nir_node *n, const char *name,
                       phs_shape *out, bool *odd) {
  nir_data d;
  nir_found found = nir_data_open(r, group, n->where, name, &d);
  *odd = found == NIR_MISSING;
  if (found != NIR_FOUND) {
    return found == NIR_MISSING;
  }
  const int64_t *v = NULL;
  bool ok = true;
  if (d.count > PHS_MAX_RANK || d.shape.rank > 1) {
    ok = wrong_shape(r, &d, "a list of at most 8 sizes");
  } else {
    ok = nir_read_i64(r, &d, &v);
  }
  int64_t count = 1;
  *odd = ok && d.count == 0;
  for (size_t i = 0; ok && i < d.count; i++) {
    out->dim[i] = v[i];
    if (v[i] < 1 && !*odd) {
      NIR_TELL(r, PHS_NIR_PORT_SHAPE, d.where, "correct the dataset",
               "the size at index %zu is %" PRId64 ", and sizes are at least 1: it is not used", i,
               v[i]);
    }
    *odd = *odd || v[i] < 1;
    if (v[i] >= 1 && (__builtin_mul_overflow(count, v[i], &count) || count > NIR_MAX_ELEMENTS)) {
      ok = NIR_FAIL(r, PHS_NIR_TOO_LARGE, d.where, "check the shape",
                    "more than 2^31 elements: axis %zu is %" PRId64, i, v[i]);
    }
  }
  out->rank = ok && !*odd ? (int)d.count : 0;
  nir_data_close(&d);
  return ok;
}

static bool read_port(nir_reader *r, hid_t group, nir_node *n) {
  bool odd;
  return read_sizes(r, group, n, "shape", &n->declared, &odd);
}

static bool read_linear(nir_reader *r, hid_t group, nir_node *n) {
  if (!read_tensor(r, group, n, "weight", &n->weight)) {
    return false;
  }
  const phs_shape *w = &n->weight.shape;
  if (w->rank < 2) {
    return NIR_FAIL(
        r, PHS_NIR_RANK, n->where, "store the weight as [out, in]",
        "the weight has shape %s; it needs the axes out and in, and perhaps more before them",
        nir_shape(r, w));
  }
  if (n->type == NIR_LINEAR) {
    return true;
  }
  if (!read_bias(r, group, n, true)) {
    return false;
  }
  phs_shape want = *w;
  want.rank--;
  const phs_shape last = {.rank = 1, .dim = {want.dim[want.rank - 1]}};
  if (phs_shape_equal(&n->bias.shape, &want)) {
    return true;
  }
  size_t size = (size_t)last.dim[0], count = phs_shape_count(&want);
  if (!phs_shape_equal(&n->bias.shape, &last)) {
    return NIR_FAIL(r, PHS_NIR_PARAM_SHAPE, n->where, "store one bias for each output",
                    "the bias has shape %s, but the weight %s gives outputs of shape %s",
                    nir_shape(r, &n->bias.shape), nir_shape(r, w), nir_shape(r, &want));
  }
  float *all =
      PHS_NEW_ARRAY(r->net->arena, float, count); /* one row of biases for all leading axes */
  if (!all) {
    return nir_no_memory(r);
  }
  for (size_t i = 0; i < count; i++) {
    all[i] = n->bias.data[i % size];
  }
  n->bias = (phs_tensor){want, all};
  return true;
}

static bool check_conv(nir_reader *r, const nir_node *n, int axes) {
  const phs_shape *w = &n->weight.shape;
  if (w->rank != axes + 2) {
    return NIR_FAIL(r, PHS_NIR_RANK, n->where,
                    axes == 1 ? "store it as [out, in / groups, k]"
                              : "store it as [out, in / groups, kH, kW]",
                    "the weight of a %s has %d axes, not %s", nir_type_name(n->type), axes + 2,
                    nir_shape(r, w));
  }
  if (w->dim[0] % n->groups != 0) {
    return NIR_FAIL(
        r, PHS_NIR_RANGE, n->where, "choose a number of groups that divides the channels",
        "%" PRId64 " groups do not divide the %" PRId64 " output channels", n->groups, w->dim[0]);
  }
  const phs_shape want = {.rank = 1, .dim = {w->dim[0]}};
  if (n->bias.data && !phs_shape_equal(&n->bias.shape, &want)) {
    return NIR_FAIL(r, PHS_NIR_PARAM_SHAPE, n->where, "store one bias for each output channel",
                    "the bias has shape %s, but the weight %s gives %" PRId64 " channels",
                    nir_shape(r, &n->bias.shape), nir_shape(r, w), w->dim[0]);
  }
  return true;
}

static bool read_conv(nir_reader *r, hid_t group, nir_node *n) {
  static const int64_t one[2] = {1, 1};
  int axes = n->type == NIR_CONV1D ? 1 : 2;
  bool odd;
  n->stride[1] = n->dilation[1] = 1;
  return read_sizes(r, group, n, "input_shape", &n->declared, &odd) &&
         read_tensor(r, group, n, "weight", &n->weight) && read_bias(r, group, n, false) &&
         read_geometry(r, group, n, "stride", axes, 1, one, n->stride) &&
         read_padding(r, group, n, axes) &&
         read_geometry(r, group, n, "dilation", axes, 1, one, n->dilation) &&
         read_geometry(r, group, n, "groups", 1, 1, one, &n->groups) && check_conv(r, n, axes);
}

static bool read_pool(nir_reader *r, hid_t group, nir_node *n) {
  nir_data d;
  if (!open_required(r, group, n, "kernel_size", &d)) {
    return false;
  }
  bool ok = read_each(r, &d, 2, 1, n->kernel);
  nir_data_close(&d);
  return ok && read_geometry(r, group, n, "stride", 2, 1, n->kernel, n->stride) &&
         read_padding(r, group, n, 2);
}

/* A single whole number, of either sign. */
static bool read_axis(nir_reader *r, hid_t group, const nir_node *n, const char *name,
                      int64_t preset, int64_t *out) {
  nir_data d;
  const int64_t *v;
  nir_found found = nir_data_open(r, group, n->where, name, &d);
  if (found != NIR_FOUND) {
    *out = preset;
    if (found == NIR_MISSING) {
      NIR_TELL(r, PHS_NIR_DEFAULT, n->where, "add the dataset if another value is meant",
               "no dataset '%s': taken as %" PRId64, name, preset);
    }
    return found == NIR_MISSING;
  }
  bool ok = (d.count == 1 || wrong_shape(r, &d, "one number")) && nir_read_i64(r, &d, &v);
  if (ok) {
    *out = v[0];
  }
  nir_data_close(&d);
  return ok;
}

static bool read_flatten(nir_reader *r, hid_t group, nir_node *n) {
  nir_data d;
  if (!read_axis(r, group, n, "start_dim", 1, &n->start_dim) ||
      !read_axis(r, group, n, "end_dim", -1, &n->end_dim)) {
    return false;
  }
  nir_found found = nir_data_open(r, group, n->where, "input_type", &d);
  if (found != NIR_FOUND) {
    return found == NIR_MISSING;
  }
  const int64_t *v = NULL;
  bool ok = true;
  if (d.shape.rank == 1 && d.count <= PHS_MAX_RANK && d.kind != H5T_STRING) {
    ok = nir_read_i64(r, &d, &v);
    n->declared.rank = ok ? (int)d.count : 0;
    for (int i = 0; i < n->declared.rank; i++) {
      n->declared.dim[i] = v[i];
    }
  }
  nir_data_close(&d);
  return ok;
}

/* ---- elementwise nodes ---- */

/* Parameters agree in shape; those of one element (rank 0, or w_in) stand for all. */
static bool agree(nir_reader *r, nir_node *n, const char *name, const nir_data *d,
                  const char **shaped_by) {
  bool broadcasts = d->shape.rank == 0 || (d->count == 1 && strcmp(name, "w_in") == 0);
  n->scalar = n->scalar && d->shape.rank == 0;
  if (broadcasts) {
    return true;
  }
  if (!*shaped_by) {
    *shaped_by = name;
    n->param_shape = d->shape;
  } else if (!phs_shape_equal(&n->param_shape, &d->shape)) {
    return NIR_FAIL(r, PHS_NIR_PARAM_SHAPE, n->where,
                    "store all parameters of the node with one shape",
                    "'%s' has shape %s, but '%s' has shape %s", *shaped_by,
                    nir_shape(r, &n->param_shape), name, nir_shape(r, &d->shape));
  }
  return true;
}

/* v_reset came in 1.0.6; writers before October 2023 left out w_in. */
static bool missing_param(nir_reader *r, nir_node *n, const char *name, phs_param64 *out) {
  double preset = strcmp(name, "w_in") == 0 ? 1.0 : 0.0;
  if (strcmp(name, "w_in") != 0 && strcmp(name, "v_reset") != 0) {
    return NIR_FAIL(r, PHS_NIR_MISSING, n->where, again, "the %s node has no dataset '%s'",
                    nir_type_name(n->type), name);
  }
  if (strcmp(name, "w_in") == 0) {
    n->w_in_missing = true; /* told once the network is known to be sound */
  }
  const double *v = phs_arena_copy(r->net->arena, &preset, sizeof preset);
  *out = (phs_param64){v, 1};
  return v || nir_no_memory(r);
}

static bool read_params(nir_reader *r, hid_t group, nir_node *n) {
  phs_model model = nir_type_model(n->type);
  const phs_model_info *info = phs_model_get(model);
  int count = model == PHS_MODEL_CUSTOM ? 1 : info->param_count;
  const char *shaped_by = NULL;
  n->scalar = true;
  for (int i = 0; i < count; i++) {
    const char *name = model == PHS_MODEL_CUSTOM ? nir_type_datasets(n->type)[0] : info->param[i];
    nir_data d;
    nir_found found = nir_data_open(r, group, n->where, name, &d);
    if (found == NIR_MISSING && missing_param(r, n, name, &n->param[i])) {
      continue;
    }
    if (found != NIR_FOUND) {
      return false;
    }
    bool ok = not_empty(r, &d) && agree(r, n, name, &d, &shaped_by) &&
              nir_read_f64(r, &d, r->net->arena, &n->param[i].v);
    n->param[i].n = d.count;
    nir_data_close(&d);
    if (!ok) {
      return false;
    }
  }
  n->one_for_all = !shaped_by || phs_shape_count(&n->param_shape) == 1;
  return true;
}

/* Members that no node of the type has: probably a newer format, or a hand-made file. */
static bool check_members(nir_reader *r, hid_t group, const nir_node *n) {
  static const char *const always[] = {"type", "metadata", "input_type", "output_type", "name"};
  const char **name;
  int count;
  if (!nir_members(r, group, n->where, &name, &count)) {
    return false;
  }
  for (int i = 0; i < count; i++) {
    bool known = false;
    for (size_t k = 0; k < sizeof always / sizeof *always; k++) {
      known = known || strcmp(name[i], always[k]) == 0;
    }
    for (const char *const *k = nir_type_datasets(n->type); *k; k++) {
      known = known || strcmp(name[i], *k) == 0;
    }
    if (!known) {
      NIR_TELL(r, PHS_NIR_UNKNOWN_DATA, n->where, "rename it if it is a misspelt parameter",
               "'%s' is no dataset of a %s node and is ignored", nir_printable(r, name[i]),
               nir_type_name(n->type));
    }
  }
  return true;
}

bool nir_read_node(nir_reader *r, hid_t group, nir_node *n) {
  if (!check_members(r, group, n)) {
    return false;
  }
  switch (n->type) {
  case NIR_INPUT:
  case NIR_OUTPUT:
    return read_port(r, group, n);
  case NIR_LINEAR:
  case NIR_AFFINE:
    return read_linear(r, group, n);
  case NIR_CONV1D:
  case NIR_CONV2D:
    return read_conv(r, group, n);
  case NIR_SUMPOOL2D:
  case NIR_AVGPOOL2D:
    return read_pool(r, group, n);
  case NIR_FLATTEN:
    return read_flatten(r, group, n);
  case NIR_NIRGRAPH:
    return true;
  default:
    return read_params(r, group, n);
  }
}
