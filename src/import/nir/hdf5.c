/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "import/nir/nir.h"
#include "import/probe.h"

#include <stdlib.h>
#include <string.h>

bool nir_failed(nir_reader *r, phs_code code) {
  if (r->status == PHASOR_OK) {
    r->status = phs_code_status(code);
  }
  return false;
}

bool nir_no_memory(nir_reader *r) {
  return NIR_FAIL(r, PHS_NO_MEMORY, NULL, NULL, "no memory left for the network");
}

/* External links are never followed: a model must not read other files. */
static herr_t refuse_external(const char *parent_file, const char *parent_group,
                              const char *child_file, const char *child_object, unsigned *flags,
                              hid_t access, void *user) {
  (void)parent_file, (void)parent_group, (void)child_file, (void)child_object, (void)flags,
      (void)access, (void)user;
  return -1;
}

/* Variable-length strings go to the scratch arena, so that a read that fails halfway leaves nothing
 * behind. */
static void *string_alloc(size_t size, void *user) {
  nir_reader *r = user;
  if (size > r->string_budget) {
    return NULL;
  }
  r->string_budget -= size;
  return phs_arena_alloc(r->scratch, size);
}

static void string_free(void *memory, void *user) {
  (void)memory, (void)user;
}

static herr_t keep_description(unsigned n, const H5E_error2_t *e, void *user) {
  const char **out = user;
  if (n == 0 && e->desc) {
    *out = e->desc;
  }
  return 0;
}

const char *nir_hdf5_reason(nir_reader *r) {
  const char *text = NULL;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_description, &text);
  return text ? nir_printable(r, text) : "no reason given";
}

const char *nir_hdf5_remedy(nir_reader *r) {
  /* "bad version number for layout message", "bad superblock version number" */
  return strstr(nir_hdf5_reason(r), "version number")
             ? "a newer HDF5 library may have written it: save it with libver='earliest', or "
               "convert it with h5repack; else it is damaged: copy it again"
             : "copy the file again or export the model again";
}

bool nir_open(nir_reader *r) {
  phs_probe probe;
  r->id = r->link_access = r->transfer = H5I_INVALID_HID;
  if (!phs_probe_file(r->file, r->diag, &probe, &r->status)) {
    return false;
  }
  if (probe.format != PHS_FORMAT_NIR) {
    return NIR_FAIL(r, PHS_NIR_NOT_HDF5, NULL, "give a file that a framework's NIR export wrote",
                    "not an HDF5 file: its first bytes are %s", probe.head);
  }
  r->file_size = probe.size;
  r->budget = 4 * probe.size + NIR_SLACK;
  r->string_budget = 4 * probe.size + ((uint64_t)1 << 20);
  r->link_access = H5Pcreate(H5P_LINK_ACCESS);
  r->transfer = H5Pcreate(H5P_DATASET_XFER);
  if (r->link_access < 0 || r->transfer < 0 ||
      H5Pset_elink_cb(r->link_access, refuse_external, NULL) < 0 ||
      H5Pset_vlen_mem_manager(r->transfer, string_alloc, r, string_free, r) < 0) {
    return nir_no_memory(r);
  }
  r->bytes = fopen(r->file, "rb");
  if (!r->bytes) {
    return NIR_FAIL(r, PHS_NIR_NOT_READABLE, NULL, "check the permissions",
                    "the file cannot be opened");
  }
  r->id = nir_open_file(r->file);
  if (r->id < 0) {
    return NIR_FAIL(r, PHS_NIR_DAMAGED, NULL, nir_hdf5_remedy(r),
                    "the HDF5 file of %llu bytes is truncated or damaged (%s)",
                    (unsigned long long)probe.size, nir_hdf5_reason(r));
  }
  return true;
}

void nir_close(nir_reader *r) {
  if (r->transfer >= 0) {
    H5Pclose(r->transfer);
  }
  if (r->link_access >= 0) {
    H5Pclose(r->link_access);
  }
  if (r->id >= 0) {
    H5Fclose(r->id);
  }
  if (r->bytes) {
    fclose(r->bytes);
  }
}

/* Whether the link may be followed at all; tells why not. */
static nir_kind check_link(nir_reader *r, hid_t group, const char *name, const char *where) {
  htri_t exists = H5Lexists(group, name, r->link_access);
  H5L_info_t info;
  if (exists == 0) {
    return NIR_ABSENT;
  }
  if (exists < 0 || H5Lget_info(group, name, &info, r->link_access) < 0) {
    NIR_FAIL(r, PHS_NIR_DAMAGED, where, "export the model again", "cannot be looked up (%s)",
             nir_hdf5_reason(r));
    return NIR_BAD;
  }
  if (info.type == H5L_TYPE_EXTERNAL) {
    NIR_FAIL(r, PHS_NIR_EXTERNAL, where, "store the data in the file itself",
             "is an external link: data in other files is not read");
    return NIR_BAD;
  }
  if (info.type == H5L_TYPE_SOFT && H5Oexists_by_name(group, name, r->link_access) <= 0) {
    NIR_FAIL(r, PHS_NIR_LINK, where, "export the model again without links",
             "is a soft link that leads nowhere, in a circle or to another file");
    return NIR_BAD;
  }
  return NIR_GROUP;
}

nir_kind nir_open_member(nir_reader *r, hid_t group, const char *name, const char *where,
                         hid_t *out) {
  *out = H5I_INVALID_HID;
  nir_kind kind = check_link(r, group, name, where);
  if (kind != NIR_GROUP) {
    return kind;
  }
  hid_t id = H5Oopen(group, name, r->link_access);
  H5I_type_t type = id < 0 ? H5I_BADID : H5Iget_type(id);
  if (type == H5I_GROUP || type == H5I_DATASET) {
    *out = id;
    return type == H5I_GROUP ? NIR_GROUP : NIR_DATASET;
  }
  if (id < 0) {
    NIR_FAIL(r, PHS_NIR_DAMAGED, where, nir_hdf5_remedy(r), "cannot be opened (%s)",
             nir_hdf5_reason(r));
  } else {
    NIR_FAIL(r, PHS_NIR_KIND, where, "export the model again", "is neither a group nor a dataset");
    H5Oclose(id);
  }
  return NIR_BAD;
}

bool nir_open_group(nir_reader *r, hid_t group, const char *name, const char *where, hid_t *out) {
  switch (nir_open_member(r, group, name, where, out)) {
  case NIR_GROUP:
    return true;
  case NIR_ABSENT:
    return NIR_FAIL(r, PHS_NIR_MISSING, where,
                    "export the model again: the writer may have stopped halfway",
                    "the group '%s' is missing", name);
  case NIR_DATASET:
    H5Oclose(*out);
    *out = H5I_INVALID_HID;
    return NIR_FAIL(r, PHS_NIR_KIND, where, "export the model again",
                    "is a dataset where a group belongs");
  default:
    return false;
  }
}

typedef struct listing {
  nir_reader *r;
  const char **name;
  int count, cap;
  bool too_many, no_memory;
} listing;

static herr_t list_one(hid_t group, const char *name, const H5L_info_t *info, void *user) {
  listing *l = user;
  (void)group, (void)info;
  if (l->count == NIR_MAX_NODES) {
    l->too_many = true;
    return 1;
  }
  if (l->count == l->cap) {
    int cap = l->cap ? 2 * l->cap : 32;
    const char **more = PHS_NEW_ARRAY(l->r->scratch, const char *, (size_t)cap);
    if (!more) {
      l->no_memory = true;
      return 1;
    }
    if (l->count) {
      memcpy(more, l->name, (size_t)l->count * sizeof *more);
    }
    l->name = more;
    l->cap = cap;
  }
  l->name[l->count] = phs_arena_strdup(l->r->scratch, name);
  l->no_memory = !l->name[l->count];
  l->count++;
  return l->no_memory;
}

static int by_bytes(const void *a, const void *b) {
  const char *const *x = a, *const *y = b;
  return strcmp(*x, *y);
}

bool nir_members(nir_reader *r, hid_t group, const char *where, const char ***names, int *count) {
  listing l = {.r = r};
  herr_t done = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, list_one, &l);
  if (l.no_memory) {
    return nir_no_memory(r);
  }
  if (l.too_many) {
    return NIR_FAIL(r, PHS_NIR_TOO_LARGE, where,
                    "use layers of many neurons rather than a node for each",
                    "the group has more than %d members", NIR_MAX_NODES);
  }
  if (done < 0) {
    return NIR_FAIL(r, PHS_NIR_DAMAGED, where, "copy the file again or export the model again",
                    "the members of the group cannot be listed (%s)", nir_hdf5_reason(r));
  }
  if (l.count) {
    qsort(l.name, (size_t)l.count, sizeof *l.name, by_bytes);
  }
  *names = l.name;
  *count = l.count;
  return true;
}
