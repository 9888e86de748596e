// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse 2> %t | FileCheck %s
// RUN: FileCheck %s --check-prefix=NOTE < %t
//
// What reaches no output is dropped, loops too, unless it is to be kept; a note says what.

// NOTE: PHS0250
// NOTE-SAME: dropped 2 ops whose results reach no output: dead_in, dead

// CHECK-NOT: name = "dead
// CHECK: "phasor.neurons"{{.*}}keep, {{.*}}name = "kept"
// CHECK-NOT: name = "dead

ml_program.subgraph @net(%x: tensor<2xf32> {phasor.name = "x"}) -> (tensor<2xi1> {phasor.name = "out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %used = "phasor.neurons"(%x) {name = "used", model = "lif", params = {tau = dense<0.005> : tensor<f64>, r = dense<1.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %dead_back = "phasor.delay"(%dead) {name = "dead#delay", steps = dense<1> : tensor<i64>} : (tensor<2xi1>) -> tensor<2xi1>
  %dead_in = "phasor.linear"(%dead_back, %x) {name = "dead_in", weight = dense<[[0.1, 0.2], [0.3, 0.4]]> : tensor<2x2xf32>} : (tensor<2xi1>, tensor<2xf32>) -> tensor<2xf32>
  %dead = "phasor.neurons"(%dead_in) {name = "dead", model = "lif", params = {tau = dense<0.01> : tensor<f64>, r = dense<1.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %kept = "phasor.neurons"(%x) {name = "kept", model = "lif", params = {tau = dense<0.02> : tensor<f64>, r = dense<1.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}, keep} : (tensor<2xf32>) -> tensor<2xi1>
  ml_program.output %used : tensor<2xi1>
}
