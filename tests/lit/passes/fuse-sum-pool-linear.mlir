// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
// RUN: %phasor-opt %s --passes='phasor-fuse{reassociate=true}' | FileCheck %s --check-prefix=ANY
//
// A sum pool whose windows overlap goes into the linear op behind it: with stride 1 that is less work. Each source element
// takes the sum of the weights of its windows. Under the certificate only; and not with windows side by side, where the
// pool saves work.

// CHECK-NOT: name = "p"
// CHECK: %[[F:.*]] = "phasor.flatten"(%[[S:.*]]) {{.*}}name = "f"{{.*}} : (tensor<1x2x3xi1>) -> tensor<6xi1>
// CHECK: "phasor.linear"(%[[F]]) {name = "a", weight = dense<{{\[}}[1.000000e+00, 3.000000e+00, 2.000000e+00, 1.000000e+00, 3.000000e+00, 2.000000e+00]]>
// CHECK: "phasor.pool"{{.*}}name = "q"
// CHECK: "phasor.pool"{{.*}}name = "r"

// ANY-NOT: name = "p"
// ANY-NOT: name = "q"
// ANY: "phasor.linear"{{.*}}name = "b", weight = dense<{{\[}}[1.000000e-01, 3.000000e-01, 2.000000e-01,
// ANY: "phasor.pool"{{.*}}name = "r"

ml_program.subgraph @net(%x: tensor<1x2x3xf32> {phasor.name = "x"}, %z: tensor<1x2x4xf32> {phasor.name = "z"}) -> (tensor<1xf32> {phasor.name = "a_out"}, tensor<1xf32> {phasor.name = "b_out"}, tensor<3xf32> {phasor.name = "c_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %s = "phasor.neurons"(%x) {name = "s", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<1x2x3xf32>) -> tensor<1x2x3xi1>
  %p = "phasor.pool"(%s) {name = "p", kind = "sum", kernel = array<i64: 2, 2>, stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x2x3xi1>) -> tensor<1x1x2xf32>
  %f = "phasor.flatten"(%p) {name = "f", start = 0 : i64, end = 2 : i64} : (tensor<1x1x2xf32>) -> tensor<2xf32>
  %a = "phasor.linear"(%f) {name = "a", weight = dense<[[1.0, 2.0]]> : tensor<1x2xf32>} : (tensor<2xf32>) -> tensor<1xf32>
  %t = "phasor.neurons"(%x) {name = "t", model = "threshold", params = {threshold = dense<0.25> : tensor<f64>}} : (tensor<1x2x3xf32>) -> tensor<1x2x3xi1>
  %q = "phasor.pool"(%t) {name = "q", kind = "sum", kernel = array<i64: 2, 2>, stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x2x3xi1>) -> tensor<1x1x2xf32>
  %g = "phasor.flatten"(%q) {name = "g", start = 0 : i64, end = 2 : i64} : (tensor<1x1x2xf32>) -> tensor<2xf32>
  %b = "phasor.linear"(%g) {name = "b", weight = dense<[[0.1, 0.2]]> : tensor<1x2xf32>} : (tensor<2xf32>) -> tensor<1xf32>
  %v = "phasor.neurons"(%z) {name = "v", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<1x2x4xf32>) -> tensor<1x2x4xi1>
  %r = "phasor.pool"(%v) {name = "r", kind = "sum", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x2x4xi1>) -> tensor<1x1x2xf32>
  %h = "phasor.flatten"(%r) {name = "h", start = 0 : i64, end = 2 : i64} : (tensor<1x1x2xf32>) -> tensor<2xf32>
  %c = "phasor.linear"(%h) {name = "c", weight = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>} : (tensor<2xf32>) -> tensor<3xf32>
  ml_program.output %a, %b, %c : tensor<1xf32>, tensor<1xf32>, tensor<3xf32>
}
