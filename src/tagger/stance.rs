//! Where a text stands towards its targets.

use super::{
    AbstainReason, Decision, TagOptions, TargetStance,
    reader::{Reader, in_order},
    targets::find_targets,
};
use crate::{
    article::{Article, ArticleField},
    features::{Mention, Places, TargetReading},
    model::StanceModel,
    text::Span,
};

/// One article whose targets are judged.
pub struct StanceJudge<'m, 'a> {
    pub stance: Option<&'m StanceModel>,
    pub places: &'a Places<'a>,
    pub options: &'a TagOptions,
    pub abstain: Option<AbstainReason>,
}

/// The words of an article, looked up.
type Reading<'m, 'a> = (&'m StanceModel, TargetReading<'a>);

impl<'m> StanceJudge<'m, '_> {
    /// Judges the caller's targets or, where there are none, those that the text repeats.
    pub fn all(&self, article: &Article) -> Vec<TargetStance<'m>> {
        let reading = self
            .stance
            .map(|s| (s, s.featurizer.read(self.places.words())));
        let reading = reading.as_ref();
        if article.targets().is_empty() {
            let found = find_targets(self.places, &article.zones());
            let judge = |(target, mentions): (String, Vec<Mention>)| {
                self.judge(reading, target, &mentions, true)
            };
            return found.into_iter().map(judge).collect();
        }
        let judge = |target: &String| {
            let mentions = self.places.mentions(target);
            self.judge(reading, target.clone(), &mentions, false)
        };
        article.targets().iter().map(judge).collect()
    }

    fn judge(
        &self,
        reading: Option<&Reading<'m, '_>>,
        target: String,
        mentions: &[Mention],
        found: bool,
    ) -> TargetStance<'m> {
        let (decision, labels) = match reading {
            None => (Decision::Abstained(AbstainReason::Unsupported), Vec::new()),
            Some((stance, reading)) => self.read(stance, reading, mentions),
        };
        TargetStance {
            target,
            mentions: mentions.iter().map(|mention| self.place(mention)).collect(),
            decision,
            labels,
            found,
        }
    }

    fn read(
        &self,
        stance: &'m StanceModel,
        reading: &TargetReading<'_>,
        mentions: &[Mention],
    ) -> (Decision, Vec<super::LabelScore<'m>>) {
        let vector = reading.transform(mentions);
        let occurrences = match self.options.max_evidence {
            Some(_) => in_order(reading.occurrences(mentions)),
            None => Vec::new(),
        };
        let missing = mentions.is_empty().then_some(AbstainReason::TargetNotFound);
        let reader = Reader {
            vocabulary: stance.featurizer.vocabulary(),
            vector: &vector,
            occurrences: &occurrences,
            options: self.options,
            abstain: self.abstain.or(missing),
        };
        let mut answers = reader.read(&[&stance.classifier]);
        answers.swap_remove(0)
    }

    fn place(&self, mention: &Mention) -> (ArticleField, Span) {
        let words = self.places.words();
        let (first, last) = (&words[mention.start], &words[mention.end - 1]);
        (
            ArticleField::ALL[first.zone],
            first.span.start..last.span.end,
        )
    }
}
