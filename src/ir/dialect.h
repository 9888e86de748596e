/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file dialect.h  The texts of the dialects `phasor` and `phasor_map`, embedded at build time. */
#ifndef PHS_IR_DIALECT_H
#define PHS_IR_DIALECT_H

#include <stddef.h>

extern const char phs_dialect_text[];
extern const size_t phs_dialect_text_size;
extern const char phs_map_dialect_text[];
extern const size_t phs_map_dialect_text_size;

#endif
