//! A hostile model file: it is refused, or it labels.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use newstance::{
    article::{Article, ArticleLimits, ArticleParts},
    model::Model,
    tagger::{TagOptions, Tagger},
};

static ARTICLE: LazyLock<Article> = LazyLock::new(|| {
    let parts = ArticleParts {
        title: "The judge of Orlan spoke in court".into(),
        body: "The team won the match. The judge spoke of the harbour and of Orlan.".into(),
        targets: vec!["Orlan".into()],
        ..ArticleParts::default()
    };
    Article::new(parts, &ArticleLimits::default()).expect("a sound article")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(model) = Model::from_bytes(bytes) else {
        return;
    };
    let options = TagOptions {
        max_evidence: Some(3),
        ..TagOptions::default()
    };
    let tagger = Tagger::new(model);
    let tagging = tagger.tag(&ARTICLE, &options).expect("no axis is asked for by name");
    for score in tagging.axes.iter().flat_map(|axis| &axis.labels) {
        assert!((0.0..=1.0).contains(&score.probability), "{score:?}");
    }
});
