/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/layout.h"

#include "base/locale.h"

#include <graphviz/gvc.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

/* Graphviz is not made for several threads: the level of its messages and its random numbers are
 * the process's. It does not give back all of a context's memory (2.43), so that one serves all
 * layouts. These two are all that outlives a call. */
static pthread_mutex_t graphviz = PTHREAD_MUTEX_INITIALIZER;
static GVC_t *context;

static void put(void *object, const char *name, const char *value) {
  agsafeset(object, (char *)(uintptr_t)name, (char *)(uintptr_t)value, (char *)(uintptr_t) "");
}

/* Nodes are plain circles without labels, so that no font has a say in the layout. */
static bool build(Agraph_t *g, const phs_layout *l, Agnode_t **node, Agedge_t **edge,
                  phs_arena *arena) {
  put(g, "rankdir", "LR");
  put(g, "ranksep", "1.0");
  put(g, "nodesep", "0.42");
  put(g, "nslimit", "2");
  put(g, "nslimit1", "2");
  put(g, "overlap", "prism");
  put(g, "sep", "+6");
  put(g, "start", "1");
  put(g, "splines", l->layered ? "true" : "line");
  for (uint32_t i = 0; i < l->node_count; i++) {
    char *size = phs_arena_printf(arena, "%.4f", l->diameter[i] / 72);
    node[i] = agnode(g, NULL, 1);
    if (!node[i] || !size) {
      return false;
    }
    put(node[i], "label", "");
    put(node[i], "shape", "circle");
    put(node[i], "fixedsize", "true");
    put(node[i], "width", size);
    put(node[i], "height", size);
  }
  for (uint32_t i = 0; i < l->edge_count; i++) {
    edge[i] = agedge(g, node[l->edge[i].from], node[l->edge[i].to], NULL, 1);
    if (!edge[i]) {
      return false;
    }
    put(edge[i], "arrowhead", "none");
  }
  return true;
}

static bool take_edge(phs_layout_edge *to, const Agedge_t *from, double top, phs_arena *arena) {
  const splines *s = ED_spl(from);
  if (!s || s->size == 0 || s->list[0].size < 4) {
    return true;
  }
  const bezier *b = &s->list[0];
  to->count = (uint32_t)b->size;
  to->point = PHS_NEW_ARRAY(arena, phs_layout_point, to->count);
  for (uint32_t i = 0; to->point && i < to->count; i++) {
    to->point[i] = (phs_layout_point){b->list[i].x, top - b->list[i].y};
  }
  return to->point != NULL;
}

static void move(phs_layout_point *p, double x, double y) {
  p->x -= x;
  p->y -= y;
}

/* The least corner becomes 0, 0. */
static void normalise(phs_layout *l) {
  double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
  for (uint32_t i = 0; i < l->node_count; i++) {
    double r = l->diameter[i] / 2;
    x0 = fmin(x0, l->node[i].x - r);
    y0 = fmin(y0, l->node[i].y - r);
    x1 = fmax(x1, l->node[i].x + r);
    y1 = fmax(y1, l->node[i].y + r);
  }
  for (uint32_t i = 0; i < l->edge_count; i++) {
    for (uint32_t k = 0; k < l->edge[i].count; k++) {
      x0 = fmin(x0, l->edge[i].point[k].x);
      y0 = fmin(y0, l->edge[i].point[k].y);
      x1 = fmax(x1, l->edge[i].point[k].x);
      y1 = fmax(y1, l->edge[i].point[k].y);
    }
  }
  for (uint32_t i = 0; i < l->node_count; i++) {
    move(&l->node[i], x0, y0);
  }
  for (uint32_t i = 0; i < l->edge_count; i++) {
    for (uint32_t k = 0; k < l->edge[i].count; k++) {
      move(&l->edge[i].point[k], x0, y0);
    }
  }
  l->width = l->node_count ? x1 - x0 : 0;
  l->height = l->node_count ? y1 - y0 : 0;
}

static bool lay_out(phs_layout *l, phs_arena *arena) {
  context = context ? context : gvContext();
  Agraph_t *g = agopen((char *)(uintptr_t) "g", Agdirected, NULL);
  Agnode_t **node = PHS_NEW_ARRAY(arena, Agnode_t *, l->node_count);
  Agedge_t **edge = PHS_NEW_ARRAY(arena, Agedge_t *, l->edge_count);
  bool ok = context && g && node && edge && build(g, l, node, edge, arena);
  srand(1); /* `sfdp` draws from rand(): the same numbers in every layout */
  bool laid = ok && gvLayout(context, g, l->layered ? "dot" : "sfdp") == 0;
  if (laid) {
    for (uint32_t i = 0; i < l->node_count; i++) {
      l->node[i] = (phs_layout_point){ND_coord(node[i]).x, -ND_coord(node[i]).y};
    }
    for (uint32_t i = 0; i < l->edge_count; i++) {
      ok &= take_edge(&l->edge[i], edge[i], 0, arena);
    }
    gvFreeLayout(context, g);
  }
  if (g) {
    agclose(g);
  }
  return ok && laid;
}

/* Without Graphviz: in rows. */
static void rows(phs_layout *l) {
  uint32_t across = (uint32_t)ceil(sqrt(2.0 * l->node_count));
  double pitch = 0;
  for (uint32_t i = 0; i < l->node_count; i++) {
    pitch = fmax(pitch, l->diameter[i] + 60);
  }
  for (uint32_t i = 0; i < l->node_count; i++) {
    l->node[i] = (phs_layout_point){(i % across) * pitch, (double)(i / across) * pitch};
  }
  for (uint32_t i = 0; i < l->edge_count; i++) {
    l->edge[i].count = 0;
  }
}

bool phs_layout_find(phs_layout *l, phs_arena *arena) {
  l->node = PHS_NEW_ARRAY(arena, phs_layout_point, l->node_count);
  if (!l->node || l->node_count == 0) {
    return l->node != NULL;
  }
  locale_t before = phs_locale_c(); /* sizes are read with atof() */
  pthread_mutex_lock(&graphviz);
  agerrlevel_t level = agseterr(AGMAX);
  bool ok = lay_out(l, arena);
  agseterr(level);
  pthread_mutex_unlock(&graphviz);
  phs_locale_restore(before);
  if (!ok) {
    rows(l);
  }
  normalise(l);
  return ok;
}
