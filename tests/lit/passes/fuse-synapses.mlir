// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is identical becomes one: sources of one key, populations with the same receptors and initial values; not sources of
// another key, nor populations that start elsewhere. What reaches no output goes: a source, and a population that feeds itself
// through synapses, with its projections. Those that are left read what stands for their sources.
// RUN: %phasor-opt %s --passes=phasor-fuse 2> %t.notes | FileCheck %s
// RUN: FileCheck %s --check-prefix=NOTE < %t.notes

// CHECK: %[[S:[0-9]+]] = "phasor.source"() {aliases = ["noise2"], {{.*}}name = "noise"
// CHECK-NEXT: %[[O:[0-9]+]] = "phasor.source"() {{{.*}}name = "noise3"
// CHECK-NEXT: %[[P0:[0-9]+]] = "phasor.projection"(%[[S]]) {{{.*}}name = "s>a"
// CHECK-NEXT: %[[IN:[0-9]+]] = "phasor.synapses"(%[[P0]])
// CHECK-NEXT: %[[A:[0-9]+]] = "phasor.neurons"(%[[IN]], %[[IN]]) {aliases = ["b"], {{.*}}name = "a"
// CHECK-NEXT: %[[C:[0-9]+]] = "phasor.neurons"(%[[IN]], %[[IN]]) {{{.*}}name = "c"
// CHECK-NEXT: %[[P1:[0-9]+]] = "phasor.projection"(%[[S]])
// CHECK-NEXT: %[[P2:[0-9]+]] = "phasor.projection"(%[[O]])
// CHECK-NEXT: %[[P3:[0-9]+]] = "phasor.projection"(%[[A]])
// CHECK-NEXT: %[[P4:[0-9]+]] = "phasor.projection"(%[[C]])
// CHECK-NEXT: %[[Y:[0-9]+]] = "phasor.synapses"(%[[P1]], %[[P2]], %[[P3]], %[[P4]])
// CHECK-NEXT: ml_program.output %[[A]], %[[Y]]

// NOTE: PHS0250
// NOTE-SAME: dropped 2 ops whose results reach no output: unused, d

module {
  ml_program.subgraph @n() -> (tensor<40xi1> {phasor.name = "x"}, tensor<40xf32> {phasor.name = "y"})
      attributes {phasor.level = "opt", phasor.dt = 1.0e-4 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %s = "phasor.source"() {name = "noise", kind = "poisson", start = 0 : i64, key = 1 : ui64, mean = dense<0.5> : tensor<f64>} : () -> tensor<40xi32>
    %same = "phasor.source"() {name = "noise2", kind = "poisson", start = 0 : i64, key = 1 : ui64, mean = dense<0.5> : tensor<f64>} : () -> tensor<40xi32>
    %other = "phasor.source"() {name = "noise3", kind = "poisson", start = 0 : i64, key = 2 : ui64, mean = dense<0.5> : tensor<f64>} : () -> tensor<40xi32>
    %unused = "phasor.source"() {name = "unused", kind = "poisson", start = 0 : i64, key = 3 : ui64, mean = dense<0.5> : tensor<f64>} : () -> tensor<40xi32>
    %p0 = "phasor.projection"(%same) {name = "s>a", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 10 : ui64, mode = "auto"} : (tensor<40xi32>) -> !phasor.rows
    %ia = "phasor.synapses"(%p0) {name = "a#in", operandSegmentSizes = array<i32: 1, 0, 0, 0>} : (!phasor.rows) -> tensor<40xf32>
    %a = "phasor.neurons"(%ia, %ia) {name = "a", update = @lif, states = ["v"], coefficients = [dense<0.5> : tensor<f32>], initial = [dense<-65.0> : tensor<f32>]} : (tensor<40xf32>, tensor<40xf32>) -> tensor<40xi1>
    %b = "phasor.neurons"(%ia, %ia) {name = "b", update = @lif, states = ["v"], coefficients = [dense<0.5> : tensor<f32>], initial = [dense<-65.0> : tensor<f32>]} : (tensor<40xf32>, tensor<40xf32>) -> tensor<40xi1>
    %c = "phasor.neurons"(%ia, %ia) {name = "c", update = @lif, states = ["v"], coefficients = [dense<0.5> : tensor<f32>], initial = [dense<-60.0> : tensor<f32>]} : (tensor<40xf32>, tensor<40xf32>) -> tensor<40xi1>
    %p1 = "phasor.projection"(%s) {name = "s>y", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 11 : ui64, mode = "auto"} : (tensor<40xi32>) -> !phasor.rows
    %p2 = "phasor.projection"(%other) {name = "o>y", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 12 : ui64, mode = "auto"} : (tensor<40xi32>) -> !phasor.rows
    %p3 = "phasor.projection"(%b) {name = "b>y", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 13 : ui64, mode = "auto"} : (tensor<40xi1>) -> !phasor.rows
    %p4 = "phasor.projection"(%c) {name = "c>y", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 14 : ui64, mode = "auto"} : (tensor<40xi1>) -> !phasor.rows
    %y = "phasor.synapses"(%p1, %p2, %p3, %p4) {name = "y#in", operandSegmentSizes = array<i32: 4, 0, 0, 0>} : (!phasor.rows, !phasor.rows, !phasor.rows, !phasor.rows) -> tensor<40xf32>
    %p5 = "phasor.projection"(%a) {name = "a>d", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 15 : ui64, mode = "auto"} : (tensor<40xi1>) -> !phasor.rows
    %p6 = "phasor.projection"(%d) {name = "d>d", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 16 : ui64, mode = "auto"} : (tensor<40xi1>) -> !phasor.rows
    %id = "phasor.synapses"(%p5, %p6) {name = "d#in", operandSegmentSizes = array<i32: 2, 0, 0, 0>} : (!phasor.rows, !phasor.rows) -> tensor<40xf32>
    %d = "phasor.neurons"(%id, %ia) {name = "d", update = @lif, states = ["v"], coefficients = [dense<0.5> : tensor<f32>], initial = [dense<0.0> : tensor<f32>]} : (tensor<40xf32>, tensor<40xf32>) -> tensor<40xi1>
    ml_program.output %a, %y : tensor<40xi1>, tensor<40xf32>
  }
  func.func private @lif(%a: f32, %b: f32, %v: f32, %decay: f32) -> (i1, f32) {
    %ab = arith.addf %a, %b : f32
    %dv = arith.mulf %v, %decay : f32
    %v1 = arith.addf %dv, %ab : f32
    %z = arith.cmpf oge, %v1, %a : f32
    return %z, %v1 : i1, f32
  }
}
