/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Event-camera recordings: from events with a place and a time to counts for each input and step.
 */
#include "vm/stimulus_internal.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

bool phs_stim_need_bin(const phs_stimulus_options *o, phs_stimulus_error *e) {
  if (o->bin == 0) {
    return phs_stim_fail(
        e, PHS_STIM_OPTION,
        "give --bin SECONDS, the length of a step, for example --bin 1e-3 (a .npy of 3 columns is "
        "events where the input has another width)",
        "an event file needs a bin");
  }
  if (!(o->bin >= 1e-9 && o->bin <= 1e9)) {
    return phs_stim_fail(e, PHS_STIM_OPTION, "the bin is in seconds, from 1e-9 to 1e9",
                         "a bin of %g s makes no sense", o->bin);
  }
  if (phs_stim_width(o) == 0) {
    return phs_stim_fail(e, PHS_STIM_OPTION, NULL,
                         "events cannot be placed: the shape of the network's input is unknown");
  }
  return true;
}

/** The side s of a sensor with 2 s s = n, or 0. */
static uint64_t square_side(uint64_t n) {
  uint64_t low = 1, high = (uint64_t)1 << 20;
  while (low < high) {
    uint64_t mid = (low + high) / 2;
    if (2 * mid * mid < n) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return 2 * low * low == n ? low : 0;
}

bool phs_stim_sensor_of(const phs_stimulus_options *o, phs_stim_sensor *out,
                        phs_stimulus_error *e) {
  char shape[128];
  const int64_t *d = o->dim;
  *out = (phs_stim_sensor){0};
  if (o->rank == 3 && (d[0] == 1 || d[0] == 2)) {
    *out = (phs_stim_sensor){(uint64_t)d[0], (uint64_t)d[1], (uint64_t)d[2]};
  } else if (o->rank == 2) {
    *out = (phs_stim_sensor){1, (uint64_t)d[0], (uint64_t)d[1]};
  } else if (o->rank == 1) {
    uint64_t side = square_side((uint64_t)d[0]);
    *out = (phs_stim_sensor){2, side, side};
  }
  if (out->height == 0) {
    return phs_stim_fail(e, PHS_STIM_SHAPE,
                         "events need an input of [2, H, W], [1, H, W], [H, W], or flat with 2*S*S "
                         "values; else convert "
                         "the recording to .npy",
                         "the events of a camera cannot be placed on the network's input %s",
                         phs_stim_shape(o->rank, d, shape, sizeof shape));
  }
  return true;
}

bool phs_stim_pixel(const phs_stim_sensor *s, uint64_t x, uint64_t y, unsigned polarity, uint64_t k,
                    uint64_t byte, uint64_t *index, phs_stimulus_error *e) {
  if (x >= s->width || y >= s->height) {
    bool wide = x >= s->width;
    return phs_stim_fail_at(
        e, PHS_STIM_SHAPE, byte,
        "the recording comes from a larger sensor than the network was made for",
        "event %llu has %s = %llu, the network's input ends at %llu", (unsigned long long)k,
        wide ? "x" : "y", (unsigned long long)(wide ? x : y),
        (unsigned long long)((wide ? s->width : s->height) - 1));
  }
  uint64_t plane = s->polarities == 2 ? polarity : 0;
  *index = (plane * s->height + y) * s->width + x;
  return true;
}

uint64_t phs_stim_step_near(double seconds, double bin) {
  double step = seconds * (1.0 / bin);
  if (!(step < 9e15)) {
    return UINT64_MAX;
  }
  uint64_t floor = (uint64_t)step;
  double rest = step - (double)floor;
  return floor + (rest > 0.5 || (rest == 0.5 && floor % 2 == 1));
}

uint64_t phs_stim_step_us(uint64_t us, double bin) {
  double bin_us = bin * 1e6;
  uint64_t whole = (uint64_t)(bin_us + 0.5);
  double off = bin_us - (double)whole;
  if (whole > 0 && off <= 1e-9 * bin_us && off >= -1e-9 * bin_us) {
    return us / whole;
  }
  /* A billionth of a step, and the rounding of the division: 0.003 / 0.001 falls just below 3, and
   * is meant to be 3. */
  double step = (double)us * 1e-6 / bin;
  step += 1e-9 + step * 4 * DBL_EPSILON;
  return step < 9e18 ? (uint64_t)step : UINT64_MAX;
}

bool phs_stim_accumulate(phs_stim_event_fn *fn, void *user, uint64_t count,
                         const phs_stimulus_options *o, phs_stimulus *out, phs_stimulus_error *e) {
  phs_stim_event event;
  uint64_t last = 0;
  if (count == 0) {
    return phs_stim_fail(e, PHS_STIM_FORMAT, NULL, "the file has no events");
  }
  for (uint64_t k = 0; k < count; k++) {
    if (!fn(user, k, &event, e)) {
      return false;
    }
    last = event.step > last ? event.step : last;
  }
  uint64_t steps = o->steps ? o->steps : last == UINT64_MAX ? last : last + 1;
  if (!phs_stim_allocate(out, 1, steps, phs_stim_width(o),
                         "choose a longer --bin, or check the times in the file", e)) {
    return false;
  }
  for (uint64_t k = 0; k < count; k++) {
    if (!fn(user, k, &event, e)) {
      return false;
    }
    if (event.step >= steps) { /* as converters to a fixed number of frames do: no event is lost */
      event.step = steps - 1;
      out->late++;
    }
    float *value = out->data + event.step * out->width + event.index;
    *value = o->binary ? 1.0F : *value + 1.0F;
  }
  out->events = (size_t)count;
  return true;
}

/** The events of one camera recording. */
typedef struct recording {
  phs_stim_bytes file;
  size_t start, size; /**< of the first event, of each event */
  phs_stim_sensor sensor;
  double bin;
  const uint32_t *time; /**< N-MNIST: unwrapped, in us */
  const uint32_t *at;   /**< N-MNIST: position in the file, markers left out */
} recording;

/** That time does not fall by more than half of what the clock can count. */
static bool check_time(uint64_t us, uint64_t before, uint64_t half, uint64_t k, uint64_t byte,
                       phs_stimulus_error *e) {
  if (before > half && us < before - half) {
    return phs_stim_fail_at(
        e, PHS_STIM_FORMAT, byte, "split the recording where its clock starts again",
        "the time of event %llu falls from %llu us to %llu us: the clock of the recording ran over",
        (unsigned long long)k, (unsigned long long)before, (unsigned long long)us);
  }
  return true;
}

/* N-MNIST: 5 bytes an event: x, y, polarity in bit 7 above 23 bits of time in us, the high byte
 * first. A row of 240 on a sensor of at most 240 rows is no event but says that the clock ran over:
 * 2^13 us are added from there on. */
enum { NMNIST_SIZE = 5, NMNIST_MARKER = 240, NMNIST_ADDED = 1 << 13 };

static bool nmnist_event(void *user, uint64_t k, phs_stim_event *out, phs_stimulus_error *e) {
  const recording *r = user;
  uint64_t byte = (uint64_t)r->at[k] * NMNIST_SIZE;
  const unsigned char *b = r->file.data + byte;
  out->step = phs_stim_step_us(r->time[k], r->bin);
  return phs_stim_pixel(&r->sensor, b[0], b[1], b[2] >> 7, r->at[k], byte, &out->index, e);
}

static bool nmnist_times(recording *r, uint32_t *time, uint32_t *at, uint64_t *count,
                         phs_stimulus_error *e) {
  uint64_t n = r->file.len / NMNIST_SIZE, added = 0, before = 0;
  *count = 0;
  for (uint64_t k = 0; k < n; k++) {
    const unsigned char *b = r->file.data + k * NMNIST_SIZE;
    if (b[1] == NMNIST_MARKER && r->sensor.height <= NMNIST_MARKER) {
      added += NMNIST_ADDED;
      continue;
    }
    uint64_t us = added + ((uint64_t)(b[2] & 0x7f) << 16 | (uint64_t)b[3] << 8 | b[4]);
    if (us > UINT32_MAX) {
      return phs_stim_fail_at(e, PHS_STIM_FORMAT, k * NMNIST_SIZE,
                              "check that this is an N-MNIST recording",
                              "event %llu is later than 4294 s", (unsigned long long)k);
    }
    if (!check_time(us, before, (uint64_t)1 << 22, k, k * NMNIST_SIZE, e)) {
      return false;
    }
    before = us;
    time[*count] = (uint32_t)us;
    at[(*count)++] = (uint32_t)k;
  }
  return true;
}

bool phs_stim_read_nmnist(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                          phs_stimulus_error *e) {
  recording r = {.bin = o->bin, .size = NMNIST_SIZE};
  uint32_t *time = NULL, *at = NULL;
  uint64_t count;
  bool ok = false;
  if (!phs_stim_need_bin(o, e) || !phs_stim_sensor_of(o, &r.sensor, e) ||
      !phs_stim_load(in, &r.file, e)) {
    goto cleanup;
  }
  size_t n = r.file.len / NMNIST_SIZE;
  if (r.file.len % NMNIST_SIZE != 0 || n > UINT32_MAX) {
    phs_stim_fail_at(
        e, PHS_STIM_FORMAT, n * NMNIST_SIZE, "the file is cut, or is no N-MNIST recording",
        "the file has %zu bytes, no whole number of %d-byte events", r.file.len, NMNIST_SIZE);
    goto cleanup;
  }
  time = malloc((n + 1) * sizeof *time);
  at = malloc((n + 1) * sizeof *at);
  if (!time || !at) {
    phs_stim_fail(e, PHS_STIM_NO_MEMORY, NULL, "no memory for %zu events", n);
    goto cleanup;
  }
  r.time = time;
  r.at = at;
  ok = nmnist_times(&r, time, at, &count, e) &&
       phs_stim_accumulate(nmnist_event, &r, count, o, out, e);
cleanup:
  free(time);
  free(at);
  free(r.file.data);
  return ok;
}

/* Prophesee .dat: lines of text that begin with '%', a byte each for the type and size of events,
 * then events of two little-endian 32-bit words: time in us; x (14 bits), y (14 bits), polarity. */
enum { DAT_SIZE = 8, DAT_OLD_EVENT = 0x00, DAT_CD_EVENT = 0x0c };

static uint32_t little32(const unsigned char *b) {
  return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool dat_event(void *user, uint64_t k, phs_stim_event *out, phs_stimulus_error *e) {
  const recording *r = user;
  uint64_t byte = r->start + k * DAT_SIZE;
  const unsigned char *b = r->file.data + byte;
  uint32_t us = little32(b), place = little32(b + 4);
  uint32_t before = k > 0 ? little32(b - DAT_SIZE) : 0;
  if (!check_time(us, before, (uint64_t)1 << 31, k, byte, e)) {
    return false;
  }
  out->step = phs_stim_step_us(us, r->bin);
  return phs_stim_pixel(&r->sensor, place & 0x3fff, place >> 14 & 0x3fff, place >> 28 & 1, k, byte,
                        &out->index, e);
}

/** Finds the first event, and checks what the header says of events. */
static bool dat_header(recording *r, phs_stimulus_error *e) {
  const unsigned char *data = r->file.data;
  size_t at = 0, len = r->file.len;
  if (len == 0 || data[0] != '%') {
    return phs_stim_fail(e, PHS_STIM_FORMAT, "give a Prophesee .dat recording",
                         "the file does not begin with a header line ('%%')");
  }
  while (at < len && data[at] == '%') {
    const unsigned char *newline = memchr(data + at, '\n', len - at);
    if (!newline) {
      return phs_stim_fail_at(e, PHS_STIM_FORMAT, at, "the file is cut", "the header has no end");
    }
    at = (size_t)(newline - data) + 1;
  }
  if (len - at < 2) {
    return phs_stim_fail_at(e, PHS_STIM_FORMAT, at, "the file is cut",
                            "type and size of events are missing");
  }
  if ((data[at] != DAT_OLD_EVENT && data[at] != DAT_CD_EVENT) || data[at + 1] != DAT_SIZE) {
    return phs_stim_fail_at(
        e, PHS_STIM_FORMAT, at, "only contrast events are read: type 0 or 12, 8 bytes",
        "events of type %u with %u bytes are not supported", data[at], data[at + 1]);
  }
  r->start = at + 2;
  return true;
}

bool phs_stim_read_dat(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                       phs_stimulus_error *e) {
  recording r = {.bin = o->bin, .size = DAT_SIZE};
  bool ok = false;
  if (!phs_stim_need_bin(o, e) || !phs_stim_sensor_of(o, &r.sensor, e) ||
      !phs_stim_load(in, &r.file, e) || !dat_header(&r, e)) {
    goto cleanup;
  }
  size_t bytes = r.file.len - r.start;
  if (bytes % DAT_SIZE != 0) {
    phs_stim_fail_at(e, PHS_STIM_FORMAT, r.file.len - bytes % DAT_SIZE, "the file is cut",
                     "the last event has %zu of its %d bytes", bytes % DAT_SIZE, DAT_SIZE);
    goto cleanup;
  }
  ok = phs_stim_accumulate(dat_event, &r, bytes / DAT_SIZE, o, out, e);
cleanup:
  free(r.file.data);
  return ok;
}
