// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A LIF under forward Euler: A = 1 - dt/tau = 0.9, B = r dt/tau = 0.2, threshold, reset value.
// RUN: %phasor-opt %s --passes=phasor-discretize | FileCheck %s

// CHECK: phasor.level = "opt"
// CHECK: "phasor.neurons"(%arg0)
// CHECK-SAME: coefficients = [dense<0.899999976> : tensor<f32>, dense<2.000000e-01> : tensor<f32>, dense<1.000000e+00> : tensor<f32>, dense<2.500000e-01> : tensor<f32>]
// CHECK-SAME: name = "a", states = ["v"], update = @lif_gt_to_value
// CHECK-NOT: params
// CHECK: func.func private @lif_gt_to_value(%[[X:.*]]: f32, %[[V:.*]]: f32, %[[A:.*]]: f32, %[[B:.*]]: f32, %[[THR:.*]]: f32, %[[VR:.*]]: f32) -> (i1, f32) {
// CHECK-NEXT: %[[AV:.*]] = arith.mulf %[[A]], %[[V]] : f32
// CHECK-NEXT: %[[BX:.*]] = arith.mulf %[[B]], %[[X]] : f32
// CHECK-NEXT: %[[V1:.*]] = arith.addf %[[AV]], %[[BX]] : f32
// CHECK-NEXT: %[[Z:.*]] = arith.cmpf ogt, %[[V1]], %[[THR]] : f32
// CHECK-NEXT: %[[V2:.*]] = arith.select %[[Z]], %[[VR]], %[[V1]] : f32
// CHECK-NEXT: return %[[Z]], %[[V2]] : i1, f32

module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "input"}) -> (tensor<3xi1> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %y = "phasor.neurons"(%x) {name = "a", model = "lif", params = {tau = dense<0.01> : tensor<f64>, r = dense<2.0> : tensor<f64>, v_leak = dense<0.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.25> : tensor<f64>}} : (tensor<3xf32>) -> tensor<3xi1>
    ml_program.output %y : tensor<3xi1>
  }
}
