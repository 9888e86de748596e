/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file layers.h  Layers while they are being made. */
#ifndef PHS_IMPORT_YAML_LAYERS_H
#define PHS_IMPORT_YAML_LAYERS_H

#include "import/yaml/yaml.h"

typedef struct yml_layer_making {
  yml_reader *r;
  yml_element *e;
  const yml_field *field; /**< of the kind's table */
  const yml_node *node;   /**< of the kind: {units: 10} */
  yml_draft *from;
  const phs_shape *in; /**< of from */
  phs_op *op;
} yml_layer_making;

/** Weights that have a shape of their own: of a file, or nested lists; @p given is false for
 * others.
 */
bool yml_weights_given(yml_layer_making *l, const yml_node *n, yml_array *out, bool *given);
/** Values of shape @p want: @p given ones (NULL: none), one for all, or random ones. */
bool yml_weights_read(yml_layer_making *l, const yml_node *n, const yml_array *given,
                      const phs_shape *want, const char *what, phs_tensor *out);
bool yml_bias_read(yml_layer_making *l, const yml_field *f, int64_t count, phs_tensor *out);
/** Refuses weights of too many values. */
bool yml_weights_check(yml_layer_making *l, const phs_shape *s);

#endif
