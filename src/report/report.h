/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file report.h  What a mapping came to, for people and programs: text in the manner of
 * `ptxas -v`, JSON (docs/format/map-report.md), and one HTML file with pictures that loads nothing.
 *
 * The same map gives the same bytes: no dates, no paths but those of the model and the target, no
 * dependence on threads. Pictures hold no glyphs of the machine's fonts (their text is SVG text);
 * where they are raster images, the bytes are those of the installed libpng.
 *
 * A map need not be finished: stages that did not run leave their parts out ("unknown" in JSON).
 */
#ifndef PHS_REPORT_REPORT_H
#define PHS_REPORT_REPORT_H

#include "base/buf.h"
#include "map/map.h"

/** Cores that the text names one by one; of more, the fullest and the distribution. */
#define PHS_REPORT_TEXT_CORES 256
/** Cores that the JSON lists one by one. */
#define PHS_REPORT_JSON_CORES 10000
/** How many of the fullest are listed where not all are. */
#define PHS_REPORT_FULLEST 100

typedef enum phs_report_form {
  PHS_REPORT_TEXT,
  PHS_REPORT_JSON,
  PHS_REPORT_HTML,
  PHS_REPORT_FORMS
} phs_report_form;

/**
 * The form that a file's name asks for by its end: .txt, .json, .html or .htm.
 * @return false for other names
 */
bool phs_report_form_of(const char *path, phs_report_form *form);

/**
 * Appends the report of @p m in one form to @p out.
 * @param diag told (as warnings) of pictures that had to be left out or simplified
 * @return PHASOR_OK, or PHASOR_ERROR_INTERNAL with a diagnostic without memory
 */
phasor_status phs_report_map(const phs_map *m, phs_report_form form, phs_diag *diag, phs_buf *out);

/** A mapping that was refused. Everything is borrowed. */
typedef struct phs_report_failure {
  const phs_work *work;          /**< or NULL: the work graph was refused */
  const phs_machine *machine;    /**< or NULL */
  const phs_map *map;            /**< as far as it came, for its notes; or NULL */
  const char *model, *target;    /**< names, for where there is no work graph or machine; or NULL */
  const char *const *diagnostic; /**< texts of the diagnostics, in order */
  size_t diagnostic_count;
} phs_report_failure;

/** The same for a mapping that was refused: the diagnostics, what was tried (the map's notes), what
 * the network needs and the machine holds. */
phasor_status phs_report_failed(const phs_report_failure *f, phs_report_form form, phs_diag *diag,
                                phs_buf *out);

static inline phasor_status phs_report_map_text(const phs_map *m, phs_diag *diag, phs_buf *out) {
  return phs_report_map(m, PHS_REPORT_TEXT, diag, out);
}
static inline phasor_status phs_report_map_json(const phs_map *m, phs_diag *diag, phs_buf *out) {
  return phs_report_map(m, PHS_REPORT_JSON, diag, out);
}
static inline phasor_status phs_report_map_html(const phs_map *m, phs_diag *diag, phs_buf *out) {
  return phs_report_map(m, PHS_REPORT_HTML, diag, out);
}

#endif
