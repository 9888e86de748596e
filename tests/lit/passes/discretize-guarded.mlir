// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// reset = subtract_guarded: what was beyond the threshold at the start of the step loses D before, and gets it back when it does not fire.
// RUN: %phasor-opt %s --passes=phasor-discretize,canonicalize,cse | FileCheck %s

// CHECK: func.func private @if_gt_subtract_guarded(%[[X:.*]]: f32, %[[V:.*]]: f32, %[[B:.*]]: f32, %[[THR:.*]]: f32, %[[D:.*]]: f32) -> (i1, f32) {
// CHECK-DAG: %[[G:.*]] = arith.cmpf ogt, %[[V]], %[[THR]]
// CHECK-DAG: %[[V1:.*]] = arith.addf %[[V]], %{{.*}}
// CHECK: %[[LOW:.*]] = arith.subf %[[V1]], %[[D]]
// CHECK: %[[V1G:.*]] = arith.select %[[G]], %[[LOW]], %[[V1]]
// CHECK: %[[Z:.*]] = arith.cmpf ogt, %[[V1G]], %[[THR]]
// CHECK: arith.addf %[[V1G]], %[[D]]
// CHECK: return %[[Z]]

module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "input"}) -> (tensor<3xi1> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "subtract_guarded", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %y = "phasor.neurons"(%x) {name = "a", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<3xf32>) -> tensor<3xi1>
    ml_program.output %y : tensor<3xi1>
  }
}
