//! Requests of any length, with the made-up news of the other benchmarks.

use newstance::server::pb;

#[path = "../common/fiction.rs"]
#[allow(dead_code, reason = "the other benchmarks use its actors")]
mod fiction;

/// An article of about so many bytes.
pub fn article(number: u64, bytes: usize) -> pb::Article {
    let (title, body) = fiction::article(number, bytes);
    pb::Article {
        article_id: number.to_string(),
        title,
        body,
        ..pb::Article::default()
    }
}

/// A request for it.
pub fn request(number: u64, bytes: usize) -> pb::TagArticleRequest {
    pb::TagArticleRequest {
        article: Some(article(number, bytes)),
        ..pb::TagArticleRequest::default()
    }
}
