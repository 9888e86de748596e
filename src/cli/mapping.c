/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a mapping came to, in a line or as members of a JSON object. */
#include "cli/cli.h"
#include "phasor/build.h"

#include <inttypes.h>
#include <string.h>

void cli_print_mapping(const phasor_network *n) {
  phasor_mapping_info m;
  if (!phasor_network_mapping(n, &m)) {
    return;
  }
  cli_print(m.target);
  printf(": %" PRIu64 " of %" PRIu64 " cores", m.cores, m.target_cores);
  if (m.target_nodes != m.target_cores && m.target_nodes > 1) {
    printf(" in %" PRIu64 " of %" PRIu64 " %ss", m.nodes, m.target_nodes, m.node);
  }
  if (m.fullest_of) {
    printf(", the fullest %.3g %% full (%s)", 100 * m.fullest, m.fullest_of);
  }
  printf("; %.4g messages and %.4g spike-hops a step", m.messages, m.spike_hops);
  if (m.latency > 0) {
    printf("; outputs %" PRIu64 " step%s later", m.latency, m.latency == 1 ? "" : "s");
  }
  putchar('\n');
}

void cli_print_mapping_json(const phasor_network *n) {
  phasor_mapping_info m;
  if (!phasor_network_mapping(n, &m)) {
    return;
  }
  fputs(",\"target\":", stdout);
  cli_print_json(m.target);
  printf(",\"cores\":%" PRIu64 ",\"target_cores\":%" PRIu64 ",\"nodes\":%" PRIu64
         ",\"slices\":%" PRIu64 ",\"messages\":%.17g,\"deliveries\":%.17g"
         ",\"spike_hops\":%.17g,\"latency\":%" PRIu64,
         m.cores, m.target_cores, m.nodes, m.slices, m.messages, m.deliveries, m.spike_hops,
         m.latency);
  if (m.fullest_of) {
    printf(",\"fullest\":%.17g,\"fullest_of\":", m.fullest);
    cli_print_json(m.fullest_of);
  }
}
