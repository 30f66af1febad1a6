//! Labels news articles: what an article is about, how it presents it, what kind of text it is,
//! and where it stands towards its targets, each with a calibrated probability and the words that
//! decided.
//!
//! The whole road of one article:
//!
//! ```
//! use newstance::article::{Article, ArticleLimits, ArticleParts};
//! use newstance::model::embedded::default_model;
//! use newstance::tagger::{TagOptions, Tagger};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tagger = Tagger::new(default_model()?);
//! let article = Article::new(
//!     ArticleParts {
//!         title: "Central bank raises interest rates as inflation climbs".into(),
//!         ..ArticleParts::default()
//!     },
//!     &ArticleLimits::default(),
//! )?;
//! let tagging = tagger.tag(&article, &TagOptions::default())?;
//! assert_eq!(tagging.axes[0].labels[0].label.name, "economy, business and finance");
//! # Ok(())
//! # }
//! ```
//!
//! 1. An [`article::Article`] is checked once; whoever holds one holds bounded text.
//! 2. [`text`] cuts it into tokens that keep their place, and folds each to a term.
//! 3. [`features::Featurizer::transform`] counts the terms that the model knows. Training and
//!    serving have no other way from text to numbers.
//! 4. For each axis (a question with its labels, [`label::Axis`]) a [`bayes::Scorer`]
//!    sums the terms' log-odds, a [`bayes::Calibration`] makes them mean what they say, and a
//!    [`model::DecisionRule`] turns them into an answer.
//! 5. For each target (an actor that the caller names or the text repeats) a
//!    [`features::TargetFeaturizer`] reads the surroundings of its mentions; the rest is the same.
//! 6. [`tagger::Tagger`] does all this, declines to answer where it must, and takes a score apart
//!    into the terms that made it.
//!
//! A [`model::Model`] is all of that in one file. [`train`] makes one from a recipe and a
//! [`corpus`], [`evaluate`] measures it, [`report`] draws what was measured, [`server`] answers
//! over gRPC, and [`cli`] is the program. [`import`] makes corpora of publishers' files. Each
//! module knows only those before it in this list: `article`, `label`; `text`; `features`;
//! `bayes`; `model`; `tagger`; `corpus`; `import`; `evaluate`; `report`; `train`; `server`; `cli`.

pub mod article;
pub mod bayes;
pub mod cli;
pub mod corpus;
pub mod evaluate;
pub mod features;
pub mod import;
pub mod label;
pub mod model;
pub mod report;
pub mod server;
pub mod tagger;
pub mod text;
pub mod train;
