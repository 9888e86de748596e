// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two inputs, two outputs: one of spikes, one graded.
module {
  ml_program.subgraph @two(%left: tensor<2xf32> {phasor.name = "left"}, %right: tensor<2xf32> {phasor.name = "right"})
      -> (tensor<2xi1> {phasor.name = "spikes"}, tensor<2xf32> {phasor.name = "trace"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true, phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %0 = "phasor.add"(%left, %right) {name = "sum"} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %1 = "phasor.neurons"(%0) {name = "if1", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.5> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
    %2 = "phasor.neurons"(%right) {name = "i1", model = "i", params = {r = dense<1.0> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xf32>
    ml_program.output %1, %2 : tensor<2xi1>, tensor<2xf32>
  }
}
