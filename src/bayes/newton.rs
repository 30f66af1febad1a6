//! Newton's method for the small convex problems of calibration.

use ndarray::{Array1, Array2};

/// Loss with gradient and Hessian at one point.
#[derive(Debug)]
pub struct System {
    /// Negative log-likelihood.
    pub loss: f64,
    /// Shape (parameters).
    pub gradient: Array1<f64>,
    /// Shape (parameters, parameters).
    pub hessian: Array2<f64>,
}

/// Ridge that keeps separable and empty labels finite: as strong as one sample.
const RIDGE: f64 = 1.0;
const MAX_STEPS: usize = 50;

/// Minimises the loss that `evaluate` adds to a zero [`System`], plus a small ridge, from 0.
/// Returns the least loss and where it is.
pub fn minimise(parameters: usize, evaluate: impl Fn(&[f64], &mut System)) -> (f64, Vec<f64>) {
    let at = |theta: &[f64]| {
        let mut system = System {
            loss: 0.0,
            gradient: Array1::from_vec(theta.to_vec()) * RIDGE,
            hessian: Array2::eye(parameters) * RIDGE,
        };
        system.loss += 0.5 * RIDGE * theta.iter().map(|t| t * t).sum::<f64>();
        evaluate(theta, &mut system);
        system
    };
    let mut theta = vec![0.0; parameters];
    let mut system = at(&theta);
    for _ in 0..MAX_STEPS {
        let Some(step) = solve(system.hessian.clone(), system.gradient.clone()) else {
            break;
        };
        let Some((next, better)) = line_search(&theta, &step, system.loss, &at) else {
            break;
        };
        let gain = system.loss - better.loss;
        (theta, system) = (next, better);
        if gain < 1e-9 {
            break;
        }
    }
    (system.loss, theta)
}

/// Halves the step until the loss falls.
fn line_search(
    theta: &[f64],
    step: &Array1<f64>,
    loss: f64,
    at: &impl Fn(&[f64]) -> System,
) -> Option<(Vec<f64>, System)> {
    let lengths = std::iter::successors(Some(1.0), |length| Some(length / 2.0)).take(20);
    let mut tries = lengths.map(|length| {
        let next: Vec<f64> = theta
            .iter()
            .zip(step)
            .map(|(t, s)| t - length * s)
            .collect();
        let system = at(&next);
        (next, system)
    });
    tries.find(|(_, system)| system.loss < loss)
}

/// Solves `a` x = `b` for symmetric positive definite `a` by Gaussian elimination, which needs no
/// pivoting there.
fn solve(mut a: Array2<f64>, mut b: Array1<f64>) -> Option<Array1<f64>> {
    let n = b.len();
    for pivot in 0..n {
        if a[[pivot, pivot]].is_nan() || a[[pivot, pivot]] <= 0.0 {
            return None;
        }
        for row in pivot + 1..n {
            let factor = a[[row, pivot]] / a[[pivot, pivot]];
            for column in pivot..n {
                a[[row, column]] -= factor * a[[pivot, column]];
            }
            b[row] -= factor * b[pivot];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n)
            .map(|column| a[[row, column]] * b[column])
            .sum();
        b[row] = (b[row] - known) / a[[row, row]];
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_linear_system_is_solved() {
        let a = array![[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]];
        let x = array![1.0, -2.0, 3.0];
        let solved = solve(a.clone(), a.dot(&x)).unwrap();
        assert!((&solved - &x).iter().all(|d| d.abs() < 1e-12));
        assert!(solve(array![[0.0]], array![1.0]).is_none());
    }

    #[test]
    fn a_quadratic_is_minimised_at_its_ridge_solution() {
        // 0.5 · 9 · (t - 2)² + 0.5 · t²  has its minimum at 1.8.
        let (_, theta) = minimise(1, |theta, system| {
            let error = theta[0] - 2.0;
            system.loss += 4.5 * error * error;
            system.gradient[0] += 9.0 * error;
            system.hessian[[0, 0]] += 9.0;
        });
        assert!((theta[0] - 1.8).abs() < 1e-9);
    }
}
