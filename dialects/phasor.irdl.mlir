// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `phasor` dialect: spiking networks. One op gives one value for each time step; the container is an
// ml_program.subgraph, whose arguments are the network's inputs and whose results are its outputs.
// Load it into stock tools with  mlir-opt-22 --irdl-file=phasor.irdl.mlir FILE.
// What IRDL cannot say (shapes, ranges, references, optional attributes) is checked by src/ir/check.c and
// written down in docs/dialect.md.
irdl.dialect @phasor {
  // y = init + b + W x, accumulated in that order, sources ascending. Optional attribute: bias.
  irdl.operation @linear {
    %x = irdl.any
    %init = irdl.any
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    %weight = irdl.any
    irdl.operands(x: %x, init: optional %init)
    irdl.results(y: %y)
    irdl.attributes {"name" = %name, "weight" = %weight}
  }
  // Cross-correlation over one or two dimensions. Optional attribute: bias.
  irdl.operation @conv {
    %x = irdl.any
    %init = irdl.any
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    %weight = irdl.any
    %stride = irdl.base "#builtin.dense_array"
    %pad_low = irdl.base "#builtin.dense_array"
    %pad_high = irdl.base "#builtin.dense_array"
    %dilation = irdl.base "#builtin.dense_array"
    %groups = irdl.base "#builtin.integer"
    irdl.operands(x: %x, init: optional %init)
    irdl.results(y: %y)
    irdl.attributes {"name" = %name, "weight" = %weight, "stride" = %stride, "pad_low" = %pad_low,
                     "pad_high" = %pad_high, "dilation" = %dilation, "groups" = %groups}
  }
  // Sum or mean over windows of [channels, height, width]; kind is "sum" or "avg".
  irdl.operation @pool {
    %x = irdl.any
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    %kind = irdl.base "#builtin.string"
    %kernel = irdl.base "#builtin.dense_array"
    %stride = irdl.base "#builtin.dense_array"
    %pad_low = irdl.base "#builtin.dense_array"
    %pad_high = irdl.base "#builtin.dense_array"
    irdl.operands(x: %x)
    irdl.results(y: %y)
    irdl.attributes {"name" = %name, "kind" = %kind, "kernel" = %kernel, "stride" = %stride, "pad_low" = %pad_low,
                     "pad_high" = %pad_high}
  }
  // y = factor * x, elementwise.
  irdl.operation @scale {
    %x = irdl.any
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    %factor = irdl.any
    irdl.operands(x: %x)
    irdl.results(y: %y)
    irdl.attributes {"name" = %name, "factor" = %factor}
  }
  // Merges the dimensions start..end (inclusive) into one.
  irdl.operation @flatten {
    %x = irdl.any
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    %start = irdl.base "#builtin.integer"
    %end = irdl.base "#builtin.integer"
    irdl.operands(x: %x)
    irdl.results(y: %y)
    irdl.attributes {"name" = %name, "start" = %start, "end" = %end}
  }
  // Elementwise sum, from the first operand to the last.
  irdl.operation @add {
    %x = irdl.any
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    irdl.operands(x: variadic %x)
    irdl.results(y: %y)
    irdl.attributes {"name" = %name}
  }
  // y(t) = x(t - steps), zero before. Has either `steps` (i64) or, before discretisation, `seconds` (f64).
  irdl.operation @delay {
    %x = irdl.any
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    irdl.operands(x: %x)
    irdl.results(y: %y)
    irdl.attributes {"name" = %name}
  }
  // A population. Operands: its inputs, one for each receptor. Before discretisation: `model` and `params`; afterwards:
  // `update` (the symbol of a func.func over scalars), `states` (their names), `coefficients` and optionally `initial`
  // (a value for each state).
  irdl.operation @neurons {
    %x = irdl.any
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    irdl.operands(x: variadic %x)
    irdl.results(y: %y)
    irdl.attributes {"name" = %name}
  }
  // The synapses of a projection, row by row of its sources. Only phasor.synapses takes such values.
  irdl.type @rows {}
  // A recipe: which synapses there are from the elements of x, with what weights and delays; nothing is written out but
  // lists. Optional attributes: probability, number, distance, list, by rule.
  irdl.operation @projection {
    %x = irdl.any
    %y = irdl.base @phasor::@rows
    %name = irdl.base "#builtin.string"
    %rule = irdl.base "#builtin.string"
    %weight = irdl.base "#builtin.dictionary"
    %delay = irdl.base "#builtin.dictionary"
    %key = irdl.base "#builtin.integer"
    %mode = irdl.base "#builtin.string"
    irdl.operands(x: %x)
    irdl.results(rows: %y)
    irdl.attributes {"name" = %name, "rule" = %rule, "weight" = %weight, "delay" = %delay, "key" = %key, "mode" = %mode}
  }
  // y = init + what the spikes of the projections' sources bring, each after its delay. Optional attributes: counted (the
  // only weight), plasticity (with the targets' spikes and perhaps a reward).
  irdl.operation @synapses {
    %rows = irdl.base @phasor::@rows
    %spikes = irdl.any
    %reward = irdl.any
    %init = irdl.any
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    irdl.operands(projections: variadic %rows, spikes: optional %spikes, reward: optional %reward, init: optional %init)
    irdl.results(y: %y)
    irdl.attributes {"name" = %name}
  }
  // Spikes or currents that the network makes itself: kind is "poisson", "train", "current" or "noise". Optional attributes
  // by kind: key, start, stop, mean, sd, events, pieces.
  irdl.operation @source {
    %y = irdl.any
    %name = irdl.base "#builtin.string"
    %kind = irdl.base "#builtin.string"
    irdl.results(y: %y)
    irdl.attributes {"name" = %name, "kind" = %kind}
  }
}
