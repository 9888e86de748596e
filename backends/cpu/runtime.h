/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file runtime.h  The embedded sources of an executable's main program (embed.cmake). */
#ifndef PHS_CPU_RUNTIME_H
#define PHS_CPU_RUNTIME_H

#include <stddef.h>

typedef struct phs_runtime_file {
  const char *name; /**< "main.c", "vm/stimulus.h", ... */
  const char *text;
} phs_runtime_file;

/** Ended by a row of NULL. */
extern const phs_runtime_file phs_runtime[];

#endif
