/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Widths of the fields of synapses, by the family and the figures of the target. */
#include "map/format_axis.h"

#include <math.h>

static bool known(const phs_figure *f) {
  return f->state == PHS_FIGURE_KNOWN;
}

static int figure_or(const phs_figure *f, int otherwise) {
  return known(f) ? (int)f->most : otherwise;
}

/* Bits that tell @p n things apart. */
static int bits_for(uint64_t n) {
  int bits = 0;
  while (bits < 63 && ((uint64_t)1 << bits) < n) {
    bits++;
  }
  return bits;
}

/* The least choice of at least @p need; the widest, where none is or @p need is unknown (0). */
static int choose(const phs_figure *f, int need, int unknown) {
  if (!known(f)) {
    return unknown;
  }
  for (int i = 0; i < f->count && need > 0; i++) {
    if ((int)f->value[i] >= need) {
      return (int)f->value[i];
    }
  }
  return (int)f->most;
}

/* A delay of 0 or 1 step is the network's own and takes no field; longer ones are kept less 1. */
static int delay_bits(const phs_work_projection *p, const phs_figure *f) {
  if (!known(f)) {
    return 0;
  }
  int need = p->delay_most > 1 ? bits_for((uint64_t)p->delay_most) : 0;
  if (need > (int)f->most) {
    return (int)f->most;
  }
  return need > (int)f->least ? need : (int)f->least;
}

static int index_bits(const phs_figure *f, uint32_t targets) {
  int need = bits_for(targets);
  if (!known(f) || need > (int)f->most) {
    return need;
  }
  return need ? choose(f, need, need) : (int)f->least;
}

static void loihi(const phs_work_projection *p, const phs_figure *f, uint32_t targets,
                  phs_synapse_widths *out) {
  out->weight = choose(&f[PHS_FORMAT_WEIGHT_BITS], p->weight_bits, 0);
  out->delay = delay_bits(p, &f[PHS_FORMAT_DELAY_BITS]);
  out->tag = p->plastic ? figure_or(&f[PHS_FORMAT_TAG_BITS], 0) : 0;
  out->index = index_bits(&f[PHS_FORMAT_INDEX_BITS], targets);
  out->header = figure_or(&f[PHS_FORMAT_SYNAPSE_HEADER_BITS], 0);
  out->block = figure_or(&f[PHS_FORMAT_SYNAPSE_BLOCK], 0);
  out->word = figure_or(&f[PHS_FORMAT_SYNAPSE_WORD_BITS], 1);
  out->dense = out->listed = true;
  out->shared = p->wiring == PHS_WIRING_WINDOW && p->shared && !p->plastic;
}

/* A synapse is a whole number of words; what its fields leave of it is counted as tag (the type of
 * the synapse is there). */
static void spinnaker(const phs_work_projection *p, const phs_figure *f, uint32_t targets,
                      phs_synapse_widths *out) {
  const phs_figure *index = &f[PHS_FORMAT_INDEX_BITS];
  out->weight = figure_or(&f[PHS_FORMAT_WEIGHT_BITS], 0);
  out->delay = delay_bits(p, &f[PHS_FORMAT_DELAY_BITS]);
  out->index = bits_for(targets);
  if (known(index) && out->index < (int)index->least) {
    out->index = (int)index->least;
  }
  out->header = figure_or(&f[PHS_FORMAT_SYNAPSE_HEADER_BITS], 0);
  out->block = figure_or(&f[PHS_FORMAT_SYNAPSE_BLOCK], 0);
  out->word = figure_or(&f[PHS_FORMAT_SYNAPSE_WORD_BITS], 1);
  int fields = out->weight + out->delay + out->index, over = fields % out->word;
  out->tag = over ? out->word - over : 0;
  out->listed = out->padded = true;
  out->recipe = p->wiring == PHS_WIRING_RECIPE && !p->plastic;
}

/* As synapses/store.h keeps tables: a row's start, then target and delay, then the weight. */
static void cpu(const phs_work_projection *p, uint32_t targets, phs_synapse_widths *out) {
  out->weight = p->counted ? 0 : 32;
  out->delay = p->delay_most > p->delay_least ? 16 : 0;
  out->index = targets <= 65536 ? 16 : 32;
  out->header = 32;
  out->dense = out->listed = true;
  out->shared = p->wiring == PHS_WIRING_WINDOW && p->shared && !p->plastic;
  out->recipe = p->wiring == PHS_WIRING_RECIPE && !p->plastic;
}

void phs_synapse_widths_of(const phs_work *w, uint32_t projection, const phs_machine *machine,
                           uint32_t targets, phs_synapse_widths *out) {
  const phs_work_projection *p = &w->projection[projection];
  *out = (phs_synapse_widths){.word = 1};
  switch (machine->target->family) {
  case PHS_FAMILY_TRUENORTH: /* a crossbar: a bit says whether the axon meets the neuron */
    out->weight = 1;
    out->dense = true;
    break;
  case PHS_FAMILY_SPINNAKER:
    spinnaker(p, machine->target->format, targets, out);
    break;
  case PHS_FAMILY_CPU:
    cpu(p, targets, out);
    break;
  case PHS_FAMILY_LOIHI:
  case PHS_FAMILY_OTHER:
    loihi(p, machine->target->format, targets, out);
    out->bitmap = machine->target->family == PHS_FAMILY_OTHER;
    break;
  }
  out->word = out->word < 1 ? 1 : out->word;
}

bool phs_synapse_bits_known(const phs_machine *machine) {
  const phs_figure *f = machine->target->format;
  switch (machine->target->family) {
  case PHS_FAMILY_TRUENORTH:
  case PHS_FAMILY_CPU:
    return true;
  case PHS_FAMILY_SPINNAKER:
  case PHS_FAMILY_LOIHI:
  case PHS_FAMILY_OTHER:
    break;
  }
  return known(&f[PHS_FORMAT_WEIGHT_BITS]) && known(&f[PHS_FORMAT_INDEX_BITS]) &&
         known(&f[PHS_FORMAT_SYNAPSE_HEADER_BITS]) && known(&f[PHS_FORMAT_SYNAPSE_WORD_BITS]);
}

uint64_t phs_bits_times(uint64_t axons, uint64_t bits) {
  uint64_t product;
  return __builtin_mul_overflow(axons, bits, &product) ? UINT64_MAX : product;
}

uint64_t phs_bits_plus(uint64_t a, uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t rounded(uint64_t bits, uint64_t word) {
  return (bits + word - 1) / word * word;
}

/* Blocks of @p n synapses of @p each bits. */
static uint64_t blocks(const phs_synapse_widths *s, uint64_t n, uint64_t each) {
  const uint64_t header = (uint64_t)s->header, word = (uint64_t)s->word;
  if (s->block <= 0) {
    return rounded(n * each + header, word);
  }
  const uint64_t block = (uint64_t)s->block, rest = n % block;
  return n / block * rounded(block * each + header, word) +
         (rest ? rounded(rest * each + header, word) : 0);
}

uint64_t phs_axon_bits(const phs_synapse_widths *s, phs_synapse_format format, uint32_t synapses,
                       uint32_t targets) {
  const uint64_t each = (uint64_t)(s->weight + s->delay + s->tag);
  if (synapses == 0) {
    return 0;
  }
  switch (format) {
  case PHS_SYNAPSES_DENSE:
    return blocks(s, targets, each);
  case PHS_SYNAPSES_BITMAP:
    return rounded((uint64_t)s->header + targets + synapses * each, (uint64_t)s->word);
  case PHS_SYNAPSES_INDEX:
    return blocks(s, synapses, each + (uint64_t)s->index);
  case PHS_SYNAPSES_SHARED:
    return PHS_SHARED_AXON_BITS;
  case PHS_SYNAPSES_RECIPE:
  case PHS_SYNAPSE_FORMATS:
    break;
  }
  return 0;
}
