//! Naive Bayes, in steps that know nothing of each other:
//!
//! 1. [`counts`]: integer term counts by class, the sufficient statistics;
//! 2. [`smoothing`]: the prior as pseudo-counts;
//! 3. [`fit`]: log-likelihoods from smoothed counts, by linfa;
//! 4. [`estimator`]: multinomial or complement weights, as a table of [`naive_bayes`],
//!    or [`regression`]: weights that are fitted together, for a table of the same form, where
//!    words of like company may share ([`kinship`]);
//! 5. [`scorer`]: sparse sums of the rounded weights of a [`table`] ([`packing`]), in integers and
//!    of several axes at once, and [`softmax`];
//!    Words around a target share weights ([`shared`]) as far as they keep like [`company`]
//!    ([`word_vectors`]); [`vicinity`] sums them;
//! 6. [`calibration`]: probabilities that mean what they say;
//! 7. [`explain`]: which terms made a score, adding up to it.

pub mod calibrate;
pub mod calibration;
pub mod company;
pub mod counts;
pub mod estimator;
pub mod explain;
pub mod fit;
pub mod kinship;
mod label_shares;
mod lbfgs;
mod level_sum;
mod levels;
mod likelihood;
pub mod naive_bayes;
mod newton;
pub mod packing;
mod quiet;
mod ranking;
mod ratios;
pub mod regression;
pub mod scorer;
pub mod shared;
pub mod smoothing;
pub mod softmax;
pub mod table;
pub mod vicinity;
pub mod word_vectors;

pub use calibration::{Calibration, LabelCalibration};
pub use company::Company;
pub use counts::ClassCounts;
pub use estimator::{Estimator, FitParams};
pub use explain::Contribution;
pub use fit::FitError;
pub use kinship::Kinship;
pub use level_sum::LevelSum;
pub use naive_bayes::NaiveBayes;
pub use ranking::ranking;
pub use regression::{Document, Problem, RegressionParams};
pub use scorer::{Scorer, Sum};
pub use shared::{SharedFit, Surrounded};
pub use smoothing::Smoothing;
pub use table::Table;
pub use vicinity::{VicinityScorer, WordShare};
pub use word_vectors::WordVectors;

/// The largest number of a usable model: sums over the longest article stay far from overflow.
const MAX_MAGNITUDE: f64 = 1e9;

/// Whether a number of a model file can be reckoned with.
fn is_usable(number: f64) -> bool {
    number.abs() <= MAX_MAGNITUDE
}
