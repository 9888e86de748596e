/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/report.h"

#include "diag/diag.h"
#include "report/text.h"

#include <string.h>
#include <strings.h>

bool phs_report_form_of(const char *path, phs_report_form *form) {
  static const struct {
    const char *end;
    phs_report_form form;
  } known[] = {{".txt", PHS_REPORT_TEXT},
               {".json", PHS_REPORT_JSON},
               {".html", PHS_REPORT_HTML},
               {".htm", PHS_REPORT_HTML}};
  size_t n = strlen(path);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    size_t m = strlen(known[i].end);
    if (n > m && strcasecmp(path + n - m, known[i].end) == 0) {
      *form = known[i].form;
      return true;
    }
  }
  return false;
}

phasor_status phs_report_map(const phs_map *m, phs_report_form form, phs_diag *diag, phs_buf *out) {
  phs_figures *f = phs_figures_create(m);
  if (f) {
    switch (form) {
    case PHS_REPORT_JSON:
      phs_figures_json(f, out);
      break;
    case PHS_REPORT_HTML:
      phs_figures_html(f, diag, out);
      break;
    default:
      phs_figures_text(f, out);
    }
  }
  if (!f || out->failed) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "out of memory for the report of the map");
    phs_figures_free(f);
    return PHASOR_ERROR_INTERNAL;
  }
  phs_figures_free(f);
  return PHASOR_OK;
}
