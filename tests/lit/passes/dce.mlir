// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A population in a loop that reaches no output goes with its loop; one that feeds the output over a delay stays.
// RUN: %phasor-opt %s --passes=phasor-dce 2> %t | FileCheck %s
// RUN: FileCheck %s --check-prefix=NOTE < %t

// CHECK-NOT: "loop
// CHECK: name = "late"
// CHECK-NOT: "loop
// CHECK: name = "kept"
// CHECK-NOT: "loop
// NOTE: PHS0250
// NOTE-SAME: loop#delay, loop#add, loop

module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "input"}) -> (tensor<3xi1> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %late = "phasor.delay"(%kept) {name = "late", steps = dense<2> : tensor<i64>} : (tensor<3xi1>) -> tensor<3xi1>
    %back = "phasor.delay"(%loop) {name = "loop#delay", steps = dense<1> : tensor<i64>} : (tensor<3xi1>) -> tensor<3xi1>
    %back_f = arith.uitofp %back : tensor<3xi1> to tensor<3xf32>
    %sum = "phasor.add"(%x, %back_f) {name = "loop#add"} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %loop = "phasor.neurons"(%sum) {name = "loop", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<3xf32>) -> tensor<3xi1>
    %kept = "phasor.neurons"(%x) {name = "kept", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<3xf32>) -> tensor<3xi1>
    %y = "phasor.neurons"(%late) {name = "last", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<3xi1>) -> tensor<3xi1>
    ml_program.output %y : tensor<3xi1>
  }
}
