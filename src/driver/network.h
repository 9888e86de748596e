/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file network.h  A loaded network and its optimised form, for the driver. */
#ifndef PHS_DRIVER_NETWORK_H
#define PHS_DRIVER_NETWORK_H

#include "driver/options.h"
#include "driver/session.h"
#include "ir/ir.h"
#include "net/net.h"
#include "phasor/build.h"
#include "phasor/network.h"

struct phasor_network {
  phasor_session *session;
  char *path;
  const char *preset;     /**< static, or "custom" */
  phs_net *net;           /**< as loaded; level `opt` only when the file was */
  phs_yaml_extras extras; /**< of a YAML model: in the net's arena; else zero */
  phs_ir *ir;             /**< created when first needed */
  MlirModule source;      /**< the module that was read, or null */
  /* made by phs_network_optimise() */
  char *passes;
  MlirModule opt_module;
  phs_net *opt; /**< may be NULL while opt_module is not: only the text was wanted */
  /* of the last mapping; target NULL: none */
  phasor_mapping_info mapping;
  char mapped_to[128], mapped_node[64];
};

/** Makes sure that `ir` is there. */
phasor_status phs_network_need_ir(phasor_network *n);
/** Refuses to go on with a network that was loaded to be checked and has no step length. */
phasor_status phs_network_need_step(const phasor_network *n);
/**
 * Runs the pipeline of @p o, or the default one with its options for synapses, unless that is the
 * one that ran last. Afterwards `opt_module` and `opt` hold the result. A file at level `opt` is
 * taken as it is unless one of these options is given.
 */
phasor_status phs_network_optimise(phasor_network *n, const phasor_options *o);
/** The same for a target; @p retime: with phasor-retime at the end of the default pipeline. */
phasor_status phs_network_optimise_for(phasor_network *n, const phasor_options *o, bool retime);

/** Marks the nodes of @p pairs, whose results are looked at, so that the pipeline keeps them;
 * unknown names are passed over. PHASOR_ERROR_INTERNAL without memory. */
phasor_status phs_network_keep(phasor_network *n, const phs_pairs *pairs);

/** Connections with a weight other than 0 of a linear or conv op, expected synapses of sparse
 * projections; 0 for others. */
uint64_t phs_op_synapses(const phs_net *net, int op);
/** Stored numbers of an op. */
uint64_t phs_op_parameters(const phs_op *op);
const char *phs_kind_word(phs_op_kind kind);
const char *phs_elem_name(phs_elem e);

/**
 * The op that a user means by @p name, or -1 with a diagnostic that suggests another.
 * @param option the option that names it ("--record")
 */
int phs_find_node(phs_diag *diag, const phs_net *net, const char *name, const char *option);

/** All of a file ("-": standard input) with a NUL behind it, freed by the caller; NULL with a
 * diagnostic. */
char *phs_read_file(const char *path, size_t *size, phs_diag *diag);

#endif
