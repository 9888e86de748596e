/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file option_values.h  From the text of an option to its member: one function a form, for the
 * option table. Each reports what is wrong and returns PHASOR_ERROR_USAGE. */
#ifndef PHS_DRIVER_OPTION_VALUES_H
#define PHS_DRIVER_OPTION_VALUES_H

#include "driver/options.h"
#include "phasor/list.h"

/** One option with the value that is to be set. */
typedef struct phs_option_use {
  phs_diag *diag;
  phasor_options *o;
  const phasor_option_info *info;
  const char *text; /**< of the value, in the arena; "" for options without an argument */
  void *member;
  char dashed[32]; /**< "--name", for diagnostics */
} phs_option_use;

typedef phasor_status (*phs_option_setter)(const phs_option_use *x);

phasor_status phs_set_text(const phs_option_use *x);        /**< text: const char * */
phasor_status phs_set_flag(const phs_option_use *x);        /**< bool */
phasor_status phs_set_seconds(const phs_option_use *x);     /**< double, above 0 */
phasor_status phs_set_transient(const phs_option_use *x);   /**< double, at least 0 */
phasor_status phs_set_tolerance(const phs_option_use *x);   /**< double, at least 0 */
phasor_status phs_set_amount(const phs_option_use *x);      /**< double, above 0 */
phasor_status phs_set_steps(const phs_option_use *x);       /**< int64_t */
phasor_status phs_set_seed(const phs_option_use *x);        /**< uint64_t */
phasor_status phs_set_bytes(const phs_option_use *x);       /**< uint64_t: "500M" */
phasor_status phs_set_jobs(const phs_option_use *x);        /**< int */
phasor_status phs_set_level(const phs_option_use *x);       /**< int, 0 to 3 */
phasor_status phs_set_time_unit(const phs_option_use *x);   /**< phs_time_unit */
phasor_status phs_set_event_value(const phs_option_use *x); /**< bool */
phasor_status phs_set_choice(const phs_option_use *x);      /**< const char *, one of the choices */
phasor_status phs_set_preset(const phs_option_use *x);      /**< const char *, a preset */
phasor_status phs_set_convention(const phs_option_use *x);  /**< phs_pairs: KEY=VALUE */
phasor_status phs_set_constant(const phs_option_use *x);    /**< phs_pairs: NAME=VALUE */
phasor_status phs_set_input(const phs_option_use *x);       /**< phs_pairs: [NODE=]FILE */
phasor_status phs_set_quantity(const phs_option_use *x);    /**< phs_pairs: NODE.VAR=FILE */

#endif
