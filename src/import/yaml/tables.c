/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The format of YAML models: every mapping, every key. docs/format/model.md says the same in words.
 */
#include "import/yaml/tables.h"

#include <math.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows)), (rows)
#define SIZE_ROWS(size, shape)                                                                     \
  [size] = {"size", YML_T_COUNT, .least = 1, .most = 2147483647, .doc = "Number of elements."},    \
  [shape] = {"shape", YML_T_FORM, .form = YML_F_SHAPE,                                             \
             .doc = "Sizes of the axes, instead of size: [28, 28]."}
#define TIME_ROW(at, key_, fallback_, doc_)                                                        \
  [at] = {key_, YML_T_QUANTITY, .unit = "ms", .most = 1e18, .fallback = fallback_, .doc = doc_}
#define RECEPTOR_ROW(at)                                                                           \
  [at] = {"receptor", YML_T_NAME, .fallback = "the model's first",                                 \
          .doc = "Receptor of the target population's model."}

static const char *const methods[] = {"auto", "exact",        "euler", "exp_euler",
                                      "rk4",  "exp_midpoint", NULL};
static const char *const modes[] = {"auto", "store", "recompute", NULL};

static const yml_key network_rows[] = {
    [FILE_CONSTANTS] = {"constants", YML_T_FORM, .form = YML_F_CONSTANTS,
                        .doc = "Named quantities; expressions begin with '='."},
    [FILE_INPUTS] = {"inputs", YML_T_MAP, .table = &yml_input,
                     .doc = "Spikes and currents from outside, or made by the network."},
    [FILE_LAYERS] = {"layers", YML_T_MAP, .table = &yml_layer,
                     .doc = "Feed-forward operations without delay."},
    [FILE_POPULATIONS] = {"populations", YML_T_MAP, .table = &yml_population,
                          .doc = "Groups of neurons of one model."},
    [FILE_PROJECTIONS] = {"projections", YML_T_FORM, .form = YML_F_PROJECTIONS,
                          .doc = "Synapses between populations, by rule."},
    [FILE_INSTANCES] = {"instances", YML_T_FORM, .form = YML_F_INSTANCE,
                        .doc = "Uses of sub-networks."},
    [NET_PORTS] = {"ports", YML_T_FORM, .form = YML_F_PORTS,
                   .doc = "Names under which the outside sees populations, inputs and layers."},
};
const yml_table yml_network = {"network", "A sub-network that can be used several times.",
                               ROWS(network_rows)};

static const yml_key file_rows[] = {
    [FILE_PHASOR] = {"phasor", YML_T_COUNT, .required = true, .least = 1, .most = 1,
                     .doc = "Version of the format: 1."},
    [FILE_NETWORK] = {"network", YML_T_NAME, .fallback = "the file's name",
                      .doc = "Name of the network."},
    [FILE_DT] = {"dt", YML_T_QUANTITY, .unit = "ms", .most = 1e9, .above = true,
                 .doc = "Length of a step; required, here or in an included file."},
    [FILE_SEED] = {"seed", YML_T_COUNT, .most = 9007199254740992.0, .fallback = "0",
                   .doc = "Seed of all random numbers; --seed overrides it."},
    [FILE_DURATION] = {"duration", YML_T_QUANTITY, .unit = "ms", .most = 1e18, .above = true,
                       .doc = "How long `run` simulates without --steps."},
    [FILE_CONVENTIONS] = {"conventions", YML_T_FORM, .form = YML_F_CONVENTIONS,
                          .doc = "Preset and single conventions, for NIR's models and layers."},
    [FILE_CONSTANTS] = {"constants", YML_T_FORM, .form = YML_F_CONSTANTS,
                        .doc = "Named quantities; expressions begin with '='; --set overrides."},
    [FILE_INCLUDE] = {"include", YML_T_FORM, .form = YML_F_TEXTS,
                      .doc = "Files whose parts belong to this model, relative to this file."},
    [FILE_MODELS] = {"models", YML_T_MAP, .table = &yml_model_table,
                     .doc = "Neuron models written as equations."},
    [FILE_INPUTS] = {"inputs", YML_T_MAP, .table = &yml_input,
                     .doc = "Spikes and currents from outside, or made by the network."},
    [FILE_LAYERS] = {"layers", YML_T_MAP, .table = &yml_layer,
                     .doc = "Feed-forward operations without delay."},
    [FILE_POPULATIONS] = {"populations", YML_T_MAP, .table = &yml_population,
                          .doc = "Groups of neurons of one model."},
    [FILE_PROJECTIONS] = {"projections", YML_T_FORM, .form = YML_F_PROJECTIONS,
                          .doc = "Synapses between populations, by rule."},
    [FILE_NETWORKS] = {"networks", YML_T_MAP, .table = &yml_network,
                       .doc = "Sub-networks that instances use."},
    [FILE_INSTANCES] = {"instances", YML_T_FORM, .form = YML_F_INSTANCE,
                        .doc = "Uses of sub-networks."},
    [FILE_OUTPUTS] = {"outputs", YML_T_FORM, .form = YML_F_OUTPUTS,
                      .doc = "What a compiled program gives out."},
    [FILE_RECORD] = {"record", YML_T_FORM, .form = YML_F_RECORDS,
                     .doc = "What `run` writes when no --record is given."},
};
const yml_table yml_model_file = {"model file", "A network of spiking neurons, for Phasor.",
                                  ROWS(file_rows)};

static const yml_key model_rows[] = {
    [MODEL_SUMMARY] = {"summary", YML_T_TEXT, .doc = "The model in one line."},
    [MODEL_PARAMETERS] = {"parameters", YML_T_FORM, .form = YML_F_CONSTANTS,
                          .doc = "Parameters with their defaults; their units are fixed by these."},
    [MODEL_EQUATIONS] = {"equations", YML_T_FORM, .required = true, .form = YML_F_STATEMENT,
                         .doc = "One a line: `dv/dt = ... : mV`, `I = ... : pA`."},
    [MODEL_RECEPTORS] = {"receptors", YML_T_MAP, .form = YML_F_RECEPTOR,
                         .doc = "What arriving spikes and currents do; the first is the default."},
    [MODEL_THRESHOLD] = {"threshold", YML_T_FORM, .form = YML_F_STATEMENT,
                         .doc = "Condition of a spike; without it the model gives a number."},
    [MODEL_RESET] = {"reset", YML_T_FORM, .form = YML_F_STATEMENT,
                     .doc = "Statements that a spike runs."},
    [MODEL_REFRACTORY] = {"refractory", YML_T_FORM, .form = YML_F_STATEMENT,
                          .doc = "Time without spikes after a spike."},
    [MODEL_OUTPUT] = {"output", YML_T_FORM, .form = YML_F_STATEMENT,
                      .doc = "What a model without threshold gives; the first state by default."},
    [MODEL_INITIAL] = {"initial", YML_T_FORM, .form = YML_F_STATEMENT,
                       .doc = "Statements for the states before the first step: `v = E_L`."},
    [MODEL_METHOD] = {"method", YML_T_WORD, .word = methods, .fallback = "auto",
                      .doc = "How the equations are integrated."},
};
const yml_table yml_model_table = {"model", "A neuron model written as equations.",
                                   ROWS(model_rows)};

static const yml_key receptor_rows[] = {
    [RECEPTOR_UNIT] = {"unit", YML_T_TEXT, .doc = "Unit of what arrives: pA."},
    [RECEPTOR_ON] = {"on", YML_T_FORM, .required = true, .form = YML_F_STATEMENT,
                     .doc = "What an arriving amount x does: `I += x`."},
};
const yml_table yml_receptor = {"receptor", "A receptor of a model.", ROWS(receptor_rows)};

static const yml_key population_rows[] = {
    SIZE_ROWS(POP_SIZE, POP_SHAPE),
    [POP_GRID] = {"grid", YML_T_TABLE, .table = &yml_grid,
                  .doc = "Positions of the neurons, for rules by distance."},
    [POP_MODEL] = {"model", YML_T_NAME, .required = true,
                   .doc = "An own model, a built-in one, or one of NIR's."},
    [POP_PARAMETERS] = {"parameters", YML_T_FORM, .form = YML_F_PARAMETERS,
                        .doc = "Values over the model's defaults."},
    [POP_INITIAL] = {"initial", YML_T_FORM, .form = YML_F_PARAMETERS,
                     .doc = "States before the first step, over the model's."},
    [POP_METHOD] = {"method", YML_T_WORD, .word = methods, .fallback = "the model's",
                    .doc = "How the equations are integrated."},
    [POP_INPUT] = {"input", YML_T_FORM, .form = YML_F_FEED,
                   .doc = "Layers, inputs or populations that arrive in the same step."},
};
const yml_table yml_population = {"population", "A group of neurons of one model.",
                                  ROWS(population_rows)};

static const yml_key grid_rows[] = {
    [GRID_EXTENT] = {"extent", YML_T_FORM, .required = true, .form = YML_F_LENGTHS,
                     .doc = "Lengths that the grid of `shape` covers: [1 mm, 1 mm]."},
};
const yml_table yml_grid = {"grid", "Positions: neurons stand in the middle of a grid's cells.",
                            ROWS(grid_rows)};

static const yml_key projection_rows[] = {
    [PROJ_NAME] = {"name", YML_T_NAME, .fallback = "FROM>TO",
                   .doc = "Name of the projection; its random numbers follow from it."},
    [PROJ_FROM] = {"from", YML_T_FORM, .required = true, .form = YML_F_NAMES,
                   .doc = "Populations or inputs that send; every pair is a projection."},
    [PROJ_TO] = {"to", YML_T_FORM, .required = true, .form = YML_F_NAMES,
                 .doc = "Populations that receive."},
    RECEPTOR_ROW(PROJ_RECEPTOR),
    [PROJ_RULE] = {"rule", YML_T_FORM, .required = true, .form = YML_F_RULE,
                   .doc = "Which synapses there are."},
    [PROJ_AUTAPSES] = {"autapses", YML_T_BOOL, .fallback = "true",
                       .doc = "Whether a neuron may project to itself."},
    [PROJ_MULTAPSES] = {"multapses", YML_T_BOOL, .fallback = "true",
                        .doc = "Whether two neurons may have several synapses of a fixed number."},
    [PROJ_WEIGHT] = {"weight", YML_T_FORM, .form = YML_F_DRAW,
                     .doc = "Weights, in the unit of the receptor."},
    [PROJ_DELAY] = {"delay", YML_T_FORM, .form = YML_F_DRAW, .fallback = "dt",
                    .doc = "Delays, at least one step."},
    [PROJ_SYNAPSES] = {"synapses", YML_T_WORD, .word = modes, .fallback = "auto",
                       .doc =
                           "Stored, or made again when a source spikes; never changes a result."},
    [PROJ_PLASTICITY] = {"plasticity", YML_T_TABLE, .table = &yml_plasticity,
                         .doc = "How weights change."},
};
const yml_table yml_projection = {"projection", "Synapses between populations, by rule.",
                                  ROWS(projection_rows)};

static const yml_key rule_rows[] = {
    [RULE_ONE_TO_ONE] = {"one_to_one", YML_T_FLAG, .choice = true,
                         .doc = "Neuron i to neuron i; equal sizes."},
    [RULE_ALL_TO_ALL] = {"all_to_all", YML_T_FLAG, .choice = true, .doc = "Every pair."},
    [RULE_FIXED_PROBABILITY] = {"fixed_probability", YML_T_QUANTITY, .choice = true, .unit = "",
                                .most = 1, .doc = "Every pair with this probability."},
    [RULE_FIXED_INDEGREE] = {"fixed_indegree", YML_T_COUNT, .choice = true, .most = 2147483647,
                             .doc = "So many synapses on each target."},
    [RULE_FIXED_OUTDEGREE] = {"fixed_outdegree", YML_T_COUNT, .choice = true, .most = 2147483647,
                              .doc = "So many synapses from each source."},
    [RULE_FIXED_TOTAL_NUMBER] = {"fixed_total_number", YML_T_COUNT, .choice = true,
                                 .most = 1099511627776.0, .doc = "So many synapses in all."},
    [RULE_DISTANCE] = {"distance", YML_T_TABLE, .choice = true, .table = &yml_distance,
                       .doc = "Every pair with a probability of its distance."},
    [RULE_LIST] = {"list", YML_T_FORM, .choice = true, .form = YML_F_SYNAPSES,
                   .doc = "Synapses given one by one."},
};
const yml_table yml_rule = {"rule", "Which synapses there are.", ROWS(rule_rows)};

static const yml_key distance_rows[] = {
    [DIST_GAUSSIAN] = {"gaussian", YML_T_QUANTITY, .choice = true, .unit = "um", .most = 1e18,
                       .above = true, .doc = "probability * exp(-d^2 / (2 width^2))"},
    [DIST_EXPONENTIAL] = {"exponential", YML_T_QUANTITY, .choice = true, .unit = "um", .most = 1e18,
                          .above = true, .doc = "probability * exp(-d / width)"},
    [DIST_DISC] = {"disc", YML_T_QUANTITY, .choice = true, .unit = "um", .most = 1e18,
                   .doc = "probability up to this distance, 0 beyond"},
    [DIST_PROBABILITY] = {"probability", YML_T_QUANTITY, .unit = "", .most = 1, .fallback = "1",
                          .doc = "Probability at distance 0."},
    [DIST_CUTOFF] = {"cutoff", YML_T_QUANTITY, .unit = "um", .most = 1e18,
                     .doc = "No synapses beyond this distance."},
    [DIST_PERIODIC] = {"periodic", YML_T_BOOL, .fallback = "false",
                       .doc = "Whether opposite edges of the sheet touch."},
};
const yml_table yml_distance = {"distance", "A profile over the distance on a grid.",
                                ROWS(distance_rows)};

static const yml_key list_file_rows[] = {
    [LIST_FILE] = {"file", YML_T_TEXT, .required = true,
                   .doc = "A .csv, .npy or .h5 file: source, target, weight, delay."},
    [LIST_WEIGHT_UNIT] = {"weight_unit", YML_T_TEXT, .fallback = "a plain number",
                          .doc = "Unit of the third column."},
    [LIST_DELAY_UNIT] = {"delay_unit", YML_T_TEXT, .doc = "Unit of the fourth column: ms."},
};
const yml_table yml_list_file = {"list file", "Synapses in a file.", ROWS(list_file_rows)};

static const yml_key draw_rows[] = {
    [DRAW_UNIFORM] = {"uniform", YML_T_FORM, .choice = true, .form = YML_F_PAIR,
                      .doc = "[low, high]"},
    [DRAW_NORMAL] = {"normal", YML_T_FORM, .choice = true, .form = YML_F_PAIR,
                     .doc = "[mean, standard deviation]"},
    [DRAW_LOGNORMAL] = {"lognormal", YML_T_FORM, .choice = true, .form = YML_F_PAIR,
                        .doc = "[median, standard deviation of the logarithm]"},
    [DRAW_EXPONENTIAL] = {"exponential", YML_T_FORM, .choice = true, .form = YML_F_VALUE,
                          .doc = "mean"},
    [DRAW_CLIP] = {"clip", YML_T_FORM, .form = YML_F_PAIR,
                   .doc = "[low, high]: values beyond become the bound; .inf leaves a side open."},
    [DRAW_REDRAW] = {"redraw", YML_T_FORM, .form = YML_F_PAIR,
                     .doc = "[low, high]: values beyond are drawn again."},
};
const yml_table yml_distribution_table = {"distribution", "Random values.", ROWS(draw_rows)};

static const yml_key value_file_rows[] = {
    [VALUE_FILE] = {"file", YML_T_TEXT, .required = true,
                    .doc = "A .npy file, or FILE.h5:/DATASET; relative to this file."},
    [VALUE_UNIT] = {"unit", YML_T_TEXT, .fallback = "a plain number", .doc = "Unit of its values."},
};
const yml_table yml_value_file = {"file of values", "Values from a file.", ROWS(value_file_rows)};

static const yml_key plasticity_rows[] = {
    [PLASTICITY_STDP] = {"stdp", YML_T_TABLE, .choice = true, .table = &yml_stdp,
                         .doc = "Pairs of spikes change weights."},
    [PLASTICITY_REWARD] = {"reward_stdp", YML_T_TABLE, .choice = true, .table = &yml_reward_stdp,
                           .doc = "Pairs of spikes mark synapses, reward changes them."},
};
const yml_table yml_plasticity = {"plasticity", "How weights change.", ROWS(plasticity_rows)};

#define PAIR_ROWS                                                                                  \
  [STDP_TAU_PLUS] = {"tau_plus",                                                                   \
                     YML_T_QUANTITY,                                                               \
                     .required = true,                                                             \
                     .unit = "ms",                                                                 \
                     .most = 1e12,                                                                 \
                     .above = true,                                                                \
                     .doc = "Time constant of the source's trace."},                               \
  [STDP_TAU_MINUS] = {"tau_minus",                                                                 \
                      YML_T_QUANTITY,                                                              \
                      .required = true,                                                            \
                      .unit = "ms",                                                                \
                      .most = 1e12,                                                                \
                      .above = true,                                                               \
                      .doc = "Time constant of the target's trace."},                              \
  [STDP_A_PLUS] = {"A_plus",                                                                       \
                   YML_T_QUANTITY,                                                                 \
                   .required = true,                                                               \
                   .unit = "",                                                                     \
                   .least = -1e6,                                                                  \
                   .most = 1e6,                                                                    \
                   .doc = "Growth a pair, as a part of w_max."},                                   \
  [STDP_A_MINUS] = {"A_minus",                                                                     \
                    YML_T_QUANTITY,                                                                \
                    .required = true,                                                              \
                    .unit = "",                                                                    \
                    .least = -1e6,                                                                 \
                    .most = 1e6,                                                                   \
                    .doc = "Loss a pair, as a part of w_max."},                                    \
  [STDP_W_MIN] = {"w_min", YML_T_FORM, .form = YML_F_VALUE, .fallback = "0",                       \
                  .doc = "Least weight."},                                                         \
  [STDP_W_MAX] = {"w_max", YML_T_FORM, .required = true, .form = YML_F_VALUE,                      \
                  .doc = "Greatest weight."}

static const yml_key stdp_rows[] = {
    PAIR_ROWS,
    [STDP_MU_PLUS] = {"mu_plus", YML_T_COUNT, .most = 1, .fallback = "0",
                      .doc = "0: growth is the same for all weights; 1: as w_max - w."},
    [STDP_MU_MINUS] = {"mu_minus", YML_T_COUNT, .most = 1, .fallback = "0",
                       .doc = "0: loss is the same for all weights; 1: as w."},
};
const yml_table yml_stdp = {"stdp", "Pairs of spikes change weights.", ROWS(stdp_rows)};

static const yml_key reward_rows[] = {
    PAIR_ROWS,
    [REWARD_TAU_E] = {"tau_e", YML_T_QUANTITY, .required = true, .unit = "ms", .most = 1e12,
                      .above = true, .doc = "Time constant of the mark that a pair leaves."},
    [REWARD_RATE] = {"rate", YML_T_QUANTITY, .unit = "", .least = -1e6, .most = 1e6,
                     .fallback = "1", .doc = "Change a step = rate * reward * mark."},
    [REWARD_REWARD] = {"reward", YML_T_TEXT, .required = true,
                       .doc = "An input, population or layer of one element."},
};
const yml_table yml_reward_stdp = {
    "reward_stdp", "Pairs of spikes mark synapses, reward changes them.", ROWS(reward_rows)};

static const yml_key input_rows[] = {
    [INPUT_EXTERNAL] = {"external", YML_T_TABLE, .choice = true, .table = &yml_external,
                        .doc = "Values that a run is given: -i NAME=FILE."},
    [INPUT_POISSON] = {"poisson", YML_T_TABLE, .choice = true, .table = &yml_poisson,
                       .doc = "Independent Poisson processes."},
    [INPUT_SPIKES] = {"spikes", YML_T_TABLE, .choice = true, .table = &yml_spikes,
                      .doc = "Given spike times."},
    [INPUT_REGULAR] = {"regular", YML_T_TABLE, .choice = true, .table = &yml_regular,
                       .doc = "Spikes at equal distances."},
    [INPUT_CURRENT] = {"current", YML_T_FORM, .choice = true, .form = YML_F_CURRENT,
                       .doc = "A constant or piecewise constant current."},
    [INPUT_NOISE] = {"noise", YML_T_TABLE, .choice = true, .table = &yml_noise,
                     .doc = "One normal value a step and element."},
    [INPUT_TO] = {"to", YML_T_FORM, .form = YML_F_NAMES,
                  .doc = "Populations: one process for each of their neurons."},
    RECEPTOR_ROW(INPUT_RECEPTOR),
    [INPUT_WEIGHT] = {"weight", YML_T_FORM, .form = YML_F_DRAW,
                      .doc = "With `to`, of spikes: weights, in the unit of the receptor."},
    [INPUT_DELAY] = {"delay", YML_T_FORM, .form = YML_F_DRAW, .fallback = "dt",
                     .doc = "With `to`, of spikes: delays."},
};
const yml_table yml_input = {"input", "Spikes or currents.", ROWS(input_rows)};

static const yml_key external_rows[] = {SIZE_ROWS(EXTERNAL_SIZE, EXTERNAL_SHAPE)};
const yml_table yml_external = {"external", "Values that a run is given.", ROWS(external_rows)};

static const yml_key poisson_rows[] = {
    SIZE_ROWS(POISSON_SIZE, POISSON_SHAPE),
    [POISSON_RATE] = {"rate", YML_T_FORM, .required = true, .form = YML_F_VALUES,
                      .doc = "Rate of a process: 8 Hz; one for all or one an element."},
    [POISSON_COUNT] = {"count", YML_T_QUANTITY, .unit = "", .most = 1e9, .fallback = "1",
                       .doc = "So many processes are summed in each element."},
    TIME_ROW(POISSON_START, "start", "0 ms", "Spikes from here on."),
    TIME_ROW(POISSON_STOP, "stop", "never", "No spikes from here on."),
};
const yml_table yml_poisson = {"poisson", "Independent Poisson processes.", ROWS(poisson_rows)};

static const yml_key spikes_rows[] = {
    SIZE_ROWS(SPIKES_SIZE, SPIKES_SHAPE),
    [SPIKES_TIMES] = {"times", YML_T_FORM, .required = true, .form = YML_F_TIMES,
                      .doc =
                          "A list of times for each element, or a file; each goes to the nearest "
                          "step."},
};
const yml_table yml_spikes = {"spikes", "Given spike times.", ROWS(spikes_rows)};

static const yml_key regular_rows[] = {
    SIZE_ROWS(REGULAR_SIZE, REGULAR_SHAPE),
    [REGULAR_RATE] = {"rate", YML_T_QUANTITY, .required = true, .unit = "1/ms", .most = 1e9,
                      .above = true, .doc = "Spikes at start, start + 1 / rate, ..."},
    TIME_ROW(REGULAR_START, "start", "0 ms", "The first spike."),
    TIME_ROW(REGULAR_STOP, "stop", "the model's duration", "No spikes from here on."),
};
const yml_table yml_regular = {"regular", "Spikes at equal distances.", ROWS(regular_rows)};

static const yml_key current_rows[] = {
    SIZE_ROWS(CURRENT_SIZE, CURRENT_SHAPE),
    [CURRENT_VALUE] = {"value", YML_T_FORM, .form = YML_F_VALUES,
                       .doc = "A constant; one for all or one an element."},
    [CURRENT_STEPS] = {"steps", YML_T_FORM, .form = YML_F_STEPS,
                       .doc = "[[0 ms, 0 pA], [100 ms, 300 pA]]: each until the next."},
    TIME_ROW(CURRENT_START, "start", "0 ms", "With `value`: 0 before."),
    TIME_ROW(CURRENT_STOP, "stop", "never", "With `value`: 0 from here on."),
};
const yml_table yml_current = {"current", "A piecewise constant current.", ROWS(current_rows)};

static const yml_key noise_rows[] = {
    SIZE_ROWS(NOISE_SIZE, NOISE_SHAPE),
    [NOISE_MEAN] = {"mean", YML_T_FORM, .form = YML_F_VALUES, .fallback = "0", .doc = "Mean."},
    [NOISE_SD] = {"sd", YML_T_FORM, .required = true, .form = YML_F_VALUES,
                  .doc = "Standard deviation of a step's value."},
    TIME_ROW(NOISE_START, "start", "0 ms", "Values from here on."),
    TIME_ROW(NOISE_STOP, "stop", "never", "0 from here on."),
};
const yml_table yml_noise = {"noise", "One normal value a step and element.", ROWS(noise_rows)};

static const yml_key spike_file_rows[] = {
    [SPIKE_FILE] = {"file", YML_T_TEXT, .required = true,
                    .doc = "A .csv, .npy or .h5 file of two columns: time, element."},
    [SPIKE_UNIT] = {"unit", YML_T_TEXT, .required = true, .doc = "Unit of the times: ms."},
};
const yml_table yml_spike_file = {"file of spikes", "Spike times from a file.",
                                  ROWS(spike_file_rows)};

static const yml_key layer_rows[] = {
    [LAYER_FROM] = {"from", YML_T_FORM, .required = true, .form = YML_F_NAMES,
                    .doc = "What the layer reads; several are summed."},
    [LAYER_DENSE] = {"dense", YML_T_TABLE, .choice = true, .table = &yml_dense,
                     .doc = "y = W x + b over the last axis."},
    [LAYER_CONV1D] = {"conv1d", YML_T_TABLE, .choice = true, .table = &yml_conv,
                      .doc = "Cross-correlation over [channels, length]."},
    [LAYER_CONV2D] = {"conv2d", YML_T_TABLE, .choice = true, .table = &yml_conv,
                      .doc = "Cross-correlation over [channels, height, width]."},
    [LAYER_POOL_SUM] = {"pool_sum", YML_T_TABLE, .choice = true, .table = &yml_pool,
                        .doc = "Sums over windows of the last two axes."},
    [LAYER_POOL_AVG] = {"pool_avg", YML_T_TABLE, .choice = true, .table = &yml_pool,
                        .doc = "Means over windows of the last two axes, padding counted."},
    [LAYER_FLATTEN] = {"flatten", YML_T_TABLE, .choice = true, .table = &yml_flatten,
                       .doc = "Merges axes: {}."},
    [LAYER_SCALE] = {"scale", YML_T_TABLE, .choice = true, .table = &yml_scale,
                     .doc = "Multiplies each element."},
};
const yml_table yml_layer = {"layer", "A feed-forward operation without delay.", ROWS(layer_rows)};

static const yml_key dense_rows[] = {
    [DENSE_UNITS] = {"units", YML_T_COUNT, .least = 1, .most = 2147483647,
                     .fallback = "that of the weights", .doc = "Number of results."},
    [DENSE_WEIGHTS] = {"weights", YML_T_FORM, .required = true, .form = YML_F_WEIGHTS,
                       .doc = "[units, inputs]"},
    [DENSE_BIAS] = {"bias", YML_T_FORM, .form = YML_F_WEIGHTS, .doc = "[units]"},
};
const yml_table yml_dense = {"dense", "y = W x + b over the last axis.", ROWS(dense_rows)};

static const yml_key conv_rows[] = {
    [CONV_CHANNELS] = {"channels", YML_T_COUNT, .least = 1, .most = 2147483647,
                       .fallback = "that of the weights", .doc = "Channels of the result."},
    [CONV_KERNEL] = {"kernel", YML_T_FORM, .form = YML_F_WINDOW, .fallback = "that of the weights",
                     .doc = "Size of the window."},
    [CONV_STRIDE] = {"stride", YML_T_FORM, .form = YML_F_WINDOW, .fallback = "1",
                     .doc = "Distance of windows."},
    [CONV_PADDING] = {"padding", YML_T_FORM, .form = YML_F_PADDING, .fallback = "0",
                      .doc = "Zeros around, or 'same'."},
    [CONV_DILATION] = {"dilation", YML_T_FORM, .form = YML_F_WINDOW, .fallback = "1",
                       .doc = "Distance of the window's elements."},
    [CONV_GROUPS] = {"groups", YML_T_COUNT, .least = 1, .most = 2147483647, .fallback = "1",
                     .doc = "Channels are cut into so many groups."},
    [CONV_WEIGHTS] = {"weights", YML_T_FORM, .required = true, .form = YML_F_WEIGHTS,
                      .doc = "[channels, channels of the input / groups, kernel...], not flipped"},
    [CONV_BIAS] = {"bias", YML_T_FORM, .form = YML_F_WEIGHTS, .doc = "[channels]"},
};
const yml_table yml_conv = {"convolution", "Cross-correlation.", ROWS(conv_rows)};

static const yml_key pool_rows[] = {
    [POOL_KERNEL] = {"kernel", YML_T_FORM, .required = true, .form = YML_F_WINDOW,
                     .doc = "Size of the window."},
    [POOL_STRIDE] = {"stride", YML_T_FORM, .form = YML_F_WINDOW, .fallback = "kernel",
                     .doc = "Distance of windows."},
    [POOL_PADDING] = {"padding", YML_T_FORM, .form = YML_F_WINDOW, .fallback = "0",
                      .doc = "Zeros around."},
};
const yml_table yml_pool = {"pool", "Sums or means over windows.", ROWS(pool_rows)};

static const yml_key flatten_rows[] = {
    [FLATTEN_START] = {"start", YML_T_COUNT, .least = -8, .most = 7, .fallback = "0",
                       .doc = "First axis that is merged."},
    [FLATTEN_END] = {"end", YML_T_COUNT, .least = -8, .most = 7, .fallback = "-1",
                     .doc = "Last axis that is merged; -1 is the last."},
};
const yml_table yml_flatten = {"flatten", "Merges axes.", ROWS(flatten_rows)};

static const yml_key scale_rows[] = {
    [SCALE_FACTOR] = {"factor", YML_T_FORM, .required = true, .form = YML_F_WEIGHTS,
                      .doc = "One for all, or one an element."},
};
const yml_table yml_scale = {"scale", "Multiplies each element.", ROWS(scale_rows)};

static const yml_key instance_rows[] = {
    [INSTANCE_NETWORK] = {"network", YML_T_NAME, .required = true, .doc = "The sub-network."},
    [INSTANCE_CONSTANTS] = {"constants", YML_T_FORM, .form = YML_F_CONSTANTS,
                            .doc = "Values over the sub-network's constants."},
};
const yml_table yml_instance = {"instance", "A use of a sub-network.", ROWS(instance_rows)};

static const yml_key record_rows[] = {
    [RECORD_NODE] = {"node", YML_T_TEXT, .required = true,
                     .doc = "A population, input, layer or plastic projection."},
    [RECORD_VARIABLE] =
        {"variable", YML_T_TEXT, .required = true,
         .doc = "`spikes`, `out`, a state of the model, or `w` of a plastic projection."},
    [RECORD_FILE] = {"file", YML_T_TEXT, .fallback = "NETWORK.NODE.VARIABLE.npy",
                     .doc = "File to write: .csv or .npy; .spikes for spikes."},
    [RECORD_EVERY] = {"every", YML_T_QUANTITY, .unit = "ms", .most = 1e18, .above = true,
                      .doc = "Time from row to row of a graded variable, a multiple of dt; default "
                             "dt. The first row is at its end."},
};
const yml_table yml_record = {"record", "What `run` writes.", ROWS(record_rows)};
