/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file utf8.h  Judging names from files. */
#ifndef PHS_IMPORT_UTF8_H
#define PHS_IMPORT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes of the well-formed UTF-8 character (RFC 3629) at the start of @p text, which is not empty;
 * 0 if ill-formed. */
size_t phs_utf8_length(const char *text);
/** Whether all of @p text is well-formed UTF-8 without control characters. */
bool phs_utf8_printable(const char *text);

#endif
