/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file bitcode.h  The C that programs carry, as LLVM bitcode (bitcode.cmake). */
#ifndef PHS_CPU_BITCODE_H
#define PHS_CPU_BITCODE_H

#include <stddef.h>

typedef struct phs_bitcode_file {
  const char *triple; /**< as in phs_cpu_target */
  const unsigned char *data;
  const size_t *size;
} phs_bitcode_file;

/** Ended by a row of NULL. */
extern const phs_bitcode_file phs_bitcode[];

#endif
