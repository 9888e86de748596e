// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two integrate-and-fire neurons; worked out by hand in run.test.
module {
  ml_program.subgraph @tiny(%input: tensor<2xf32> {phasor.name = "input"}) -> (tensor<2xi1> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true, phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %0 = "phasor.linear"(%input) {name = "fc1", weight = dense<[[1.0, 0.5], [0.25, -1.0]]> : tensor<2x2xf32>} : (tensor<2xf32>) -> tensor<2xf32>
    %1 = "phasor.neurons"(%0) {name = "if1", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
    ml_program.output %1 : tensor<2xi1>
  }
}
