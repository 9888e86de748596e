/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "import/nir/nir.h"

#include <pthread.h>
#include <string.h>

/* libhdf5 is thread-safe only where it was built so (Debian's is): the calls of all sessions take
 * turns. Recursive, as the consumer of a diagnostic may load a model itself. */
static pthread_mutex_t hdf5;
static pthread_once_t hdf5_made = PTHREAD_ONCE_INIT;

static void make_hdf5_mutex(void) {
  pthread_mutexattr_t recursive;
  pthread_mutexattr_init(&recursive);
  pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&hdf5, &recursive);
  pthread_mutexattr_destroy(&recursive);
}

/* "braille_v2" of "models/braille v2.nir": a C identifier. */
static const char *identifier(phs_arena *a, const char *path) {
  static const char *const reserved[] = {
      "auto",     "break",   "case",   "char",     "const",  "continue", "default",
      "do",       "double",  "else",   "enum",     "extern", "float",    "for",
      "goto",     "if",      "inline", "int",      "long",   "main",     "register",
      "restrict", "return",  "short",  "signed",   "sizeof", "static",   "struct",
      "switch",   "typedef", "union",  "unsigned", "void",   "volatile", "while"};
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
  const char *dot = strrchr(base, '.');
  size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);
  bool letter = n > 0 && ((base[0] >= 'a' && base[0] <= 'z') || (base[0] >= 'A' && base[0] <= 'Z'));
  char *name = phs_arena_printf(a, "%s%.*s", letter ? "" : "net_", (int)(n > 200 ? 200 : n), base);
  for (char *c = name; c && *c; c++) {
    bool ok = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
    *c = ok ? *c : '_';
  }
  for (size_t i = 0; name && i < sizeof reserved / sizeof *reserved; i++) {
    if (strcmp(name, reserved[i]) == 0) {
      return phs_arena_printf(a, "net_%s", name);
    }
  }
  return name;
}

static bool start(nir_reader *r, const char *path) {
  r->net = phs_net_create();
  r->scratch = phs_arena_create();
  if (!r->net || !r->scratch) {
    return nir_no_memory(r);
  }
  r->net->name = identifier(r->net->arena, path);
  r->net->file = phs_arena_strdup(r->net->arena, path);
  r->net->format = "nir";
  r->net->conventions = r->options->conventions;
  return (r->net->name && r->net->file) || nir_no_memory(r);
}

/* All that calls libhdf5. */
static bool read_file(nir_reader *r, nir_model *m) {
  H5E_auto2_t print = NULL;
  void *print_data = NULL;
  pthread_once(&hdf5_made, make_hdf5_mutex);
  pthread_mutex_lock(&hdf5);
  /* libhdf5 prints its error stack to stderr unless told otherwise; the caller's setting comes back
   * at the end. */
  H5Eget_auto2(H5E_DEFAULT, &print, &print_data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  bool ok = nir_open(r) && nir_read_model(r, m);
  nir_close(r);
  H5Eclear2(H5E_DEFAULT);
  H5Eset_auto2(H5E_DEFAULT, print, print_data);
  pthread_mutex_unlock(&hdf5);
  return ok;
}

phasor_status phs_import_nir(const char *path, const phs_import_options *options, phs_diag *diag,
                             phs_net **out) {
  nir_reader r = {.file = path, .diag = diag, .options = options, .id = H5I_INVALID_HID};
  nir_model m = {0};
  unsigned errors = diag->errors;
  r.link_access = r.transfer = H5I_INVALID_HID;
  bool ok = start(&r, path) && read_file(&r, &m) && nir_flatten(&r, &m) &&
            nir_infer_shapes(&r, &m) && nir_resolve_time(&r, &m) && nir_build(&r, &m);
  if (ok && diag->errors > errors) { /* warnings count as errors */
    ok = false;
    r.status = PHASOR_ERROR_MODEL;
  }
  phs_arena_destroy(r.scratch);
  if (!ok) {
    phs_net_destroy(r.net);
    return r.status == PHASOR_OK ? PHASOR_ERROR_INTERNAL : r.status;
  }
  *out = r.net;
  return PHASOR_OK;
}
