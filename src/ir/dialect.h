/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file dialect.h  The text of the `phasor` dialect, embedded at build time. */
#ifndef PHS_IR_DIALECT_H
#define PHS_IR_DIALECT_H

#include <stddef.h>

extern const char phs_dialect_text[];
extern const size_t phs_dialect_text_size;

#endif
