/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/mapping.h"

#include "ir/map.h"
#include "report/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void progress(void *user, const char *stage, double fraction) {
  phs_stage_progress(user, stage, fraction);
}

/* Messages of a cpu's threads are reads of memory: they come in the step in which they are sent. */
static bool takes_a_step(const phs_target_description *d) {
  return d->family != PHS_FAMILY_CPU;
}

static phasor_status make_work(phasor_network *n, const phasor_options *o, phs_mapping *m) {
  phs_diag *diag = &n->session->diag;
  phasor_status status =
      o->profile ? phs_rates_read(o->profile, n->net, n->opt, diag, &m->rates) : PHASOR_OK;
  phs_work_options options = {.rate = o->rate,
                              .measured = m->rates.rate,
                              .measured_count = m->rates.count,
                              .prune_below = o->prune_below};
  double began = phs_stage_begin(n->session, "work graph");
  if (status == PHASOR_OK) {
    status = phs_work_create(n->opt, &options, diag, &m->work);
  }
  phs_stage_end(n->session, "work graph", began);
  return status;
}

static phasor_status make_map(phasor_network *n, const phasor_options *o, phs_mapping *m) {
  phs_map_options options = {.mode = o->map && strcmp(o->map, "fast") == 0 ? PHS_MAP_FAST
                                                                           : PHS_MAP_GOOD,
                             .jobs = o->jobs,
                             .no_split = o->no_split,
                             .progress = progress,
                             .user = n->session};
  double began = phs_stage_begin(n->session, "map");
  phasor_status status =
      phs_map_network_tried(m->work, m->machine, &options, &n->session->diag, &m->map, &m->tried);
  phs_stage_end(n->session, "map", began);
  return status;
}

/* What pruning took, told and noted. */
static void tell_pruned(phasor_network *n, const phasor_options *o, const phs_mapping *m) {
  phs_pruned p;
  for (size_t i = 0; phs_work_pruned(m->work, i, &p); i++) {
    double share = p.synapses > 0 ? 100 * p.dropped / p.synapses : 0;
    phs_report(
        &n->session->diag, PHS_PRUNED, &(phs_place){.file = n->path, .where = "--prune-below"},
        NULL,
        "'%s': %.0f of %.0f synapses (%.3g %%) are below %g and left out, %.3g %% of the sum "
        "of magnitudes",
        p.projection, p.dropped, p.synapses, share, o->prune_below, 100 * p.magnitude_share);
    phs_map *map = m->map ? m->map : m->tried;
    if (map) {
      phs_map_note(map,
                   "pruned '%s': %.0f of %.0f synapses below %g left out, %.3g %% of the sum of "
                   "magnitudes",
                   p.projection, p.dropped, p.synapses, o->prune_below, 100 * p.magnitude_share);
    }
  }
}

static void note_latencies(const phasor_network *n, phs_map *map) {
  for (int i = 0; i < n->opt->op_count; i++) {
    const phs_op *op = &n->opt->op[i];
    if (op->kind == PHS_OP_OUTPUT && op->output.latency > 0) {
      phs_map_note(map, "output '%s' comes %" PRId64 " step%s later than in the model", op->name,
                   op->output.latency, op->output.latency == 1 ? "" : "s");
    }
  }
}

/* The fullest capacity of any core, as a part of 1. */
static void find_fullest(const phs_map *m, phasor_mapping_info *out) {
  for (int k = 0; k < PHS_CAPACITIES; k++) {
    double limit = m->machine->core_capacity[k];
    for (uint32_t c = 0; c < m->core_count && limit > 0 && limit < 1e300; c++) {
      double part = phs_core_use(m, c)[k] / limit;
      if (part > out->fullest) {
        out->fullest = part;
        out->fullest_of = phs_capacity_words((phs_capacity)k);
      }
    }
  }
}

/* Nodes with a core in use. */
static uint64_t count_nodes(const phs_map *m) {
  uint8_t *used = calloc(m->machine->grid_count, 1);
  uint64_t n = 0;
  for (uint32_t c = 0; used && c < m->core_count; c++) {
    uint8_t *node = &used[m->core[c].place / m->machine->cores_per_node];
    n += !*node;
    *node = 1;
  }
  free(used);
  return n;
}

static void summarise(phasor_network *n, const phs_mapping *m) {
  const phs_map *map = m->map;
  phasor_mapping_info *out = &n->mapping;
  snprintf(n->mapped_to, sizeof n->mapped_to, "%s", m->target->name);
  snprintf(n->mapped_node, sizeof n->mapped_node, "%s", m->machine->node_name);
  *out = (phasor_mapping_info){.target = n->mapped_to,
                               .node = n->mapped_node,
                               .cores = map->core_count,
                               .target_cores = m->machine->core_count,
                               .nodes = count_nodes(map),
                               .target_nodes = m->machine->node_count,
                               .slices = map->slice_count,
                               .messages = map->traffic.messages,
                               .deliveries = map->traffic.deliveries,
                               .spike_hops = map->traffic.spike_hops};
  find_fullest(map, out);
  for (int i = 0; i < n->opt->op_count; i++) {
    const phs_op *op = &n->opt->op[i];
    uint64_t latency = op->kind == PHS_OP_OUTPUT ? (uint64_t)op->output.latency : 0;
    out->latency = latency > out->latency ? latency : out->latency;
  }
}

bool phasor_network_mapping(const phasor_network *n, phasor_mapping_info *out) {
  if (n->mapping.target) {
    *out = n->mapping;
  }
  return n->mapping.target != NULL;
}

phasor_status phs_mapping_make(phasor_network *n, const phasor_options *o, const phs_target *target,
                               phs_mapping *out) {
  phs_diag *diag = &n->session->diag;
  double weight = o->off_chip_weight > 0 ? o->off_chip_weight : PHS_OFF_CHIP_WEIGHT;
  *out = (phs_mapping){0};
  n->mapping = (phasor_mapping_info){0};
  phasor_status status = phs_target_load(target->description, diag, &out->target);
  if (status == PHASOR_OK) {
    status = phs_machine_create(out->target, weight, diag, &out->machine);
  }
  if (status == PHASOR_OK) {
    status = phs_network_optimise_for(n, o, takes_a_step(out->target));
  }
  if (status == PHASOR_OK) {
    status = make_work(n, o, out);
  }
  if (status == PHASOR_OK) {
    status = make_map(n, o, out);
    tell_pruned(n, o, out);
  }
  if (status == PHASOR_OK) {
    note_latencies(n, out->map);
    summarise(n, out);
  }
  return status;
}

void phs_mapping_free(phs_mapping *m) {
  phs_map_free(m->map);
  phs_map_free(m->tried);
  phs_work_free(m->work);
  phs_rates_free(&m->rates);
  phs_machine_free(m->machine);
  phs_target_free(m->target);
  *m = (phs_mapping){0};
}

static void to_file(MlirStringRef text, void *user) {
  fwrite(text.data, 1, text.length, user);
}

/* Outputs with their latencies; @p count of them, freed by the caller. */
static phs_map_output *list_outputs(const phs_net *net, size_t *count) {
  phs_map_output *list = calloc((size_t)net->op_count + 1, sizeof *list);
  for (int i = 0; list && i < net->op_count; i++) {
    if (net->op[i].kind == PHS_OP_OUTPUT) {
      list[(*count)++] = (phs_map_output){net->op[i].name, net->op[i].output.latency};
    }
  }
  return list;
}

phasor_status phs_mapping_write(phasor_network *n, const phs_mapping *m, const char *path) {
  phs_diag *diag = &n->session->diag;
  MlirModule module = {0};
  phs_output out = {0};
  size_t count = 0;
  phs_map_output *outputs = list_outputs(n->opt, &count);
  double began = phs_stage_begin(n->session, "write map");
  phasor_status status = outputs ? phs_ir_from_map(n->ir, m->map, outputs, count, &module)
                                 : phs_no_memory(diag, "the map");
  if (status == PHASOR_OK) {
    status = phs_ir_check_map(n->ir, module);
  }
  if (status == PHASOR_OK) {
    status = phs_output_open(&out, path, diag);
  }
  if (status == PHASOR_OK) {
    phs_ir_print(module, to_file, out.file);
    status = phs_output_close(&out, diag);
  }
  if (!mlirModuleIsNull(module)) {
    mlirModuleDestroy(module);
  }
  free(outputs);
  phs_stage_end(n->session, "write map", began);
  return status;
}

/* Keeps a line. */
static void keep(phs_mapping_log *l, const char *label, const char *text) {
  if (l->arena && l->count == l->room) {
    size_t room = l->room ? 2 * l->room : 16;
    const char **list = PHS_NEW_ARRAY(l->arena, const char *, room);
    if (list && l->count > 0) {
      memcpy(list, l->text, l->count * sizeof *list);
    }
    l->text = list ? list : l->text;
    l->room = list ? room : l->room;
  }
  if (l->count < l->room) {
    int length = (int)strcspn(text, "\n");
    l->text[l->count] = phs_arena_printf(l->arena, "%s%.*s", label, length, text);
    l->count += l->text[l->count] != NULL;
  }
}

/* Passes a diagnostic on and keeps what it says. */
static void listen(void *user, const phasor_diagnostic *d) {
  phs_mapping_log *l = user;
  if (l->before.fn) {
    l->before.fn(l->before.user, d);
  }
  phasor_diagnostic plain = *d;
  plain.help = NULL;
  char *text = phasor_diagnostic_text(&plain, PHASOR_STYLE_SHORT, false);
  keep(l, "", text ? text : d->message);
  if (d->help) {
    keep(l, "help: ", d->help);
  }
  free(text);
}

void phs_mapping_log_begin(phs_mapping_log *l, phasor_session *s) {
  *l = (phs_mapping_log){.session = s, .before = s->diag, .arena = phs_arena_create()};
  s->diag.fn = listen;
  s->diag.user = l;
}

void phs_mapping_log_end(phs_mapping_log *l) {
  l->session->diag.fn = l->before.fn;
  l->session->diag.user = l->before.user;
}

void phs_mapping_log_free(phs_mapping_log *l) {
  phs_arena_destroy(l->arena);
  *l = (phs_mapping_log){0};
}

phasor_status phs_mapping_report(phasor_network *n, const phasor_options *o, const phs_mapping *m,
                                 const phs_mapping_log *l, phasor_status status, phs_output *out) {
  phs_diag *diag = &n->session->diag;
  phs_report_form form;
  phs_buf b = {0};
  if (!out->file || !phs_report_form_of(o->report, &form) ||
      (status != PHASOR_OK && status != PHASOR_ERROR_TARGET)) {
    phs_output_abort(out);
    return PHASOR_OK;
  }
  const phs_report_failure failure = {.work = m->work,
                                      .machine = m->machine,
                                      .map = m->tried,
                                      .model = n->net->name,
                                      .target = o->target,
                                      .diagnostic = l->text,
                                      .diagnostic_count = l->count};
  phasor_status written = status == PHASOR_OK ? phs_report_map(m->map, form, diag, &b)
                                              : phs_report_failed(&failure, form, diag, &b);
  if (written == PHASOR_OK && b.failed) {
    written = phs_no_memory(diag, "the report");
  }
  if (written == PHASOR_OK) {
    fwrite(b.data, 1, b.len, out->file);
    written = phs_output_close(out, diag);
  } else {
    phs_output_abort(out);
  }
  phs_buf_free(&b);
  return written;
}
