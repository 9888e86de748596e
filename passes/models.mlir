// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pieces of the built-in neuron models: how a state is integrated over one step, how a neuron fires, how it is
// clipped. phasor-discretize composes them to the update function of a population; docs/conventions.md has the equations.
// Everything is f32 arithmetic in exactly this order.
module {
  // v + B x: a state without leak.
  func.func private @accumulate(%v: f32, %b: f32, %x: f32) -> f32 {
    %bx = arith.mulf %b, %x : f32
    %v1 = arith.addf %v, %bx : f32
    return %v1 : f32
  }
  // A v + B x: a state that decays towards 0.
  func.func private @leak(%v: f32, %a: f32, %x: f32, %b: f32) -> f32 {
    %av = arith.mulf %a, %v : f32
    %bx = arith.mulf %b, %x : f32
    %v1 = arith.addf %av, %bx : f32
    return %v1 : f32
  }
  // (A v + B x) + L: a state that decays towards its resting value.
  func.func private @leak_to_rest(%v: f32, %a: f32, %x: f32, %b: f32, %l: f32) -> f32 {
    %v0 = func.call @leak(%v, %a, %x, %b) : (f32, f32, f32, f32) -> f32
    %v1 = arith.addf %v0, %l : f32
    return %v1 : f32
  }

  // Whether the threshold is crossed: compare = gt, compare = ge. False for NaN.
  func.func private @fires_gt(%v: f32, %thr: f32) -> i1 {
    %z = arith.cmpf ogt, %v, %thr : f32
    return %z : i1
  }
  func.func private @fires_ge(%v: f32, %thr: f32) -> i1 {
    %z = arith.cmpf oge, %v, %thr : f32
    return %z : i1
  }

  // At most one spike: reset = to_value, reset = subtract.
  func.func private @to_value(%v: f32, %z: i1, %vr: f32) -> f32 {
    %v2 = arith.select %z, %vr, %v : f32
    return %v2 : f32
  }
  func.func private @subtract(%v: f32, %z: i1, %d: f32) -> f32 {
    %lower = arith.subf %v, %d : f32
    %v2 = arith.select %z, %lower, %v : f32
    return %v2 : f32
  }
  // reset = subtract_guarded: g tells that v was beyond the threshold when the step began, and D was taken off then.
  func.func private @subtract_guarded(%v: f32, %z: i1, %g: i1, %d: f32) -> f32 {
    %true = arith.constant true
    %not_g = arith.xori %g, %true : i1
    %not_z = arith.xori %z, %true : i1
    %take = arith.andi %z, %not_g : i1
    %give = arith.andi %not_z, %g : i1
    %lower = arith.subf %v, %d : f32
    %higher = arith.addf %v, %d : f32
    %kept = arith.select %give, %higher, %v : f32
    %v2 = arith.select %take, %lower, %kept : f32
    return %v2 : f32
  }

  // spikes_per_step = many: how often D fits into what exceeds the threshold, at most 2^24.
  func.func private @limit(%n: f32, %z: i1) -> f32 {
    %most = arith.constant 16777216.0 : f32
    %none = arith.constant 0.0 : f32
    %over = arith.cmpf ogt, %n, %most : f32
    %m = arith.select %over, %most, %n : f32
    %r = arith.select %z, %m, %none : f32
    return %r : f32
  }
  func.func private @count_gt(%v: f32, %z: i1, %thr: f32, %d: f32) -> f32 {
    %over = arith.subf %v, %thr : f32
    %q = arith.divf %over, %d : f32
    %c = math.ceil %q : f32
    %n = func.call @limit(%c, %z) : (f32, i1) -> f32
    return %n : f32
  }
  func.func private @count_ge(%v: f32, %z: i1, %thr: f32, %d: f32) -> f32 {
    %one = arith.constant 1.0 : f32
    %over = arith.subf %v, %thr : f32
    %q = arith.divf %over, %d : f32
    %f = math.floor %q : f32
    %c = arith.addf %f, %one : f32
    %n = func.call @limit(%c, %z) : (f32, i1) -> f32
    return %n : f32
  }
  func.func private @subtract_many(%v: f32, %n: f32, %d: f32) -> f32 {
    %nd = arith.mulf %n, %d : f32
    %v2 = arith.subf %v, %nd : f32
    return %v2 : f32
  }

  // lower_clip.
  func.func private @clip(%v: f32, %c: f32) -> f32 {
    %below = arith.cmpf olt, %v, %c : f32
    %v3 = arith.select %below, %c, %v : f32
    return %v3 : f32
  }
  func.func private @clip_minus_threshold(%v: f32, %thr: f32) -> f32 {
    %c = arith.negf %thr : f32
    %v3 = func.call @clip(%v, %c) : (f32, f32) -> f32
    return %v3 : f32
  }
}
