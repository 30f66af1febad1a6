//! The risk-coverage curve: how right the answers are when only the surest are kept (El-Yaniv
//! and Wiener 2010).

use std::collections::BTreeMap;

use serde::Serialize;

/// Confidences are told apart in steps of 1 / 65,536. That bounds the memory to about 3 MB
/// whatever the number of answers; answers within one step count as equally sure.
const STEPS: f64 = 65_536.0;

/// What one answer, or many, add to the figures.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Answers.
    pub judged: u64,
    /// Answers that are exactly right.
    pub exact: u64,
    /// Labels that are true and were given.
    pub both: u64,
    /// Labels that were given.
    pub said: u64,
    /// Labels that are true.
    pub so: u64,
}

/// Answers by confidence.
#[derive(Debug, Clone, Default)]
pub(super) struct RiskCoverage {
    steps: BTreeMap<u16, Tally>,
}

/// How right the surest answers are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CoveragePoint {
    /// Share of the answers that are kept, the surest first.
    pub coverage: f64,
    /// Share of the kept answers that are exactly right.
    pub accuracy: f64,
    /// F1 over all decisions of the kept answers.
    pub micro_f1: f64,
}

impl RiskCoverage {
    /// Adds one answer of this confidence, 0 to 1.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float casts to the nearest integer of the range"
    )]
    pub fn add(&mut self, confidence: f64, answer: Tally) {
        let tally = self.steps.entry((confidence * STEPS) as u16);
        tally.or_default().add(&answer);
    }

    /// The curve at 1 %, 2 %, ... 100 % coverage. Where a coverage cuts through answers that are
    /// equally sure, each counts in part: the mean over all orders of the tie.
    pub fn curve(&self) -> Vec<CoveragePoint> {
        let judged: u64 = self.steps.values().map(|tally| tally.judged).sum();
        let mut groups = self.steps.values().rev().peekable();
        let mut whole = Tally::default();
        let point = |percent: u32| {
            let coverage = f64::from(percent) / 100.0;
            let wanted = coverage * judged as f64;
            while let Some(group) = groups.next_if(|group| fits(&whole, group, wanted)) {
                whole.add(group);
            }
            let rest = groups.peek().copied().copied().unwrap_or_default();
            let part = ratio(wanted - whole.judged as f64, rest.judged as f64);
            whole.point(coverage, &rest, part)
        };
        (1..=100).map(point).collect()
    }
}

fn fits(whole: &Tally, group: &Tally, wanted: f64) -> bool {
    (whole.judged + group.judged) as f64 <= wanted
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.judged += other.judged;
        self.exact += other.exact;
        self.both += other.both;
        self.said += other.said;
        self.so += other.so;
    }

    /// The figures of this tally and a part of the next.
    fn point(&self, coverage: f64, next: &Self, part: f64) -> CoveragePoint {
        let sum = |this: u64, next: u64| this as f64 + part * next as f64;
        CoveragePoint {
            coverage,
            accuracy: ratio(sum(self.exact, next.exact), sum(self.judged, next.judged)),
            micro_f1: ratio(
                2.0 * sum(self.both, next.both),
                sum(self.said + self.so, next.said + next.so),
            ),
        }
    }
}

/// a / b, and 0 for nothing of nothing.
fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(right: bool) -> Tally {
        Tally {
            judged: 1,
            exact: right.into(),
            both: right.into(),
            said: 1,
            so: 1,
        }
    }

    fn curve(answers: &[(f64, bool)]) -> Vec<CoveragePoint> {
        let mut curve = RiskCoverage::default();
        for &(confidence, right) in answers {
            curve.add(confidence, answer(right));
        }
        curve.curve()
    }

    fn accuracy(curve: &[CoveragePoint], percent: usize) -> f64 {
        curve[percent - 1].accuracy
    }

    #[test]
    fn the_surest_come_first_in_whatever_order_they_are_added() {
        let answers = [(0.3, false), (0.9, true), (0.5, false), (0.7, true)];
        let forwards = curve(&answers);
        assert_eq!(forwards.len(), 100);
        for (percent, expected) in [(1, 1.0), (50, 1.0), (75, 2.0 / 3.0), (100, 0.5)] {
            let got = accuracy(&forwards, percent);
            assert!((got - expected).abs() < 1e-12, "{percent} %: {got}");
        }
        let mut reversed = answers;
        reversed.reverse();
        assert_eq!(curve(&reversed), forwards);
    }

    #[test]
    fn equally_sure_answers_count_in_part() {
        let tied = curve(&[(0.5, true), (0.5, false), (0.5, true), (0.5, true)]);
        assert!(
            tied.iter()
                .all(|point| (point.accuracy - 0.75).abs() < 1e-12)
        );
        // Two of the four: the sure one, and a third of a group that is right one time in three.
        let partly = curve(&[(0.9, true), (0.5, false), (0.5, true), (0.5, false)]);
        assert!((accuracy(&partly, 50) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_single_label_has_one_curve_and_the_extremes_stay_in_range() {
        let points = curve(&[(1.0, true), (0.0, false), (f64::NAN, false)]);
        assert!(
            points
                .iter()
                .all(|p| (p.accuracy - p.micro_f1).abs() < 1e-12)
        );
        assert!((accuracy(&points, 100) - 1.0 / 3.0).abs() < 1e-12);
        assert!(curve(&[]).iter().all(|point| point.accuracy == 0.0));
    }
}
