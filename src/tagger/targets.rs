//! Finds where an article names the targets that its caller asks about.

use super::{AbstainReason, Decision, TargetStance};
use crate::{
    article::{Article, ArticleField},
    text::{Span, fold::fold_into, tokenize},
};

/// One entry a target of the article. No model judges stance yet, so each abstains.
#[must_use]
pub fn stances(article: &Article) -> Vec<TargetStance> {
    if article.targets().is_empty() {
        return Vec::new();
    }
    let zones = ArticleField::ALL.map(|field| (field, words(article.text(field))));
    let targets = article.targets().iter().map(|target| TargetStance {
        target: target.clone(),
        mentions: mentions(&zones, &words(target)),
        decision: Decision::Abstained(AbstainReason::Unsupported),
    });
    targets.collect()
}

/// Folded words with their places.
type Words = Vec<(String, Span)>;

fn words(text: &str) -> Words {
    let folded = tokenize(text).map(|span| {
        let mut word = String::new();
        fold_into(&text[span.clone()], &mut word);
        (word, span)
    });
    folded.collect()
}

/// Where the words of `target` follow each other, in any case and with or without possessive `'s`.
fn mentions(zones: &[(ArticleField, Words)], target: &Words) -> Vec<(ArticleField, Span)> {
    if target.is_empty() {
        return Vec::new();
    }
    let in_zone = |(field, words): &(ArticleField, Words)| -> Vec<_> {
        let is_target = |window: &&[(String, Span)]| {
            window
                .iter()
                .zip(target)
                .all(|(word, wanted)| word.0 == wanted.0)
        };
        let windows = words.windows(target.len()).filter(is_target);
        let spans = windows.filter_map(|w| Some(w.first()?.1.start..w.last()?.1.end));
        spans.map(|span| (*field, span)).collect()
    };
    zones.iter().flat_map(in_zone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{ArticleLimits, ArticleParts};

    #[test]
    fn mentions_are_found_in_title_and_body() {
        let parts = ArticleParts {
            title: "Orlan\u{2019}s army retreats".into(),
            body: "The army of ORLAN left. Orlandia was silent.".into(),
            targets: vec!["Orlan".into(), "Orlan army".into(), "...".into()],
            ..ArticleParts::default()
        };
        let article = Article::new(parts, &ArticleLimits::default()).unwrap();
        let found = stances(&article);
        let texts = |index: usize| -> Vec<_> {
            let mentions: &Vec<(ArticleField, Span)> = &found[index].mentions;
            mentions
                .iter()
                .map(|(field, span)| &article.text(*field)[span.clone()])
                .collect()
        };
        assert_eq!(texts(0), ["Orlan\u{2019}s", "ORLAN"]);
        assert_eq!(texts(1), ["Orlan\u{2019}s army"]);
        assert!(texts(2).is_empty());
    }
}
