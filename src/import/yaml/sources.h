/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file sources.h  Source ops of inputs while they are being made. */
#ifndef PHS_IMPORT_YAML_SOURCES_H
#define PHS_IMPORT_YAML_SOURCES_H

#include "import/yaml/yaml.h"

typedef struct yml_making {
  yml_reader *r;
  yml_element *e;
  const yml_node *node;   /**< of the kind: {rate: 8 Hz} */
  const yml_field *field; /**< by the kind's table; NULL: a current given as values */
  phs_dimension unit;     /**< of currents */
  const char *name;
  size_t count; /**< elements */
  phs_op *op;   /**< shape and key are set */
} yml_making;

/** `start` and `stop`, at these places of the table, in steps. */
bool yml_make_window(yml_making *m, int start, int stop);
/** The dimension of a current or noise that goes nowhere in particular. */
bool yml_make_unit(yml_making *m);
bool yml_make_poisson(yml_making *m);
bool yml_make_noise(yml_making *m);
bool yml_make_current(yml_making *m);
bool yml_make_spikes(yml_making *m);
bool yml_make_regular(yml_making *m);

#endif
