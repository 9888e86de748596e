/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file library.h  Built-in models: YAML texts with a `models` section of one model each, which
 * are part of the library (src/equations/models). */
#ifndef PHS_EQUATIONS_LIBRARY_H
#define PHS_EQUATIONS_LIBRARY_H

#include <stddef.h>

/** How many models there are, in alphabetical order. */
size_t phs_library_count(void);
/** The name of model @p i. */
const char *phs_library_name(size_t i);
/** The text of the model called @p name, NUL-terminated, with its length; NULL where there is none.
 */
const char *phs_library_text(const char *name, size_t *size);

#endif
