// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two projections into one population: b adds to what a has summed.
module {
  ml_program.subgraph @fanin(%in: tensor<1xf32> {phasor.name = "in"}) -> (tensor<1xi1> {phasor.name = "spikes"})
      attributes {phasor.level = "net", phasor.dt = 1.0 : f64, phasor.has_time = false, phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %0 = "phasor.linear"(%in) {name = "a", weight = dense<1.0> : tensor<1x1xf32>} : (tensor<1xf32>) -> tensor<1xf32>
    %1 = "phasor.linear"(%in, %0) {name = "b", weight = dense<10.0> : tensor<1x1xf32>} : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
    %2 = "phasor.neurons"(%1) {name = "if1", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<30.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<1xf32>) -> tensor<1xi1>
    ml_program.output %2 : tensor<1xi1>
  }
}
