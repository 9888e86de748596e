/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "import/nir/nir.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char again[] = "export the model again";
static const char copy_again[] = "copy the file again or export the model again";

const char *nir_shape(nir_reader *r, const phs_shape *shape) {
  char text[256];
  const char *out = phs_arena_strdup(r->scratch, phs_shape_print(shape, text, sizeof text));
  return out ? out : "?";
}

const char *nir_index(nir_reader *r, const phs_shape *shape, size_t i) {
  phs_shape at = {.rank = shape->rank};
  for (int d = shape->rank - 1; d >= 0; d--) {
    at.dim[d] = (int64_t)(i % (size_t)shape->dim[d]);
    i /= (size_t)shape->dim[d];
  }
  return nir_shape(r, &at);
}

static const char *class_name(H5T_class_t kind) {
  switch (kind) {
  case H5T_INTEGER:
    return "integer";
  case H5T_FLOAT:
    return "floating point";
  case H5T_STRING:
    return "string";
  case H5T_COMPOUND:
    return "compound";
  case H5T_ENUM:
    return "enumeration";
  case H5T_VLEN:
    return "variable-length sequence";
  case H5T_OPAQUE:
    return "opaque";
  case H5T_REFERENCE:
    return "reference";
  default:
    return "other";
  }
}

/* Shape and number of elements, with every product checked. */
static bool read_shape(nir_reader *r, nir_data *d) {
  hid_t space = H5Dget_space(d->id);
  hsize_t dim[H5S_MAX_RANK];
  int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
  H5S_class_t kind = space < 0 ? H5S_NO_CLASS : H5Sget_simple_extent_type(space);
  if (rank >= 0 && rank <= H5S_MAX_RANK) {
    rank = H5Sget_simple_extent_dims(space, dim, NULL);
  }
  if (space >= 0) {
    H5Sclose(space);
  }
  if (rank < 0 || kind == H5S_NO_CLASS) {
    return NIR_FAIL(r, PHS_NIR_DAMAGED, d->where, copy_again, "the shape cannot be read (%s)",
                    nir_hdf5_reason(r));
  }
  if (rank > PHS_MAX_RANK) {
    return NIR_FAIL(r, PHS_NIR_RANK, d->where, "flatten some of the axes",
                    "has %d axes; at most %d are supported", rank, PHS_MAX_RANK);
  }
  d->shape.rank = rank;
  d->count = kind == H5S_NULL ? 0 : 1;
  for (int i = 0; i < rank; i++) {
    if (dim[i] > (hsize_t)NIR_MAX_ELEMENTS ||
        __builtin_mul_overflow(d->count, (size_t)dim[i], &d->count) ||
        d->count > (size_t)NIR_MAX_ELEMENTS) {
      return NIR_FAIL(r, PHS_NIR_TOO_LARGE, d->where,
                      "the file is damaged, or the layer must be split",
                      "axis %d is declared with %llu elements; a dataset may have 2^31 in all", i,
                      (unsigned long long)dim[i]);
    }
    d->shape.dim[i] = (int64_t)dim[i];
  }
  return true;
}

static bool read_type(nir_reader *r, nir_data *d) {
  d->type = H5Dget_type(d->id);
  d->kind = d->type < 0 ? H5T_NO_CLASS : H5Tget_class(d->type);
  d->elem_size = d->type < 0 ? 0 : H5Tget_size(d->type);
  if (d->kind == H5T_NO_CLASS || d->elem_size == 0) {
    return NIR_FAIL(r, PHS_NIR_DAMAGED, d->where, copy_again,
                    "the element type cannot be read (%s)", nir_hdf5_reason(r));
  }
  if (d->elem_size > NIR_MAX_STRING) {
    return NIR_FAIL(r, PHS_NIR_TOO_LARGE, d->where, again,
                    "elements of %zu bytes; at most %d are read", d->elem_size, NIR_MAX_STRING);
  }
  return true;
}

static const char *filter_name(H5Z_filter_t id) {
  switch (id) {
  case 32000:
    return "lzf";
  case H5Z_FILTER_SZIP:
    return "szip";
  case 32001:
    return "blosc";
  case 32004:
    return "lz4";
  case 32015:
    return "zstd";
  default:
    return "unknown";
  }
}

static bool check_filters(nir_reader *r, const nir_data *d, hid_t plist) {
  int n = H5Pget_nfilters(plist);
  for (int i = 0; i < n; i++) {
    unsigned flags, config;
    size_t values = 0;
    char name[64] = "";
    H5Z_filter_t id =
        H5Pget_filter2(plist, (unsigned)i, &flags, &values, NULL, sizeof name, name, &config);
    if (id < 0) {
      return NIR_FAIL(r, PHS_NIR_DAMAGED, d->where, copy_again, "the filters cannot be read (%s)",
                      nir_hdf5_reason(r));
    }
    if (H5Zfilter_avail(id) <= 0) {
      return NIR_FAIL(
          r, PHS_NIR_FILTER, d->where, "write the file with compression='gzip' or compression=None",
          "is compressed with the filter '%s' (id %d), which libhdf5 does not have here",
          name[0] ? nir_printable(r, name) : filter_name(id), (int)id);
    }
  }
  return true;
}

/* A declared size must be backed by stored bytes: gzip, the strongest filter, shrinks at most 1032
 * times. */
static bool check_storage(nir_reader *r, const nir_data *d, hid_t plist) {
  H5D_layout_t layout = H5Pget_layout(plist);
  if (layout == H5D_VIRTUAL || H5Pget_external_count(plist) > 0) {
    return NIR_FAIL(r, PHS_NIR_EXTERNAL, d->where, "store the data in the file itself",
                    "keeps its data in other files, which are not read");
  }
  uint64_t stored = (uint64_t)H5Dget_storage_size(d->id), declared, chunk = 1;
  uint64_t most =
      layout == H5D_CHUNKED ? 1040 * (stored < r->file_size ? stored : r->file_size) : r->file_size;
  if (__builtin_mul_overflow((uint64_t)d->count, (uint64_t)d->elem_size, &declared)) {
    declared = UINT64_MAX;
  }
  if (declared > 0 && (stored == 0 || declared > most)) {
    return NIR_FAIL(r, PHS_NIR_STORAGE, d->where, copy_again,
                    "is declared with shape %s, %" PRIu64 " bytes, but the file of %" PRIu64
                    " bytes stores %" PRIu64 " bytes of it",
                    nir_shape(r, &d->shape), declared, r->file_size, stored);
  }
  if (layout == H5D_CHUNKED) {
    hsize_t dim[H5S_MAX_RANK];
    int rank = H5Pget_chunk(plist, H5S_MAX_RANK, dim);
    for (int i = 0; i < rank && i < H5S_MAX_RANK; i++) {
      if (__builtin_mul_overflow(chunk, (uint64_t)dim[i], &chunk)) {
        chunk = UINT64_MAX;
        break;
      }
    }
    if (rank < 0 || __builtin_mul_overflow(chunk, (uint64_t)d->elem_size, &chunk) ||
        (declared > 0 && chunk > most + (1u << 20))) {
      return NIR_FAIL(r, PHS_NIR_STORAGE, d->where, copy_again,
                      "is stored in chunks of %" PRIu64 " bytes, while the file has only %" PRIu64,
                      chunk, r->file_size);
    }
  }
  return true;
}

static bool check_readable(nir_reader *r, const nir_data *d) {
  hid_t plist = H5Dget_create_plist(d->id);
  if (plist < 0) {
    return NIR_FAIL(r, PHS_NIR_DAMAGED, d->where, copy_again, "the storage cannot be read (%s)",
                    nir_hdf5_reason(r));
  }
  bool ok = check_filters(r, d, plist) && check_storage(r, d, plist);
  H5Pclose(plist);
  return ok;
}

nir_found nir_data_open(nir_reader *r, hid_t group, const char *group_where, const char *name,
                        nir_data *out) {
  const char *where = phs_arena_printf(r->scratch, "%s/%s", group_where, name);
  *out = (nir_data){.id = H5I_INVALID_HID, .type = H5I_INVALID_HID, .where = where};
  if (!where) {
    nir_no_memory(r);
    return NIR_ERROR;
  }
  switch (nir_open_member(r, group, name, where, &out->id)) {
  case NIR_ABSENT:
    return NIR_MISSING;
  case NIR_DATASET:
    break;
  case NIR_GROUP:
    H5Oclose(out->id);
    NIR_FAIL(r, PHS_NIR_KIND, where, again, "is a group where a dataset belongs");
    return NIR_ERROR;
  default:
    return NIR_ERROR;
  }
  if (read_shape(r, out) && read_type(r, out) && check_readable(r, out)) {
    return NIR_FOUND;
  }
  nir_data_close(out);
  return NIR_ERROR;
}

void nir_data_close(nir_data *d) {
  if (d->type >= 0) {
    H5Tclose(d->type);
  }
  if (d->id >= 0) {
    H5Oclose(d->id);
  }
  d->type = d->id = H5I_INVALID_HID;
}

/* ---- reading ---- */

/* Room for all elements, out of the budget of the file. */
static void *room(nir_reader *r, const nir_data *d, phs_arena *a, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(d->count, size, &bytes) || bytes > r->budget) {
    NIR_FAIL(r, PHS_NIR_TOO_LARGE, d->where,
             "write the file without compression if the model is really that large",
             "shape %s takes more memory than four times the file's size and 512 MiB",
             nir_shape(r, &d->shape));
    return NULL;
  }
  void *p = phs_arena_alloc(a, bytes);
  if (!p) {
    nir_no_memory(r);
    return NULL;
  }
  r->budget -= bytes;
  return p;
}

static bool read_raw(nir_reader *r, const nir_data *d, hid_t memory_type, void *out) {
  if (d->count > 0 && H5Dread(d->id, memory_type, H5S_ALL, H5S_ALL, r->transfer, out) < 0) {
    return NIR_FAIL(r, PHS_NIR_DAMAGED, d->where, copy_again, "the values cannot be read (%s)",
                    nir_hdf5_reason(r));
  }
  return true;
}

static bool want_numbers(nir_reader *r, const nir_data *d) {
  if (d->kind == H5T_INTEGER || (d->kind == H5T_FLOAT && d->elem_size <= 16)) {
    return true;
  }
  return NIR_FAIL(r, PHS_NIR_DTYPE, d->where, "store numbers as float32, float64 or int64",
                  "has %s elements where numbers belong", class_name(d->kind));
}

static bool check_value(nir_reader *r, const nir_data *d, size_t i, double v) {
  const char *at = d->shape.rank ? nir_index(r, &d->shape, i) : "[]";
  if (!isfinite(v)) {
    return NIR_FAIL(r, PHS_NIR_NOT_FINITE, d->where,
                    "find out why training produced it and export the model again",
                    "the value at index %s is %s", at,
                    isnan(v) ? "NaN"
                    : v > 0  ? "infinity"
                             : "-infinity");
  }
  if (fabs(v) > (double)FLT_MAX) {
    return NIR_FAIL(r, PHS_NIR_RANGE, d->where, "scale the model",
                    "the value %g at index %s is beyond binary32, whose largest number is 3.4e38",
                    v, at);
  }
  return true;
}

bool nir_read_f64(nir_reader *r, const nir_data *d, phs_arena *a, const double **out) {
  double *v = want_numbers(r, d) ? room(r, d, a, sizeof *v) : NULL;
  if (!v || !read_raw(r, d, H5T_NATIVE_DOUBLE, v)) {
    return false;
  }
  for (size_t i = 0; i < d->count; i++) {
    if (!(fabs(v[i]) <= (double)FLT_MAX)) {
      return check_value(r, d, i, v[i]);
    }
  }
  *out = v;
  return true;
}

bool nir_read_f32(nir_reader *r, const nir_data *d, phs_arena *a, const float **out) {
  if (!want_numbers(r, d)) {
    return false;
  }
  float *v = room(r, d, a, sizeof *v);
  if (!v) {
    return false;
  }
  if (d->kind == H5T_FLOAT && d->elem_size <= 4) {
    if (!read_raw(r, d, H5T_NATIVE_FLOAT, v)) {
      return false;
    }
    for (size_t i = 0; i < d->count; i++) {
      if (!isfinite(v[i])) {
        return check_value(r, d, i, (double)v[i]);
      }
    }
  } else { /* through double, rounded once; this memory goes with scratch */
    const double *wide;
    if (!nir_read_f64(r, d, r->scratch, &wide)) {
      return false;
    }
    for (size_t i = 0; i < d->count; i++) {
      v[i] = (float)wide[i];
      if (!isfinite(v[i])) { /* between the largest float and infinity */
        return check_value(r, d, i, copysign(2.0 * (double)FLT_MAX, wide[i]));
      }
    }
  }
  *out = v;
  return true;
}

bool nir_read_i64(nir_reader *r, const nir_data *d, const int64_t **out) {
  int64_t *v = want_numbers(r, d) ? room(r, d, r->scratch, sizeof *v) : NULL;
  if (!v) {
    return false;
  }
  if (d->kind == H5T_INTEGER) {
    *out = v;
    return read_raw(r, d, H5T_NATIVE_INT64, v);
  }
  const double *wide;
  if (!nir_read_f64(r, d, r->scratch, &wide)) {
    return false;
  }
  for (size_t i = 0; i < d->count; i++) {
    if (fabs(wide[i]) > 1e15 || wide[i] != floor(wide[i])) {
      return NIR_FAIL(r, PHS_NIR_RANGE, d->where, "store whole numbers",
                      "the value %g at index %s is not a whole number", wide[i],
                      d->shape.rank ? nir_index(r, &d->shape, i) : "[]");
    }
    v[i] = (int64_t)wide[i];
  }
  *out = v;
  return true;
}

/* Contiguous ones, as all writers store them, are read without libhdf5's unsafe heap code.
 * Otherwise the strings come from the scratch arena, through the transfer list's allocator: nothing
 * to give back. */
static bool read_variable(nir_reader *r, const nir_data *d, const char **out) {
  haddr_t offset = H5Dget_offset(d->id);
  if (offset != HADDR_UNDEF) {
    return nir_read_heap_strings(r, d, (uint64_t)offset, out);
  }
  hid_t memory = H5Tcopy(H5T_C_S1);
  bool ok = memory >= 0 && H5Tset_size(memory, H5T_VARIABLE) >= 0 &&
            H5Tset_cset(memory, H5Tget_cset(d->type)) >= 0 && read_raw(r, d, memory, out);
  for (size_t i = 0; ok && i < d->count; i++) {
    out[i] = out[i] ? out[i] : "";
  }
  if (memory >= 0) {
    H5Tclose(memory);
  }
  return ok || (r->status == PHASOR_OK ? nir_no_memory(r) : false);
}

static bool read_fixed(nir_reader *r, const nir_data *d, const char **out) {
  char *raw = room(r, d, r->scratch, d->elem_size);
  bool padded = H5Tget_strpad(d->type) == H5T_STR_SPACEPAD;
  if (!raw || !read_raw(r, d, d->type, raw)) {
    return false;
  }
  for (size_t i = 0; i < d->count; i++) {
    const char *from = raw + i * d->elem_size;
    size_t n = strnlen(from, d->elem_size);
    while (padded && n > 0 && from[n - 1] == ' ') {
      n--;
    }
    char *s = phs_arena_alloc(r->scratch, n + 1);
    if (!s) {
      return nir_no_memory(r);
    }
    memcpy(s, from, n);
    out[i] = s;
  }
  return true;
}

bool nir_read_strings(nir_reader *r, const nir_data *d, const char ***out) {
  if (d->kind != H5T_STRING) {
    return NIR_FAIL(r, PHS_NIR_DTYPE, d->where, again, "has %s elements where strings belong",
                    class_name(d->kind));
  }
  const char **v = room(r, d, r->scratch, sizeof *v);
  if (!v) {
    return false;
  }
  *out = v;
  return H5Tis_variable_str(d->type) > 0 ? read_variable(r, d, v) : read_fixed(r, d, v);
}
