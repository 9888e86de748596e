// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A skip connection: the long way takes two messages, the short one waits for it. The delay that is there is used, populations
// start when their first input can come, the output says how late it is.
// RUN: %phasor-opt %s --passes=phasor-retime | FileCheck %s
// RUN: %phasor-opt %s --passes=phasor-retime,phasor-retime | FileCheck %s
//
// A program of it is the interpreter's run, to the bit.
// RUN: printf '1,0,2\n0,3,1\n1,1,1\n4,0,2\n' > %t.csv
// RUN: %phasorc verify %s -t cpu --passes=phasor-retime -i %t.csv --steps 20 | FileCheck %s --check-prefix=VERIFY
// VERIFY: 0 differing values in 4 comparisons over 20 steps

// CHECK: phasor.latency = 3 : i64, phasor.name = "out"
// CHECK-DAG: "phasor.delay"(%arg0) {name = "x#retime1", steps = dense<1> : tensor<i64>}
// CHECK-DAG: "phasor.delay"(%arg0) {name = "wait", steps = dense<4> : tensor<i64>}
// CHECK-DAG: name = "a", start = 1 : i64
// CHECK-DAG: name = "b", start = 3 : i64
module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "x"}) -> (tensor<3xi1> {phasor.name = "out"})
      attributes {phasor.level = "opt", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %f = "phasor.linear"(%x) {name = "f", weight = dense<0.5> : tensor<3x3xf32>} : (tensor<3xf32>) -> tensor<3xf32>
    %a = "phasor.neurons"(%f) {name = "a", update = @lif, states = ["v"], coefficients = [dense<0.9> : tensor<f32>]} : (tensor<3xf32>) -> tensor<3xi1>
    %g = "phasor.linear"(%a) {name = "g", weight = dense<0.5> : tensor<3x3xf32>} : (tensor<3xi1>) -> tensor<3xf32>
    %m = "phasor.neurons"(%g) {name = "m", update = @lif, states = ["v"], coefficients = [dense<0.9> : tensor<f32>]} : (tensor<3xf32>) -> tensor<3xi1>
    %w = "phasor.delay"(%x) {name = "wait", steps = dense<1> : tensor<i64>} : (tensor<3xf32>) -> tensor<3xf32>
    %h = "phasor.linear"(%m) {name = "h", weight = dense<0.5> : tensor<3x3xf32>} : (tensor<3xi1>) -> tensor<3xf32>
    %s = "phasor.linear"(%w, %h) {name = "skip", weight = dense<0.25> : tensor<3x3xf32>, bias = dense<0.1> : tensor<3xf32>} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %b = "phasor.neurons"(%s) {name = "b", update = @lif, states = ["v"], coefficients = [dense<0.9> : tensor<f32>]} : (tensor<3xf32>) -> tensor<3xi1>
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
