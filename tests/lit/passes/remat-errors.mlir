// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Plastic synapses and those of a list cannot be recomputed; a number of bytes is a number.
// RUN: not %phasor-opt %s --passes=phasor-remat 2>&1 | FileCheck %s
// RUN: %phasor-opt %s --passes='phasor-remat{synapses=store}' | FileCheck %s --check-prefix=STORE
// RUN: not %phasor-opt %s --passes='phasor-remat{memory=8GB}' 2>&1 | FileCheck %s --check-prefix=BYTES
// RUN: not %phasor-opt %s --passes='phasor-remat{synapses=forget}' 2>&1 | FileCheck %s --check-prefix=OPTION

// CHECK: PHS0251
// CHECK-SAME: projection 'list': synapses of a list cannot be recomputed
// CHECK: PHS0251
// CHECK-SAME: projection 'plastic': plastic synapses cannot be recomputed
// STORE-NOT: mode = "recompute"
// BYTES: PHS0232
// BYTES-SAME: memory=8GB is not a number of bytes
// OPTION: PHS0232

module {
  ml_program.subgraph @n() -> (tensor<40xf32> {phasor.name = "x"})
      attributes {phasor.level = "opt", phasor.dt = 1.0e-4 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %s = "phasor.source"() {name = "noise", kind = "poisson", start = 0 : i64, key = 1 : ui64, mean = dense<0.5> : tensor<f64>} : () -> tensor<40xi32>
    %p0 = "phasor.projection"(%s) {name = "many", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 10 : ui64, mode = "auto"} : (tensor<40xi32>) -> !phasor.rows
    %p1 = "phasor.projection"(%s) {name = "ones", rule = "one_to_one", same_population = false, autapses = true, multapses = true, weight = {constant = [1.0]}, delay = {constant = [15.0]}, key = 11 : ui64, mode = "auto"} : (tensor<40xi32>) -> !phasor.rows
    %p2 = "phasor.projection"(%s) {name = "list", rule = "list", list = {source = dense<[0, 1]> : tensor<2xi32>, target = dense<[5, 6]> : tensor<2xi32>}, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 12 : ui64, mode = "recompute"} : (tensor<40xi32>) -> !phasor.rows
    %p3 = "phasor.projection"(%s) {name = "said", rule = "fixed_probability", probability = 0.25, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 13 : ui64, mode = "auto"} : (tensor<40xi32>) -> !phasor.rows
    %y = "phasor.synapses"(%p0, %p1, %p2, %p3) {name = "y", operandSegmentSizes = array<i32: 4, 0, 0, 0>} : (!phasor.rows, !phasor.rows, !phasor.rows, !phasor.rows) -> tensor<40xf32>
    %p4 = "phasor.projection"(%s) {name = "plastic", rule = "fixed_indegree", number = 10 : ui64, same_population = false, autapses = true, multapses = true, weight = {normal = [1.0, 0.1]}, delay = {constant = [15.0]}, key = 14 : ui64, mode = "recompute"} : (tensor<40xi32>) -> !phasor.rows
    %z = "phasor.synapses"(%p4, %s, %y) {name = "z", operandSegmentSizes = array<i32: 1, 1, 0, 1>, plasticity = {kind = "stdp", decay_plus = 0.95 : f32, decay_minus = 0.95 : f32, a_plus = 0.01 : f32, a_minus = 0.01 : f32, mu_plus = 0 : i64, mu_minus = 0 : i64, w_min = 0.0 : f32, w_max = 1.0 : f32}} : (!phasor.rows, tensor<40xi32>, tensor<40xf32>) -> tensor<40xf32>
    ml_program.output %z : tensor<40xf32>
  }
}
