// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What IRDL says is enforced by stock tools too: an op without its weight.
// RUN: not %stock-opt %s 2>&1 | FileCheck %s

// CHECK: error: {{.*}}attribute "weight" is expected but not provided

module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "input"}) -> (tensor<2xf32> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %y = "phasor.linear"(%x) {name = "fc"} : (tensor<3xf32>) -> tensor<2xf32>
    ml_program.output %y : tensor<2xf32>
  }
}
