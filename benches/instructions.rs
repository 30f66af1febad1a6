//! A fixed amount of work for `.ci/instructions`, which counts its instructions: everything inside
//! [`tag_all`] and nothing else.

mod common;

use newstance::{
    article::Article,
    tagger::{TagOptions, Tagger},
};

/// Labels of all articles, as the number of those that are assigned.
#[inline(never)]
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
        _ => {
            eprintln!("usage: instructions documents | evidence | stance");
            return;
        }
    };
    std::hint::black_box(tag_all(&tagger, &articles, &options));
}
