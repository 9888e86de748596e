// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
//
// A scale of spikes goes into the weights that follow, whatever the factors: fl(w * fl(s * 1)) is fl(w * s).
// A factor of 0 leaves -0, the number that changes no sum.

// CHECK-NOT: phasor.scale
// CHECK: "phasor.linear"(%[[X:.*]]) {name = "y", weight = dense<{{\[}}[3.000000e-01, -0.000000e+00], [0.900000035, -0.000000e+00]]> : tensor<2x2xf32>} : (tensor<2xi1>)
// CHECK: "phasor.conv"{{.*}}name = "c"{{.*}}weight = dense<{{.*}}6.000000e+00{{.*}}1.500000e+01{{.*}}> : tensor<1x2x1x1xf32>{{.*}}(tensor<2x1x1xi1>)
// CHECK-NOT: phasor.scale

ml_program.subgraph @net(%x: tensor<2xf32> {phasor.name = "x"}, %p: tensor<2x1x1xf32> {phasor.name = "p"}) -> (tensor<2xf32> {phasor.name = "y_out"}, tensor<1x1x1xf32> {phasor.name = "c_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %s = "phasor.neurons"(%x) {name = "s", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %t = "phasor.scale"(%s) {name = "t", factor = dense<[0.3, 0.0]> : tensor<2xf32>} : (tensor<2xi1>) -> tensor<2xf32>
  %y = "phasor.linear"(%t) {name = "y", weight = dense<[[1.0, 5.0], [3.0, 7.0]]> : tensor<2x2xf32>} : (tensor<2xf32>) -> tensor<2xf32>
  %q = "phasor.neurons"(%p) {name = "q", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<2x1x1xf32>) -> tensor<2x1x1xi1>
  %u = "phasor.scale"(%q) {name = "u", factor = dense<[[[3.0]], [[5.0]]]> : tensor<2x1x1xf32>} : (tensor<2x1x1xi1>) -> tensor<2x1x1xf32>
  %c = "phasor.conv"(%u) {name = "c", weight = dense<[[[[2.0]], [[3.0]]]]> : tensor<1x2x1x1xf32>, stride = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<2x1x1xf32>) -> tensor<1x1x1xf32>
  ml_program.output %y, %c : tensor<2xf32>, tensor<1x1x1xf32>
}
