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
    let everything = TagOptions {
        max_evidence: Some(10),
        ..TagOptions::default()
    };
    let axes = tagger.model().classifiers().iter();
    let axes = axes.map(|classifier| classifier.axis().name().to_owned());
    let plain = TagOptions {
        axes: axes.collect(),
        ..TagOptions::default()
    };
    let which = std::env::args().nth(1);
    let options = match which.as_deref() {
        Some("everything") => everything,
        _ => plain,
    };
    let repeat = std::env::var("REPEAT")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1);
    for _ in 0..repeat {
        std::hint::black_box(tag_all(&tagger, &articles, &options));
    }
}
