// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
// RUN: %phasor-opt %s --passes='phasor-fuse{reassociate=true}' | FileCheck %s --check-prefix=ANY
//
// Two edges from one source in one sum become one, if the sum is certified; also with another edge between them.

// CHECK-NOT: name = "a1"
// CHECK: %[[A:.*]] = "phasor.linear"(%[[T:.*]]) {bias = dense<1.000000e+00> : tensor<1xf32>, name = "a2", weight = dense<5.000000e-01>
// CHECK: "phasor.linear"(%[[S:.*]], %[[A]]) {bias = dense<2.500000e-01> : tensor<1xf32>, name = "a3", weight = dense<{{\[}}[4.000000e+00, 6.000000e+00]]>
// CHECK: "phasor.linear"{{.*}}name = "b1"
// CHECK: "phasor.linear"{{.*}}name = "b2"

// ANY-NOT: name = "b1"
// ANY: "phasor.linear"{{.*}}name = "b2", weight = dense<{{\[}}[3.000000e-01, 0.899999976]]>

ml_program.subgraph @net(%x: tensor<2xf32> {phasor.name = "x"}) -> (tensor<1xf32> {phasor.name = "a_out"}, tensor<1xf32> {phasor.name = "b_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %s = "phasor.neurons"(%x) {name = "s", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %t = "phasor.neurons"(%x) {name = "t", model = "threshold", params = {threshold = dense<0.25> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %a1 = "phasor.linear"(%s) {name = "a1", weight = dense<[[1.0, 2.0]]> : tensor<1x2xf32>, bias = dense<0.25> : tensor<1xf32>} : (tensor<2xi1>) -> tensor<1xf32>
  %a2 = "phasor.linear"(%t, %a1) {name = "a2", weight = dense<[[0.5, 0.5]]> : tensor<1x2xf32>, bias = dense<1.0> : tensor<1xf32>} : (tensor<2xi1>, tensor<1xf32>) -> tensor<1xf32>
  %a3 = "phasor.linear"(%s, %a2) {name = "a3", weight = dense<[[3.0, 4.0]]> : tensor<1x2xf32>} : (tensor<2xi1>, tensor<1xf32>) -> tensor<1xf32>
  %b1 = "phasor.linear"(%s) {name = "b1", weight = dense<[[0.1, 0.2]]> : tensor<1x2xf32>} : (tensor<2xi1>) -> tensor<1xf32>
  %b2 = "phasor.linear"(%s, %b1) {name = "b2", weight = dense<[[0.2, 0.7]]> : tensor<1x2xf32>} : (tensor<2xi1>, tensor<1xf32>) -> tensor<1xf32>
  ml_program.output %a3, %b2 : tensor<1xf32>, tensor<1xf32>
}
