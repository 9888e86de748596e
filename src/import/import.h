/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file import.h  Reading models from files into networks. */
#ifndef PHS_IMPORT_IMPORT_H
#define PHS_IMPORT_IMPORT_H

#include "diag/diag.h"
#include "net/net.h"

typedef enum phs_format {
  PHS_FORMAT_UNKNOWN,
  PHS_FORMAT_NIR,
  PHS_FORMAT_MLIR,
  PHS_FORMAT_YAML,
  PHS_FORMAT_PHX
} phs_format;
typedef enum phs_time_unit {
  PHS_TIME_SECONDS,
  PHS_TIME_MILLISECONDS,
  PHS_TIME_STEPS
} phs_time_unit;

/** What the file does not say. */
typedef struct phs_import_options {
  bool provisional_dt; /**< where the step is unknown, warn and take a tenth of the shortest time
                          constant: good enough to look at the network, not to run it */
  phs_conventions conventions;
  double dt; /**< seconds; 0: derive from the model (tau / r where the exporter's convention shows)
                or refuse */
  phs_time_unit time_unit; /**< of the model's time constants and delays */
} phs_import_options;

/** Which format the file's first bytes show; PHS_FORMAT_UNKNOWN with a diagnostic where it cannot
 * be read or told. */
phs_format phs_detect_format(const char *path, phs_diag *diag);

/**
 * Reads a NIR file (HDF5): every node type and layout since 0.1.
 * @param[out] out the network (level `net`); the caller frees it with phs_net_destroy(). Untouched
 * on failure.
 * @return PHASOR_OK (perhaps with warnings), or an error status with at least one diagnostic that
 * names file and HDF5 path.
 */
phasor_status phs_import_nir(const char *path, const phs_import_options *options, phs_diag *diag,
                             phs_net **out);

#endif
