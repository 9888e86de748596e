/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Every rule about projections, plasticity, sources and receptors has a module that breaks it and
 * nothing else, beside the one that it was varied from. */
#include "ir_test.h"

typedef struct refused {
  const char *code, *message; /* part of the message */
  const char *text;
} refused;

#define OPS(type, body) NETWORK("opt", type, body)

/* ---- projections: 8 neurons of %s onto 6 ---- */

#define SPIKES                                                                                     \
  "%s = \"phasor.source\"() {name = \"s\", kind = \"poisson\", start = 0 : i64, key = 1 : ui64, "  \
  "mean = dense<0.5> : tensor<f64>} : () -> tensor<8xi32>\n"
#define COMMON                                                                                     \
  "same_population = false, autapses = true, multapses = true, key = 7 : ui64, mode = \"auto\""
#define CONSTANT "weight = {constant = [2.0]}, delay = {constant = [1.0]}"
#define PROJECTION(attributes)                                                                     \
  "%p = \"phasor.projection\"(%s) {name = \"p\", " attributes "} : (tensor<8xi32>) -> "            \
  "!phasor.rows\n"
#define SYNAPSES(attributes)                                                                       \
  "%y = \"phasor.synapses\"(%p) {name = \"y\", operandSegmentSizes = array<i32: 1, 0, 0, "         \
  "0>" attributes "} : (!phasor.rows) -> tensor<6xf32>"
#define NET(projection) OPS("tensor<6xf32>", SPIKES PROJECTION(projection) SYNAPSES(""))
#define RULE(rule) NET("rule = " rule ", " COMMON ", " CONSTANT)
#define WEIGHT(weight)                                                                             \
  NET("rule = \"all_to_all\", " COMMON ", delay = {constant = [1.0]}, weight = " weight)
#define DELAY(delay)                                                                               \
  NET("rule = \"all_to_all\", " COMMON ", weight = {constant = [1.0]}, delay = " delay)
#define ONCE(number, flags)                                                                        \
  NET("rule = \"fixed_indegree\", number = " number " : ui64, " flags                              \
      ", key = 7 : ui64, mode = \"auto\", " CONSTANT)
#define GRID "{dim = array<i64: 4, 2>, extent = [2.0, 1.0]}"
#define GRID6 "{dim = array<i64: 3, 2>, extent = [2.0, 1.0]}"
#define DISTANCE(numbers, source, target)                                                          \
  RULE("\"distance\", probability = 0.5, distance = {profile = \"gaussian\", " numbers             \
       ", source = " source ", target = " target "}")
#define WIDE "width = 0.5, cutoff = 0x7FF0000000000000 : f64, periodic = true"
#define LIST(entries) RULE("\"list\", list = {" entries "}")
#define PAIRS "source = dense<[0, 3, 7]> : tensor<3xi32>, target = dense<[5, 0, 1]> : tensor<3xi32>"
#define INF "0x7FF0000000000000 : f64"
#define NAN "0x7FF8000000000000 : f64"

/* ---- plasticity: 6 neurons onto themselves ---- */

#define SIX                                                                                        \
  "%s = \"phasor.source\"() {name = \"s\", kind = \"train\", start = 0 : i64, events = {}} : () "  \
  "-> tensor<6xi32>\n"                                                                             \
  "%r = \"phasor.source\"() {name = \"r\", kind = \"current\", pieces = {}} : () -> "              \
  "tensor<1xf32>\n"
#define STDP(numbers)                                                                              \
  "{kind = \"stdp\", decay_plus = 0.5 : f32, decay_minus = 0.5 : f32, a_plus = 0.1 : f32, "        \
  "mu_minus = 0 : i64, " numbers "}"
#define RIGHT "a_minus = 0.1 : f32, w_min = 0.0 : f32, w_max = 1.0 : f32, mu_plus = 0 : i64"
#define PLASTIC_OP(delay, operands, sizes, types, attributes)                                      \
  OPS("tensor<6xf32>",                                                                             \
      SIX "%p = \"phasor.projection\"(%s) {name = \"p\", rule = \"all_to_all\", " COMMON           \
          ", weight = {constant = [1.0]}, delay = " delay "} : (tensor<6xi32>) -> !phasor.rows\n"  \
          "%y = \"phasor.synapses\"(%p" operands ") {name = \"y\", operandSegmentSizes = "         \
          "array<i32: 1, " sizes ">, " attributes "} : (!phasor.rows" types ") -> tensor<6xf32>")
#define PLASTIC(numbers)                                                                           \
  PLASTIC_OP("{constant = [1.0]}", ", %s", "1, 0, 0", ", tensor<6xi32>",                           \
             "plasticity = " STDP(numbers))
#define REWARD                                                                                     \
  "{kind = \"reward_stdp\", decay_plus = 0.5 : f32, decay_minus = 0.5 : f32, a_plus = 0.1 : f32, " \
  "mu_minus = 0 : i64, " RIGHT ", decay_e = 0.9 : f32, rate = 1.0 : f32}"

/* ---- sources ---- */

#define SOURCE(type, attributes)                                                                   \
  OPS(type, "%y = \"phasor.source\"() {name = \"s\", " attributes "} : () -> " type)
#define POISSON(mean)                                                                              \
  SOURCE("tensor<3xi32>", "kind = \"poisson\", start = 0 : i64, key = 1 : ui64, mean = " mean)
#define TRAIN(events) SOURCE("tensor<3xi32>", "kind = \"train\", start = 0 : i64, events = " events)
#define CURRENT(pieces) SOURCE("tensor<3xf32>", "kind = \"current\", pieces = " pieces)

/* ---- populations with receptors ---- */

#define UPDATE2                                                                                    \
  "func.func private @f(%a: f32, %b: f32, %v: f32) -> (i1, f32) {\n %z = arith.cmpf ogt, %a, %b "  \
  ": f32\n return %z, %v : i1, f32\n}\n"
#define POPULATION(operands, types, attributes)                                                    \
  OPS("tensor<3xi1>",                                                                              \
      "%y = \"phasor.neurons\"(" operands                                                          \
      ") {name = \"a\", update = @f, states = [\"v\"], coefficients = []" attributes "} : (" types \
      ") -> tensor<3xi1>")                                                                         \
  UPDATE2

static const char *const right[] = {
    RULE("\"all_to_all\""),
    RULE("\"fixed_probability\", probability = 1.0"),
    RULE("\"fixed_total_number\", number = 1000 : ui64"),
    ONCE("8", "same_population = false, autapses = false, multapses = false"),
    DISTANCE(WIDE, GRID, GRID6),
    LIST(PAIRS),
    LIST(""),
    WEIGHT("{normal = [1.0, 0.0], clip = [0.0, " INF "]}"),
    WEIGHT("{uniform = [1.0, 2.0], redraw = [1.5, 3.0]}"),
    DELAY("{normal = [3.0, 100.0]}"),
    DELAY("{constant = [65536.0]}"),
    DELAY("{constant = [0.5]}"),
    OPS("tensor<6xf32>", SPIKES PROJECTION("rule = \"all_to_all\", " COMMON ", " CONSTANT)
                             SYNAPSES(", counted = 2.0 : f32")),
    PLASTIC(RIGHT),
    PLASTIC_OP("{constant = [1.0]}", ", %s, %r", "1, 1, 0", ", tensor<6xi32>, tensor<1xf32>",
               "plasticity = " REWARD),
    POISSON("dense<[0.0, 1.0, 10000.0]> : tensor<3xf64>"),
    TRAIN("{step = dense<[0, 4, 4]> : tensor<3xi64>, element = dense<[2, 1, 1]> : tensor<3xi32>}"),
    CURRENT("{step = dense<[0, 4]> : tensor<2xi64>, value = dense<[1.0, 0.0]> : tensor<2xf32>}"),
    CURRENT("{step = dense<[3]> : tensor<1xi64>, value = [dense<[1.0, 0.0, 2.0]> : "
            "tensor<3xf32>]}"),
    POPULATION("%x, %x", "tensor<3xf32>, tensor<3xf32>",
               ", initial = [dense<-65.0> : tensor<f32>]"),
};

static const refused wrong[] = {
    /* what a recipe needs */
    {"PHS0210", "'rule' is \"some\"", RULE("\"some\"")},
    {"PHS0210", "'number' is missing", RULE("\"fixed_indegree\"")},
    {"PHS0210", "'number' is missing", RULE("\"fixed_outdegree\", number = 5 : i64")},
    {"PHS0209", "'number'", RULE("\"all_to_all\", number = 5 : ui64")},
    {"PHS0209", "'keep'", RULE("\"all_to_all\", keep")},
    {"PHS0210", "'mode' is \"perhaps\"",
     NET("rule = \"all_to_all\", same_population = false, autapses = true, multapses = true, key = "
         "7 : ui64, mode = \"perhaps\", " CONSTANT)},
    {"PHS0210", "'key'",
     NET("rule = \"all_to_all\", same_population = false, autapses = true, multapses = true, key = "
         "7 : i64, mode = \"auto\", " CONSTANT)},
    {"PHS0201", "key", /* IRDL's */
     NET("rule = \"all_to_all\", same_population = false, autapses = true, multapses = true, mode "
         "= \"auto\", " CONSTANT)},
    {"PHS0210", "'autapses'",
     NET("rule = \"all_to_all\", same_population = false, multapses = true, key = 7 : ui64, mode = "
         "\"auto\", " CONSTANT)},
    {"PHS0210", "2 distributions and 0 bounds", WEIGHT("{constant = [1.0], uniform = [1.0, 2.0]}")},
    {"PHS0210", "0 distributions and 1 bounds", WEIGHT("{clip = [1.0, 2.0]}")},
    {"PHS0210", "list of 2 numbers", WEIGHT("{normal = [1.0]}")},
    {"PHS0209", "no entry 'gauss'", WEIGHT("{gauss = [1.0, 2.0]}")},
    {"PHS0210", "'distance'", RULE("\"distance\", probability = 0.5")},
    {"PHS0210", "'profile' is \"cone\"",
     RULE("\"distance\", probability = 0.5, distance = {profile = \"cone\", " WIDE
          ", source = " GRID ", target = " GRID6 "}")},
    {"PHS0210", "'source' has not 1 to 3 dimensions",
     DISTANCE(WIDE, "{dim = array<i64>, extent = []}", GRID6)},
    {"PHS0210", "'list.target'", LIST("source = dense<[0, 3, 7]> : tensor<3xi32>")},
    {"PHS0212", "'list.weight' has the shape [2], but [3]",
     LIST(PAIRS ", weight = dense<[1.0, 2.0]> : tensor<2xf32>")},
    /* ranges */
    {"PHS0224", "has the probability 1.5", RULE("\"fixed_probability\", probability = 1.5")},
    {"PHS0224", "has the probability nan", RULE("\"fixed_probability\", probability = " NAN)},
    {"PHS0224", "wants 9 synapses where there are 8",
     ONCE("9", "same_population = false, autapses = true, multapses = false")},
    {"PHS0224", "at most 2147483647",
     ONCE("2147483648", "same_population = false, autapses = true, multapses = true")},
    {"PHS0224", "wants 49 synapses where there are 48",
     NET("rule = \"fixed_total_number\", number = 49 : ui64, same_population = false, autapses = "
         "true, multapses = false, key = 7 : ui64, mode = \"auto\", " CONSTANT)},
    {"PHS0224", "has the width 0",
     DISTANCE("width = 0.0, cutoff = 1.0, periodic = true", GRID, GRID6)},
    {"PHS0224", "has the cutoff -1",
     DISTANCE("width = 1.0, cutoff = -1.0, periodic = true", GRID, GRID6)},
    {"PHS0224", "with the extent 0",
     DISTANCE(WIDE, "{dim = array<i64: 8>, extent = [0.0]}", GRID6)},
    {"PHS0224", "periodic edges on grids",
     DISTANCE(WIDE, GRID, "{dim = array<i64: 3, 2>, extent = [2.0, 3.0]}")},
    {"PHS0224", "dimension 0 of the grid 'source' is 0",
     DISTANCE(WIDE, "{dim = array<i64: 0, 2>, extent = [2.0, 1.0]}", GRID6)},
    {"PHS0224", "has parameters inf and 1 of its weight", WEIGHT("{normal = [" INF ", 1.0]}")},
    {"PHS0224", "the standard deviation -1 of its weight", WEIGHT("{normal = [1.0, -1.0]}")},
    {"PHS0224", "has a weight between 1 and 0", WEIGHT("{uniform = [1.0, 0.0]}")},
    {"PHS0224", "the bounds 1 and 0 of its weight",
     WEIGHT("{normal = [1.0, 1.0], clip = [1.0, 0.0]}")},
    {"PHS0224", "draws its weight again unless", WEIGHT("{constant = [1.0], redraw = [2.0, 3.0]}")},
    {"PHS0224", "draws its weight again unless",
     WEIGHT("{lognormal = [1.0, 1.0], redraw = [-3.0, -2.0]}")},
    {"PHS0224", "which binary32 cannot hold", WEIGHT("{constant = [1.0e40]}")},
    {"PHS0224", "lists source 2 after 3",
     LIST("source = dense<[3, 2]> : tensor<2xi32>, target = dense<[1, 1]> : tensor<2xi32>")},
    {"PHS0224", "lists the weight nan",
     LIST(PAIRS ", weight = dense<[1.0, 0x7FC00000, 2.0]> : tensor<3xf32>")},
    /* sizes */
    {"PHS0225", "the rule is one_to_one, but the source has 8", RULE("\"one_to_one\"")},
    {"PHS0225", "from a population to itself",
     NET("rule = \"all_to_all\", same_population = true, autapses = true, multapses = true, key = "
         "7 : ui64, mode = \"auto\", " CONSTANT)},
    {"PHS0224", "for its targets that does not hold 6", DISTANCE(WIDE, GRID, GRID)},
    {"PHS0224", "from 8 to 1, of 8 sources",
     LIST("source = dense<[3, 8]> : tensor<2xi32>, target = dense<[1, 1]> : tensor<2xi32>")},
    {"PHS0224", "from 3 to 4294967295",
     LIST("source = dense<[3, 4]> : tensor<2xi32>, target = dense<[-1, 1]> : tensor<2xi32>")},
    /* delays */
    {"PHS0226", "its longest delay is 0 steps", DELAY("{constant = [0.0]}")},
    {"PHS0226", "its longest delay is 0.25 steps",
     DELAY("{uniform = [0.0, 10.0], clip = [0.0, 0.25]}")},
    {"PHS0224", "up to 2e+07 steps", DELAY("{constant = [2.0e7]}")},
    {"PHS0224", "more than 65535 apart", DELAY("{exponential = [1.0e4]}")},
    {"PHS0224", "lists a delay of 0 steps",
     LIST(PAIRS ", delay = dense<[1, 0, 2]> : tensor<3xi32>")},
    /* how projections and synapses belong together */
    {"PHS0229", "not an operand of exactly one",
     OPS("tensor<6xf32>",
         SPIKES PROJECTION("rule = \"all_to_all\", " COMMON ", " CONSTANT)
             SYNAPSES("") "\n%z = \"phasor.synapses\"(%p) {name = \"z\", operandSegmentSizes = "
                          "array<i32: 1, 0, 0, 0>} : (!phasor.rows) -> tensor<6xf32>")},
    {"PHS0229", "not an operand of exactly one",
     NETWORK("opt", "tensor<8xi32>",
             SPIKES PROJECTION("rule = \"all_to_all\", " COMMON
                               ", " CONSTANT) "%y = \"phasor.delay\"(%s) {name = \"d\", steps = "
                                              "dense<1> : tensor<i64>} : "
                                              "(tensor<8xi32>) -> tensor<8xi32>")},
    {"PHS0229", "operand 0 of 'y' is a projection",
     OPS("tensor<6xf32>",
         SPIKES PROJECTION("rule = \"all_to_all\", " COMMON
                           ", " CONSTANT) "%y = \"phasor.synapses\"(%p) {name = \"y\", "
                                          "operandSegmentSizes = array<i32: 0, 0, "
                                          "0, 1>} : (!phasor.rows) -> tensor<6xf32>")},
    {"PHS0229", "at least one projection",
     OPS("tensor<6xf32>", "%y = \"phasor.synapses\"() {name = \"y\", operandSegmentSizes = "
                          "array<i32: 0, 0, 0, 0>} : () -> tensor<6xf32>")},
    {"PHS0207", "a projection is named 'p', as another is",
     OPS("tensor<6xf32>",
         SPIKES PROJECTION(
             "rule = \"all_to_all\", " COMMON
             ", " CONSTANT) "%q = "
                            "\"phasor.projection\"(%s) {name = \"p\", rule = "
                            "\"all_to_all\", " COMMON ", " CONSTANT
                            "} : (tensor<8xi32>) -> !phasor.rows\n"
                            "%y = \"phasor.synapses\"(%p, %q) {name = \"y\", operandSegmentSizes = "
                            "array<i32: 2, "
                            "0, 0, 0>} : (!phasor.rows, !phasor.rows) -> tensor<6xf32>")},
    {"PHS0211", "the result is of i32",
     OPS("tensor<6xi32>",
         SPIKES PROJECTION("rule = \"all_to_all\", " COMMON
                           ", " CONSTANT) "%y = \"phasor.synapses\"(%p) {name = \"y\", "
                                          "operandSegmentSizes = array<i32: 1, 0, "
                                          "0, 0>} : (!phasor.rows) -> tensor<6xi32>")},
    {"PHS0212", "the operand init has the shape [3]",
     OPS("tensor<6xf32>",
         SPIKES PROJECTION(
             "rule = \"all_to_all\", " COMMON
             ", " CONSTANT) "%y = \"phasor.synapses\"(%p, %x) {name = \"y\", operandSegmentSizes = "
                            "array<i32: 1, "
                            "0, 0, 1>} : (!phasor.rows, tensor<3xf32>) -> tensor<6xf32>")},
    {"PHS0224", "counted synapses all weigh 3",
     OPS("tensor<6xf32>", SPIKES PROJECTION("rule = \"all_to_all\", " COMMON ", " CONSTANT)
                              SYNAPSES(", counted = 3.0 : f32"))},
    {"PHS0214", "the weight of counted synapses is inf",
     OPS("tensor<6xf32>", SPIKES PROJECTION("rule = \"all_to_all\", " COMMON ", " CONSTANT)
                              SYNAPSES(", counted = 0x7F800000 : f32"))},
    {"PHS0211", "a source of f32 cannot be counted",
     OPS("tensor<6xf32>",
         "%p = \"phasor.projection\"(%x) {name = \"p\", rule = \"all_to_all\", " COMMON
         ", " CONSTANT "} : (tensor<3xf32>) -> !phasor.rows\n" SYNAPSES(", counted = 2.0 : f32"))},
    /* plasticity */
    {"PHS0228", "0 operands of targets' spikes",
     PLASTIC_OP("{constant = [1.0]}", "", "0, 0, 0", "", "plasticity = " STDP(RIGHT))},
    {"PHS0228", "1 operands of targets' spikes and 0",
     PLASTIC_OP("{constant = [1.0]}", ", %s", "1, 0, 0", ", tensor<6xi32>",
                "plasticity = " REWARD)},
    {"PHS0228", "the reward has 6 elements",
     PLASTIC_OP("{constant = [1.0]}", ", %s, %s", "1, 1, 0", ", tensor<6xi32>, tensor<6xi32>",
                "plasticity = " REWARD)},
    {"PHS0228", "delays of plastic synapses differ",
     PLASTIC_OP("{uniform = [1.0, 3.0]}", ", %s", "1, 0, 0", ", tensor<6xi32>",
                "plasticity = " STDP(RIGHT))},
    {"PHS0228", ", counted",
     PLASTIC_OP("{constant = [1.0]}", ", %s", "1, 0, 0", ", tensor<6xi32>",
                "counted = 1.0 : f32, plasticity = " STDP(RIGHT))},
    {"PHS0212", "the targets' spikes has the shape [1]",
     PLASTIC_OP("{constant = [1.0]}", ", %r", "1, 0, 0", ", tensor<1xf32>",
                "plasticity = " STDP(RIGHT))},
    {"PHS0228", "mu_plus is 2",
     PLASTIC("a_minus = 0.1 : f32, w_min = 0.0 : f32, w_max = 1.0 : f32, mu_plus = 2 : i64")},
    {"PHS0228", "w_min is 2",
     PLASTIC("a_minus = 0.1 : f32, w_min = 2.0 : f32, w_max = 1.0 : f32, mu_plus = 0 : i64")},
    {"PHS0228", "w_max is inf",
     PLASTIC("a_minus = 0.1 : f32, w_min = 0.0 : f32, w_max = 0x7F800000 : f32, mu_plus = 1 : "
             "i64")},
    {"PHS0228", "a_minus is inf",
     PLASTIC("a_minus = 0x7F800000 : f32, w_min = 0.0 : f32, w_max = 1.0 : f32, mu_plus = 0 : "
             "i64")},
    {"PHS0210", "'a_minus' is missing",
     PLASTIC("w_min = 0.0 : f32, w_max = 1.0 : f32, mu_plus = 0 : i64")},
    {"PHS0228", "decay_plus is 1.5",
     PLASTIC_OP("{constant = [1.0]}", ", %s", "1, 0, 0", ", tensor<6xi32>",
                "plasticity = {kind = \"stdp\", decay_plus = 1.5 : f32, decay_minus = 0.5 : f32, "
                "a_plus = 0.1 : f32, mu_minus = 0 : i64, " RIGHT "}")},
    /* sources */
    {"PHS0210", "'kind' is \"rain\"", SOURCE("tensor<3xi32>", "kind = \"rain\"")},
    {"PHS0209", "'sd'", POISSON("dense<1.0> : tensor<f64>, sd = dense<1.0> : tensor<f64>")},
    {"PHS0210", "'mean'",
     SOURCE("tensor<3xi32>", "kind = \"poisson\", start = 0 : i64, key = 1 : ui64")},
    {"PHS0227", "the mean of element 1 is -1", POISSON("dense<[0.0, -1.0, 0.0]> : tensor<3xf64>")},
    {"PHS0227", "the mean of element 0 is 10001", POISSON("dense<10001.0> : tensor<f64>")},
    {"PHS0214", "'mean'", POISSON("dense<0x7FF0000000000000> : tensor<f64>")},
    {"PHS0227", "the standard deviation of element 0 is -1",
     SOURCE("tensor<3xf32>", "kind = \"noise\", start = 0 : i64, key = 1 : ui64, mean = dense<0.0> "
                             ": tensor<f64>, sd = dense<-1.0> : tensor<f64>")},
    {"PHS0227", "on from step 5 to 4",
     SOURCE("tensor<3xi32>", "kind = \"train\", start = 5 : i64, stop = 4 : i64, events = {}")},
    {"PHS0211", "the result is of f32",
     SOURCE("tensor<3xf32>", "kind = \"train\", start = 0 : i64, events = {}")},
    {"PHS0211", "the result is of i32", SOURCE("tensor<3xi32>", "kind = \"current\", pieces = {}")},
    {"PHS0227", "the element of event 0 is 3",
     TRAIN("{step = dense<[1]> : tensor<1xi64>, element = dense<[3]> : tensor<1xi32>}")},
    {"PHS0227", "the step of event 0 is -1",
     TRAIN("{step = dense<[-1]> : tensor<1xi64>, element = dense<[2]> : tensor<1xi32>}")},
    {"PHS0227", "out of order: the step of event 1 is 4",
     TRAIN("{step = dense<[4, 4]> : tensor<2xi64>, element = dense<[2, 1]> : tensor<2xi32>}")},
    {"PHS0212", "'events.element' has the shape [1], but [2]",
     TRAIN("{step = dense<[4, 5]> : tensor<2xi64>, element = dense<[2]> : tensor<1xi32>}")},
    {"PHS0227", "the step of piece 1 is 4",
     CURRENT("{step = dense<[4, 4]> : tensor<2xi64>, value = dense<[2.0, 1.0]> : tensor<2xf32>}")},
    {"PHS0212", "1 values, but there are 2 steps",
     CURRENT("{step = dense<[4, 5]> : tensor<2xi64>, value = [dense<2.0> : tensor<f32>]}")},
    {"PHS0214", "'pieces.value'",
     CURRENT("{step = dense<[4]> : tensor<1xi64>, value = dense<0x7F800000> : tensor<1xf32>}")},
    /* receptors and initial values */
    {"PHS0218", "has 3 arguments and 2 results, but 1 operands, 1 states",
     POPULATION("%x", "tensor<3xf32>", "")},
    {"PHS0210", "'initial' is not an array of 1",
     POPULATION("%x, %x", "tensor<3xf32>, tensor<3xf32>", ", initial = []")},
    {"PHS0214", "'initial'",
     POPULATION("%x, %x", "tensor<3xf32>, tensor<3xf32>",
                ", initial = [dense<0x7F800000> : tensor<f32>]")},
    {"PHS0212", "'initial' has 2 values",
     POPULATION("%x, %x", "tensor<3xf32>, tensor<3xf32>",
                ", initial = [dense<[1.0, 2.0]> : tensor<2xf32>]")},
    {"PHS0213", "has 2 operands; it must have 1 to 1",
     NETWORK("net", "tensor<3xi1>",
             "%y = \"phasor.neurons\"(%x, %x) {name = \"a\", model = \"lif\", params = " LIF_PARAMS
             "} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>")},
    {"PHS0219", "not between f32 and i32",
     OPS("tensor<3xi1>",
         "%y = \"phasor.neurons\"(%x) {name = \"a\", update = @f, states = [], coefficients = []} "
         ": (tensor<3xf32>) -> tensor<3xi1>") "func.func private @f(%a: f32) -> i1 {\n %i = "
                                              "arith.bitcast %a : f32 to i32\n %j = "
                                              "arith.bitcast %i : i32 to i32\n %z = arith.cmpi eq, "
                                              "%i, %j : i32\n return %z : i1\n}\n"},
    /* a loop through the value that synapses start from */
    {"PHS0220", "feed themselves",
     OPS("tensor<6xf32>",
         SPIKES PROJECTION(
             "rule = \"all_to_all\", " COMMON
             ", " CONSTANT) "%y = \"phasor.synapses\"(%p, %g) {name = \"y\", operandSegmentSizes = "
                            "array<i32: 1, "
                            "0, 0, 1>} : (!phasor.rows, tensor<6xf32>) -> tensor<6xf32>\n"
                            "%g = \"phasor.scale\"(%y) {name = \"g\", factor = dense<1.0> : "
                            "tensor<f32>} : "
                            "(tensor<6xf32>) -> tensor<6xf32>")},
};

static void refuses_each_with_its_code(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    seen s;
    phs_ir *ir = new_ir(&s);
    MlirModule module;
    phasor_status status = parse(ir, wrong[i].text, &module);
    if (status == PHASOR_OK) {
      status = phs_ir_check(ir, module);
      mlirModuleDestroy(module);
    }
    int at = find_code(&s, wrong[i].code);
    if (status != PHASOR_ERROR_MODEL || at < 0 || !strstr(s.message[at], wrong[i].message) ||
        s.line[at] == 0 || !s.excerpt[at]) {
      print_seen(&s);
      fail_msg("module %zu: wanted %s '%s', status %d", i, wrong[i].code, wrong[i].message,
               (int)status);
    }
    phs_ir_destroy(ir);
  }
}

static void accepts_right_modules(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    seen s;
    phs_ir *ir = new_ir(&s);
    phs_net_destroy(net_of_text(ir, &s, right[i], NULL));
    assert_int_equal(s.count, 0);
    phs_ir_destroy(ir);
  }
}

/* A population may feed itself through synapses, in whatever order the text has them. */
static void loops_through_synapses_are_right(void **state) {
  (void)state;
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_net *net = net_of_text(
      ir, &s,
      OPS("tensor<3xi1>",
          "%y = \"phasor.neurons\"(%i, %x) {name = \"a\", update = @f, states = [\"v\"], "
          "coefficients = []} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>\n"
          "%i = \"phasor.synapses\"(%p) {name = \"a#in\", operandSegmentSizes = array<i32: 1, 0, "
          "0, 0>} : (!phasor.rows) -> tensor<3xf32>\n"
          "%p = \"phasor.projection\"(%y) {name = \"p\", rule = \"one_to_one\", same_population = "
          "true, autapses = true, multapses = true, key = 7 : ui64, mode = \"auto\", " CONSTANT
          "} : (tensor<3xi1>) -> !phasor.rows") UPDATE2,
      NULL);
  int a = op_named(net, "a"), in = op_named(net, "a#in");
  assert_true(in < a); /* synapses read what was sent in earlier steps: they come first */
  assert_int_equal(net->op[a].operand[0], in);
  assert_int_equal(net->op[in].operand[0], a);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
}

/* Whatever one byte does to a text with every op, it is read or refused with a diagnostic. */
static void survives_changed_bytes(void **state) {
  (void)state;
  static char text[16384], copy[sizeof text];
  FILE *f = fopen(PHASOR_SOURCE_DIR "/tests/lit/ir/synapses.mlir", "rb");
  assert_non_null(f);
  size_t size = fread(text, 1, sizeof text - 1, f);
  fclose(f);
  size_t start = (size_t)(strstr(text, "%drive") - text);
  seen s;
  phs_ir *ir = new_ir(&s);
  unsigned seed = 1;
  for (size_t i = start; i < size; i += 5) {
    memcpy(copy, text, size);
    seed = seed * 1103515245U + 12345U;
    copy[i] = (char)(seed >> 16 & 0x7F);
    unsigned before = s.diag.errors;
    MlirModule module;
    phasor_status status = phs_ir_parse(ir, copy, size, "changed.mlir", &module);
    if (status == PHASOR_OK) {
      status = phs_ir_check(ir, module);
      mlirModuleDestroy(module);
    }
    assert_true(status == PHASOR_OK || s.diag.errors > before);
  }
  phs_ir_destroy(ir);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_each_with_its_code),
      cmocka_unit_test(accepts_right_modules),
      cmocka_unit_test(loops_through_synapses_are_right),
      cmocka_unit_test(survives_changed_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
