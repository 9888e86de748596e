// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Valid, but each population is odd in its way: silent, unstable, dead.
module {
  ml_program.subgraph @odd(%input: tensor<1xf32> {phasor.name = "input"}) -> (tensor<1xi1> {phasor.name = "quiet_out"}, tensor<1xi1> {phasor.name = "fast_out"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true, phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %0 = "phasor.linear"(%input) {name = "nothing", weight = dense<0.0> : tensor<1x1xf32>} : (tensor<1xf32>) -> tensor<1xf32>
    %1 = "phasor.neurons"(%0) {name = "quiet", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<1xf32>) -> tensor<1xi1>
    %2 = "phasor.neurons"(%input) {name = "fast", model = "lif", params = {tau = dense<0.0004> : tensor<f64>, r = dense<1.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<1xf32>) -> tensor<1xi1>
    %3 = "phasor.neurons"(%input) {name = "dead", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<1xf32>) -> tensor<1xi1>
    ml_program.output %1, %2 : tensor<1xi1>, tensor<1xi1>
  }
}
