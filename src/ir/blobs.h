/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file blobs.h  The data behind dense_resource attributes. MLIR's C interface hands out their
 * values only one by one and without a check that there are any, so the table keeps pointer and
 * size by the resource's name.
 */
#ifndef PHS_IR_BLOBS_H
#define PHS_IR_BLOBS_H

#include <mlir-c/IR.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct phs_blob {
  char *key;        /**< as in dense_resource<KEY>; owned */
  const void *data; /**< aligned for its element type */
  size_t size;      /**< bytes */
  void *owned;   /**< malloc'ed data, or NULL: the data belong to a network or to the ir's arena */
  bool lasting;  /**< the data live as long as the context */
  uint64_t hash; /**< of type and data */
  unsigned generation;     /**< which call of phs_ir_from_net() brought it */
  MlirAttribute attribute; /**< null for blobs that came with parsed text */
} phs_blob;

typedef struct phs_blobs {
  phs_blob *list;
  size_t count, cap;
  unsigned generation;
} phs_blobs;

/** Adds a row with a copy of @p key; NULL without memory. Valid until the next call. */
phs_blob *phs_blobs_add(phs_blobs *t, const char *key, size_t length);
/** The newest blob of that name, or NULL. */
const phs_blob *phs_blobs_find(const phs_blobs *t, const char *key, size_t length);
void phs_blobs_free(phs_blobs *t);

#endif
