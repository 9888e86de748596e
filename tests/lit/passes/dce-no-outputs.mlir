// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A network without outputs is run for its populations; what they do not need is dropped.
// RUN: %phasor-opt %s --passes=phasor-dce | FileCheck %s
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s

// CHECK-NOT: name = "unused"
// CHECK: "phasor.neurons"{{.*}}name = "a"
// CHECK: "phasor.neurons"{{.*}}name = "d"
// CHECK-NEXT: ml_program.output

module {
  ml_program.subgraph @n()
      attributes {phasor.level = "opt", phasor.dt = 1.0e-4 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %s = "phasor.source"() {name = "noise", kind = "poisson", start = 0 : i64, key = 1 : ui64, mean = dense<0.5> : tensor<f64>} : () -> tensor<40xi32>
    %unused = "phasor.source"() {name = "unused", kind = "poisson", start = 0 : i64, key = 3 : ui64, mean = dense<0.5> : tensor<f64>} : () -> tensor<40xi32>
    %p0 = "phasor.projection"(%s) {name = "s>a", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 10 : ui64, mode = "auto"} : (tensor<40xi32>) -> !phasor.rows
    %p1 = "phasor.projection"(%a) {name = "a>a", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 11 : ui64, mode = "auto"} : (tensor<40xi1>) -> !phasor.rows
    %ia = "phasor.synapses"(%p0, %p1) {name = "a#in", operandSegmentSizes = array<i32: 2, 0, 0, 0>} : (!phasor.rows, !phasor.rows) -> tensor<40xf32>
    %a = "phasor.neurons"(%ia, %ia) {name = "a", update = @lif, states = ["v"], coefficients = [dense<0.5> : tensor<f32>], initial = [dense<-65.0> : tensor<f32>]} : (tensor<40xf32>, tensor<40xf32>) -> tensor<40xi1>
    %p5 = "phasor.projection"(%a) {name = "a>d", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 15 : ui64, mode = "auto"} : (tensor<40xi1>) -> !phasor.rows
    %p6 = "phasor.projection"(%d) {name = "d>d", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 16 : ui64, mode = "auto"} : (tensor<40xi1>) -> !phasor.rows
    %id = "phasor.synapses"(%p5, %p6) {name = "d#in", operandSegmentSizes = array<i32: 2, 0, 0, 0>} : (!phasor.rows, !phasor.rows) -> tensor<40xf32>
    %d = "phasor.neurons"(%id, %ia) {name = "d", update = @lif, states = ["v"], coefficients = [dense<0.5> : tensor<f32>], initial = [dense<0.0> : tensor<f32>]} : (tensor<40xf32>, tensor<40xf32>) -> tensor<40xi1>
    ml_program.output
  }
  func.func private @lif(%a: f32, %b: f32, %v: f32, %decay: f32) -> (i1, f32) {
    %ab = arith.addf %a, %b : f32
    %dv = arith.mulf %v, %decay : f32
    %v1 = arith.addf %dv, %ab : f32
    %z = arith.cmpf oge, %v1, %a : f32
    return %z, %v1 : i1, f32
  }
}
