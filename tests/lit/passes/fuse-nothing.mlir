// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
//
// Ops that do nothing go: flattens of flattens, delays of no steps, delays of delays, adds of one value, weights that are
// all zero where no -0 can be seen.

// CHECK: %[[F:.*]] = "phasor.flatten"(%[[S:.*]]) {end = 2 : i64, name = "f3", start = 0 : i64} : (tensor<1x2x3xi1>) -> tensor<6xi1>
// CHECK: %[[D:.*]] = "phasor.delay"(%[[F]]) {name = "d3", steps = dense<5> : tensor<i64>}
// CHECK: %[[Y:.*]] = "phasor.linear"(%[[D]]) {name = "y", weight
// CHECK-NOT: phasor
// CHECK: %[[M:.*]] = "phasor.scale"
// CHECK: %[[Z:.*]] = "phasor.linear"(%[[D]], %[[M]]) {name = "z3", weight = dense<0.000000e+00>
// CHECK: ml_program.output %[[Y]], %[[Z]]

ml_program.subgraph @net(%x: tensor<1x2x3xf32> {phasor.name = "x"}) -> (tensor<1xf32> {phasor.name = "out"}, tensor<6xf32> {phasor.name = "signed"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %s = "phasor.neurons"(%x) {name = "s", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<1x2x3xf32>) -> tensor<1x2x3xi1>
  %f1 = "phasor.flatten"(%s) {name = "f1", start = 1 : i64, end = 2 : i64} : (tensor<1x2x3xi1>) -> tensor<1x6xi1>
  %f2 = "phasor.flatten"(%f1) {name = "f2", start = 1 : i64, end = 1 : i64} : (tensor<1x6xi1>) -> tensor<1x6xi1>
  %f3 = "phasor.flatten"(%f2) {name = "f3", start = 0 : i64, end = 1 : i64} : (tensor<1x6xi1>) -> tensor<6xi1>
  %d1 = "phasor.delay"(%f3) {name = "d1", steps = dense<2> : tensor<i64>} : (tensor<6xi1>) -> tensor<6xi1>
  %d2 = "phasor.delay"(%d1) {name = "d2", steps = dense<0> : tensor<i64>} : (tensor<6xi1>) -> tensor<6xi1>
  %d3 = "phasor.delay"(%d2) {name = "d3", steps = dense<3> : tensor<i64>} : (tensor<6xi1>) -> tensor<6xi1>
  %z1 = "phasor.linear"(%d3) {name = "z1", weight = dense<0.0> : tensor<1x6xf32>} : (tensor<6xi1>) -> tensor<1xf32>
  %y = "phasor.linear"(%d3, %z1) {name = "y", weight = dense<[[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]]> : tensor<1x6xf32>} : (tensor<6xi1>, tensor<1xf32>) -> tensor<1xf32>
  %z2 = "phasor.linear"(%d3, %y) {name = "z2", weight = dense<0.0> : tensor<1x6xf32>} : (tensor<6xi1>, tensor<1xf32>) -> tensor<1xf32>
  %add = "phasor.add"(%z2) {name = "add"} : (tensor<1xf32>) -> tensor<1xf32>
  %m = "phasor.scale"(%d3) {name = "m", factor = dense<-1.0> : tensor<f32>} : (tensor<6xi1>) -> tensor<6xf32>
  %z3 = "phasor.linear"(%d3, %m) {name = "z3", weight = dense<0.0> : tensor<6x6xf32>} : (tensor<6xi1>, tensor<6xf32>) -> tensor<6xf32>
  ml_program.output %add, %z3 : tensor<1xf32>, tensor<6xf32>
}
