/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Numbers from .npy files, and where other files of numbers are read. */
#include "import/yaml/yaml.h"
#include "vm/npy_header.h"

#include <float.h>
#include <math.h>
#include <string.h>

static bool ends_with(const char *s, size_t n, const char *end) {
  size_t k = strlen(end);
  return n >= k && strncmp(s + n - k, end, k) == 0;
}

/* Where the dataset's path begins in "file.h5:/a/b"; NULL where it is no such text. */
static const char *dataset_of(const char *text) {
  const char *colon = strchr(text, ':');
  size_t n = colon ? (size_t)(colon - text) : 0;
  bool hdf5 =
      ends_with(text, n, ".h5") || ends_with(text, n, ".hdf5") || ends_with(text, n, ".nir");
  return hdf5 ? colon + 1 : NULL;
}

bool yml_names_array(const char *text) {
  size_t n = strlen(text);
  return ends_with(text, n, ".npy") || ends_with(text, n, ".h5") || ends_with(text, n, ".hdf5") ||
         dataset_of(text);
}

bool yml_load_numbers(yml_reader *r, const yml_node *n, const char *path, unsigned char **data,
                      size_t *size) {
  const uint64_t most = 8 * (uint64_t)YML_MAX_VALUES + 65536; /* of binary64, and a header */
  const char *wrong = yml_load(r->scratch, path, most, data, size);
  if (wrong == yml_too_large) {
    return YML_FAIL(r, PHS_YAML_LIMIT, n, "split it", "the file '%s' has more than 2 GiB",
                    yml_safe(r, path));
  }
  return !wrong ||
         YML_FAIL(r, PHS_YAML_FILE, n, "check the path: it is relative to the file that names it",
                  "the file '%s' cannot be read: %s", yml_safe(r, path), wrong);
}

bool yml_note_file(yml_reader *r, const char *path) {
  yml_source *s = PHS_NEW(r->scratch, yml_source);
  const char *copy = phs_arena_strdup(r->arena, path);
  if (!s || !copy) {
    return yml_no_memory(r);
  }
  *s = (yml_source){.file = copy, .folder = "", .text = "", .on_disk = true};
  *r->last_source = s;
  r->last_source = &s->next;
  return true;
}

static bool check_values(yml_reader *r, const yml_node *n, const yml_array *a) {
  for (size_t i = 0; i < a->count; i++) {
    if (!(fabs(a->v[i]) <= (double)FLT_MAX)) {
      return YML_FAIL(r, PHS_YAML_DATA, n, "numbers are finite and at most 3.4e38",
                      "value %zu of the file '%s' is %g", i, yml_safe(r, n->text), a->v[i]);
    }
  }
  return true;
}

static bool read_npy(yml_reader *r, const yml_node *n, const char *path, yml_array *out) {
  phs_stim_bytes file = {0};
  phs_npy_header h;
  phs_stimulus_error error = {0};
  uint64_t stride[PHS_STIM_MAX_AXES], at[PHS_STIM_MAX_AXES] = {0}, k = 0;
  if (!yml_load_numbers(r, n, path, &file.data, &file.len)) {
    return false;
  }
  if (file.len < 6 || memcmp(file.data, "\x93NUMPY", 6) != 0) {
    return YML_FAIL(r, PHS_YAML_DATA, n, "write it with numpy.save",
                    "the file '%s' is not a .npy file", yml_safe(r, path));
  }
  if (!phs_npy_header_read(&file, &h, &error)) {
    return YML_FAIL(r, PHS_YAML_DATA, n, error.help[0] ? error.help : NULL, "the file '%s': %s",
                    yml_safe(r, path), error.message);
  }
  if (h.rank > PHS_MAX_RANK || h.count > (uint64_t)YML_MAX_VALUES) {
    return YML_FAIL(r, PHS_YAML_LIMIT, n, "split it",
                    "the file '%s' has %d axes and %llu values; at most %d and 2^28 are read",
                    yml_safe(r, path), h.rank, (unsigned long long)h.count, PHS_MAX_RANK);
  }
  double *v = PHS_NEW_ARRAY(r->scratch, double, (size_t)h.count);
  if (!v) {
    return yml_no_memory(r);
  }
  phs_npy_strides(&h, stride);
  for (uint64_t to = 0; to < h.count; to++) {
    v[to] = phs_npy_element(&file, &h, k);
    for (int i = h.rank - 1; i >= 0; i--) {
      k += stride[i];
      if (++at[i] < (uint64_t)h.dim[i]) {
        break;
      }
      k -= stride[i] * (uint64_t)h.dim[i];
      at[i] = 0;
    }
  }
  *out = (yml_array){.shape = {.rank = h.rank}, .v = v, .count = (size_t)h.count};
  memcpy(out->shape.dim, h.dim, (size_t)h.rank * sizeof *h.dim);
  return true;
}

bool yml_array_read(yml_reader *r, const yml_node *n, yml_array *out) {
  const char *dataset = dataset_of(n->text);
  if (!dataset && !ends_with(n->text, n->length, ".npy")) {
    bool hdf5 = yml_names_array(n->text);
    return YML_FAIL(r, PHS_YAML_DATA, n,
                    hdf5 ? yml_format(r, "write '%s:/PATH'", yml_safe(r, n->text))
                         : "give a .npy file, or FILE.h5:/PATH of a dataset",
                    hdf5 ? "'%s' needs the path of a dataset" : "'%s' is no file of numbers",
                    yml_safe(r, n->text));
  }
  const char *file =
      dataset ? phs_arena_printf(r->scratch, "%.*s", (int)(dataset - 1 - n->text), n->text)
              : n->text;
  const char *path = file ? yml_path(r, n, file) : NULL;
  if (!path || !yml_note_file(r, path)) {
    return path ? false : yml_no_memory(r);
  }
  return (dataset ? yml_array_hdf5(r, n, path, dataset, out) : read_npy(r, n, path, out)) &&
         check_values(r, n, out);
}
