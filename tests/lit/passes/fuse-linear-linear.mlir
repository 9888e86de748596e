// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
// RUN: %phasor-opt %s --passes='phasor-fuse{reassociate=true}' | FileCheck %s --check-prefix=ANY
//
// Two linear ops with nothing between become one where that is less work: 2 -> 3 -> 1 takes 9 multiplications, 2 -> 1 takes 2.
// By default only if the weights show that no sum is rounded.

// CHECK: "phasor.linear"(%[[S:.*]]) {bias = dense<6.000000e+00> : tensor<1xf32>, name = "a2", weight = dense<{{\[}}[9.000000e+00, 1.200000e+01]]> : tensor<1x2xf32>} : (tensor<2xi1>)
// CHECK: "phasor.linear"{{.*}}name = "b1"
// CHECK: "phasor.linear"{{.*}}name = "b2"
// CHECK: "phasor.linear"{{.*}}name = "c1"
// CHECK: "phasor.linear"{{.*}}name = "c2"

// ANY-NOT: name = "b1"
// ANY: "phasor.linear"(%[[S:.*]]) {name = "b2", weight = dense<{{\[}}[0.900000035, 1.200000e+00]]>
// ANY: name = "c1"
// ANY: name = "c2"

ml_program.subgraph @net(%x: tensor<2xf32> {phasor.name = "x"}) -> (tensor<1xf32> {phasor.name = "a_out"}, tensor<1xf32> {phasor.name = "b_out"}, tensor<2xf32> {phasor.name = "c_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %s = "phasor.neurons"(%x) {name = "s", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %a1 = "phasor.linear"(%s) {name = "a1", weight = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>, bias = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>} : (tensor<2xi1>) -> tensor<3xf32>
  %a2 = "phasor.linear"(%a1) {name = "a2", weight = dense<[[1.0, 1.0, 1.0]]> : tensor<1x3xf32>} : (tensor<3xf32>) -> tensor<1xf32>
  %b1 = "phasor.linear"(%s) {name = "b1", weight = dense<[[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]> : tensor<3x2xf32>} : (tensor<2xi1>) -> tensor<3xf32>
  %b2 = "phasor.linear"(%b1) {name = "b2", weight = dense<[[1.0, 1.0, 1.0]]> : tensor<1x3xf32>} : (tensor<3xf32>) -> tensor<1xf32>
  %c1 = "phasor.linear"(%s) {name = "c1", weight = dense<[[1.0, 2.0]]> : tensor<1x2xf32>} : (tensor<2xi1>) -> tensor<1xf32>
  %c2 = "phasor.linear"(%c1) {name = "c2", weight = dense<[[1.0], [1.0]]> : tensor<2x1xf32>} : (tensor<1xf32>) -> tensor<2xf32>
  ml_program.output %a2, %b2, %c2 : tensor<1xf32>, tensor<1xf32>, tensor<2xf32>
}
