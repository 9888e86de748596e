/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/overwrite.h"

#include <string.h>
#include <sys/stat.h>

/* The file of "FILE" or "NODE=FILE". */
static const char *file_of(const char *input) {
  struct stat s;
  const char *equal = strchr(input, '=');
  return equal && stat(input, &s) != 0 ? equal + 1 : input;
}

static bool same_file(const char *a, const char *b) {
  struct stat x, y;
  return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
         x.st_ino == y.st_ino;
}

/* What of the command's inputs @p path is, or NULL. */
static const char *read_too(const phasor_network *n, const phasor_options *o, const char *path,
                            bool reads_profile) {
  if (same_file(path, n->path)) {
    return "the model";
  }
  for (size_t i = 0; i < n->extras.file_count; i++) {
    if (same_file(path, n->extras.file[i])) {
      return "a file of the model";
    }
  }
  for (size_t i = 0; i < o->inputs.count; i++) {
    if (same_file(path, file_of(o->inputs.item[i].file))) {
      return "an input";
    }
  }
  if (o->profile && reads_profile && same_file(path, o->profile)) {
    return "the profile";
  }
  for (size_t i = 0; i < o->goldens.count; i++) {
    if (same_file(path, o->goldens.item[i].file)) {
      return "a golden file";
    }
  }
  return NULL;
}

static phasor_status check(const phasor_network *n, const phasor_options *o, const char *path,
                           const char *option, bool reads_profile) {
  const char *what = path ? read_too(n, o, path, reads_profile) : NULL;
  if (!what) {
    return PHASOR_OK;
  }
  phs_report(&n->session->diag, PHS_OVERWRITES_INPUT, &(phs_place){.file = path, .where = option},
             "write to another file", "the output would replace %s of this command", what);
  return PHASOR_ERROR_USAGE;
}

phasor_status phs_check_overwrite(const phasor_network *n, const phasor_options *o,
                                  const phs_pairs *records, const char *output) {
  bool builds = output != NULL; /* run writes the profile that build reads */
  phasor_status status = check(n, o, output, "--output", builds);
  if (status == PHASOR_OK) {
    status = check(n, o, o->output, "--output", builds);
  }
  if (status == PHASOR_OK) {
    status = check(n, o, o->report, "--report", builds);
  }
  if (status == PHASOR_OK && !builds) {
    status = check(n, o, o->profile, "--profile", false);
  }
  for (size_t i = 0; status == PHASOR_OK && i < records->count; i++) {
    status = check(n, o, records->item[i].file, "--record", builds);
  }
  return status;
}
