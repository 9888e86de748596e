// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `phasor_map` dialect: a network on a machine, as the mapper made it. A flat list of ops in a module: one machine, the
// network's populations and projections by name, cores with their places, slices of populations on cores, the messages between
// them, the memory of their synapses, routes. Ops refer to each other by name or by number.
// Load it into stock tools with  mlir-opt-22 --irdl-file=phasor_map.irdl.mlir FILE.
// Large maps have the plural ops instead (cores, slices, flows, blocks): a column of numbers for each attribute.
// What IRDL cannot say (references, ranges, lengths, optional attributes) is checked by src/ir/map_check.c and written down in
// docs/dialect.md.
irdl.dialect @phasor_map {
  // Grid of nodes with cores. Optional attributes: assumptions (strings), width and height wrap, hexagonal (units).
  irdl.operation @machine {
    %name = irdl.base "#builtin.string"
    %family = irdl.base "#builtin.string"
    %grid = irdl.base "#builtin.dense_array"
    %cores = irdl.base "#builtin.integer"
    %node = irdl.base "#builtin.string"
    irdl.attributes {"name" = %name, "family" = %family, "grid" = %grid, "cores_per_node" = %cores, "node" = %node}
  }
  // How the map was made, and what of it was made.
  irdl.operation @network {
    %name = irdl.base "#builtin.string"
    %mode = irdl.base "#builtin.string"
    %seed = irdl.base "#builtin.integer"
    %cores = irdl.base "#builtin.integer"
    %slices = irdl.base "#builtin.integer"
    irdl.attributes {"name" = %name, "mode" = %mode, "seed" = %seed, "cores" = %cores, "slices" = %slices}
  }
  // kind is "neurons", "source" or "input"; slices are first and number. Optional: order (tensor of i32, where slices list their
  // neurons), graded, output (units).
  irdl.operation @population {
    %name = irdl.base "#builtin.string"
    %kind = irdl.base "#builtin.string"
    %grid = irdl.base "#builtin.dense_array"
    %slices = irdl.base "#builtin.dense_array"
    irdl.attributes {"name" = %name, "kind" = %kind, "grid" = %grid, "slices" = %slices}
  }
  irdl.operation @projection {
    %name = irdl.base "#builtin.string"
    %source = irdl.base "#builtin.string"
    %target = irdl.base "#builtin.string"
    %receptor = irdl.base "#builtin.integer"
    irdl.attributes {"name" = %name, "source" = %source, "target" = %target, "receptor" = %receptor}
  }
  // Cores are numbered in the order of their ops. place: column, row, core of the node; none before placing.
  irdl.operation @core {
    %use = irdl.base "#builtin.dictionary"
    irdl.attributes {"use" = %use}
  }
  irdl.operation @cores {
    %use = irdl.base "#builtin.dictionary"
    irdl.attributes {"use" = %use}
  }
  // Neurons low <= coordinate < high of the population's grid; or, where it has an order, `listed` of it: first and number.
  // Optional: core (none: outside), owner and parts (of a slice that adds up a part of its owner's synapses).
  irdl.operation @slice {
    %population = irdl.base "#builtin.string"
    irdl.attributes {"population" = %population}
  }
  irdl.operation @slices {
    %population = irdl.base "#builtin.string"
    %core = irdl.any
    irdl.attributes {"population" = %population, "core" = %core}
  }
  // Messages of a slice: to each core the number of its neurons with a synapse there, and their messages a step.
  irdl.operation @flow {
    %slice = irdl.base "#builtin.integer"
    %core = irdl.base "#builtin.dense_array"
    %axons = irdl.base "#builtin.dense_array"
    %rate = irdl.base "#builtin.dense_array"
    irdl.attributes {"slice" = %slice, "core" = %core, "axons" = %axons, "rate" = %rate}
  }
  irdl.operation @flows {
    %row = irdl.any
    %core = irdl.any
    %axons = irdl.any
    %rate = irdl.any
    irdl.attributes {"row" = %row, "core" = %core, "axons" = %axons, "rate" = %rate}
  }
  // Synapses of a projection onto a slice: format is "dense", "bitmap", "index", "shared" or "recipe".
  irdl.operation @block {
    %slice = irdl.base "#builtin.integer"
    %projection = irdl.base "#builtin.integer"
    %format = irdl.base "#builtin.string"
    %axons = irdl.base "#builtin.integer"
    %synapses = irdl.base "#builtin.integer"
    %bits = irdl.base "#builtin.integer"
    irdl.attributes {"slice" = %slice, "projection" = %projection, "format" = %format, "axons" = %axons,
                     "synapses" = %synapses, "bits" = %bits}
  }
  irdl.operation @blocks {
    %row = irdl.any
    %projection = irdl.any
    %format = irdl.any
    %axons = irdl.any
    %synapses = irdl.any
    %bits = irdl.any
    irdl.attributes {"row" = %row, "projection" = %projection, "format" = %format, "axons" = %axons,
                     "synapses" = %synapses, "bits" = %bits}
  }
  // Messages a step, in all.
  irdl.operation @traffic {
    %messages = irdl.base "#builtin.float"
    %deliveries = irdl.base "#builtin.float"
    %hops = irdl.base "#builtin.float"
    %weighted = irdl.base "#builtin.float"
    %outside = irdl.base "#builtin.float"
    irdl.attributes {"messages" = %messages, "deliveries" = %deliveries, "spike_hops" = %hops, "weighted_hops" = %weighted,
                     "from_outside" = %outside}
  }
  // Messages a step over each link: tensor of nodes x 6 directions.
  irdl.operation @links {
    %load = irdl.any
    %links = irdl.base "#builtin.float"
    %border = irdl.base "#builtin.float"
    irdl.attributes {"load" = %load, "links" = %links, "border_links" = %border}
  }
  // Neuron i of slice s sends key[s] + i; entries of node n are row[n] to row[n + 1]; before: entries before minimisation.
  irdl.operation @tables {
    %slice_key = irdl.any
    %slice_mask = irdl.any
    %row = irdl.any
    %key = irdl.any
    %mask = irdl.any
    %route = irdl.any
    %before = irdl.any
    irdl.attributes {"slice_key" = %slice_key, "slice_mask" = %slice_mask, "row" = %row, "key" = %key, "mask" = %mask,
                     "route" = %route, "before" = %before}
  }
  // Steps by which an output comes later than in the model.
  irdl.operation @output {
    %name = irdl.base "#builtin.string"
    %latency = irdl.base "#builtin.integer"
    irdl.attributes {"name" = %name, "latency" = %latency}
  }
  // What was tried, decided and given up.
  irdl.operation @note {
    %text = irdl.base "#builtin.string"
    irdl.attributes {"text" = %text}
  }
}
