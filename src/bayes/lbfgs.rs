//! Limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.5) for the smooth convex problems of
//! [`super::regression`]: sequential, so the same input gives the same bits on any machine.

use std::collections::VecDeque;

/// Pairs of steps and gradient changes that stand for the Hessian.
const MEMORY: usize = 8;
/// Share of the predicted decrease that a step must bring (Armijo's rule).
const SUFFICIENT: f64 = 1e-4;
/// The search stops when a step gains less than this share of the loss.
const TOLERANCE: f64 = 1e-7;

/// Minimises a loss from `start` in at most `steps` steps. `evaluate` gets a point, fills its
/// gradient and returns its loss.
pub fn minimise(
    start: Vec<f64>,
    steps: u32,
    mut evaluate: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Vec<f64> {
    let mut gradient = vec![0.0; start.len()];
    let mut loss = evaluate(&start, &mut gradient);
    let mut point = start;
    let mut history = History::default();
    for _ in 0..steps {
        let direction = history.direction(&gradient);
        let slope = dot(&direction, &gradient);
        let first = if history.pairs.is_empty() {
            1.0 / dot(&gradient, &gradient).sqrt().max(1.0)
        } else {
            1.0
        };
        let mut next_gradient = vec![0.0; point.len()];
        let lengths = std::iter::successors(Some(first), |length| Some(length / 2.0));
        let found = lengths.take(20).find_map(|length| {
            let next = plus(&point, length, &direction);
            let next_loss = evaluate(&next, &mut next_gradient);
            (next_loss <= loss + SUFFICIENT * length * slope).then_some((next, next_loss))
        });
        let Some((next, next_loss)) = found else {
            break;
        };
        history.push(
            plus(&next, -1.0, &point),
            plus(&next_gradient, -1.0, &gradient),
        );
        let gain = loss - next_loss;
        (point, loss, gradient) = (next, next_loss, next_gradient);
        if gain <= TOLERANCE * loss.abs() {
            break;
        }
    }
    point
}

/// Compares a gradient with the slopes of its loss at a point away from `start`.
#[cfg(test)]
pub fn assert_gradient(start: Vec<f64>, mut evaluate: impl FnMut(&[f64], &mut [f64]) -> f64) {
    let mut point = start;
    for (at, number) in point.iter_mut().enumerate() {
        *number += libm::sin(at as f64);
    }
    let mut gradient = vec![0.0; point.len()];
    evaluate(&point, &mut gradient);
    let mut unused = vec![0.0; point.len()];
    for at in 0..point.len() {
        let mut loss = |delta: f64| {
            let mut moved = point.clone();
            moved[at] += delta;
            evaluate(&moved, &mut unused)
        };
        let slope = (loss(1e-5) - loss(-1e-5)) / 2e-5;
        assert!((slope - gradient[at]).abs() < 1e-6, "{at}");
    }
}

/// A step with the gradient's change along it and the inverse of their product.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    inverse: f64,
}

#[derive(Default)]
struct History {
    pairs: VecDeque<Pair>,
}

impl History {
    fn push(&mut self, step: Vec<f64>, change: Vec<f64>) {
        let product = dot(&step, &change);
        // Without curvature along the step the pair says nothing.
        if product <= f64::EPSILON * dot(&change, &change) {
            return;
        }
        if self.pairs.len() == MEMORY {
            self.pairs.pop_front();
        }
        self.pairs.push_back(Pair {
            step,
            change,
            inverse: 1.0 / product,
        });
    }

    /// Minus the gradient, times the inverse Hessian that the pairs stand for.
    fn direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut alphas = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let alpha = pair.inverse * dot(&pair.step, &direction);
            add(&mut direction, -alpha, &pair.change);
            alphas.push(alpha);
        }
        if let Some(last) = self.pairs.back() {
            let scale = 1.0 / (last.inverse * dot(&last.change, &last.change));
            direction.iter_mut().for_each(|d| *d *= scale);
        }
        for (pair, alpha) in self.pairs.iter().zip(alphas.into_iter().rev()) {
            let beta = pair.inverse * dot(&pair.change, &direction);
            add(&mut direction, alpha - beta, &pair.step);
        }
        direction
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(a: &mut [f64], factor: f64, b: &[f64]) {
    for (x, y) in a.iter_mut().zip(b) {
        *x += factor * y;
    }
}

fn plus(a: &[f64], factor: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x + factor * y).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quadratic_of_unlike_curvatures_is_minimised() {
        let curvature = [1.0, 40.0, 900.0, 0.05];
        let target = [3.0, -2.0, 0.5, 10.0];
        let found = minimise(vec![0.0; 4], 100, |point, gradient| {
            let mut loss = 1.0;
            for i in 0..4 {
                let error = point[i] - target[i];
                loss += 0.5 * curvature[i] * error * error;
                gradient[i] = curvature[i] * error;
            }
            loss
        });
        for (found, target) in found.iter().zip(target) {
            assert!((found - target).abs() < 0.02, "{found} {target}");
        }
    }

    #[test]
    fn no_step_is_taken_from_the_minimum() {
        let found = minimise(vec![2.0], 10, |point, gradient| {
            gradient[0] = 2.0 * (point[0] - 2.0);
            (point[0] - 2.0) * (point[0] - 2.0)
        });
        assert_eq!(found, [2.0]);
    }
}
