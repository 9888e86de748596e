/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file import.h  Reading models from files into networks. */
#ifndef PHS_IMPORT_IMPORT_H
#define PHS_IMPORT_IMPORT_H

#include "diag/diag.h"
#include "net/net.h"

typedef enum phs_file_format {
  PHS_FORMAT_UNKNOWN,
  PHS_FORMAT_NIR,
  PHS_FORMAT_MLIR,
  PHS_FORMAT_YAML,
  PHS_FORMAT_PHX
} phs_file_format;
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
phs_file_format phs_detect_format(const char *path, phs_diag *diag);

/**
 * Reads a NIR file (HDF5): every node type and layout since 0.1.
 * @param[out] out the network (level `net`); the caller frees it with phs_net_destroy(). Untouched
 * on failure.
 * @return PHASOR_OK (perhaps with warnings), or an error status with at least one diagnostic that
 * names file and HDF5 path.
 */
phasor_status phs_import_nir(const char *path, const phs_import_options *options, phs_diag *diag,
                             phs_net **out);

/** NAME=VALUE of a command line. */
typedef struct phs_setting {
  const char *name, *value;
} phs_setting;

/** What overrides a YAML model's own words. Everything is borrowed for the call. */
typedef struct phs_yaml_options {
  double dt; /**< seconds; 0: the file's */
  bool seed_given;
  uint64_t seed; /**< counts when `seed_given` */
  size_t set_count;
  const phs_setting *set; /**< constants: value as in the file ("0.1 mV", "= 2 * scale") */
  const char *preset;     /**< replaces the file's preset and conventions; NULL: not given */
  size_t convention_count;
  const phs_setting *convention; /**< over preset and file; keys of phs_convention_set() */
} phs_yaml_options;

/** What `run` is to write when the command line does not say. */
typedef struct phs_yaml_record {
  const char *node, *variable; /**< "exc", "spikes": both exist in the network */
  const char *file;      /**< as given, or "NETWORK.NODE.VARIABLE.npy"; relative to the working
                            folder, as the files of a command line are */
  int64_t every;         /**< steps from row to row of a graded variable; 0: every step */
  uint32_t line, column; /**< of the entry */
} phs_yaml_record;

/** What a YAML model says beside its network. Arrays are the network's arena's. */
typedef struct phs_yaml_extras {
  int64_t steps; /**< `duration` in steps; 0: not given */
  uint64_t seed; /**< that was used */
  size_t record_count;
  const phs_yaml_record *record;
  size_t file_count;
  const char *const *file; /**< every file that was read, the model first: outputs must not replace
                              them */
} phs_yaml_extras;

/**
 * Reads a YAML model (docs/format/model.md). Files that it names are relative to its folder.
 * Conventions apply to NIR's models and layers alone.
 * @param options or NULL: nothing is overridden
 * @param[out] out the network (level `net`), phs_net_destroy() frees it; untouched on failure
 * @param[out] extras or NULL; valid as long as *out
 * @return PHASOR_OK (perhaps with warnings), or an error status with at least one diagnostic; up to
 * 20 errors are reported in one call
 */
phasor_status phs_import_yaml(const char *path, const phs_yaml_options *options, phs_diag *diag,
                              phs_net **out, phs_yaml_extras *extras);

#endif
