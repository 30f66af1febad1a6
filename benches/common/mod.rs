//! What the benchmarks share: articles to tag.

#![allow(dead_code, reason = "each benchmark uses its part")]

mod allocator;
pub mod fiction;

use std::{fs::File, io::BufReader, path::PathBuf};

use newstance::{
    article::{Article, ArticleLimits, ArticleParts},
    corpus::{Records, decompressed},
    model::embedded::default_model,
    tagger::Tagger,
};

/// The default model.
pub fn tagger() -> Tagger {
    Tagger::new(default_model().expect("the committed model loads"))
}

/// `count` made-up articles of about `bytes` bytes.
pub fn made_up(count: u64, bytes: usize) -> Vec<Article> {
    (0..count).map(|seed| made_up_one(seed, bytes)).collect()
}

/// One made-up article.
pub fn made_up_one(seed: u64, bytes: usize) -> Article {
    let (title, body) = fiction::article(seed, bytes);
    checked(ArticleParts {
        title,
        body,
        ..ArticleParts::default()
    })
}

/// The same article with targets to judge.
pub fn with_targets(article: &Article, targets: &[&str]) -> Article {
    let [title, body] = article.zones().map(ToOwned::to_owned);
    checked(ArticleParts {
        title,
        body,
        targets: targets.iter().map(|&target| target.into()).collect(),
        ..ArticleParts::default()
    })
}

/// The first `count` articles of a corpus file, if it is there: texts of a corpus are not part of
/// the repository, so a benchmark of them is skipped on a machine that lacks them.
pub fn corpus(name: &str, count: usize) -> Option<Vec<Article>> {
    let root = std::env::var_os("NEWSTANCE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = root.join(name);
    let Ok(file) = File::open(&path) else {
        eprintln!(
            "skipped: no {} (NEWSTANCE_DATA names the folder)",
            path.display()
        );
        return None;
    };
    let records = Records::new(name, decompressed(BufReader::new(file)).ok()?);
    let limits = ArticleLimits::default();
    let articles = records.filter_map(|record| record.ok()?.into_article(&limits).ok());
    Some(articles.take(count).collect())
}

/// Bytes of text.
pub fn bytes(articles: &[Article]) -> usize {
    let texts = articles.iter().flat_map(Article::zones);
    texts.map(str::len).sum()
}

fn checked(parts: ArticleParts) -> Article {
    Article::new(parts, &ArticleLimits::default()).expect("made within the limits")
}
