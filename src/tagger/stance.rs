//! Where a text stands towards its targets.

use std::cell::Cell;

use super::{
    AbstainReason, Decision, TagOptions, TargetStance,
    capitals::Capitals,
    given::mentions_of,
    reader::{Answer, Grounds, Reader, Terms},
    targets::find_targets,
};
use crate::{
    article::{Article, ArticleField},
    bayes::{LevelSum, Sum, VicinityScorer},
    features::{Apart, Mention, Places, Region, TargetReading, Words},
    model::{Classifier, StanceModel},
    text::Span,
};

/// One article whose targets are judged.
pub struct StanceJudge<'m, 'a> {
    pub stance: Option<&'m StanceModel>,
    pub places: &'a Places<'a>,
    pub options: &'a TagOptions,
    pub abstain: Option<AbstainReason>,
}

/// An article as all its targets share it.
struct Reading<'m, 'a> {
    stance: &'m StanceModel,
    classifier: &'m Classifier,
    surroundings: TargetReading<'a>,
    /// What the text as a whole says.
    text: LevelSum,
    /// The same of the words that share weights.
    words: Option<(&'m VicinityScorer, LevelSum)>,
}

impl<'m, 'a> Reading<'m, 'a> {
    fn new(stance: &'m StanceModel, words: &'a Words) -> Self
    where
        'm: 'a,
    {
        let surroundings = stance.featurizer.read(words);
        let classifier = stance.classifier_of(words);
        let text = classifier.scorer().add_up(surroundings.text());
        let words = classifier.vicinity();
        let words = words.map(|scorer| (scorer, scorer.text(surroundings.text_words())));
        Self {
            stance,
            classifier,
            surroundings,
            text,
            words,
        }
    }

    /// The scores of the vector of one target, without counting the text anew.
    fn sum(&self, apart: &Apart) -> Sum {
        let scorer = self.classifier.scorer();
        let mut levels = self.text.clone();
        levels.take_away(&scorer.add_up(&apart.hidden));
        levels.add(&scorer.add_up(&apart.around));
        let mut sum = scorer.weigh(&levels);
        if let Some((scorer, text)) = &self.words {
            let mut regions = scorer.nothing();
            for (region, run) in &apart.regions {
                let words = self.surroundings.words(run.clone());
                scorer.add_words(&mut regions, *region, &words);
            }
            let mut text = text.clone();
            text.take_away(&scorer.text(&apart.hidden_words));
            regions[Region::Text as usize] = text;
            scorer.add_regions(&mut sum, &regions);
        }
        sum
    }
}

impl<'m> StanceJudge<'m, '_> {
    /// Judges the caller's targets or, where there are none, those that the text repeats.
    pub fn all(&self, article: &Article) -> Vec<TargetStance<'m>> {
        let found = article.targets().is_empty();
        let zones = article.zones();
        let capitals = Capitals::of(self.places.words(), &zones);
        let targets = if found {
            find_targets(self.places, &capitals)
        } else {
            let mentions =
                |target: &String| (target.clone(), mentions_of(self.places, &capitals, target));
            article.targets().iter().map(mentions).collect()
        };
        if targets.is_empty() {
            return Vec::new();
        }
        let words = self.places.words();
        let reading = self.stance.map(|stance| Reading::new(stance, words));
        let judge = |(target, mentions): (String, Vec<Mention>)| {
            self.judge(reading.as_ref(), target, &mentions, found)
        };
        targets.into_iter().map(judge).collect()
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
            Some(reading) => self.answer(reading, mentions),
        };
        TargetStance {
            target,
            mentions: mentions.iter().map(|mention| self.place(mention)).collect(),
            decision,
            labels,
            found,
        }
    }

    fn answer(&self, reading: &Reading<'m, '_>, mentions: &[Mention]) -> Answer<'m> {
        let missing = mentions.is_empty().then_some(AbstainReason::TargetNotFound);
        let abstain = self.abstain.or(missing);
        let apart = missing
            .is_none()
            .then(|| reading.surroundings.apart(mentions));
        let nothing = || {
            let scorer = reading.classifier.scorer();
            scorer.weigh(&scorer.nothing())
        };
        let sum = apart
            .as_ref()
            .map_or_else(nothing, |apart| reading.sum(apart));
        let surroundings = &reading.surroundings;
        let evidence = self.options.max_evidence.map(|max| {
            let apart = apart.as_ref();
            let vector = apart.map(|apart| surroundings.vector(apart));
            let vicinity = apart.map(|apart| surroundings.vicinity(apart));
            (
                max,
                vector.unwrap_or_default(),
                vicinity.unwrap_or_default(),
            )
        });
        let grounds = evidence.as_ref();
        let grounds = grounds.map(|(max, vector, vicinity)| Grounds {
            terms: Terms::OfTarget {
                vocabulary: reading.stance.featurizer.vocabulary(),
                vicinity,
                reading: surroundings,
                mentions,
            },
            vector,
            max: *max,
            // Few words around a target are read.
            places_left: Cell::new(Some(usize::MAX)),
        });
        let reader = Reader {
            options: self.options,
            abstain,
            grounds,
        };
        reader.answer(reading.classifier, &sum)
    }

    fn place(&self, mention: &Mention) -> (ArticleField, Span) {
        let words = self.places.words().all();
        let (first, last) = (&words[mention.start], &words[mention.end - 1]);
        (
            ArticleField::ALL[first.zone],
            first.span.start..last.span.end,
        )
    }
}
