// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
// RUN: %phasor-opt %s --passes='phasor-fuse{reassociate=true}' | FileCheck %s --check-prefix=ANY
//
// A linear op with a diagonal weight and a bias, as batch normalisation gives it: its bias would move from the end of the sum
// to its start. With small multiples of 1/8 no sum is rounded, so that it may; with 0.1 it may not.

// CHECK: "phasor.linear"(%[[S:.*]]) {bias = dense<[1.000000e+00, 3.000000e+00]> : tensor<2xf32>, name = "a", weight = dense<{{\[}}[5.000000e-01, -1.500000e+00], [2.500000e-01, 7.500000e-01]]>
// CHECK-NOT: name = "norm_a"
// CHECK: "phasor.linear"{{.*}}name = "b"
// CHECK: "phasor.linear"{{.*}}name = "norm_b"

// ANY-NOT: name = "norm_a"
// ANY: "phasor.linear"{{.*}}bias = dense<[1.000000e+00, 3.000000e+00]>{{.*}}name = "b", weight = dense<{{\[}}[5.000000e-02, -1.500000e-01], [2.500000e-01, 5.000000e-01]]>
// ANY-NOT: name = "norm_b"

ml_program.subgraph @net(%x: tensor<2xf32> {phasor.name = "x"}) -> (tensor<2xf32> {phasor.name = "a_out"}, tensor<2xf32> {phasor.name = "b_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %s = "phasor.neurons"(%x) {name = "s", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %a = "phasor.linear"(%s) {name = "a", weight = dense<[[0.5, -1.5], [1.0, 3.0]]> : tensor<2x2xf32>, bias = dense<[0.0, 8.0]> : tensor<2xf32>} : (tensor<2xi1>) -> tensor<2xf32>
  %norm_a = "phasor.linear"(%a) {name = "norm_a", weight = dense<[[1.0, 0.0], [0.0, 0.25]]> : tensor<2x2xf32>, bias = dense<[1.0, 1.0]> : tensor<2xf32>} : (tensor<2xf32>) -> tensor<2xf32>
  %b = "phasor.linear"(%s) {name = "b", weight = dense<[[0.5, -1.5], [1.0, 2.0]]> : tensor<2x2xf32>, bias = dense<[0.0, 8.0]> : tensor<2xf32>} : (tensor<2xi1>) -> tensor<2xf32>
  %norm_b = "phasor.linear"(%b) {name = "norm_b", weight = dense<[[0.1, 0.0], [0.0, 0.25]]> : tensor<2x2xf32>, bias = dense<[1.0, 1.0]> : tensor<2xf32>} : (tensor<2xf32>) -> tensor<2xf32>
  ml_program.output %norm_a, %norm_b : tensor<2xf32>, tensor<2xf32>
}
