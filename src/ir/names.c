/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ir/names.h"

#include "net/net.h"

#define NAMES(id, text)                                                                            \
  const phs_names id##_names = {                                                                   \
      .word = id##_words, .count = (int)(sizeof id##_words / sizeof *id##_words), .all = text}

static const char *const phs_rule_words[] = {
    [PHS_RULE_ONE_TO_ONE] = "one_to_one",
    [PHS_RULE_ALL_TO_ALL] = "all_to_all",
    [PHS_RULE_FIXED_PROBABILITY] = "fixed_probability",
    [PHS_RULE_FIXED_INDEGREE] = "fixed_indegree",
    [PHS_RULE_FIXED_OUTDEGREE] = "fixed_outdegree",
    [PHS_RULE_FIXED_TOTAL_NUMBER] = "fixed_total_number",
    [PHS_RULE_DISTANCE] = "distance",
    [PHS_RULE_LIST] = "list",
};
NAMES(phs_rule, "one_to_one, all_to_all, fixed_probability, fixed_indegree, fixed_outdegree, "
                "fixed_total_number, distance, list");

static const char *const phs_profile_words[] = {
    [PHS_PROFILE_GAUSSIAN] = "gaussian",
    [PHS_PROFILE_EXPONENTIAL] = "exponential",
    [PHS_PROFILE_DISC] = "disc",
};
NAMES(phs_profile, "gaussian, exponential, disc");

static const char *const phs_distribution_words[] = {
    [PHS_DIST_CONSTANT] = "constant",       [PHS_DIST_UNIFORM] = "uniform",
    [PHS_DIST_NORMAL] = "normal",           [PHS_DIST_LOGNORMAL] = "lognormal",
    [PHS_DIST_EXPONENTIAL] = "exponential",
};
NAMES(phs_distribution, "constant, uniform, normal, lognormal, exponential");

static const char *const phs_bound_words[] = {
    [PHS_BOUND_NONE] = "",
    [PHS_BOUND_CLIP] = "clip",
    [PHS_BOUND_REDRAW] = "redraw",
};
NAMES(phs_bound, "clip, redraw");

static const char *const phs_mode_words[] = {
    [PHS_SYNAPSES_AUTO] = "auto",
    [PHS_SYNAPSES_STORE] = "store",
    [PHS_SYNAPSES_RECOMPUTE] = "recompute",
};
NAMES(phs_mode, "auto, store, recompute");

static const char *const phs_source_words[] = {
    [PHS_SOURCE_POISSON] = "poisson",
    [PHS_SOURCE_TRAIN] = "train",
    [PHS_SOURCE_CURRENT] = "current",
    [PHS_SOURCE_NOISE] = "noise",
};
NAMES(phs_source, "poisson, train, current, noise");

static const char *const phs_plasticity_words[] = {
    [PHS_PLASTICITY_NONE] = "",
    [PHS_PLASTICITY_STDP] = "stdp",
    [PHS_PLASTICITY_RSTDP] = "reward_stdp",
};
NAMES(phs_plasticity, "stdp, reward_stdp");

int phs_distribution_arity(int kind) {
  return kind == PHS_DIST_CONSTANT || kind == PHS_DIST_EXPONENTIAL ? 1 : 2;
}
