/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ir/context.h"

/* Line @p number of the text that was parsed last, cut to what fits, or NULL. Ops are mostly asked
 * for in the order of the text, so the search goes on where the last one ended. */
static const char *excerpt(phs_ir *ir, uint32_t number) {
  bool behind = ir->found_line > 0 && number >= ir->found_line;
  const char *end = ir->source ? ir->source + ir->source_size : NULL;
  const char *at = ir->source ? ir->source + (behind ? ir->found_offset : 0) : NULL;
  for (uint32_t line = behind ? ir->found_line : 1; at && line < number; line++) {
    at = memchr(at, '\n', (size_t)(end - at));
    at = at ? at + 1 : NULL;
  }
  if (!at || at >= end) {
    return NULL;
  }
  ir->found_line = number;
  ir->found_offset = (size_t)(at - ir->source);
  size_t n = 0;
  while (at + n < end && at[n] != '\n' && n < sizeof ir->line - 1) {
    n++;
  }
  memcpy(ir->line, at, n);
  ir->line[n] = 0;
  return ir->line;
}

/* The name of a file in a location; of the text parsed last where there is none. */
static const char *file_name(const phs_ir *ir, MlirLocation at) {
  MlirStringRef file = mlirIdentifierStr(mlirLocationFileLineColRangeGetFilename(at));
  return file.length > 0 && !phs_ref_equal(file, "-") ? file.data : ir->source_file;
}

static void fill(phs_ir *ir, MlirLocation at, phs_place *place, int depth) {
  if (depth > 16 || mlirLocationIsNull(at)) {
    return;
  }
  if (mlirLocationIsAFileLineColRange(at)) {
    const char *file = file_name(ir, at);
    int line = mlirLocationFileLineColRangeGetStartLine(at),
        column = mlirLocationFileLineColRangeGetStartColumn(at);
    if (!place->line && line > 0) {
      place->file = file;
      place->line = (uint32_t)line;
      place->column = column > 0 ? (uint32_t)column : 0;
      place->excerpt = excerpt(ir, place->line);
    } else if (!place->file) {
      place->file = file;
    }
  } else if (mlirLocationIsAName(at)) {
    if (!place->where) {
      place->where = mlirIdentifierStr(mlirLocationNameGetName(at)).data;
    }
    fill(ir, mlirLocationNameGetChildLoc(at), place, depth + 1);
  } else if (mlirLocationIsACallSite(at)) {
    fill(ir, mlirLocationCallSiteGetCaller(at), place, depth + 1);
  } else if (mlirLocationIsAFused(at)) {
    unsigned n = mlirLocationFusedGetNumLocations(at);
    if (n > 0 && n <= 64) {
      MlirLocation part[64];
      mlirLocationFusedGetLocations(at, part);
      for (unsigned i = 0; i < n; i++) {
        fill(ir, part[i], place, depth + 1);
      }
    }
  }
}

phs_place phs_ir_place(phs_ir *ir, MlirLocation location) {
  phs_place place = {0};
  fill(ir, location, &place, 0);
  if (!place.file && !place.where) {
    place.file = ir->source_file;
  }
  return place;
}

MlirLocation phs_ir_location(phs_ir *ir, const char *file, const char *where, uint32_t line,
                             uint32_t column) {
  MlirLocation at = mlirLocationUnknownGet(ir->context);
  if (file) {
    at = mlirLocationFileLineColGet(ir->context, phs_ref(file), line, column);
  }
  return where ? mlirLocationNameGet(ir->context, phs_ref(where), at) : at;
}
