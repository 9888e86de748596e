// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A population that brings its own update function, with a call and a constant to fold: inlined and simplified by upstream's passes.
// RUN: %phasor-opt %s --passes=phasor-discretize,inline,symbol-dce,canonicalize,cse | FileCheck %s

// CHECK: "phasor.neurons"{{.*}}coefficients = [dense<5.000000e-01> : tensor<f32>], name = "a", states = ["v"], update = @mine
// CHECK: func.func private @mine(%[[X:.*]]: f32, %[[V:.*]]: f32, %[[A:.*]]: f32) -> (i1, f32) {
// CHECK: %[[AV:.*]] = arith.mulf %[[V]], %[[A]]
// CHECK: %[[V1:.*]] = arith.addf %[[AV]], %[[X]]
// CHECK: arith.cmpf ogt, %[[V1]]
// CHECK-NOT: func.func

module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "input"}) -> (tensor<3xi1> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %y = "phasor.neurons"(%x) {name = "a", update = @mine, states = ["v"], coefficients = [dense<0.5> : tensor<f32>]} : (tensor<3xf32>) -> tensor<3xi1>
    ml_program.output %y : tensor<3xi1>
  }
  func.func private @decay(%v: f32, %a: f32) -> f32 {
    %one = arith.constant 1.0 : f32
    %b = arith.mulf %a, %one : f32
    %r = arith.mulf %v, %b : f32
    return %r : f32
  }
  func.func private @mine(%x: f32, %v: f32, %a: f32) -> (i1, f32) {
    %av = func.call @decay(%v, %a) : (f32, f32) -> f32
    %v1 = arith.addf %av, %x : f32
    %one = arith.constant 1.0 : f32
    %z = arith.cmpf ogt, %v1, %one : f32
    return %z, %v1 : i1, f32
  }
}
