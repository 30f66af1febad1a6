//! A fixed amount of work for `.ci/instructions`, which counts its instructions: so many rounds over
//! the same articles. Two counts with different rounds leave out what loading the model takes.

mod common;

use newstance::{
    article::Article,
    tagger::{TagOptions, Tagger},
};

/// Tags all articles; gives back how much was answered.
fn tag_all(tagger: &Tagger, articles: &[Article], options: &TagOptions) -> usize {
    let tag = |article| {
        tagger
            .tag(article, options)
            .map(|t| t.axes.len() + t.stances.len())
    };
    articles
        .iter()
        .filter_map(|article| tag(article).ok())
        .sum()
}

fn main() {
    let tagger = common::tagger();
    let articles = common::made_up(20, 5000);
    let axes = tagger.model().classifiers().iter();
    let axes = axes.map(|classifier| classifier.axis().name().to_owned());
    let options = match std::env::args().nth(1).as_deref() {
        Some("documents") => TagOptions {
            axes: axes.collect(),
            ..TagOptions::default()
        },
        Some("evidence") => TagOptions {
            axes: axes.collect(),
            max_evidence: Some(10),
            ..TagOptions::default()
        },
        Some("stance") => TagOptions::default(),
        Some("everything") => TagOptions {
            max_evidence: Some(10),
            ..TagOptions::default()
        },
        _ => {
            eprintln!("usage: instructions documents | evidence | stance | everything [ROUNDS]");
            return;
        }
    };
    let rounds = std::env::args()
        .nth(2)
        .and_then(|rounds| rounds.parse().ok());
    for _ in 0..rounds.unwrap_or(1) {
        std::hint::black_box(tag_all(&tagger, &articles, &options));
    }
}
