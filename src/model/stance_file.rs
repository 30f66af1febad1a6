//! The part of a model file that answers by target.

use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

use super::{
    Classifier, ModelFileError, StanceModel,
    file::AxisManifest,
    stance::TargetCanary,
    tensors::{
        Tensor, read_levels, read_vocabulary, vicinity_tensor, vocabulary_tensors, weights_tensor,
        wrong_tensor,
    },
};
use crate::{
    bayes::{Scorer, Table, VicinityScorer, packing::row_bytes},
    features::{Lexicon, Region, TargetFeaturizer, TargetVocabulary, Vocabulary},
};

/// Prefix of the tensors of the terms around targets.
const TARGET: &str = "target.vocabulary";
/// Prefix of those of the words that share weights.
const AROUND: &str = "around.vocabulary";

/// Tensors of the weights of stance.
struct Names {
    weights: &'static str,
    around: &'static str,
}

const SHORT: Names = Names {
    weights: "weights.stance",
    around: "around.stance",
};
const LONGER: Names = Names {
    weights: "weights.stance.longer",
    around: "around.stance.longer",
};

/// Everything of the axis by target but its tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StanceManifest {
    axis: TargetAxisManifest,
    /// The same axis for longer texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    longer: Option<TargetAxisManifest>,
    /// Valences in tenths.
    lexicon: Vec<(String, i8)>,
    canary: TargetCanary,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetAxisManifest {
    classifier: AxisManifest,
    /// What a level of 1 is worth, region by region and label by label, where words share weights.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    around_scales: Vec<Vec<f64>>,
}

/// The tensors of the axis by target.
pub fn stance_tensors(stance: &StanceModel) -> Vec<Tensor> {
    let vocabulary = stance.featurizer.vocabulary();
    let mut tensors = Vec::from(vocabulary_tensors(TARGET, vocabulary.terms()));
    let around = vocabulary.around().into_iter();
    tensors.extend(around.flat_map(|words| vocabulary_tensors(AROUND, words)));
    let longer = stance.longer.iter().map(|longer| (longer, LONGER));
    for (classifier, names) in [(&stance.classifier, SHORT)].into_iter().chain(longer) {
        tensors.push(weights_tensor(names.weights, classifier.scorer()));
        let vicinity = classifier.vicinity();
        tensors.extend(vicinity.map(|vicinity| vicinity_tensor(names.around, vicinity)));
    }
    tensors
}

impl StanceManifest {
    pub fn of(stance: &StanceModel) -> Self {
        Self {
            axis: TargetAxisManifest::of(&stance.classifier),
            longer: stance.longer.as_ref().map(TargetAxisManifest::of),
            lexicon: stance.featurizer.lexicon().to_tenths(),
            canary: TargetCanary::new(&stance.featurizer),
        }
    }

    pub fn read(self, tensors: &SafeTensors<'_>) -> Result<StanceModel, ModelFileError> {
        let mut tables = std::iter::once(&self.axis).chain(&self.longer);
        let shares = tables.any(|table| !table.around_scales.is_empty());
        let around = shares
            .then(|| read_vocabulary(tensors, AROUND))
            .transpose()?;
        let terms = TargetVocabulary::from(read_vocabulary(tensors, TARGET)?);
        let lexicon = Lexicon::from_tenths(self.lexicon);
        let lexicon = lexicon.ok_or(ModelFileError::Value("stance.lexicon"))?;
        let featurizer = TargetFeaturizer::new(terms.with_around(around), lexicon);
        if !self.canary.is_alive(&featurizer) {
            return Err(ModelFileError::TargetCanary);
        }
        let axis = &self.axis.classifier.axis;
        let alike = |longer: &TargetAxisManifest| longer.classifier.axis == *axis;
        if !self.longer.as_ref().is_none_or(alike) {
            return Err(ModelFileError::Value("stance.longer.axis"));
        }
        let vocabulary = featurizer.vocabulary();
        let longer = self.longer;
        let longer = longer.map(|longer| longer.read(tensors, &LONGER, vocabulary));
        Ok(StanceModel {
            classifier: self.axis.read(tensors, &SHORT, vocabulary)?,
            longer: longer.transpose()?,
            featurizer,
        })
    }
}

impl TargetAxisManifest {
    fn of(classifier: &Classifier) -> Self {
        let regions = classifier
            .vicinity()
            .into_iter()
            .flat_map(VicinityScorer::regions);
        Self {
            classifier: AxisManifest::of(classifier),
            around_scales: regions.map(|region| region.scales().to_vec()).collect(),
        }
    }

    fn read(
        self,
        tensors: &SafeTensors<'_>,
        names: &Names,
        vocabulary: &TargetVocabulary,
    ) -> Result<Classifier, ModelFileError> {
        let terms = vocabulary.terms().len();
        let classifier = self.classifier.read(tensors, names.weights, terms)?;
        let words = vocabulary
            .around()
            .filter(|_| !self.around_scales.is_empty());
        let vicinity = words.map(|words| {
            let labels = classifier.axis().labels().len();
            read_vicinity(tensors, names.around, words, self.around_scales, labels)
        });
        Ok(classifier.with_vicinity(vicinity.transpose()?)?)
    }
}

fn read_vicinity(
    tensors: &SafeTensors<'_>,
    name: &str,
    words: &Vocabulary,
    scales: Vec<Vec<f64>>,
    labels: usize,
) -> Result<VicinityScorer, ModelFileError> {
    let levels = read_levels(tensors, name, &[Region::ALL.len(), words.len()], labels)?;
    let region = |(scales, levels): (Vec<f64>, &[u8])| {
        Scorer::from_packed(vec![0.0; labels], scales, levels, Table::MAX_COUNT)
    };
    let complete = scales.len() == Region::ALL.len();
    let regions = scales
        .into_iter()
        .zip(levels.chunks_exact(words.len() * row_bytes(labels)));
    let regions: Option<Vec<Scorer>> = regions.map(region).collect();
    let expected = "usable numbers, and a scale a region and label";
    let scorer = regions.filter(|_| complete).and_then(VicinityScorer::new);
    scorer.ok_or_else(|| wrong_tensor(name, expected))
}
