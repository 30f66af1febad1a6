//! Exponentials that neither overflow nor differ between machines: `libm` computes them in
//! software, the same everywhere.

/// ln Σ exp(x), or -∞ of nothing.
#[must_use]
pub fn log_sum_exp(scores: &[f64]) -> f64 {
    let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return max;
    }
    let sum: f64 = scores.iter().map(|score| libm::exp(score - max)).sum();
    max + libm::log(sum)
}

/// Probabilities in proportion to exp(score); they sum to 1.
#[must_use]
pub fn softmax(scores: &[f64]) -> Vec<f64> {
    let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|score| libm::exp(score - max)).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

/// 1 / (1 + exp(-x)).
#[must_use]
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let odds = libm::exp(x);
        odds / (1.0 + odds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_scores_stay_finite() {
        let probabilities = softmax(&[-9e5, -9e5, -1e6]);
        assert_eq!(probabilities, [0.5, 0.5, 0.0]);
        assert_eq!((sigmoid(-1e4), sigmoid(0.0), sigmoid(1e4)), (0.0, 0.5, 1.0));
    }

    #[test]
    fn softmax_is_the_normalised_exponential() {
        let probabilities = softmax(&[1.0, 2.0]);
        assert!((probabilities[1] - 1.0 / (1.0 + f64::exp(-1.0))).abs() < 1e-15);
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    }
}
