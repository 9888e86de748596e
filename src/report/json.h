/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file json.h  Objects of the JSON report. jansson keeps the order in which keys are set. Every
 * function returns a new reference, or NULL without memory, which setters pass on: the document
 * then fails as a whole. */
#ifndef PHS_REPORT_JSON_H
#define PHS_REPORT_JSON_H

#include "report/figures.h"

#include <jansson.h>

/** An integer where @p value is one, else a real; "unknown" where it is no finite number. */
json_t *phs_json_number(double value);
/** The number, or "unknown" where not @p known. */
json_t *phs_json_known(bool known, double value);
/** A string of any bytes, or null. */
json_t *phs_json_text(phs_arena *arena, const char *text);

json_t *phs_json_capacities(phs_figures *f);
json_t *phs_json_cores(phs_figures *f);
json_t *phs_json_populations(phs_figures *f);
json_t *phs_json_projections(phs_figures *f);
json_t *phs_json_pairs(phs_figures *f);
json_t *phs_json_traffic(phs_figures *f);
json_t *phs_json_routing(phs_figures *f);
json_t *phs_json_energy(phs_figures *f);
json_t *phs_json_machine(phs_figures *f);
json_t *phs_json_strings(phs_arena *arena, const char *const *text, size_t count);
/** Writes @p root, which it takes, to @p out; NULL counts as no memory. */
void phs_json_write(json_t *root, phs_buf *out);
/** "synapse_bits": as in descriptions of targets. */
const char *phs_json_capacity(phs_capacity c);

#endif
