/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "import/nir/nir.h"
#include "import/name.h"

#include <pthread.h>

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

static bool start(nir_reader *r, const char *path) {
  r->net = phs_net_create();
  r->scratch = phs_arena_create();
  if (!r->net || !r->scratch) {
    return nir_no_memory(r);
  }
  r->net->name = phs_import_name(r->net->arena, path);
  r->net->file = phs_arena_strdup(r->net->arena, path);
  r->net->format = "nir";
  r->net->conventions = r->options->conventions;
  return (r->net->name && r->net->file) || nir_no_memory(r);
}

void nir_enter(nir_silence *s) {
  pthread_once(&hdf5_made, make_hdf5_mutex);
  pthread_mutex_lock(&hdf5);
  *s = (nir_silence){NULL, NULL};
  H5Eget_auto2(H5E_DEFAULT, &s->print, &s->data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void nir_leave(const nir_silence *s) {
  H5Eclear2(H5E_DEFAULT);
  H5Eset_auto2(H5E_DEFAULT, s->print, s->data);
  pthread_mutex_unlock(&hdf5);
}

/* All that calls libhdf5. */
static bool read_file(nir_reader *r, nir_model *m) {
  nir_silence silence;
  nir_enter(&silence);
  bool ok = nir_open(r) && nir_read_model(r, m);
  nir_close(r);
  nir_leave(&silence);
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
