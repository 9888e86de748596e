/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Slices: linear ranges of populations, as equal as whole rows allow, as large as a core holds. */
#include "map/format.h"
#include "map/partition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A box of planes (d = 0), rows (1) or neurons (2), of the plane and row that the range starts in.
 */
static phs_box run_of(const phs_population *p, int d, uint32_t first, uint32_t length) {
  uint32_t row = p->dim[2], plane = p->dim[1] * p->dim[2];
  uint32_t at[PHS_MAP_RANK] = {first / plane, first / row % p->dim[1], first % row};
  phs_box b = {.high = {at[0] + 1, p->dim[1], row}};
  b.low[0] = at[0];
  if (d > 0) {
    b.low[1] = at[1];
    b.high[1] = at[1] + 1;
  }
  if (d > 1) {
    b.low[2] = at[2];
  }
  b.high[d] = b.low[d] + length;
  return b;
}

int phs_range_boxes(const phs_population *p, uint32_t first, uint32_t end, phs_box out[5]) {
  uint32_t unit[PHS_MAP_RANK] = {p->dim[1] * p->dim[2], p->dim[2], 1};
  int n = 0;
  while (first < end) {
    int d = 0;
    while (d < 2 && (first % unit[d] != 0 || end - first < unit[d])) {
      d++;
    }
    /* as many units as end at the range's end or where the next larger unit begins */
    uint32_t count = (end - first) / unit[d];
    if (d > 0) {
      uint32_t left = (unit[d - 1] - first % unit[d - 1]) / unit[d];
      count = count < left ? count : left;
    }
    out[n++] = run_of(p, d, first, count);
    first += count * unit[d];
  }
  return n;
}

/* What LIST projections are expected to take, with their synapses spread evenly: as many axons as
 * sources are hit by that many draws. */
static void list_use(const phs_work *w, const phs_machine *machine, uint32_t projection,
                     double neurons, double *use) {
  const phs_work_projection *p = &w->projection[projection];
  double targets = w->population[p->target].count, sources = w->population[p->source].count;
  double synapses = p->synapses * neurons / fmax(targets, 1);
  double axons = sources * -expm1(-synapses / fmax(sources, 1));
  use[PHS_CAPACITY_SYNAPSES] += synapses;
  use[PHS_CAPACITY_AXONS_IN] += axons;
  use[PHS_CAPACITY_SYNAPSE_FORMATS] += 1;
  if (axons <= 0) {
    return;
  }
  phs_axon_class one = {.axons = (uint64_t)ceil(axons),
                        .synapses = (uint32_t)ceil(synapses / axons)};
  phs_synapse_format format;
  double bits = (double)phs_synapse_choose_format(w, projection, machine, (uint32_t)neurons, &one,
                                                  1, &format);
  use[PHS_CAPACITY_SYNAPSE_BITS] += bits;
  if (isfinite(machine->node_capacity[PHS_CAPACITY_SHARED_BYTES])) {
    use[PHS_CAPACITY_SHARED_BYTES] += bits / 8;
  }
}

void phs_piece_use(const phs_work *w, const phs_machine *machine, uint32_t population,
                   const phs_box *box, double use[PHS_CAPACITIES]) {
  memset(use, 0, PHS_CAPACITIES * sizeof *use);
  phs_box_use(w, machine, population, box, use);
  const phs_population *p = &w->population[population];
  for (uint32_t i = 0; i < p->in_count; i++) {
    uint32_t q = w->in[p->first_in + i];
    if (w->projection[q].wiring == PHS_WIRING_LIST) {
      list_use(w, machine, q, (double)phs_box_count(box), use);
    }
  }
}

/* Sums over the boxes of a range: a bound, for boxes of one core share axons and kernels. */
static void range_use(const phs_work *w, const phs_machine *machine, uint32_t population,
                      uint32_t first, uint32_t end, double *use) {
  phs_box box[5];
  int boxes = phs_range_boxes(&w->population[population], first, end, box);
  memset(use, 0, PHS_CAPACITIES * sizeof *use);
  for (int b = 0; b < boxes; b++) {
    double one[PHS_CAPACITIES];
    phs_piece_use(w, machine, population, &box[b], one);
    for (int c = 0; c < PHS_CAPACITIES; c++) {
      bool formats = c == PHS_CAPACITY_COMPARTMENT_FORMATS || c == PHS_CAPACITY_THRESHOLD_FORMATS ||
                     c == PHS_CAPACITY_SYNAPSE_FORMATS;
      use[c] = formats ? fmax(use[c], one[c]) : use[c] + one[c];
    }
  }
}

/* Whether slices of `size` neurons fit, by three of them. */
static bool size_fits(const phs_plan *p, uint32_t population, uint32_t size, const double *limit,
                      phs_fit *why) {
  uint32_t count = p->work->population[population].count;
  for (uint32_t k = 0; k < 3; k++) {
    uint32_t first = phs_cut(count - size, 2, k);
    double use[PHS_CAPACITIES];
    phs_capacity worst = PHS_CAPACITIES;
    range_use(p->work, p->machine, population, first, first + size, use);
    if (!phs_use_fits(use, limit, &worst)) {
      *why = (phs_fit){.kind = PHS_FIT_ALONE,
                       .population = population,
                       .capacity = worst,
                       .value = use[worst],
                       .limit = limit[worst]};
      return false;
    }
  }
  return true;
}

static uint32_t largest_size(const phs_plan *p, uint32_t population, const double *limit,
                             phs_fit *why) {
  uint32_t low = 0, high = p->work->population[population].count;
  if (limit[PHS_CAPACITY_NEURONS] < high) {
    high = (uint32_t)limit[PHS_CAPACITY_NEURONS];
  }
  if (high > 0 && size_fits(p, population, high, limit, why)) {
    return high;
  }
  high -= high > 0;
  while (low < high) {
    uint32_t middle = high - (high - low) / 2;
    if (size_fits(p, population, middle, limit, why)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/* The coarsest unit (planes, rows, neurons) whose whole multiples still make n slices of at most
 * `size`. */
static uint32_t unit_of(const phs_population *p, uint32_t n, uint32_t size) {
  uint32_t unit[2] = {p->dim[1] * p->dim[2], p->dim[2]};
  for (int d = 0; d < 2; d++) {
    uint32_t units = p->count / unit[d];
    if (units >= n && ((uint64_t)units + n - 1) / n * unit[d] <= size) {
      return unit[d];
    }
  }
  return 1;
}

/* Neurons ordered by their formats, for populations with more formats than a core has. */
typedef struct formatted {
  uint64_t formats; /* compartment, threshold */
  uint32_t index;
} formatted;

static int compare_formatted(const void *a, const void *b) {
  const formatted *x = a, *y = b;
  if (x->formats != y->formats) {
    return x->formats < y->formats ? -1 : 1;
  }
  return (x->index > y->index) - (x->index < y->index);
}

static int compare_indices(const void *a, const void *b) {
  const uint32_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* Ends of slices: at most `size` neurons and as many formats as a core has. */
static void add_formatted(phs_plan *p, uint32_t population, const formatted *f, uint32_t size,
                          const double *limit) {
  const phs_population *q = &p->work->population[population];
  uint32_t *order = p->order[population];
  for (uint32_t first = 0, i = 0; first < q->count; first = i) {
    double formats = 0, thresholds = 0;
    for (i = first; i < q->count && i - first < size; i++) {
      bool begins = i == first;
      formats += begins || f[i].formats >> 32 != f[i - 1].formats >> 32;
      thresholds += begins || (uint32_t)f[i].formats != (uint32_t)f[i - 1].formats;
      if (formats > limit[PHS_CAPACITY_COMPARTMENT_FORMATS] ||
          thresholds > limit[PHS_CAPACITY_THRESHOLD_FORMATS]) {
        break;
      }
      order[i] = f[i].index;
    }
    i = i > first ? i : first + 1;
    qsort(order + first, i - first, sizeof *order, compare_indices);
    phs_plan_add(p, (phs_piece){.population = population,
                                .core = p->core_count++,
                                .listed = true,
                                .first = first,
                                .count = i - first});
  }
}

static void slice_formatted(phs_plan *p, uint32_t population, uint32_t size, const double *limit) {
  const phs_population *q = &p->work->population[population];
  formatted *f = malloc(((size_t)q->count + 1) * sizeof *f);
  p->order[population] = PHS_NEW_ARRAY(p->arena, uint32_t, q->count);
  if (!f || !p->order[population]) {
    p->no_memory = true;
    free(f);
    return;
  }
  for (uint32_t i = 0; i < q->count; i++) {
    uint32_t a = q->format ? q->format[i] : 0, b = q->threshold ? q->threshold[i] : 0;
    f[i] = (formatted){.formats = (uint64_t)a << 32 | b, .index = i};
    p->order[population][i] = i;
  }
  qsort(f, q->count, sizeof *f, compare_formatted);
  add_formatted(p, population, f, size, limit);
  free(f);
}

/* Formats that sorting can part are no reason for smaller slices: their limits are lifted. */
static bool lift_formats(const phs_population *q, double *limit) {
  bool sort = false;
  if (q->format && q->format_count > limit[PHS_CAPACITY_COMPARTMENT_FORMATS] &&
      limit[PHS_CAPACITY_COMPARTMENT_FORMATS] >= 1) {
    limit[PHS_CAPACITY_COMPARTMENT_FORMATS] = INFINITY;
    sort = true;
  }
  if (q->threshold && q->threshold_count > limit[PHS_CAPACITY_THRESHOLD_FORMATS] &&
      limit[PHS_CAPACITY_THRESHOLD_FORMATS] >= 1) {
    limit[PHS_CAPACITY_THRESHOLD_FORMATS] = INFINITY;
    sort = true;
  }
  return sort;
}

phasor_status phs_slice_population(phs_plan *p, uint32_t population, const phs_map_options *o,
                                   phs_fit *why) {
  const phs_population *q = &p->work->population[population];
  double limit[PHS_CAPACITIES], lifted[PHS_CAPACITIES];
  phs_core_limits(p->machine, limit);
  memcpy(lifted, limit, sizeof lifted);
  bool sort = lift_formats(q, lifted);
  uint32_t size = largest_size(p, population, lifted, why);
  if (size == 0) {
    return phs_slice_split(p, population, o);
  }
  if (sort) {
    slice_formatted(p, population, size, limit);
    return PHASOR_OK;
  }
  uint32_t n = (uint32_t)(((uint64_t)q->count + size - 1) / size);
  uint32_t unit = unit_of(q, n, size), units = q->count / unit;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t first = unit * phs_cut(units, n, i), end = unit * phs_cut(units, n, i + 1);
    if (p->full) {
      first = i * size;
      end = i + 1 < n ? first + size : q->count;
    }
    phs_box box[5];
    int boxes = phs_range_boxes(q, first, end, box);
    for (int b = 0; b < boxes; b++) {
      phs_plan_add(p, (phs_piece){.population = population, .core = p->core_count, .box = box[b]});
    }
    p->core_count++;
  }
  return PHASOR_OK;
}

phasor_status phs_slice_linear(phs_plan *p, const phs_map_options *o, phs_fit *why) {
  phasor_status status = PHASOR_OK;
  for (uint32_t q = 0; q < p->work->population_count && status == PHASOR_OK; q++) {
    const phs_population *population = &p->work->population[q];
    if (population->kind != PHS_POPULATION_INPUT && population->count > 0) {
      status = phs_slice_population(p, q, o, why);
    }
  }
  return status;
}
