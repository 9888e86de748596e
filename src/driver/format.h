/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file format.h  Text from untrusted sources made fit for a terminal. */
#ifndef PHS_DRIVER_FORMAT_H
#define PHS_DRIVER_FORMAT_H

#include "base/buf.h"

/** Adds @p size bytes; control characters, direction marks and bytes that are not UTF-8 become
 * "\xNN". */
void phs_escape(phs_buf *b, const char *text, size_t size, bool keep_lines);

#endif
