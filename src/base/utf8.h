/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file utf8.h  Names and other text from files: judging it, and showing it in messages. */
#ifndef PHS_BASE_UTF8_H
#define PHS_BASE_UTF8_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/** Bytes of the well-formed UTF-8 character (RFC 3629) at the start of @p text, which is not empty;
 * 0 if ill-formed. */
size_t phs_utf8_length(const char *text);
/** Whether all of @p text is well-formed UTF-8 without control characters. */
bool phs_utf8_printable(const char *text);

#define PHS_UTF8_QUOTE 120
/** @p text for a message: bytes that are no printable UTF-8 as \xNN, and "..." where it goes on
 * after @p most bytes (at most PHS_UTF8_QUOTE) of the result. In @p arena; "?" without memory. */
const char *phs_utf8_quote(phs_arena *arena, const char *text, size_t most);

#endif
