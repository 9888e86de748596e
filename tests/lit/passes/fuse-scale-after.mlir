// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %phasor-opt %s --passes=phasor-fuse | FileCheck %s
// RUN: %phasor-opt %s --passes='phasor-fuse{reassociate=true}' | FileCheck %s --check-prefix=ANY
//
// After a linear op, a scale by a power of two goes into weights and bias. Another factor rounds otherwise, and a negative
// one would turn a sum of +0 into -0.

// CHECK: "phasor.linear"(%[[S:.*]]) {bias = dense<2.000000e-01> : tensor<1xf32>, name = "a", weight = dense<{{\[}}[5.000000e-02, 2.500000e-01]]>
// CHECK-NOT: name = "quarter"
// CHECK: "phasor.linear"{{.*}}name = "b"
// CHECK: "phasor.scale"{{.*}}name = "third"
// CHECK: "phasor.linear"{{.*}}name = "c"
// CHECK: "phasor.scale"{{.*}}name = "minus"

// ANY-NOT: phasor.scale
// ANY: name = "b", weight = dense<{{\[}}[0.0600000024, 3.000000e-01]]>
// ANY: name = "c", weight = dense<{{\[}}[-2.000000e-01, -1.000000e+00]]>
// ANY-NOT: phasor.scale

ml_program.subgraph @net(%x: tensor<2xf32> {phasor.name = "x"}) -> (tensor<1xf32> {phasor.name = "a_out"}, tensor<1xf32> {phasor.name = "b_out"}, tensor<1xf32> {phasor.name = "c_out"})
    attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt",
                                       reset = "to_value", spikes_per_step = "one", lower_clip = "none",
                                       recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
  %s = "phasor.neurons"(%x) {name = "s", model = "threshold", params = {threshold = dense<0.5> : tensor<f64>}} : (tensor<2xf32>) -> tensor<2xi1>
  %a = "phasor.linear"(%s) {name = "a", weight = dense<[[0.2, 1.0]]> : tensor<1x2xf32>, bias = dense<0.8> : tensor<1xf32>} : (tensor<2xi1>) -> tensor<1xf32>
  %quarter = "phasor.scale"(%a) {name = "quarter", factor = dense<0.25> : tensor<f32>} : (tensor<1xf32>) -> tensor<1xf32>
  %b = "phasor.linear"(%s) {name = "b", weight = dense<[[0.2, 1.0]]> : tensor<1x2xf32>} : (tensor<2xi1>) -> tensor<1xf32>
  %third = "phasor.scale"(%b) {name = "third", factor = dense<0.3> : tensor<f32>} : (tensor<1xf32>) -> tensor<1xf32>
  %c = "phasor.linear"(%s) {name = "c", weight = dense<[[0.2, 1.0]]> : tensor<1x2xf32>, bias = dense<0.5> : tensor<1xf32>} : (tensor<2xi1>) -> tensor<1xf32>
  %minus = "phasor.scale"(%c) {name = "minus", factor = dense<-1.0> : tensor<f32>} : (tensor<1xf32>) -> tensor<1xf32>
  ml_program.output %quarter, %third, %minus : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}
