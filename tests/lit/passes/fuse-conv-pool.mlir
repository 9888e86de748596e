// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
// RUN: %phasor-opt %s --passes='phasor-fuse{reassociate=true}' | FileCheck %s --check-prefix=ANY
//
// A convolution and the pool behind it become one convolution of stride 2: 9 multiplications a result instead of 16 and 4
// additions. Under the certificate only. Below, a pool in front of a convolution with one channel a group.

// CHECK: "phasor.conv"{{.*}}bias = dense<2.000000e+00>{{.*}}name = "a"{{.*}}stride = array<i64: 2, 2>, weight = dense<{{\[\[\[}}[1.000000e+00, 3.000000e+00, 2.000000e+00], [4.000000e+00, 1.000000e+01, 6.000000e+00], [3.000000e+00, 7.000000e+00, 4.000000e+00]]]]>
// CHECK-NOT: name = "p"
// CHECK: "phasor.conv"{{.*}}name = "b"{{.*}}stride = array<i64: 1, 1>
// CHECK: "phasor.pool"{{.*}}name = "q"
// CHECK-NOT: name = "r"
// CHECK: "phasor.conv"{{.*}}name = "c", pad_high = {{.*}}stride = array<i64: 2, 2>, weight = dense<[{{\[\[}}[2.000000e+00, 2.000000e+00], [2.000000e+00, 2.000000e+00]]], {{\[\[}}[3.000000e+00, 3.000000e+00], [3.000000e+00, 3.000000e+00]]]]>{{.*}}(tensor<2x4x4xi1>)

// ANY-NOT: phasor.pool
// ANY: "phasor.conv"{{.*}}name = "b"{{.*}}stride = array<i64: 2, 2>
// ANY-NOT: phasor.pool

ml_program.subgraph @net(%x: tensor<1x7x7xf32> {phasor.name = "x"}, %z: tensor<2x4x4xf32> {phasor.name = "z"}) -> (tensor<1x3x3xf32> {phasor.name = "a_out"}, tensor<1x3x3xf32> {phasor.name = "b_out"}, tensor<2x2x2xf32> {phasor.name = "c_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %s = "phasor.neurons"(%x) {name = "s", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<1x7x7xf32>) -> tensor<1x7x7xi1>
  %a = "phasor.conv"(%s) {name = "a", weight = dense<[[[[1.0, 2.0], [3.0, 4.0]]]]> : tensor<1x1x2x2xf32>, bias = dense<0.5> : tensor<1xf32>, stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x7x7xi1>) -> tensor<1x6x6xf32>
  %p = "phasor.pool"(%a) {name = "p", kind = "sum", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6xf32>) -> tensor<1x3x3xf32>
  %b = "phasor.conv"(%s) {name = "b", weight = dense<[[[[0.1, 0.2], [0.3, 0.4]]]]> : tensor<1x1x2x2xf32>, stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x7x7xi1>) -> tensor<1x6x6xf32>
  %q = "phasor.pool"(%b) {name = "q", kind = "sum", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x6x6xf32>) -> tensor<1x3x3xf32>
  %t = "phasor.neurons"(%z) {name = "t", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<2x4x4xf32>) -> tensor<2x4x4xi1>
  %r = "phasor.pool"(%t) {name = "r", kind = "sum", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<2x4x4xi1>) -> tensor<2x2x2xf32>
  %c = "phasor.conv"(%r) {name = "c", weight = dense<[[[[2.0]]], [[[3.0]]]]> : tensor<2x1x1x1xf32>, stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  ml_program.output %p, %q, %c : tensor<1x3x3xf32>, tensor<1x3x3xf32>, tensor<2x2x2xf32>
}
