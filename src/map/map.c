/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Maps: making, freeing, asking. */
#include "map/map.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

phs_map *phs_map_create(const phs_work *w, const phs_machine *machine, const phs_map_options *o) {
  phs_arena *arena = phs_arena_create();
  phs_map *m = arena ? PHS_NEW(arena, phs_map) : NULL;
  if (!m) {
    phs_arena_destroy(arena);
    return NULL;
  }
  *m = (phs_map){.arena = arena, .work = w, .machine = machine, .options = *o};
  return m;
}

void phs_map_free(phs_map *m) {
  if (m) {
    free(m->note);
    phs_arena_destroy(m->measured);
    phs_arena_destroy(m->arena);
  }
}

void phs_map_note(phs_map *m, const char *fmt, ...) {
  char text[512];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  if (m->note_count == m->note_room) {
    size_t room = m->note_room ? 2 * m->note_room : 16;
    char **note = realloc(m->note, room * sizeof *note);
    if (!note) {
      return;
    }
    m->note = note;
    m->note_room = room;
  }
  char *copy = phs_arena_strdup(m->arena, text);
  if (copy) {
    m->note[m->note_count++] = copy;
  }
}

static uint32_t find_listed(const uint32_t *order, uint32_t count, uint32_t index) {
  uint32_t low = 0, high = count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (order[middle] < index) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < count && order[low] == index ? low : UINT32_MAX;
}

uint32_t phs_slice_find(const phs_map *m, uint32_t slice, uint32_t index) {
  const phs_slice *s = &m->slice[slice];
  if (s->listed) {
    return find_listed(m->order[s->population] + s->first, s->count, index);
  }
  const uint32_t *dim = m->work->population[s->population].dim;
  uint32_t at[PHS_MAP_RANK] = {index / dim[2] / dim[1], index / dim[2] % dim[1], index % dim[2]};
  uint32_t found = 0;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    if (at[d] < s->box.low[d] || at[d] >= s->box.high[d]) {
      return UINT32_MAX;
    }
    found = found * (s->box.high[d] - s->box.low[d]) + (at[d] - s->box.low[d]);
  }
  return found;
}

uint32_t phs_slice_neuron(const phs_map *m, uint32_t slice, uint32_t i) {
  const phs_slice *s = &m->slice[slice];
  if (s->listed) {
    return m->order[s->population][s->first + i];
  }
  uint32_t width = s->box.high[2] - s->box.low[2], height = s->box.high[1] - s->box.low[1];
  return phs_box_index(&m->work->population[s->population], s->box.low[0] + i / width / height,
                       s->box.low[1] + i / width % height, s->box.low[2] + i % width);
}

double phs_slice_rate(const phs_map *m, uint32_t slice) {
  const phs_slice *s = &m->slice[slice];
  const phs_population *p = &m->work->population[s->population];
  if (!s->listed) {
    return phs_work_rate(m->work, s->population, &s->box);
  }
  if (p->rate_count == 1) {
    return (double)p->rate[0] * s->count;
  }
  double sum = 0;
  for (uint32_t i = 0; i < s->count; i++) {
    sum += (double)p->rate[m->order[s->population][s->first + i]];
  }
  return sum;
}

const char *phs_synapse_format_name(phs_synapse_format f) {
  static const char *const name[PHS_SYNAPSE_FORMATS] = {"dense", "bitmap", "index", "shared",
                                                        "recipe"};
  return name[f];
}

const char *phs_capacity_words(phs_capacity c) {
  static const char *const words[PHS_CAPACITIES] = {
      [PHS_CAPACITY_NEURONS] = "neurons",
      [PHS_CAPACITY_SYNAPSES] = "synapses",
      [PHS_CAPACITY_SYNAPSE_BITS] = "bits of synapse memory",
      [PHS_CAPACITY_COMPARTMENT_FORMATS] = "compartment formats",
      [PHS_CAPACITY_THRESHOLD_FORMATS] = "threshold formats",
      [PHS_CAPACITY_SYNAPSE_FORMATS] = "synapse formats",
      [PHS_CAPACITY_TRACE_FORMATS] = "trace formats",
      [PHS_CAPACITY_AXONS_IN] = "input axons",
      [PHS_CAPACITY_AXONS_OUT] = "output axons",
      [PHS_CAPACITY_AXON_TYPES] = "axon types",
      [PHS_CAPACITY_ROUTER_ENTRIES] = "router entries",
      [PHS_CAPACITY_CODE_BYTES] = "bytes of code",
      [PHS_CAPACITY_DATA_BYTES] = "bytes of data",
      [PHS_CAPACITY_SHARED_BYTES] = "bytes of shared memory",
      [PHS_CAPACITY_EMBEDDED_PROCESSORS] = "embedded processors",
  };
  return words[c];
}
