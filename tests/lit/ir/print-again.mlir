// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What was printed once is printed again the same, at both levels.
// RUN: %phasor-opt %s --passes=phasor-dce > %t.1
// RUN: %phasor-opt %t.1 --passes=phasor-dce | diff %t.1 -
// RUN: %phasor-opt %s --passes=phasor-discretize,inline,canonicalize,cse > %t.2
// RUN: %phasor-opt %t.2 --passes=phasor-discretize,inline,canonicalize,cse | diff %t.2 -
// RUN: FileCheck %s < %t.2

// CHECK: ml_program.subgraph @n
// CHECK: "phasor.conv"
// CHECK: "phasor.pool"
// CHECK: "phasor.flatten"
// CHECK: %[[BACK:.*]] = "phasor.delay"(%[[S:.*]]) {
// CHECK: %[[L:.*]] = "phasor.linear"(%{{.*}}) {{.*}}dense_resource<{{.*}}>
// CHECK: %[[R:.*]] = "phasor.linear"(%[[BACK]], %[[L]])
// CHECK: "phasor.scale"(%[[R]])
// CHECK: %[[S]] = "phasor.neurons"
// CHECK: %[[F:.*]] = arith.uitofp %[[S]]
// CHECK: "phasor.add"(%{{.*}}, %[[F]])
// CHECK: ml_program.output
// CHECK: 0x040000000000803F0100803F0200803F

module {
  ml_program.subgraph @n(%image: tensor<2x4x4xf32> {phasor.name = "image"}) -> (tensor<3xi1> {phasor.name = "spikes"}, tensor<3xf32> {phasor.name = "trace"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %c = "phasor.conv"(%image) {name = "conv", weight = dense<0.5> : tensor<4x1x3x3xf32>, bias = dense<[0.5, 1.0, 1.5, 2.0]> : tensor<4xf32>, stride = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x4x4xf32>) -> tensor<4x4x4xf32>
    %p = "phasor.pool"(%c) {name = "pool", kind = "avg", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<4x4x4xf32>) -> tensor<4x2x2xf32>
    %f = "phasor.flatten"(%p) {name = "flat", start = 0 : i64, end = 2 : i64} : (tensor<4x2x2xf32>) -> tensor<16xf32>
    %back = "phasor.delay"(%s) {name = "lif#delay", steps = dense<1> : tensor<i64>} : (tensor<3xi1>) -> tensor<3xi1>
    %l = "phasor.linear"(%f) {name = "fc", weight = dense_resource<w> : tensor<3x16xf32>} : (tensor<16xf32>) -> tensor<3xf32>
    %r = "phasor.linear"(%back, %l) {name = "rec", weight = dense<1.0> : tensor<3x3xf32>} : (tensor<3xi1>, tensor<3xf32>) -> tensor<3xf32>
    %g = "phasor.scale"(%r) {name = "gain", factor = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>} : (tensor<3xf32>) -> tensor<3xf32>
    %s = "phasor.neurons"(%g) {name = "lif", model = "lif", params = {tau = dense<0.01> : tensor<f64>, r = dense<2.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.25> : tensor<f64>}} : (tensor<3xf32>) -> tensor<3xi1>
    %sf = arith.uitofp %s : tensor<3xi1> to tensor<3xf32>
    %t = "phasor.add"(%g, %sf) {name = "sum#add"} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    ml_program.output %s, %t : tensor<3xi1>, tensor<3xf32>
  }
}
{-# dialect_resources: { builtin: { w: "0x040000000000803F0100803F0200803F0300803F0400803F0500803F0600803F0700803F0800803F0900803F0A00803F0B00803F0C00803F0D00803F0E00803F0F00803F1000803F1100803F1200803F1300803F1400803F1500803F1600803F1700803F1800803F1900803F1A00803F1B00803F1C00803F1D00803F1E00803F1F00803F2000803F2100803F2200803F2300803F2400803F2500803F2600803F2700803F2800803F2900803F2A00803F2B00803F2C00803F2D00803F2E00803F2F00803F" } } #-}
