// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Projections, synapses, sources, receptors: what was printed once is printed again the same; stock mlir-opt with the dialect's
// text reads it, and its canonicalize and cse leave ops of the dialect alone, so that we read it back.
// RUN: %phasor-opt %s --passes=canonicalize,cse > %t.1
// RUN: %phasor-opt %t.1 --passes=canonicalize,cse | diff %t.1 -
// RUN: FileCheck %s < %t.1
// RUN: %stock-opt %t.1 --canonicalize --cse > %t.stock.mlir
// RUN: FileCheck %s < %t.stock.mlir
// RUN: %phasor-opt %t.stock.mlir --passes=phasor-dce | FileCheck %s

// CHECK: ml_program.subgraph @balanced
// CHECK: %[[DRIVE:[0-9]+]] = "phasor.source"() {{{.*}}kind = "poisson"
// CHECK: %[[CLOCK:[0-9]+]] = "phasor.source"() {{{.*}}kind = "train"{{.*}}stop = 1000
// CHECK: %[[STEP:[0-9]+]] = "phasor.source"() {{{.*}}kind = "current"
// CHECK: %[[WHITE:[0-9]+]] = "phasor.source"() {{{.*}}kind = "noise"
// CHECK: %[[P0:[0-9]+]] = "phasor.projection"(%[[DRIVE]]) {{{.*}}rule = "one_to_one"
// CHECK: %[[P1:[0-9]+]] = "phasor.projection"(%[[EXC:[0-9]+]]) {{{.*}}delay = {normal = [1.500000e+01, 7.500000e+00], redraw = [1.000000e+00, 1.000000e+02]}{{.*}}number = 40 : ui64
// CHECK: %[[IN:[0-9]+]] = "phasor.synapses"(%[[P0]], %[[P1]])
// CHECK: %[[P2:[0-9]+]] = "phasor.projection"(%[[CLOCK]]) {{{.*}}rule = "list"
// CHECK: %[[IN2:[0-9]+]] = "phasor.synapses"(%[[P2]], %[[IN]]) {counted = 5.000000e+00 : f32
// CHECK: %[[P3:[0-9]+]] = "phasor.projection"(%[[EXC]]) {{{.*}}distance = {
// CHECK: %[[IN3:[0-9]+]] = "phasor.synapses"(%[[P3]], %[[EXC]], %[[WHITE]]) {{{.*}}plasticity = {
// CHECK: %[[EXC]] = "phasor.neurons"(%[[IN2]], %[[IN3]], %[[STEP]]) {{{.*}}initial = [dense<-6.500000e+01> : tensor<f32>]
// CHECK: math.sin
// CHECK: math.cos
// CHECK: arith.bitcast

module {
  ml_program.subgraph @balanced() -> (tensor<400xi1> {phasor.name = "out"})
      attributes {phasor.level = "opt", phasor.dt = 1.0e-4 : f64, phasor.has_time = true,
                  phasor.conventions = {integrator = "euler", order = "current_first", compare = "gt", reset = "to_value", spikes_per_step = "one", lower_clip = "none", recurrent_start = "active", layer_latency = "0", spike = "held", if_input = "per_step"}} {
    %drive = "phasor.source"() {name = "drive", kind = "poisson", start = 0 : i64, key = 11 : ui64, mean = dense<1.6> : tensor<f64>} : () -> tensor<400xi32>
    %clock = "phasor.source"() {name = "clock", kind = "train", start = 0 : i64, stop = 1000 : i64, events = {step = dense<[0, 10, 10]> : tensor<3xi64>, element = dense<[1, 0, 1]> : tensor<3xi32>}} : () -> tensor<2xi32>
    %step = "phasor.source"() {name = "step", kind = "current", pieces = {step = dense<[0, 100]> : tensor<2xi64>, value = dense<[0.0, 300.0]> : tensor<2xf32>}} : () -> tensor<400xf32>
    %white = "phasor.source"() {name = "white", kind = "noise", start = 0 : i64, key = 12 : ui64, mean = dense<0.0> : tensor<f64>, sd = dense<10.0> : tensor<f64>} : () -> tensor<1xf32>
    %p0 = "phasor.projection"(%drive) {name = "drive>exc", rule = "one_to_one", same_population = false, autapses = true, multapses = true, weight = {constant = [87.8]}, delay = {constant = [15.0]}, key = 21 : ui64, mode = "auto"} : (tensor<400xi32>) -> !phasor.rows
    %p1 = "phasor.projection"(%exc) {name = "exc>exc", rule = "fixed_indegree", number = 40 : ui64, same_population = true, autapses = false, multapses = true, weight = {normal = [87.8, 8.78], clip = [0.0, 0x7FF0000000000000 : f64]}, delay = {normal = [15.0, 7.5], redraw = [1.0, 100.0]}, key = 22 : ui64, mode = "auto"} : (tensor<400xi1>) -> !phasor.rows
    %in = "phasor.synapses"(%p0, %p1) {name = "exc#in", operandSegmentSizes = array<i32: 2, 0, 0, 0>} : (!phasor.rows, !phasor.rows) -> tensor<400xf32>
    %p2 = "phasor.projection"(%clock) {name = "clock>exc", rule = "list", list = {source = dense<[0, 1, 1]> : tensor<3xi32>, target = dense<[3, 3, 399]> : tensor<3xi32>, delay = dense<[1, 2, 3]> : tensor<3xi32>}, same_population = false, autapses = true, multapses = true, weight = {constant = [5.0]}, delay = {constant = [1.0]}, key = 23 : ui64, mode = "auto"} : (tensor<2xi32>) -> !phasor.rows
    %in2 = "phasor.synapses"(%p2, %in) {name = "exc#in#2", operandSegmentSizes = array<i32: 1, 0, 0, 1>, counted = 5.0 : f32} : (!phasor.rows, tensor<400xf32>) -> tensor<400xf32>
    %p3 = "phasor.projection"(%exc) {name = "plastic", rule = "distance", probability = 0.5, distance = {profile = "gaussian", width = 0.3, cutoff = 1.0, periodic = true, source = {dim = array<i64: 20, 20>, extent = [1.0, 1.0]}, target = {dim = array<i64: 20, 20>, extent = [1.0, 1.0]}}, same_population = true, autapses = false, multapses = false, weight = {uniform = [0.0, 1.0]}, delay = {constant = [10.0]}, key = 24 : ui64, mode = "auto"} : (tensor<400xi1>) -> !phasor.rows
    %in3 = "phasor.synapses"(%p3, %exc, %white) {name = "plastic", operandSegmentSizes = array<i32: 1, 1, 1, 0>, plasticity = {kind = "reward_stdp", decay_plus = 0.95 : f32, decay_minus = 0.95 : f32, a_plus = 0.01 : f32, a_minus = 0.0105 : f32, mu_plus = 0 : i64, mu_minus = 1 : i64, w_min = 0.0 : f32, w_max = 1.0 : f32, decay_e = 0.999 : f32, rate = 0.1 : f32}} : (!phasor.rows, tensor<400xi1>, tensor<1xf32>) -> tensor<400xf32>
    %exc = "phasor.neurons"(%in2, %in3, %step) {name = "exc", update = @lif, states = ["v"], coefficients = [dense<0.995> : tensor<f32>], initial = [dense<-65.0> : tensor<f32>]} : (tensor<400xf32>, tensor<400xf32>, tensor<400xf32>) -> tensor<400xi1>
    ml_program.output %exc : tensor<400xi1>
  }
  func.func private @lif(%a: f32, %b: f32, %c: f32, %v: f32, %decay: f32) -> (i1, f32) {
    %ab = arith.addf %a, %b : f32
    %abc = arith.addf %ab, %c : f32
    %sin = math.sin %v : f32
    %cos = math.cos %sin : f32
    %bits = arith.bitcast %cos : f32 to i32
    %one = arith.constant 1 : i32
    %next = arith.addi %bits, %one : i32
    %back = arith.bitcast %next : i32 to f32
    %dv = arith.mulf %back, %decay : f32
    %v1 = arith.addf %dv, %abc : f32
    %z = arith.cmpf oge, %v1, %a : f32
    return %z, %v1 : i1, f32
  }
}
