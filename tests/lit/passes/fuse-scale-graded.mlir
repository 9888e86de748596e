// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
// RUN: %phasor-opt %s --passes='phasor-fuse{reassociate=true}' | FileCheck %s --check-prefix=ANY
//
// Before a linear op, factors of graded values are exact only if no product can be rounded: -1 always is, 0.5 of an
// input of any size may underflow.

// CHECK-NOT: name = "minus"
// CHECK: "phasor.linear"(%[[X:.*]]) {name = "a", weight = dense<{{\[}}[-1.000000e+00, -2.000000e+00]]>
// CHECK: %[[H:.*]] = "phasor.scale"(%[[X]]) {factor = dense<5.000000e-01> : tensor<f32>, name = "half"}
// CHECK: "phasor.linear"(%[[H]]) {name = "b", weight = dense<{{\[}}[1.000000e+00, 2.000000e+00]]>

// ANY-NOT: phasor.scale
// ANY: "phasor.linear"(%[[X:.*]]) {name = "a", weight = dense<{{\[}}[-1.000000e+00, -2.000000e+00]]>
// ANY: "phasor.linear"(%[[X]]) {name = "b", weight = dense<{{\[}}[5.000000e-01, 1.000000e+00]]>
// ANY-NOT: phasor.scale

ml_program.subgraph @net(%x: tensor<2xf32> {phasor.name = "x"}) -> (tensor<1xf32> {phasor.name = "a_out"}, tensor<1xf32> {phasor.name = "b_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %minus = "phasor.scale"(%x) {name = "minus", factor = dense<-1.0> : tensor<f32>} : (tensor<2xf32>) -> tensor<2xf32>
  %a = "phasor.linear"(%minus) {name = "a", weight = dense<[[1.0, 2.0]]> : tensor<1x2xf32>} : (tensor<2xf32>) -> tensor<1xf32>
  %half = "phasor.scale"(%x) {name = "half", factor = dense<0.5> : tensor<f32>} : (tensor<2xf32>) -> tensor<2xf32>
  %b = "phasor.linear"(%half) {name = "b", weight = dense<[[1.0, 2.0]]> : tensor<1x2xf32>} : (tensor<2xf32>) -> tensor<1xf32>
  ml_program.output %a, %b : tensor<1xf32>, tensor<1xf32>
}
