// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
// RUN: %phasor-opt %s --passes='phasor-fuse{reassociate=true}' | FileCheck %s --check-prefix=ANY
//
// The division of an average pool goes into the weights that follow: exact for windows of a power of two elements over
// spikes, also with weights that are not certified. Windows of nine elements divide as before.

// CHECK: "phasor.pool"{{.*}}kind = "sum"{{.*}}name = "p"
// CHECK: "phasor.linear"{{.*}}name = "a", weight = dense<{{\[}}[2.500000e-02, 5.000000e-02, 1.000000e+00, 2.500000e-01]]>
// CHECK: "phasor.pool"{{.*}}kind = "avg"{{.*}}name = "q"
// CHECK: "phasor.conv"{{.*}}name = "b"{{.*}}weight = dense<9.000000e+00>

// ANY-NOT: kind = "avg"
// ANY: "phasor.conv"{{.*}}name = "b"{{.*}}weight = dense<1.000000e+00>

ml_program.subgraph @net(%x: tensor<1x4x4xf32> {phasor.name = "x"}, %z: tensor<2x9x9xf32> {phasor.name = "z"}) -> (tensor<1xf32> {phasor.name = "a_out"}, tensor<2x3x3xf32> {phasor.name = "b_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %s = "phasor.neurons"(%x) {name = "s", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<1x4x4xf32>) -> tensor<1x4x4xi1>
  %p = "phasor.pool"(%s) {name = "p", kind = "avg", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x4x4xi1>) -> tensor<1x2x2xf32>
  %f = "phasor.flatten"(%p) {name = "f", start = 0 : i64, end = 2 : i64} : (tensor<1x2x2xf32>) -> tensor<4xf32>
  %a = "phasor.linear"(%f) {name = "a", weight = dense<[[0.1, 0.2, 4.0, 1.0]]> : tensor<1x4xf32>} : (tensor<4xf32>) -> tensor<1xf32>
  %t = "phasor.neurons"(%z) {name = "t", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<2x9x9xf32>) -> tensor<2x9x9xi1>
  %q = "phasor.pool"(%t) {name = "q", kind = "avg", kernel = array<i64: 3, 3>, stride = array<i64: 3, 3>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<2x9x9xi1>) -> tensor<2x3x3xf32>
  %b = "phasor.conv"(%q) {name = "b", weight = dense<9.0> : tensor<2x2x1x1xf32>, stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  ml_program.output %a, %b : tensor<1xf32>, tensor<2x3x3xf32>
}
