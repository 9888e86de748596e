// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// No input: four neurons driven by a bias, in a loop with themselves. Each spikes in every second step (0.6, 1.2, 0.6, ...).
module {
  ml_program.subgraph @clock() -> (tensor<4xi1> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true, phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %0 = "phasor.delay"(%2) {name = "if1#delay", steps = dense<1> : tensor<i64>} : (tensor<4xi1>) -> tensor<4xi1>
    %1 = "phasor.linear"(%0) {name = "drive", weight = dense<0.0> : tensor<4x4xf32>, bias = dense<0.6> : tensor<4xf32>} : (tensor<4xi1>) -> tensor<4xf32>
    %2 = "phasor.neurons"(%1) {name = "if1", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<4xf32>) -> tensor<4xi1>
    ml_program.output %2 : tensor<4xi1>
  }
}
