/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file nets.h  The networks that mapping is measured on, as work graphs. */
#ifndef PERF_MAPPING_NETS_H
#define PERF_MAPPING_NETS_H

#include "map/work.h"

typedef struct bench_net {
  const char *name, *what;
  const char *target; /**< a shipped target, or a file in tests/perf/targets without .yaml */
  phs_work *(*make)(uint64_t size);
  uint64_t size; /**< where the net comes in sizes: neurons, areas */
} bench_net;

/** Row @p i, or NULL past the last. */
const bench_net *bench_net_get(size_t i);
const bench_net *bench_net_find(const char *name);

#endif
