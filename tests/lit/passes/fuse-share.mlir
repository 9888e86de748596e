// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s --check-prefix=NAMES
//
// Identical subgraphs become one, with their state and their loops; the names of merged ops stay as aliases. A population with
// another time constant is another, and so is all that depends on it, though every single op looks the same.

// CHECK-COUNT-2: "phasor.neurons"{{.*}}model = "lif"
// CHECK-NOT: "phasor.neurons"
// CHECK: ml_program.output %[[A:.*]], %[[A]], %[[C:.*]] :
// CHECK-NOT: %[[A]] :

// NAMES-DAG: aliases = ["b"]{{.*}}name = "a"
// NAMES-DAG: aliases = ["b_in"]{{.*}}name = "a_in"
// NAMES-DAG: name = "c"
// NAMES-DAG: name = "c_in"

ml_program.subgraph @net(%x: tensor<2xf32> {phasor.name = "x"}) -> (tensor<2xi1> {phasor.name = "a_out"}, tensor<2xi1> {phasor.name = "b_out"}, tensor<2xi1> {phasor.name = "c_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %a_back = "phasor.delay"(%a) {name = "a#delay", steps = dense<1> : tensor<i64>} : (tensor<2xi1>) -> tensor<2xi1>
  %a_in = "phasor.linear"(%a_back, %x) {name = "a_in", weight = dense<[[0.1, 0.2], [0.3, 0.4]]> : tensor<2x2xf32>} : (tensor<2xi1>, tensor<2xf32>) -> tensor<2xf32>
  %a = "phasor.neurons"(%a_in) {name = "a", model = "lif", params = {tau = dense<0.005> : tensor<f64>, r = dense<1.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %b_back = "phasor.delay"(%b) {name = "b#delay", steps = dense<1> : tensor<i64>} : (tensor<2xi1>) -> tensor<2xi1>
  %b_in = "phasor.linear"(%b_back, %x) {name = "b_in", weight = dense<[[0.1, 0.2], [0.3, 0.4]]> : tensor<2x2xf32>} : (tensor<2xi1>, tensor<2xf32>) -> tensor<2xf32>
  %b = "phasor.neurons"(%b_in) {name = "b", model = "lif", params = {tau = dense<0.005> : tensor<f64>, r = dense<1.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %c_back = "phasor.delay"(%c) {name = "c#delay", steps = dense<1> : tensor<i64>} : (tensor<2xi1>) -> tensor<2xi1>
  %c_in = "phasor.linear"(%c_back, %x) {name = "c_in", weight = dense<[[0.1, 0.2], [0.3, 0.4]]> : tensor<2x2xf32>} : (tensor<2xi1>, tensor<2xf32>) -> tensor<2xf32>
  %c = "phasor.neurons"(%c_in) {name = "c", model = "lif", params = {tau = dense<0.006> : tensor<f64>, r = dense<1.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  ml_program.output %a, %b, %c : tensor<2xi1>, tensor<2xi1>, tensor<2xi1>
}
