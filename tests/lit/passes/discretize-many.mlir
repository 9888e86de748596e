// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Several spikes a step, clipped at minus the threshold: counts of at most 2^24, in i32.
// RUN: %phasor-opt %s --passes=phasor-discretize | FileCheck %s

// CHECK: func.func private @lif_gt_subtract_many_clip_minus_threshold(%{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32, %[[THR:.*]]: f32, %[[D:.*]]: f32) -> (i32, f32) {
// CHECK: %[[V1:.*]] = arith.addf
// CHECK-NEXT: %[[Z:.*]] = arith.cmpf ogt, %[[V1]], %[[THR]]
// CHECK: %[[OVER:.*]] = arith.subf %[[V1]], %[[THR]]
// CHECK-NEXT: %[[Q:.*]] = arith.divf %[[OVER]], %[[D]]
// CHECK-NEXT: %[[C:.*]] = math.ceil %[[Q]]
// CHECK: arith.constant 0x4B800000
// CHECK: %[[N:.*]] = arith.select %[[Z]]
// CHECK: %[[COUNT:.*]] = arith.fptosi %[[N]] : f32 to i32
// CHECK: %[[ND:.*]] = arith.mulf %[[N]], %[[D]]
// CHECK-NEXT: %[[V2:.*]] = arith.subf %[[V1]], %[[ND]]
// CHECK-NEXT: %[[MINUS:.*]] = arith.negf %[[THR]]
// CHECK-NEXT: %[[BELOW:.*]] = arith.cmpf olt, %[[V2]], %[[MINUS]]
// CHECK-NEXT: %[[V3:.*]] = arith.select %[[BELOW]], %[[MINUS]], %[[V2]]
// CHECK-NEXT: return %[[COUNT]], %[[V3]] : i32, f32

module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "input"}) -> (tensor<3xi32> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "subtract", spikes_per_step = "many", lower_clip = "minus_threshold", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %y = "phasor.neurons"(%x) {name = "a", model = "lif", params = {tau = dense<0.01> : tensor<f64>, r = dense<2.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.25> : tensor<f64>}} : (tensor<3xf32>) -> tensor<3xi32>
    ml_program.output %y : tensor<3xi32>
  }
}
