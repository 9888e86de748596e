/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/pipeline.h"

#include "base/buf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char remat[] = "phasor-remat";

static phasor_status refuse(const phasor_network *n, const phasor_options *o) {
  const char *option = o->synapses ? "--synapses" : "--synapse-memory";
  phs_report(&n->session->diag, PHS_PASSES_CONTRADICT, &(phs_place){.where = option},
             "say it in the pipeline: phasor-remat{synapses=recompute}",
             "%s is for the default pipeline, and --passes gives another", option);
  return PHASOR_ERROR_USAGE;
}

static void add_remat(phs_buf *b, const phasor_options *o) {
  phs_buf_puts(b, remat);
  if (!o->synapses && !o->synapse_memory) {
    return;
  }
  phs_buf_puts(b, "{");
  if (o->synapses) {
    phs_buf_printf(b, "synapses=%s", o->synapses);
  }
  if (o->synapse_memory) {
    phs_buf_printf(b, "%smemory=%" PRIu64, o->synapses ? " " : "", o->synapse_memory);
  }
  phs_buf_puts(b, "}");
}

phasor_status phs_pipeline_choose(const phasor_network *n, const phasor_options *o, bool retime,
                                  char **out) {
  bool told = o->synapses || o->synapse_memory;
  if (told && o->passes) {
    return refuse(n, o);
  }
  phs_buf b = {0};
  const char *at = strstr(phs_default_pipeline, remat);
  if (o->passes) {
    phs_buf_puts(&b, o->passes);
  } else if (n->net->discrete && told) {
    add_remat(&b, o);
  } else if (!n->net->discrete && at) {
    phs_buf_add(&b, phs_default_pipeline, (size_t)(at - phs_default_pipeline));
    add_remat(&b, o);
    phs_buf_puts(&b, at + strlen(remat));
  } else if (!n->net->discrete) {
    phs_buf_puts(&b, phs_default_pipeline);
  }
  if (retime && !o->passes) {
    phs_buf_printf(&b, "%s%s", b.len ? "," : "", "phasor-retime");
  }
  phs_buf_add(&b, "", 0);
  if (b.failed || !b.data) {
    phs_buf_free(&b);
    return phs_no_memory(&n->session->diag, "the pipeline");
  }
  *out = b.data;
  return PHASOR_OK;
}
