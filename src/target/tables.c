/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The format of target descriptions: every mapping, every key. docs/format/target.md says the same
 * in words. */
#include "target/tables.h"

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows)), (rows)
/* Numbers of things are whole and exact in binary64. */
#define COUNT(key, doc_)                                                                           \
  { key, YML_T_FORM, .form = TGT_F_FIGURE, .unit = "", .most = 9007199254740992.0, .doc = doc_ }
#define SMALL(form_, key, doc_)                                                                    \
  { key, YML_T_FORM, .form = form_, .unit = "", .least = -65536, .most = 65536, .doc = doc_ }
#define QUANTITY(key, unit_, doc_)                                                                 \
  { key, YML_T_FORM, .form = TGT_F_FIGURE, .unit = unit_, .most = 1e30, .doc = doc_ }
#define TABLE(key, table_, doc_)                                                                   \
  { key, YML_T_TABLE, .table = &table_, .doc = doc_ }
#define SOURCE                                                                                     \
  { "source", YML_T_NAME, .doc = "Source of the numbers here that name none themselves." }

const char *const tgt_families[] = {"cpu", "loihi", "spinnaker", "truenorth", "other", NULL};
/* In the order of phs_fabric, whose first has no word. */
const char *const tgt_fabrics[] = {"unknown", "local",          "continued",       "mesh",
                                   "torus",   "hexagonal_mesh", "hexagonal_torus", NULL};

static const yml_key file_rows[] = {
    [TGT_VERSION] = {"phasor-target", YML_T_COUNT, .required = true, .least = 1, .most = 1,
                     .doc = "Version of the format: 1."},
    [TGT_NAME] = {"name", YML_T_NAME, .required = true, .doc = "Name of the target."},
    [TGT_TITLE] = {"title", YML_T_TEXT, .required = true, .doc = "What it is, in a few words."},
    [TGT_SUMMARY] = {"summary", YML_T_TEXT, .doc = "What else a user should know."},
    [TGT_EXTENDS] = {"extends", YML_T_TEXT,
                     .doc = "A shipped target or a file to begin with: what is said here is added "
                            "to it, or changes it."},
    [TGT_FAMILY] = {"family", YML_T_WORD, .word = tgt_families,
                    .doc = "The kind of architecture; required, here or in what is extended."},
    [TGT_SOURCES] = {"sources", YML_T_MAP, .table = &tgt_source,
                     .doc = "Where the numbers come from, by a name each."},
    [TGT_LEVELS] = {"levels", YML_T_FORM, .form = TGT_F_LEVELS,
                    .doc = "Cores, chips, boards, from the inside out; the first is a core."},
    [TGT_FORMATS] = TABLE("formats", tgt_formats, "How numbers are held."),
    [TGT_EVENTS] = TABLE("events", tgt_events, "What events cost."),
    [TGT_TIMING] = TABLE("timing", tgt_timing, "Clocks and steps."),
};
const yml_table tgt_file = {"target file", "The description of a target.", ROWS(file_rows)};

static const yml_key source_rows[] = {
    [SOURCE_TITLE] = {"title", YML_T_TEXT, .required = true,
                      .doc = "Paper, data sheet, document, program."},
    [SOURCE_WHERE] = {"where", YML_T_TEXT, .doc = "Address, file, section: enough to find it."},
};
const yml_table tgt_source = {"source", "Where numbers come from.", ROWS(source_rows)};

static const yml_key level_rows[] = {
    [LEVEL_NAME] = {"name", YML_T_NAME, .required = true, .doc = "core, tile, chip, board, ..."},
    [LEVEL_SOURCE] = SOURCE,
    [LEVEL_COUNT] = COUNT("count", "Parts of the level before in one of these."),
    [LEVEL_RESERVED] = COUNT("reserved", "How many of them are not for networks."),
    [LEVEL_FABRIC] = {"fabric", YML_T_WORD, .word = tgt_fabrics,
                      .doc = "How the parts are joined; required, but in the first level."},
    [LEVEL_WIDTH] = COUNT("width", "Of a mesh or torus, in parts, from west to east."),
    [LEVEL_HEIGHT] = COUNT("height", "Of a mesh or torus, in parts, from south to north."),
    [LEVEL_LINKS] = TABLE("links", tgt_links, "What a hop from part to part costs."),
    [LEVEL_CAPACITIES] = TABLE("capacities", tgt_capacities, "What one of these holds."),
    [LEVEL_POWER] = TABLE("power", tgt_power, "What one of these takes."),
    [LEVEL_MEMORIES] = {"memories", YML_T_MAP, .table = &tgt_memory,
                        .doc = "Caches and memories of one of these, by name."},
};
const yml_table tgt_level = {"level", "Cores, or what is made of the level before.",
                             ROWS(level_rows)};

static const yml_key link_rows[] = {
    [PHS_AXIS_EAST_WEST] = TABLE("east_west", tgt_cost, "A hop to the east or west."),
    [PHS_AXIS_NORTH_SOUTH] = TABLE("north_south", tgt_cost, "A hop to the north or south."),
    [PHS_AXIS_DIAGONAL] =
        TABLE("diagonal", tgt_cost, "A hop along the diagonal of a hexagonal fabric."),
    [LINKS_SOURCE] = SOURCE,
    [LINKS_ALL] = TABLE("all", tgt_cost, "A hop in any direction that has no row of its own."),
};
const yml_table tgt_links = {"set of links", "What hops cost, by direction.", ROWS(link_rows)};

static const yml_key cost_rows[] = {
    [COST_ENERGY] = QUANTITY("energy", "J", "Energy of one."),
    [COST_TIME] = QUANTITY("time", "s", "Time of one."),
    [COST_SOURCE] = SOURCE,
};
const yml_table tgt_cost = {"cost", "What one of something costs.", ROWS(cost_rows)};

static const yml_key capacity_rows[] = {
    [PHS_CAPACITY_NEURONS] = COUNT("neurons", "Neurons or compartments."),
    [PHS_CAPACITY_SYNAPSES] = COUNT("synapses", "Synapses, where they are not counted in bits."),
    [PHS_CAPACITY_SYNAPSE_BITS] = COUNT("synapse_bits", "Bits of synapse memory."),
    [PHS_CAPACITY_COMPARTMENT_FORMATS] =
        COUNT("compartment_formats", "Different configurations of compartments."),
    [PHS_CAPACITY_THRESHOLD_FORMATS] =
        COUNT("threshold_formats", "Different configurations of thresholds."),
    [PHS_CAPACITY_SYNAPSE_FORMATS] = COUNT("synapse_formats", "Different formats of synapses."),
    [PHS_CAPACITY_TRACE_FORMATS] = COUNT("trace_formats", "Different configurations of traces."),
    [PHS_CAPACITY_AXONS_IN] = COUNT("axons_in", "Axons that arrive."),
    [PHS_CAPACITY_AXONS_OUT] = COUNT("axons_out", "Axons, or slots of them, that leave."),
    [PHS_CAPACITY_AXON_TYPES] =
        COUNT("axon_types", "Types of axons, each of which has one weight on a neuron."),
    [PHS_CAPACITY_ROUTER_ENTRIES] = COUNT("router_entries", "Entries of the routing table."),
    [PHS_CAPACITY_CODE_BYTES] = COUNT("code_bytes", "Bytes for programs."),
    [PHS_CAPACITY_DATA_BYTES] = COUNT("data_bytes", "Bytes for data of a core."),
    [PHS_CAPACITY_SHARED_BYTES] = COUNT("shared_bytes", "Bytes of memory that the parts share."),
    [PHS_CAPACITY_EMBEDDED_PROCESSORS] =
        COUNT("embedded_processors", "General processors beside the cores."),
    [CAPACITIES_SOURCE] = SOURCE,
};
const yml_table tgt_capacities = {"set of capacities", "What a level holds.", ROWS(capacity_rows)};

static const yml_key power_rows[] = {
    [POWER_IDLE] = QUANTITY("idle", "W", "Power while nothing happens."),
    [POWER_ACTIVE] = QUANTITY("active", "W", "What working adds."),
    [POWER_SOURCE] = SOURCE,
};
const yml_table tgt_power = {"power", "What one of a level takes.", ROWS(power_rows)};

static const yml_key memory_rows[] = {
    [MEMORY_BYTES] = COUNT("bytes", "Size."),
    [MEMORY_LATENCY] = QUANTITY("latency", "s", "Time of a load on which the next one depends."),
    [MEMORY_READ] = COUNT("read_bytes_per_second", "What one core reads in a second."),
    [MEMORY_SOURCE] = SOURCE,
};
const yml_table tgt_memory = {"memory", "A cache or memory.", ROWS(memory_rows)};

static const yml_key format_rows[] = {
    [PHS_FORMAT_WEIGHT_BITS] = SMALL(TGT_F_CHOICES, "weight_bits", "Bits of a stored weight."),
    [PHS_FORMAT_WEIGHT_EXPONENT] =
        SMALL(TGT_F_RANGE, "weight_exponent", "Power of two that weights share."),
    [PHS_FORMAT_INDEX_BITS] =
        SMALL(TGT_F_CHOICES, "index_bits", "Bits of a target's index in a synapse."),
    [PHS_FORMAT_DELAY_BITS] = SMALL(TGT_F_RANGE, "delay_bits", "Bits of a delay in a synapse."),
    [PHS_FORMAT_DELAY_STEPS] = SMALL(TGT_F_RANGE, "delay_steps", "Delays, in steps."),
    [PHS_FORMAT_TAG_BITS] = SMALL(TGT_F_RANGE, "tag_bits", "Bits of a tag in a synapse."),
    [PHS_FORMAT_SYNAPSE_BLOCK] =
        SMALL(TGT_F_FIGURE, "synapse_block", "Most synapses that share one header."),
    [PHS_FORMAT_SYNAPSE_HEADER_BITS] =
        SMALL(TGT_F_FIGURE, "synapse_header_bits", "Bits of that header."),
    [PHS_FORMAT_SYNAPSE_WORD_BITS] =
        SMALL(TGT_F_FIGURE, "synapse_word_bits", "Synapses take whole words of so many bits."),
    [PHS_FORMAT_ACCUMULATOR_BITS] =
        SMALL(TGT_F_FIGURE, "accumulator_bits", "Bits of the sum of a step's synapses, with sign."),
    [PHS_FORMAT_CURRENT_BITS] =
        SMALL(TGT_F_FIGURE, "current_bits", "Bits of the synaptic current, with sign."),
    [PHS_FORMAT_STATE_BITS] = SMALL(TGT_F_FIGURE, "state_bits", "Bits of the membrane, with sign."),
    [PHS_FORMAT_STATE_FRACTION_BITS] =
        SMALL(TGT_F_FIGURE, "state_fraction_bits", "How many of them stand behind the point."),
    [PHS_FORMAT_DECAY_BITS] = SMALL(TGT_F_FIGURE, "decay_bits", "Bits of a decay."),
    [PHS_FORMAT_THRESHOLD_BITS] =
        SMALL(TGT_F_FIGURE, "threshold_bits", "Bits of a threshold's mantissa."),
    [PHS_FORMAT_THRESHOLD_SHIFT] =
        SMALL(TGT_F_FIGURE, "threshold_shift", "Power of two of a threshold's unit."),
    [PHS_FORMAT_BIAS_BITS] =
        SMALL(TGT_F_FIGURE, "bias_bits", "Bits of a bias's mantissa, with sign."),
    [PHS_FORMAT_BIAS_EXPONENT] = SMALL(TGT_F_RANGE, "bias_exponent", "Power of two of a bias."),
    [PHS_FORMAT_NOISE_EXPONENT] =
        SMALL(TGT_F_RANGE, "noise_exponent", "Power of two of a neuron's noise."),
    [PHS_FORMAT_REFRACTORY_STEPS] =
        SMALL(TGT_F_RANGE, "refractory_steps", "Refractory times, in steps."),
    [PHS_FORMAT_MESSAGE_BITS] = SMALL(TGT_F_FIGURE, "message_bits", "Bits that a spike can carry."),
    [PHS_FORMAT_KEY_BITS] =
        SMALL(TGT_F_FIGURE, "key_bits", "Bits of the key by which packets are routed."),
    [FORMATS_SOURCE] = SOURCE,
};
const yml_table tgt_formats = {"set of formats", "How numbers are held.", ROWS(format_rows)};

static const yml_key event_rows[] = {
    [PHS_EVENT_NEURON_ACCESS] =
        TABLE("neuron_access", tgt_cost, "Looking at a neuron, in every step."),
    [PHS_EVENT_NEURON_UPDATE] =
        TABLE("neuron_update", tgt_cost, "Computing a neuron's step, added to that."),
    [PHS_EVENT_NEURON_UPDATE_NOISE] =
        TABLE("neuron_update_noise", tgt_cost, "The same for a neuron with noise."),
    [PHS_EVENT_NEURON_SPIKE] = TABLE("neuron_spike", tgt_cost, "A spike, added to those."),
    [PHS_EVENT_SYNAPSE] = TABLE("synapse", tgt_cost, "A spike at one synapse."),
    [PHS_EVENT_SYNAPSE_DENSE] = TABLE("synapse_dense", tgt_cost, "The same in a dense format."),
    [PHS_EVENT_SYNAPSE_SPARSE] = TABLE("synapse_sparse", tgt_cost, "The same in a sparse format."),
    [PHS_EVENT_SYNAPSE_CONVOLUTION] =
        TABLE("synapse_convolution", tgt_cost, "The same with a shared kernel."),
    [PHS_EVENT_DENDRITE] = TABLE("dendrite", tgt_cost, "Adding up in a dendrite."),
    [PHS_EVENT_DRAW] = TABLE("draw", tgt_cost, "Drawing a random number, to make a synapse again."),
    [PHS_EVENT_MESSAGE_IN] = TABLE("message_in", tgt_cost, "A message that arrives at a core."),
    [PHS_EVENT_MESSAGE_OUT] = TABLE("message_out", tgt_cost, "A message that leaves a core."),
    [PHS_EVENT_PACKET] = TABLE("packet", tgt_cost, "A multicast packet in a router."),
    [PHS_EVENT_PACKET_PAYLOAD] = TABLE("packet_payload", tgt_cost, "The same with a payload."),
    [EVENTS_SOURCE] = SOURCE,
};
const yml_table tgt_events = {"set of events", "What events cost.", ROWS(event_rows)};

static const yml_key timing_rows[] = {
    [TIMING_STEP] = QUANTITY("step", "s", "Length of a step, where the hardware fixes it."),
    [TIMING_CLOCK] = {"clock", YML_T_FORM, .form = TGT_F_CHOICES, .unit = "Hz", .most = 1e30,
                      .doc = "Clock of the cores."},
    [TIMING_BARRIER] = TABLE("barrier", tgt_barrier, "The end of a step."),
    [TIMING_SOURCE] = SOURCE,
};
const yml_table tgt_timing = {"timing", "Clocks and steps.", ROWS(timing_rows)};

static const yml_key barrier_rows[] = {
    [BARRIER_LEVEL] = {"level", YML_T_NAME, .required = true,
                       .doc = "The level whose parts are counted."},
    [BARRIER_PARTS] = {"parts", YML_T_FORM, .form = TGT_F_CHOICES, .required = true, .unit = "",
                       .most = 9007199254740992.0, .doc = "Parts in use, ascending."},
    [BARRIER_TIME] = {"time", YML_T_FORM, .form = TGT_F_SERIES, .required = true, .unit = "s",
                      .most = 1e30, .doc = "The time that it takes with so many."},
    [BARRIER_SOURCE] = SOURCE,
};
const yml_table tgt_barrier = {"barrier", "Time by which all parts agree that a step is over.",
                               ROWS(barrier_rows)};

static const yml_key figure_rows[] = {
    [FIGURE_VALUE] = {"value", YML_T_FORM, .form = TGT_F_VALUE, .required = true,
                      .doc = "A number, a quantity, a list of them, or unknown."},
    [FIGURE_SOURCE] = {"source", YML_T_NAME, .doc = "Source of this number."},
    [FIGURE_NOTE] = {"note", YML_T_TEXT, .doc = "What a reader should know."},
};
const yml_table tgt_figure = {"number with its source", "A number with its source.",
                              ROWS(figure_rows)};

/* ---- the schema ---- */

#define VALUE "{\"type\": [\"number\", \"string\"]}"
#define LIST(least, most)                                                                          \
  "{\"type\": \"array\", \"items\": " VALUE ", \"minItems\": " least ", \"maxItems\": " most "}"
#define FIGURE(value) "{\"anyOf\": [" value ", " YML_SCHEMA_REF("number_with_its_source") "]}"
#define UNKNOWN "{\"const\": \"unknown\"}"

void phs_target_schema(phs_buf *out) {
  static const yml_form_info forms[TGT_F_COUNT] = {
      [TGT_F_NONE] = {"name", YML_SCHEMA_NAME},
      [TGT_F_FIGURE] = {"figure", FIGURE(VALUE)},
      [TGT_F_RANGE] = {"range", FIGURE(UNKNOWN ", " LIST("2", "2"))},
      [TGT_F_CHOICES] = {"choices", FIGURE(VALUE ", " LIST("1", "16"))},
      [TGT_F_SERIES] = {"series", FIGURE(VALUE ", " LIST("1", "16"))},
      [TGT_F_VALUE] = {"value", YML_SCHEMA_ANY(VALUE, LIST("1", "16"))},
      [TGT_F_LEVELS] = {"levels", "{\"type\": \"array\", \"minItems\": 1, \"maxItems\": 12, "
                                  "\"items\": " YML_SCHEMA_REF("level") "}"},
  };
  static const yml_table *const tables[] = {
      &tgt_file,       &tgt_source,  &tgt_level,  &tgt_links,   &tgt_cost,
      &tgt_capacities, &tgt_power,   &tgt_memory, &tgt_formats, &tgt_events,
      &tgt_timing,     &tgt_barrier, &tgt_figure};
  const yml_format_info format = {"Phasor target",
                                  "src/target/tables.c",
                                  "docs/format/target.md",
                                  forms,
                                  TGT_F_COUNT,
                                  tables,
                                  (int)(sizeof tables / sizeof *tables)};
  yml_schema_of(out, &format);
}

const char *phs_capacity_name(phs_capacity c) {
  return capacity_rows[c].name;
}

const char *phs_family_name(phs_target_family f) {
  return tgt_families[f];
}
