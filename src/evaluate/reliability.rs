//! Whether probabilities mean what they say: bins of confidence against what was right.

use serde::Serialize;

/// Bins of equal width for the expected calibration error (Guo et al. 2017).
pub const BINS: usize = 15;

/// Sums of one bin each.
#[derive(Debug, Clone, Default)]
pub(super) struct Reliability {
    bins: [Bin; BINS],
}

#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: u64,
    confidence: f64,
    correct: u64,
}

/// Answers of about the same probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// How many there are.
    pub count: u64,
    /// Mean of their probabilities; 0 for none.
    pub confidence: f64,
    /// Share of them that are right; 0 for none.
    pub accuracy: f64,
}

impl Reliability {
    /// Adds one answer of this probability.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a probability times 15 is a small positive number"
    )]
    pub fn add(&mut self, confidence: f64, correct: bool) {
        let index = (confidence * BINS as f64) as usize;
        let bin = &mut self.bins[index.min(BINS - 1)];
        bin.count += 1;
        bin.confidence += confidence;
        bin.correct += u64::from(correct);
    }

    /// All bins, the least sure first.
    pub fn bins(&self) -> Vec<ReliabilityBin> {
        let mean = |bin: &Bin| {
            let count = bin.count.max(1) as f64;
            ReliabilityBin {
                count: bin.count,
                confidence: bin.confidence / count,
                accuracy: bin.correct as f64 / count,
            }
        };
        self.bins.iter().map(mean).collect()
    }

    /// The mean gap between confidence and accuracy.
    pub fn expected_calibration_error(&self) -> f64 {
        let gap = |bin: &Bin| (bin.confidence - bin.correct as f64).abs();
        let total: u64 = self.bins.iter().map(|bin| bin.count).sum();
        self.bins.iter().map(gap).sum::<f64>() / total.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_falls_into_the_bin_of_its_probability() {
        let mut reliability = Reliability::default();
        for (confidence, correct) in [(0.0, false), (0.5, true), (0.52, false), (1.0, true)] {
            reliability.add(confidence, correct);
        }
        let bins = reliability.bins();
        let counts: Vec<u64> = bins.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1]);
        assert!((bins[7].confidence - 0.51).abs() < 1e-12);
        assert!((bins[7].accuracy - 0.5).abs() < 1e-12);
        assert!((reliability.expected_calibration_error() - 0.02 / 4.0).abs() < 1e-12);
    }
}
