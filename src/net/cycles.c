/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "net/cycles.h"

#include <string.h>

/* Tarjan's strongly connected components with an explicit stack: graphs from files may be deep. */
typedef struct scc {
  const phs_digraph *g;
  const int *cut;
  const int *region; /* only nodes of the same region are searched together */
  int *index, *low, *next, *stack, *call;
  bool *on_stack;
  int counter, stack_count;
  int *member; /* members of the component found last, a tail of `found` */
} scc;

static bool scc_init(scc *s, phs_arena *a, const phs_digraph *g, const int *cut,
                     const int *region) {
  size_t n = (size_t)g->n;
  *s = (scc){.g = g, .cut = cut, .region = region};
  s->index = PHS_NEW_ARRAY(a, int, n);
  s->low = PHS_NEW_ARRAY(a, int, n);
  s->next = PHS_NEW_ARRAY(a, int, n);
  s->stack = PHS_NEW_ARRAY(a, int, n);
  s->call = PHS_NEW_ARRAY(a, int, n);
  s->on_stack = PHS_NEW_ARRAY(a, bool, n);
  return s->index && s->low && s->next && s->stack && s->call && s->on_stack;
}

static void scc_enter(scc *s, int v) {
  s->index[v] = s->low[v] = ++s->counter;
  s->next[v] = s->g->out[v];
  s->stack[s->stack_count++] = v;
  s->on_stack[v] = true;
}

typedef void (*scc_fn)(void *user, const int *member, int count);

/* Visits every component that can be reached from @p root within its region. */
static void scc_search(scc *s, int root, scc_fn fn, void *user) {
  int depth = 0;
  scc_enter(s, root);
  s->call[depth++] = root;
  while (depth > 0) {
    int v = s->call[depth - 1];
    if (s->next[v] < s->g->out[v + 1]) {
      int e = s->next[v]++, w = s->g->edge[e].to;
      if (s->cut[e] != -1 || s->region[w] != s->region[v]) {
        continue;
      }
      if (!s->index[w]) {
        scc_enter(s, w);
        s->call[depth++] = w;
      } else if (s->on_stack[w] && s->index[w] < s->low[v]) {
        s->low[v] = s->index[w];
      }
      continue;
    }
    depth--;
    if (depth > 0 && s->low[v] < s->low[s->call[depth - 1]]) {
      s->low[s->call[depth - 1]] = s->low[v];
    }
    if (s->low[v] == s->index[v]) {
      int end = s->stack_count;
      do {
        s->on_stack[s->stack[--s->stack_count]] = false;
      } while (s->stack[s->stack_count] != v);
      fn(user, s->stack + s->stack_count, end - s->stack_count);
    }
  }
}

/* A queue of components that still have to be cut, each a range of `members`. */
typedef struct work {
  const phs_digraph *g;
  const int *cut;
  int *comp;          /* number of the latest component found around a node */
  int *first, *count; /* components to do: ranges in `members` */
  int *members;
  int made, done, filled, next_comp;
} work;

static bool has_self_edge(const work *w, int v) {
  for (int e = w->g->out[v]; e < w->g->out[v + 1]; e++) {
    if (w->g->edge[e].to == v && w->cut[e] == -1) {
      return true;
    }
  }
  return false;
}

static void found(void *user, const int *member, int count) {
  work *w = user;
  int comp = w->next_comp++;
  for (int i = 0; i < count; i++) {
    w->comp[member[i]] = comp;
  }
  if (count > 1 || has_self_edge(w, member[0])) {
    memcpy(w->members + w->filled, member, (size_t)count * sizeof *member);
    w->first[w->made] = w->filled;
    w->count[w->made++] = count;
    w->filled += count;
  }
}

static int choose_head(const int *member, int count, const int *distance, const bool *may_head) {
  int head = -1;
  for (int i = 0; i < count; i++) {
    int v = member[i];
    if (may_head[v] &&
        (head < 0 || distance[v] < distance[head] || (distance[v] == distance[head] && v < head))) {
      head = v;
    }
  }
  return head;
}

/* Components inside the component `list[0..count)`, whose members carry the region number of it. */
static void search_again(scc *s, const int *list, int count, scc_fn fn, void *user) {
  for (int i = 0; i < count; i++) {
    s->index[list[i]] = 0;
  }
  s->counter = 0;
  for (int i = 0; i < count; i++) {
    if (!s->index[list[i]]) {
      scc_search(s, list[i], fn, user);
    }
  }
}

bool phs_cut_cycles(phs_arena *a, const phs_digraph *g, const int *distance, const bool *may_head,
                    int *cut, phs_cut_fn fn, void *user, const int **stuck, int *stuck_count) {
  size_t n = (size_t)g->n;
  int *region = PHS_NEW_ARRAY(a, int, n);
  work w = {.g = g, .cut = cut};
  w.comp = PHS_NEW_ARRAY(a, int, n);
  w.first = PHS_NEW_ARRAY(a, int, n + 1);
  w.count = PHS_NEW_ARRAY(a, int, n + 1);
  w.members = PHS_NEW_ARRAY(a, int, n + 1);
  int *list = PHS_NEW_ARRAY(a, int, n + 1);
  scc s;
  *stuck_count = 0;
  if (!region || !w.comp || !w.first || !w.count || !w.members || !list ||
      !scc_init(&s, a, g, cut, region)) {
    return false;
  }
  for (int i = 0; i < g->n; i++) {
    list[i] = i;
  }
  search_again(&s, list, g->n, found, &w);
  /* Depth first over components: the stack of ranges never holds more than n members. */
  while (w.made > 0) {
    int at = --w.made, count = w.count[at];
    w.filled = w.first[at];
    memcpy(list, w.members + w.first[at], (size_t)count * sizeof *list);
    int head = choose_head(list, count, distance, may_head), comp = w.comp[list[0]];
    if (head < 0) {
      *stuck = phs_arena_copy(a, list, (size_t)count * sizeof *list);
      *stuck_count = *stuck ? count : 0;
      return false;
    }
    for (int i = g->in[head]; i < g->in[head + 1]; i++) {
      int e = g->in_edge[i];
      if (cut[e] == -1 && w.comp[g->edge[e].from] == comp) {
        cut[e] = comp;
      }
    }
    if (fn && !fn(user, comp, w.comp, head)) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      region[list[i]] = comp + 1;
    }
    search_again(&s, list, count, found, &w);
  }
  return true;
}
