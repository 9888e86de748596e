/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* All stages of mapping, in order, and what is tried again when one of them fails. */
#include "map/partition.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Up to so many cores every candidate is placed, and the one with the least spike-hops is kept;
 * beyond, the one with the least deliveries. */
#define PLACE_ALL_CORES 4096u
/* Candidates with so many times the least deliveries hardly get ahead by their places: of networks
 * with more cores than that, they are left out. */
#define BEHIND 1.15
#define PLACE_BEHIND_CORES 64u
enum { MOST_TRIES = 3 };

/* The first error of an attempt, kept until it is known that no other attempt comes to an end. */
typedef struct attempt {
  phs_diag diag;
  bool any;
  char code[16], message[2048], help[1024], file[1024], where[256];
  uint32_t line, column;
} attempt;

static void copy(char *to, size_t size, const char *from) {
  snprintf(to, size, "%s", from ? from : "");
}

static void keep(void *user, const phasor_diagnostic *d) {
  attempt *a = user;
  if (a->any || d->severity != PHASOR_ERROR) {
    return;
  }
  a->any = true;
  a->line = d->line;
  a->column = d->column;
  copy(a->code, sizeof a->code, d->code);
  copy(a->message, sizeof a->message, d->message);
  copy(a->help, sizeof a->help, d->help);
  copy(a->file, sizeof a->file, d->file);
  copy(a->where, sizeof a->where, d->where);
}

/* @return what to report to */
static phs_diag *begin(attempt *a) {
  a->any = false;
  a->diag = (phs_diag){.fn = keep, .user = a};
  return &a->diag;
}

/* Reports what the last attempt has kept. */
static void tell_failure(const attempt *a, phs_diag *diag) {
  if (!a->any) {
    phs_report(diag, PHS_INTERNAL, NULL, NULL, "a stage of mapping failed without saying why");
    return;
  }
  diag->errors++;
  if (diag->fn) {
    phasor_diagnostic d = {.code = a->code,
                           .severity = PHASOR_ERROR,
                           .message = a->message,
                           .help = *a->help ? a->help : NULL,
                           .file = *a->file ? a->file : NULL,
                           .where = *a->where ? a->where : NULL,
                           .line = a->line,
                           .column = a->column};
    diag->fn(diag->user, &d);
  }
}

/* Moves neurons; routes; checks. */
static phasor_status finish(phs_map *m, phs_diag *diag) {
  phasor_status status = PHASOR_OK;
  if (m->options.mode == PHS_MAP_GOOD) {
    phs_map_tell(m, "refine", 0);
    status = phs_map_refine(m, diag);
  }
  if (status == PHASOR_OK) {
    phs_map_tell(m, "route", 0);
    status = phs_map_route(m, diag);
  }
  if (status == PHASOR_OK) {
    phs_map_tell(m, "check", 0);
    status = phs_map_check(m, diag);
  }
  return status;
}

/* The notes of `before`, then those of `to`. */
static void take_notes(phs_map *to, const phs_map *before) {
  char **later = to->note;
  size_t count = to->note_count;
  to->note = NULL;
  to->note_count = to->note_room = 0;
  for (size_t i = 0; i < before->note_count; i++) {
    phs_map_note(to, "%s", before->note[i]);
  }
  for (size_t i = 0; i < count; i++) {
    phs_map_note(to, "%s", later[i]);
  }
  free(later);
}

/* Candidates on their way to a finished map. */
typedef struct trials {
  phs_map *notes; /* has the options and takes the notes */
  phs_candidates c;
  phs_map *placed[PHS_CANDIDATES];
  int next;  /* candidate that has not been placed */
  int round; /* of seeds */
  attempt last;
} trials;

static phasor_status place_one(trials *t, int i) {
  phs_diag *diag = begin(&t->last);
  phs_map *trial = phs_map_trial(t->notes);
  phs_fit why;
  phasor_status status =
      trial ? phs_plan_settle(t->c.plan[i], trial, &why, diag) : phs_map_no_memory(diag, "a map");
  if (status == PHASOR_OK) {
    trial->options = t->notes->options;
    status = phs_map_place(trial, diag);
  }
  if (status == PHASOR_OK) {
    phs_map_note(t->notes, "%s: placed, %.6g spike-hops a step", t->c.plan[i]->name,
                 trial->traffic.spike_hops);
    t->placed[i] = trial;
    return PHASOR_OK;
  }
  phs_map_note(t->notes, "%s: cannot be placed: %s", t->c.plan[i]->name, t->last.message);
  phs_map_free(trial);
  return status;
}

/* Places all candidates of a small network, of a large one the first that can be; and those far
 * behind only where no other can be placed. */
static phasor_status place_some(trials *t) {
  phasor_status status = PHASOR_OK;
  const phs_candidates *c = &t->c;
  bool any = false;
  while (t->next < c->count) {
    int i = t->next++;
    phs_map_tell(t->notes, "place", (double)i / c->count);
    status = place_one(t, i);
    if (status != PHASOR_OK && status != PHASOR_ERROR_TARGET) {
      return status;
    }
    any |= t->placed[i] != NULL;
    bool large = t->placed[i] && t->placed[i]->core_count > PLACE_ALL_CORES;
    bool behind = t->next < c->count && c->deliveries[t->next] > BEHIND * c->deliveries[0] &&
                  c->plan[i]->core_count > PLACE_BEHIND_CORES;
    if (any && (large || behind)) {
      break;
    }
  }
  return any ? PHASOR_OK : status;
}

/* Whether there is another candidate, or another seed, to go on with. */
static bool more_to_try(trials *t) {
  if (t->next < t->c.count) {
    return true;
  }
  if (t->round + 1 == MOST_TRIES) {
    return false;
  }
  t->round++;
  t->next = 0;
  t->notes->options.seed++;
  phs_map_note(t->notes, "it cannot be routed; placed again with seed %" PRIu64,
               t->notes->options.seed);
  return true;
}

static int best_placed(const trials *t, int *left) {
  int best = -1;
  *left = 0;
  for (int i = 0; i < t->c.count; i++) {
    const phs_map *m = t->placed[i];
    *left += m != NULL;
    if (m && (best < 0 || m->traffic.weighted_hops < t->placed[best]->traffic.weighted_hops)) {
      best = i;
    }
  }
  return best;
}

/* The best candidate that can be routed. */
static phasor_status finish_best(trials *t, phs_map **out) {
  phasor_status status = PHASOR_ERROR_TARGET;
  int left, best;
  while ((best = best_placed(t, &left)) >= 0) {
    phs_map *m = t->placed[best];
    t->placed[best] = NULL;
    phs_map_note(t->notes, "kept: %s", t->c.plan[best]->name);
    status = finish(m, begin(&t->last));
    if (status == PHASOR_OK) {
      take_notes(m, t->notes);
      *out = m;
      return PHASOR_OK;
    }
    phs_map_free(m);
    if (status != PHASOR_ERROR_TARGET) {
      return status;
    }
    phs_map_note(t->notes, "%s: cannot be routed: %s", t->c.plan[best]->name, t->last.message);
    if (left == 1 && more_to_try(t)) {
      phasor_status again = place_some(t);
      if (again != PHASOR_OK) {
        return again;
      }
    }
  }
  return status;
}

static phasor_status map_good(phs_map *notes, phs_diag *diag, phs_map **out) {
  trials t = {.notes = notes};
  phs_map_tell(notes, "partition", 0);
  phasor_status status = phs_partition_candidates(notes, &t.c, diag);
  if (status == PHASOR_OK) {
    status = place_some(&t);
    if (status == PHASOR_OK) {
      status = finish_best(&t, out);
    }
    if (status != PHASOR_OK) {
      tell_failure(&t.last, diag);
    }
  }
  for (int i = 0; i < t.c.count; i++) {
    phs_map_free(t.placed[i]);
  }
  phs_candidates_free(&t.c);
  return status;
}

/* One cut, placed; again with another seed where it cannot be routed. */
static phasor_status map_direct(phs_map *m, phs_diag *diag) {
  phs_map_tell(m, "partition", 0);
  phasor_status status = phs_map_partition(m, diag);
  if (status != PHASOR_OK) {
    return status;
  }
  attempt a = {.any = false};
  for (int try = 1; try <= MOST_TRIES; try++) {
    phs_map_tell(m, "place", 0);
    status = phs_map_place(m, begin(&a));
    if (status != PHASOR_OK) {
      break;
    }
    status = finish(m, begin(&a));
    if (status != PHASOR_ERROR_TARGET) {
      break;
    }
    m->options.seed++;
    phs_map_note(m, "it cannot be routed: %s", a.message);
  }
  if (status != PHASOR_OK) {
    tell_failure(&a, diag);
  }
  return status;
}

phasor_status phs_map_network_tried(const phs_work *w, const phs_machine *machine,
                                    const phs_map_options *o, phs_diag *diag, phs_map **out,
                                    phs_map **tried) {
  *tried = NULL;
  phs_map *m = phs_map_create(w, machine, o);
  if (!m) {
    return phs_map_no_memory(diag, "a map");
  }
  phs_map *made = m;
  phasor_status status;
  if (o->mode == PHS_MAP_FAST || phs_partition_is_giant(m)) {
    status = map_direct(m, diag);
  } else {
    status = map_good(m, diag, &made);
  }
  if (status != PHASOR_OK) {
    *tried = m;
    return status;
  }
  if (made != m) {
    phs_map_free(m);
  }
  phs_map_tell(made, "mapped", 1);
  *out = made;
  return PHASOR_OK;
}

phasor_status phs_map_network(const phs_work *w, const phs_machine *machine,
                              const phs_map_options *o, phs_diag *diag, phs_map **out) {
  phs_map *tried;
  phasor_status status = phs_map_network_tried(w, machine, o, diag, out, &tried);
  phs_map_free(tried);
  return status;
}
