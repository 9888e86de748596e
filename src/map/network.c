/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* All stages of mapping, in order, and what is tried again when one of them fails. */
#include "map/partition.h"

#include <inttypes.h>
#include <stdlib.h>

/* Up to so many cores every candidate is placed, and the one with the least spike-hops is kept;
 * beyond, the one with the least deliveries. */
#define PLACE_ALL_CORES 4096u
enum { MOST_TRIES = 3 };

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
} trials;

static void place_one(trials *t, int i, phs_diag *diag, phasor_status *status) {
  phs_map *trial = phs_map_trial(t->notes);
  phs_fit why;
  *status =
      trial ? phs_plan_settle(t->c.plan[i], trial, &why, diag) : phs_map_no_memory(diag, "a map");
  if (*status == PHASOR_OK) {
    trial->options = t->notes->options;
    *status = phs_map_place(trial, diag);
  }
  if (*status == PHASOR_OK) {
    phs_map_note(t->notes, "%s: placed, %.6g spike-hops a step", t->c.plan[i]->name,
                 trial->traffic.spike_hops);
    t->placed[i] = trial;
    return;
  }
  phs_map_note(t->notes, "%s: cannot be placed", t->c.plan[i]->name);
  phs_map_free(trial);
}

/* Places all candidates of a small network, of a large one the first that can be. Only the last
 * failure is reported. */
static phasor_status place_all(trials *t, phs_diag *diag) {
  phasor_status status = PHASOR_OK;
  bool any = false;
  for (int i = 0; i < t->c.count; i++) {
    phs_diag quiet = {0};
    bool last = i + 1 == t->c.count && !any;
    phs_map_tell(t->notes, "place", (double)i / t->c.count);
    place_one(t, i, last ? diag : &quiet, &status);
    if (status != PHASOR_OK && status != PHASOR_ERROR_TARGET) {
      return status;
    }
    any |= t->placed[i] != NULL;
    if (t->placed[i] && t->placed[i]->core_count > PLACE_ALL_CORES) {
      break;
    }
  }
  return any ? PHASOR_OK : status;
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
static phasor_status finish_best(trials *t, phs_diag *diag, phs_map **out) {
  phasor_status status = PHASOR_ERROR_INTERNAL;
  int left, best;
  while ((best = best_placed(t, &left)) >= 0) {
    phs_diag quiet = {0};
    phs_map *m = t->placed[best];
    t->placed[best] = NULL;
    phs_map_note(t->notes, "kept: %s", t->c.plan[best]->name);
    status = finish(m, left == 1 ? diag : &quiet);
    if (status == PHASOR_OK) {
      take_notes(m, t->notes);
      *out = m;
      return PHASOR_OK;
    }
    phs_map_free(m);
    phs_map_note(t->notes, "%s: cannot be routed", t->c.plan[best]->name);
    if (status != PHASOR_ERROR_TARGET) {
      /* a defect or no memory: what was quiet is said by the status */
      if (left > 1) {
        phs_report(diag, PHS_INTERNAL, NULL, NULL, "a map could not be finished");
      }
      return status;
    }
  }
  return status;
}

static phasor_status map_good(phs_map *notes, phs_diag *diag, phs_map **out) {
  trials t = {.notes = notes};
  phs_map_tell(notes, "partition", 0);
  phasor_status status = phs_partition_candidates(notes, &t.c, diag);
  if (status == PHASOR_OK) {
    status = place_all(&t, diag);
  }
  if (status == PHASOR_OK) {
    status = finish_best(&t, diag, out);
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
  for (int try = 1; status == PHASOR_OK; try++) {
    phs_diag quiet = {0};
    bool last = try == MOST_TRIES;
    phs_map_tell(m, "place", 0);
    status = phs_map_place(m, diag);
    if (status == PHASOR_OK) {
      status = finish(m, last ? diag : &quiet);
      if (status == PHASOR_OK || status != PHASOR_ERROR_TARGET || last) {
        break;
      }
      m->options.seed++;
      phs_map_note(m, "it cannot be routed; placed again with seed %" PRIu64, m->options.seed);
      status = PHASOR_OK;
    }
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
