/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file page.h  The frame of an HTML page: one file that loads nothing. */
#ifndef PHS_REPORT_PAGE_H
#define PHS_REPORT_PAGE_H

#include "base/buf.h"

#include <stddef.h>

void phs_page_begin(phs_buf *out, const char *title, const char *subtitle);
void phs_page_end(phs_buf *out);
/** A section with a heading; ends where the next begins. */
void phs_page_section(phs_buf *out, const char *id, const char *title, const char *text);
void phs_page_section_end(phs_buf *out);
void phs_page_list(phs_buf *out, const char *const *text, size_t count);

#endif
