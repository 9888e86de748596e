/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "nets.h"

#include "tests/unit/map/graph.h"

#include <math.h>
#include <stdio.h>

/* Rates in messages a step and neuron: 5 % at the input, less inside, as trained networks have. */
static const float input_rate = 0.05f, inner_rate = 0.03f;

/* ---- convolutional networks ---- */

typedef struct stack {
  phs_work *w;
  uint32_t at;   /* the last population */
  uint32_t pool; /* of its output, 1 or 2 */
} stack;

static stack stack_begin(uint32_t channels, uint32_t side) {
  stack s = {.w = graph_begin(), .pool = 1};
  s.at = graph_population(s.w, PHS_POPULATION_INPUT, channels, side, side, input_rate);
  return s;
}

/* A convolution from the pooled last population; a pool before a convolution makes its window
 * wider: kernel * pool, at strides of stride * pool. */
static uint32_t stack_conv(stack *s, uint32_t channels, uint32_t kernel, uint32_t stride,
                           uint32_t pad) {
  const phs_population *p = &s->w->population[s->at];
  uint32_t side = p->dim[1] / s->pool;
  uint32_t out = (side + 2 * pad - kernel) / stride + 1;
  uint32_t to = graph_population(s->w, PHS_POPULATION_NEURONS, channels, out, out, inner_rate);
  phs_work_projection *j = graph_conv(s->w, s->at, to, kernel * s->pool, (int64_t)stride * s->pool,
                                      (int64_t)pad * s->pool);
  j->kernel_weights = channels * s->w->population[s->at].dim[0] * kernel * kernel;
  s->at = to;
  s->pool = 1;
  return to;
}

static uint32_t stack_dense(stack *s, uint32_t count) {
  uint32_t to = graph_population(s->w, PHS_POPULATION_NEURONS, 1, 1, count, inner_rate);
  graph_dense(s->w, s->at, to);
  s->at = to;
  s->pool = 1;
  return to;
}

static phs_work *nmnist(uint64_t size) {
  (void)size;
  stack s = stack_begin(2, 34);
  stack_conv(&s, 16, 5, 1, 2);
  s.pool = 2;
  stack_conv(&s, 16, 3, 1, 1);
  s.pool = 2;
  stack_conv(&s, 8, 3, 1, 1);
  s.pool = 2;
  stack_dense(&s, 256);
  stack_dense(&s, 10);
  graph_end(s.w);
  return s.w;
}

static phs_work *gesture(uint64_t size) {
  (void)size;
  stack s = stack_begin(2, 128);
  stack_conv(&s, 8, 5, 2, 2);
  stack_conv(&s, 16, 3, 2, 1);
  stack_conv(&s, 32, 3, 2, 1);
  stack_conv(&s, 64, 3, 2, 1);
  stack_dense(&s, 512);
  stack_dense(&s, 11);
  graph_end(s.w);
  return s.w;
}

static phs_work *vgg(uint64_t base) {
  static const uint32_t width[] = {1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8};
  static const bool pooled[] = {0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1};
  stack s = stack_begin(3, 32);
  for (size_t i = 0; i < sizeof width / sizeof *width; i++) {
    stack_conv(&s, (uint32_t)base * width[i], 3, 1, 1);
    s.pool = pooled[i] ? 2 : 1;
  }
  stack_dense(&s, (uint32_t)base * 8);
  stack_dense(&s, (uint32_t)base * 8);
  stack_dense(&s, 10);
  graph_end(s.w);
  return s.w;
}

/* Blocks of two convolutions with a skip: the identity, or 1 x 1 at stride 2 where sizes change. */
static phs_work *resnet(uint64_t base) {
  stack s = stack_begin(3, 32);
  stack_conv(&s, (uint32_t)base, 3, 1, 1);
  for (uint32_t stage = 0; stage < 3; stage++) {
    for (uint32_t block = 0; block < 3; block++) {
      uint32_t from = s.at, stride = stage > 0 && block == 0 ? 2 : 1;
      stack_conv(&s, (uint32_t)base << stage, 3, stride, 1);
      uint32_t to = stack_conv(&s, (uint32_t)base << stage, 3, 1, 1);
      if (stride == 1) {
        graph_one_to_one(s.w, from, to);
      } else {
        graph_conv(s.w, from, to, 1, stride, 0);
      }
    }
  }
  stack_dense(&s, 10);
  graph_end(s.w);
  return s.w;
}

/* ---- the cortical microcircuit ----
 * Potjans and Diesmann, Cerebral Cortex 24(3), 2014, table 5: numbers of neurons and probabilities
 * of connection. Scaled as the usual way: neurons and in-degrees by the same factor. */

static phs_work *microcircuit(uint64_t percent) {
  static const double full[8] = {20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948};
  static const float rate[8] = {0.86f, 2.8f, 4.45f, 5.93f, 7.59f, 8.64f, 1.09f, 7.88f}; /* Hz */
  static const double probability[8][8] = {
      /* onto (rows) from (columns): 23e 23i 4e 4i 5e 5i 6e 6i */
      {0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0},
      {0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0},
      {0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0},
      {0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0},
      {0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0},
      {0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0},
      {0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252},
      {0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443},
  };
  phs_work *w = graph_begin();
  double scale = (double)percent / 100;
  for (int i = 0; i < 8; i++) {
    graph_population(w, PHS_POPULATION_NEURONS, 1, 1, (uint32_t)lround(full[i] * scale),
                     rate[i] * 1e-4f);
  }
  for (uint32_t to = 0; to < 8; to++) {
    for (uint32_t from = 0; from < 8; from++) {
      double p = probability[to][from];
      if (p > 0) {
        double all = log(1 - p) / log(1 - 1 / (full[to] * full[from]));
        phs_work_projection *j =
            graph_recipe(w, from, to,
                         (phs_recipe){.rule = PHS_RULE_FIXED_TOTAL_NUMBER,
                                      .number = (uint64_t)llround(all * scale * scale),
                                      .autapses = true,
                                      .multapses = true,
                                      .weight = {.kind = PHS_DIST_CONSTANT, .a = 1},
                                      .delay = {.kind = PHS_DIST_CONSTANT, .a = 15},
                                      .key = to * 8 + from});
        j->delay_least = j->delay_most = 15;
      }
    }
  }
  graph_end(w);
  return w;
}

/* ---- sparse nets with communities ---- */

static uint64_t mix(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static int by_target(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

enum { FAN_OUT = 50, COMMUNITY = 400 };

/* 50 synapses a neuron: 80 % into the own community of 400, 15 % into the four neighbours on a
 * torus of communities, 5 % anywhere. The numbers of neurons say nothing of their communities. */
static phs_work *communities(uint64_t neurons) {
  phs_work *w = graph_begin();
  uint32_t n = (uint32_t)neurons, blocks = n / COMMUNITY;
  uint32_t side = (uint32_t)sqrt((double)blocks);
  uint64_t state = neurons;
  uint32_t *name = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, n));
  for (uint32_t i = 0; i < n; i++) {
    name[i] = i;
  }
  for (uint32_t i = n - 1; i > 0; i--) {
    uint32_t j = (uint32_t)(mix(&state) % (i + 1)), t = name[i];
    name[i] = name[j];
    name[j] = t;
  }
  uint64_t *row = graph_need(PHS_NEW_ARRAY(w->arena, uint64_t, (size_t)n + 1));
  uint32_t *target = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, (size_t)n * FAN_OUT));
  float *rate = graph_need(PHS_NEW_ARRAY(w->arena, float, n));
  for (uint32_t i = 0; i < n; i++) {
    row[i + 1] = row[i] + FAN_OUT;
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t block = i / COMMUNITY < blocks ? i / COMMUNITY : blocks - 1;
    uint32_t *mine = target + row[name[i]];
    for (int k = 0; k < FAN_OUT; k++) {
      uint64_t r = mix(&state);
      uint32_t kind = (uint32_t)(r % 100), to = block;
      if (kind >= 80 && kind < 95) {
        static const int step[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
        uint32_t x = block % side, y = block / side;
        const int *d = step[r >> 32 & 3];
        to = (uint32_t)((int)x + d[0] + (int)side) % side +
             (uint32_t)((int)y + d[1] + (int)side) % side * side;
        to = to < blocks ? to : block;
      }
      mine[k] = kind >= 95 ? name[mix(&state) % n]
                           : name[to * COMMUNITY + (uint32_t)(mix(&state) % COMMUNITY)];
    }
    qsort(mine, FAN_OUT, sizeof *mine, by_target);
    rate[name[i]] = 0.002f + 0.018f * (float)(mix(&state) >> 40) / 16777216.0f;
  }
  uint32_t p = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, n, 0.01f);
  w->population[p].rate = rate;
  w->population[p].rate_count = n;
  graph_list(w, p, p, (phs_csr){.row = row, .target = target});
  graph_end(w);
  return w;
}

/* ---- structured nets of areas ---- */

/* Areas of 998,448 neurons, 122 cores of Loihi 2: 100 synapses a neuron from the own area within a
 * distance, 11 from the next areas on a grid. 1152 areas fill Hala Point: 1.15e9 neurons and 128e9
 * synapses. */
static phs_work *areas(uint64_t count) {
  phs_work *w = graph_begin();
  const uint32_t height = 976, width = 1023; /* 122 slices of 8 rows */
  uint32_t side = (uint32_t)ceil(sqrt((double)count));
  for (uint64_t i = 0; i < count; i++) {
    graph_population(w, PHS_POPULATION_NEURONS, 1, height, width, 0.005f);
  }
  phs_grid grid = {.rank = 2, .dim = {(int32_t)height, (int32_t)width}, .extent = {976, 1023}};
  phs_distribution one = {.kind = PHS_DIST_CONSTANT, .a = 1};
  for (uint32_t i = 0; i < count; i++) {
    /* a disc of radius 12 holds 441 grid points, of which 22.7 % are joined */
    graph_recipe(w, i, i,
                 (phs_recipe){.rule = PHS_RULE_DISTANCE,
                              .profile = PHS_PROFILE_DISC,
                              .probability = 0.2268,
                              .width = 12,
                              .cutoff = INFINITY,
                              .autapses = true,
                              .source_grid = grid,
                              .target_grid = grid,
                              .weight = one,
                              .delay = one,
                              .key = i});
    uint32_t x = i % side, y = i / side;
    uint32_t next[2] = {y * side + (x + 1) % side, (y + 1) * side + x};
    for (uint32_t k = 0; k < 2; k++) {
      if (next[k] < count && next[k] != i) {
        /* a disc of radius 3 holds 29 grid points, of which 20 % are joined */
        graph_recipe(w, i, next[k],
                     (phs_recipe){.rule = PHS_RULE_DISTANCE,
                                  .profile = PHS_PROFILE_DISC,
                                  .probability = 0.2,
                                  .width = 3,
                                  .cutoff = INFINITY,
                                  .source_grid = grid,
                                  .target_grid = grid,
                                  .weight = one,
                                  .delay = one,
                                  .key = (uint64_t)i << 32 | k});
      }
    }
  }
  graph_end(w);
  return w;
}

/* The same populations without geometry: 111 synapses onto each neuron, from anywhere in its area
 * and (11 of them) the next two. */
static phs_work *random_areas(uint64_t count) {
  phs_work *w = graph_begin();
  phs_distribution one = {.kind = PHS_DIST_CONSTANT, .a = 1};
  for (uint64_t i = 0; i < count; i++) {
    graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 998264, 0.005f);
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t from[3] = {i, (uint32_t)((i + 1) % count), (uint32_t)((i + 34) % count)};
    uint64_t number[3] = {100, 6, 5};
    for (uint32_t k = 0; k < 3; k++) {
      graph_recipe(w, from[k], i,
                   (phs_recipe){.rule = PHS_RULE_FIXED_INDEGREE,
                                .number = number[k],
                                .autapses = true,
                                .multapses = true,
                                .weight = one,
                                .delay = one,
                                .key = (uint64_t)i << 32 | k});
    }
  }
  graph_end(w);
  return w;
}

static const bench_net nets[] = {
    {"nmnist", "N-MNIST network: 3 convolutions, 2 dense layers", "loihi1", nmnist, 0},
    {"gesture", "DVS-gesture-sized network: 4 convolutions, 2 dense layers", "loihi1-32chip",
     gesture, 0},
    {"vgg", "16 layers like VGG, 16 to 128 channels", "loihi1-32chip", vgg, 16},
    {"resnet", "19 convolutions with skips, 16 to 64 channels", "loihi1-32chip", resnet, 16},
    {"microcircuit", "cortical microcircuit at 10 %", "spinnaker1", microcircuit, 10},
    {"communities-1e4", "sparse, with communities", "mesh", communities, 10000},
    {"communities-1e5", "sparse, with communities", "mesh", communities, 100000},
    {"communities-1e6", "sparse, with communities", "mesh", communities, 1000000},
    {"areas-36", "36 sheets of 1e6 neurons", "hala-point", areas, 36},
    {"areas-144", "144 sheets of 1e6 neurons", "hala-point", areas, 144},
    {"areas-576", "576 sheets of 1e6 neurons", "hala-point", areas, 576},
    {"areas-1152", "1152 sheets of 1e6 neurons", "hala-point", areas, 1152},
    {"random-areas-1152", "1152 areas without geometry", "hala-point", random_areas, 1152},
    {"areas-4032", "4032 sheets of 1e6 neurons", "hala-point-x4", areas, 4032},
};

const bench_net *bench_net_get(size_t i) {
  return i < sizeof nets / sizeof *nets ? &nets[i] : NULL;
}

const bench_net *bench_net_find(const char *name) {
  for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
    if (strcmp(nets[i].name, name) == 0) {
      return &nets[i];
    }
  }
  return NULL;
}
