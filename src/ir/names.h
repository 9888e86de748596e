/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file names.h  The words of the dialect for enumerations of src/net and src/synapses. */
#ifndef PHS_IR_NAMES_H
#define PHS_IR_NAMES_H

/** Words by enumerator. */
typedef struct phs_names {
  const char *const *word;
  int count;
  const char *all; /**< the words in one text, for messages */
} phs_names;

extern const phs_names phs_rule_names;         /**< phs_rule */
extern const phs_names phs_profile_names;      /**< phs_profile */
extern const phs_names phs_distribution_names; /**< phs_distribution_kind */
extern const phs_names phs_bound_names;        /**< phs_bound; NONE is "" */
extern const phs_names phs_mode_names;         /**< phs_synapse_mode */
extern const phs_names phs_source_names;       /**< phs_source_kind */
extern const phs_names phs_plasticity_names;   /**< phs_plasticity_kind; NONE is "" */

/** Numbers that a distribution takes: 1 or 2. */
int phs_distribution_arity(int kind);

#endif
