// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A CubaLIF with a resting value, voltage first: the membrane takes the current from before the step.
// RUN: %phasor-opt %s --passes=phasor-discretize | FileCheck %s

// CHECK: states = ["v", "i"], update = @cuba_lif_voltage_first_leak_ge_subtract
// CHECK: func.func private @cuba_lif_voltage_first_leak_ge_subtract(%[[X:.*]]: f32, %[[V:.*]]: f32, %[[I:.*]]: f32, %[[S:.*]]: f32, %[[K:.*]]: f32, %[[A:.*]]: f32, %[[R:.*]]: f32, %[[L:.*]]: f32, %[[THR:.*]]: f32, %[[D:.*]]: f32) -> (i1, f32, f32) {
// CHECK-NEXT: %[[SI:.*]] = arith.mulf %[[S]], %[[I]]
// CHECK-NEXT: %[[KX:.*]] = arith.mulf %[[K]], %[[X]]
// CHECK-NEXT: %[[I1:.*]] = arith.addf %[[SI]], %[[KX]]
// CHECK-NEXT: %[[AV:.*]] = arith.mulf %[[A]], %[[V]]
// CHECK-NEXT: %[[RI:.*]] = arith.mulf %[[R]], %[[I]]
// CHECK-NEXT: %[[V0:.*]] = arith.addf %[[AV]], %[[RI]]
// CHECK-NEXT: %[[V1:.*]] = arith.addf %[[V0]], %[[L]]
// CHECK-NEXT: %[[Z:.*]] = arith.cmpf oge, %[[V1]], %[[THR]]
// CHECK-NEXT: %[[LOWER:.*]] = arith.subf %[[V1]], %[[D]]
// CHECK-NEXT: %[[V2:.*]] = arith.select %[[Z]], %[[LOWER]], %[[V1]]
// CHECK-NEXT: return %[[Z]], %[[V2]], %[[I1]] : i1, f32, f32

module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "input"}) -> (tensor<3xi1> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "voltage_first", compare = "ge", reset = "subtract", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %y = "phasor.neurons"(%x) {name = "a", model = "cuba_lif", params = {tau_syn = dense<0.01> : tensor<f64>, tau_mem = dense<0.02> : tensor<f64>, r = dense<2.0> : tensor<f64>, v_leak = dense<0.5> : tensor<f64>, w_in = dense<10.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<3xf32>) -> tensor<3xi1>
    ml_program.output %y : tensor<3xi1>
  }
}
