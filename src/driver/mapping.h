/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file mapping.h  A network onto a machine: what `build --emit=map` writes and `check -t` finds
 * out. */
#ifndef PHS_DRIVER_MAPPING_H
#define PHS_DRIVER_MAPPING_H

#include "base/buf.h"
#include "driver/network.h"
#include "driver/output.h"
#include "driver/profile.h"
#include "driver/targets.h"
#include "map/map.h"

/** A mapping, as far as it came. Zero-initialised: nothing. */
typedef struct phs_mapping {
  const phs_target_description *target;
  phs_machine *machine;
  phs_rates rates;
  phs_work *work;
  phs_map *map;   /**< finished */
  phs_map *tried; /**< notes of a mapping that was refused, or NULL */
} phs_mapping;

/**
 * Optimises the network for the target (phasor-retime comes last where messages take a step) and
 * maps it. On PHASOR_OK `mapping` of the network says what it came to.
 * @param out freed with phs_mapping_free() whatever the status, before the network
 */
phasor_status phs_mapping_make(phasor_network *n, const phasor_options *o, const phs_target *target,
                               phs_mapping *out);
void phs_mapping_free(phs_mapping *m);

/** Writes the map as a module of phasor_map. */
phasor_status phs_mapping_write(phasor_network *n, const phs_mapping *m, const char *path);

/** What was told while a mapping was made, for its report. */
typedef struct phs_mapping_log {
  phasor_session *session;
  phs_diag before; /**< the session's consumer */
  phs_arena *arena;
  const char **text;
  size_t count, room;
} phs_mapping_log;
/** Listens to the session's diagnostics until phs_mapping_log_end(); they are passed on. */
void phs_mapping_log_begin(phs_mapping_log *l, phasor_session *s);
void phs_mapping_log_end(phs_mapping_log *l);
void phs_mapping_log_free(phs_mapping_log *l);

/**
 * Writes the report of a mapping that was made or refused (@p status), in the form that the name of
 * option `report` asks for, and ends @p out; nothing where none is open.
 */
phasor_status phs_mapping_report(phasor_network *n, const phasor_options *o, const phs_mapping *m,
                                 const phs_mapping_log *l, phasor_status status, phs_output *out);

#endif
