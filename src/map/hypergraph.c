/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Partitioning: what cannot be done is refused, then a linear cut or the multilevel way. */
#include "map/hyper_internal.h"

/* A vertex that exceeds a limit by itself. */
static bool refuse_vertex(const phs_hypergraph *g, const phs_hyper_limits *limits,
                          phs_hyper_result *result) {
  size_t dims = (size_t)g->dims;
  for (uint32_t v = 0; v < g->vertex_count; v++) {
    for (size_t d = 0; d < dims; d++) {
      if ((double)g->load[v * dims + d] > limits->capacity[d]) {
        result->vertex = v;
        result->dimension = (int)d;
        return true;
      }
    }
  }
  return false;
}

/* Parts that the sums of loads need at least. */
static double parts_needed(const phs_hypergraph *g, const phs_hyper_limits *limits) {
  double sum[PHS_HYPER_DIMS] = {0}, most = 1;
  for (uint32_t v = 0; v < g->vertex_count && g->dims > 0; v++) {
    phs_hyper_shift(sum, g->load + (size_t)v * (size_t)g->dims, 1.0, g->dims);
  }
  for (int d = 0; d < g->dims; d++) {
    if (sum[d] > 0 && limits->capacity[d] < INFINITY) {
      most = fmax(most, ceil(sum[d] / limits->capacity[d]));
    }
  }
  return most;
}

phasor_status phs_hyper_partition(const phs_hypergraph *h, const phs_hyper_limits *limits,
                                  const phs_hyper_options *o, uint32_t *part,
                                  phs_hyper_result *result) {
  *result = (phs_hyper_result){.vertex = PHS_NO_VERTEX, .dimension = -1};
  if (h->vertex_count == 0) {
    return PHASOR_OK;
  }
  if (refuse_vertex(h, limits, result)) {
    return PHASOR_ERROR_TARGET;
  }
  double needed = parts_needed(h, limits);
  if (needed > limits->most_parts) {
    result->parts = needed < UINT32_MAX ? (uint32_t)needed : UINT32_MAX;
    return PHASOR_ERROR_TARGET;
  }
  phasor_status status = PHASOR_ERROR_TARGET;
  if (o->effort > 0) {
    status = phs_hyper_multilevel(h, limits, o, (uint32_t)needed, part, result);
  }
  if (status == PHASOR_ERROR_TARGET) { /* also where the multilevel way found no room */
    uint32_t parts = phs_hyper_cut(h, limits, part);
    result->vertex = PHS_NO_VERTEX;
    status = phs_hyper_split(h, limits, o->jobs, NULL, part, &parts, result);
    result->parts = parts;
  }
  return status;
}
