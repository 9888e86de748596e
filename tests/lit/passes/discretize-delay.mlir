// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Delays in seconds become whole steps, halves away from zero; delays in steps stay.
// RUN: %phasor-opt %s --passes=phasor-discretize | FileCheck %s

// CHECK: "phasor.delay"(%arg0) {name = "a", steps = dense<[3, 2, 0]> : tensor<3xi64>}
// CHECK: "phasor.delay"(%0) {name = "b", steps = dense<5> : tensor<i64>}
// CHECK: "phasor.delay"(%1) {name = "c", steps = dense<7> : tensor<i64>}

module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "input"}) -> (tensor<3xf32> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %a = "phasor.delay"(%x) {name = "a", seconds = dense<[0.0025, 0.0024, 0.0]> : tensor<3xf64>} : (tensor<3xf32>) -> tensor<3xf32>
    %b = "phasor.delay"(%a) {name = "b", seconds = dense<0.005> : tensor<3xf64>} : (tensor<3xf32>) -> tensor<3xf32>
    %y = "phasor.delay"(%b) {name = "c", steps = dense<7> : tensor<i64>} : (tensor<3xf32>) -> tensor<3xf32>
    ml_program.output %y : tensor<3xf32>
  }
}
