/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file buf.h  A growing byte buffer for building text. Errors stick: check `failed` once, at the
 * end. */
#ifndef PHS_BASE_BUF_H
#define PHS_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/** Zero-initialise to start; phs_buf_free() ends it. `data` is NUL-terminated once anything was
 * added. */
typedef struct phs_buf {
  char *data;
  size_t len, cap;
  bool failed; /**< an allocation failed; `data` holds what came before */
} phs_buf;

void phs_buf_free(phs_buf *b);
void phs_buf_add(phs_buf *b, const void *bytes, size_t n);
void phs_buf_puts(phs_buf *b, const char *s);
/** Numbers have a decimal point in every locale. */
void phs_buf_printf(phs_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Adds @p s as a JSON string with its quotes; control characters and invalid UTF-8 are escaped. */
void phs_buf_json(phs_buf *b, const char *s);
/** The text, or "" when nothing was added. */
const char *phs_buf_cstr(const phs_buf *b);

#endif
