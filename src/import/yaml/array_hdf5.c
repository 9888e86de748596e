/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Numbers from HDF5 files, by the NIR importer's careful way of reading them. */
#include "import/nir/nir.h"
#include "import/yaml/yaml.h"

#include <string.h>

/* The dataset at @p path: groups on the way are opened one after the other. */
static bool read_dataset(nir_reader *h, hid_t group, const char *where, const char *path,
                         yml_array *out) {
  while (*path == '/') {
    path++;
  }
  size_t n = strcspn(path, "/");
  const char *name = phs_arena_printf(h->scratch, "%.*s", (int)n, path);
  const char *here = name ? phs_arena_printf(h->scratch, "%s/%s", where, name) : NULL;
  if (!here) {
    return nir_no_memory(h);
  }
  if (path[n]) {
    hid_t inner;
    if (!nir_open_group(h, group, name, here, &inner)) {
      return false;
    }
    bool ok = read_dataset(h, inner, here, path + n, out);
    H5Gclose(inner);
    return ok;
  }
  nir_data data;
  switch (*name ? nir_data_open(h, group, where, name, &data) : NIR_MISSING) {
  case NIR_FOUND:
    break;
  case NIR_MISSING:
    return NIR_FAIL(h, PHS_NIR_MISSING, here, "look for it with h5ls -r", "there is no dataset");
  default:
    return false;
  }
  bool ok = nir_read_f64(h, &data, h->scratch, &out->v);
  out->shape = data.shape;
  out->count = data.count;
  nir_data_close(&data);
  return ok && (out->count > 0 || NIR_FAIL(h, PHS_NIR_EMPTY, here, NULL, "has no values")) &&
         (out->count <= (size_t)YML_MAX_VALUES ||
          NIR_FAIL(h, PHS_NIR_TOO_LARGE, here, "split it", "has more than 2^28 values"));
}

bool yml_array_hdf5(yml_reader *r, const yml_node *n, const char *file, const char *path,
                    yml_array *out) {
  nir_reader h = {.file = file,
                  .diag = &r->diag,
                  .net = r->in->net,
                  .scratch = r->scratch,
                  .id = H5I_INVALID_HID};
  nir_silence silence;
  if (strlen(path) > NIR_MAX_NAME || strspn(path, "/") > 1) {
    return YML_FAIL(r, PHS_YAML_DATA, n, "look for it with h5ls -r", "'%s' is no path of a dataset",
                    yml_safe(r, path));
  }
  nir_enter(&silence);
  bool ok = nir_open(&h) && read_dataset(&h, h.id, "", path, out);
  nir_close(&h);
  nir_leave(&silence);
  if (!ok && r->status == PHASOR_OK) {
    r->status = h.status;
  }
  return ok;
}
