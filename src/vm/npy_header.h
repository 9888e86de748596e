/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file npy_header.h  The header of a NumPy .npy file, format versions 1 to 3. */
#ifndef PHS_VM_NPY_HEADER_H
#define PHS_VM_NPY_HEADER_H

#include "vm/stimulus_internal.h"

typedef struct phs_npy_header {
  char kind;     /**< 'f', 'i', 'u' or 'b' */
  unsigned size; /**< bytes of an element: 1, 2, 4 or 8 */
  bool big;      /**< the high byte first */
  bool fortran;  /**< the first axis runs fastest */
  int rank;
  int64_t dim[PHS_STIM_MAX_AXES];
  uint64_t count; /**< product of the axes, at least 1 */
  size_t start;   /**< byte of the first element */
} phs_npy_header;

/** Parses the header of the whole file @p file and checks that the file is exactly as long as it
 * says. */
bool phs_npy_header_read(const phs_stim_bytes *file, phs_npy_header *out, phs_stimulus_error *e);
/** Element @p k, in the order of the file, of the whole file @p file. */
double phs_npy_element(const phs_stim_bytes *file, const phs_npy_header *h, uint64_t k);
/** Distance in elements between neighbours along each axis, in the order of the file. */
void phs_npy_strides(const phs_npy_header *h, uint64_t stride[PHS_STIM_MAX_AXES]);

#endif
