// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pipelines that cannot be run: a name, an option, the text.
// RUN: not %phasor-opt %s --passes=phasor-discretise 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not %phasor-opt %s --passes='phasor-dce{fast=1}' 2>&1 | FileCheck %s --check-prefix=OPTION
// RUN: not %phasor-opt %s --passes='func.func(cse' 2>&1 | FileCheck %s --check-prefix=TEXT

// NAME: PHS0231
// NAME-SAME: there is no pass 'phasor-discretise'
// NAME: did you mean 'phasor-discretize'?
// OPTION: PHS0232
// TEXT: PHS0230

module {
  ml_program.subgraph @n(%x: tensor<3xf32> {phasor.name = "input"}) -> (tensor<3xi1> {phasor.name = "output"})
      attributes {phasor.level = "net", phasor.dt = 1.0e-3 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %y = "phasor.neurons"(%x) {name = "a", model = "if", params = {r = dense<1.0> : tensor<f64>, v_threshold = dense<1.0> : tensor<f64>, v_reset = dense<0.0> : tensor<f64>}} : (tensor<3xf32>) -> tensor<3xi1>
    ml_program.output %y : tensor<3xi1>
  }
}
