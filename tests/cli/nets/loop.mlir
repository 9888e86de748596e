// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two populations in a loop of two steps; with one, no chip could run it.
module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "x"}) -> (tensor<3xi1> {phasor.name = "out"})
      attributes {phasor.level = "opt", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %f = "phasor.linear"(%x) {name = "f", weight = dense<0.5> : tensor<3x3xf32>} : (tensor<3xf32>) -> tensor<3xf32>
    %d = "phasor.delay"(%b) {name = "b#delay", steps = dense<2> : tensor<i64>} : (tensor<3xi1>) -> tensor<3xi1>
    %r = "phasor.linear"(%d, %f) {name = "back", weight = dense<0.5> : tensor<3x3xf32>} : (tensor<3xi1>, tensor<3xf32>) -> tensor<3xf32>
    %a = "phasor.neurons"(%r) {name = "a", update = @lif, states = ["v"], coefficients = [dense<0.9> : tensor<f32>]} : (tensor<3xf32>) -> tensor<3xi1>
    %g = "phasor.linear"(%a) {name = "g", weight = dense<0.5> : tensor<3x3xf32>} : (tensor<3xi1>) -> tensor<3xf32>
    %b = "phasor.neurons"(%g) {name = "b", update = @lif, states = ["v"], coefficients = [dense<0.9> : tensor<f32>]} : (tensor<3xf32>) -> tensor<3xi1>
    ml_program.output %b : tensor<3xi1>
  }
  func.func private @lif(%x: f32, %v: f32, %decay: f32) -> (i1, f32) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %dv = arith.mulf %v, %decay : f32
    %u = arith.addf %dv, %x : f32
    %z = arith.cmpf ogt, %u, %one : f32
    %v1 = arith.select %z, %zero, %u : f32
    return %z, %v1 : i1, f32
  }
}
