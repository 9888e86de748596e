/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file probe.h  Recording quantities of a run, for all samples and steps. Files are written as the
 * run goes on where samples come one after another; what is recorded for samples that run at the
 * same time, or to be compared, is kept in memory.
 */
#ifndef PHS_DRIVER_PROBE_H
#define PHS_DRIVER_PROBE_H

#include "driver/engine.h"
#include "driver/inputs.h"
#include "vm/recording.h"

/** One quantity to be recorded. */
typedef struct phs_probe {
  int op;
  const char *node, *var; /**< borrowed: as the user named it */
  const char *file;       /**< to be written, or compared with; NULL: neither */
  size_t every;           /**< steps from row to row; the first row is after step `every` - 1 */
  phs_recording rec;      /**< type and width; all rows, where it is kept in memory */
  phs_recorder out;       /**< else */
  phs_staged staged;      /**< its file, until it takes its place */
} phs_probe;

typedef struct phs_probes {
  phs_probe *item;
  size_t count;
} phs_probes;

/**
 * A probe for each pair NODE.VAR=FILE.
 * @param option "--record" or "--golden", for diagnostics
 */
phasor_status phs_probes_create(const phasor_program *p, const phs_pairs *pairs, const char *option,
                                phs_probes *out);
/** Refuses two probes, or a probe and @p other (may be NULL), with the same path. */
phasor_status phs_probes_check_files(const phs_probes *p, const char *other, phs_diag *diag);
/** Room in memory for all rows of @p in. */
phasor_status phs_probes_allocate(phs_probes *p, const phs_inputs *in, phs_diag *diag);
/** Begins a file for each, which gets the rows as they come: samples one after another. */
phasor_status phs_probes_open(phs_probes *p, const phs_inputs *in, phs_diag *diag);
/** Takes the quantities of @p engine after step @p step of sample @p sample. False when a file
 * cannot be written, of which phs_probes_write() will say more. */
bool phs_probes_take(phs_probes *p, const phasor_program *engine, const phs_inputs *in,
                     size_t sample, size_t step);
/**
 * Ends the file of each probe of @p count sets, or writes it from memory. When one cannot be
 * written, every file stays as it was.
 */
phasor_status phs_probes_write(phs_probes *sets, size_t count, phs_diag *diag);
void phs_probes_free(phs_probes *p);

phs_record_type phs_record_type_of(phs_elem e);
double phs_record_value(phs_record_type type, const void *data, size_t i);

#endif
