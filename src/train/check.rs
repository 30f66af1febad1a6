//! What a [`Recipe`] must hold to before anything is read by it.

use std::{collections::HashSet, fmt::Debug};

use super::{
    axis_recipe::{AxisRecipe, CountFor, StanceRecipe, WordsRecipe},
    recipe::{Recipe, RecipeError},
};
use crate::{
    bayes::{Table, WordVectors},
    features::{Vocabulary, selection::SelectionParams},
    model::Card,
};

/// The greatest weight of a source or an expert.
const MAX_WEIGHT: f64 = 1000.0;

impl Recipe {
    /// Whether every value is in its range and every name stands for something.
    pub(super) fn check(&self) -> Result<(), RecipeError> {
        self.check_card()?;
        let share = self.abstention.min_known_share;
        let field = "abstention.min_known_share";
        require(self.abstention.is_valid(), field, &share, "0 to 1")?;
        let names = self.corpora.iter().map(|corpus| &corpus.name);
        check_distinct("corpora.name", names, "each name once")?;
        check_selection("vocabulary", &self.vocabulary.selection)?;
        let (field, names) = ("vocabulary.corpora", &self.vocabulary.corpora);
        self.check_corpora(field, names)?;
        check_distinct(field, names, "each corpus once")?;
        require(!self.axes.is_empty(), "axes", &"", "at least one")?;
        let mut axes = self.axes.iter().enumerate();
        axes.try_for_each(|(index, axis)| self.check_axis(&format!("axes[{index}]"), axis))?;
        let mut stance = self.stance.iter();
        stance.try_for_each(|stance| self.check_stance(stance))?;
        let mut words = self.words.iter();
        words.try_for_each(|words| self.check_words(words))
    }

    /// What is written on the card as it stands.
    fn check_card(&self) -> Result<(), RecipeError> {
        let name = Card::is_valid_name(&self.name);
        let expected = "1 to 63 lower-case letters, digits, dots and hyphens, a letter first";
        require(name, "name", &self.name, expected)?;
        let version = Card::is_valid_version(&self.version);
        let expected = "a semantic version, such as 1.2.0";
        require(version, "version", &self.version, expected)?;
        let expected = "a date and time by RFC 3339, such as 2026-01-02T00:00:00Z";
        require(
            is_instant(&self.created),
            "created",
            &self.created,
            expected,
        )?;
        let some = !self.languages.is_empty();
        require(some, "languages", &"", "at least one")?;
        for language in &self.languages {
            let known = isolang::Language::from_639_1(language).is_some();
            let expected = "lower-case codes by ISO 639-1, such as en";
            require(known, "languages", language, expected)?;
        }
        Ok(())
    }

    fn check_stance(&self, stance: &StanceRecipe) -> Result<(), RecipeError> {
        check_selection("stance.vocabulary", &stance.vocabulary)?;
        self.check_axis_by_target(stance, "stance.axis", &stance.axis)?;
        if let Some(around) = &stance.words {
            let (field, ridge) = ("stance.words.ridge", around.ridge);
            let known = self.words.is_some();
            require(known, field, &ridge, "words in the recipe")?;
            let possible = (1e-9..=1e9).contains(&ridge);
            require(possible, field, &ridge, "1e-9 to 1e9")?;
        }
        let Some(longer) = &stance.longer else {
            return Ok(());
        };
        let (field, value) = ("stance.longer.definition", &longer.definition);
        let same = *value == stance.axis.definition;
        require(same, field, value, "the same as that of stance.axis")?;
        let (field, measured) = ("stance.longer.measure", longer.measure.len());
        require(measured == 0, field, &measured, "none; see stance.axis")?;
        self.check_axis_by_target(stance, "stance.longer", longer)
    }

    fn check_axis_by_target(
        &self,
        stance: &StanceRecipe,
        path: &str,
        axis: &AxisRecipe,
    ) -> Result<(), RecipeError> {
        self.check_axis(path, axis)?;
        let fitted = stance.words.is_none() || axis.regression.is_some();
        let expected = "axes that are fitted by a regression";
        require(fitted, "stance.words", &path, expected)?;
        let (field, words) = (format!("{path}.regression.words"), axis.words());
        require(words <= 0.0, &field, &words, "0; see stance.words")
    }

    fn check_words(&self, words: &WordsRecipe) -> Result<(), RecipeError> {
        self.check_corpora("words.corpora", &words.corpora)?;
        check_distinct("words.corpora", &words.corpora, "each corpus once")?;
        let some = !words.corpora.is_empty();
        require(some, "words.corpora", &"", "at least one corpus")?;
        let (count, dimensions) = (words.max_words, words.dimensions);
        let possible = (1..=1_000_000).contains(&count);
        require(possible, "words.max_words", &count, "1 to 1000000")?;
        let possible = (1..=WordVectors::MAX_DIMENSIONS).contains(&dimensions);
        require(possible, "words.dimensions", &dimensions, "1 to 1024")?;
        let by_target = self.stance.as_ref().is_some_and(|s| s.words.is_some());
        let used = by_target || self.axes.iter().any(|axis| axis.words() > 0.0);
        require(used, "words", &"", "an axis that shares weights of words")
    }

    fn check_axis(&self, path: &str, axis: &AxisRecipe) -> Result<(), RecipeError> {
        let field = |name: &str| format!("{path}.{name}");
        let count = axis.max_count;
        let countable = (1..=Table::MAX_COUNT).contains(&count);
        require(countable, &field("max_count"), &count, "1 to 32767")?;
        let minimum = axis.min_probability;
        let probable = (0.0..=1.0).contains(&minimum);
        require(probable, &field("min_probability"), &minimum, "0 to 1")?;
        self.check_calibration(&field("calibrate_on"), &axis.calibrate_on)?;
        let experts = &axis.experts;
        let one = experts.is_empty() != axis.regression.is_none();
        let expected = "one or more, or else a regression";
        require(one, &field("experts"), &experts.len(), expected)?;
        let counted = axis.regression.is_none() || axis.count_for == CountFor::Main;
        let expected = "main, as a regression learns the first label";
        require(counted, &field("count_for"), &"all", expected)?;
        self.check_regression(axis, &field("regression"))?;
        for expert in experts {
            self.check_corpora(&field("experts.corpora"), &expert.corpora)?;
            let field = field("experts.corpora");
            check_distinct(&field, &expert.corpora, "each corpus once")?;
            check_weight(&format!("{path}.experts.weight"), expert.weight)?;
            expert.fit.check().map_err(|source| RecipeError::Fit {
                path: format!("{path}.experts"),
                source,
            })?;
        }
        for name in &axis.calibrate_on {
            let learnt = axis.corpora().any(|corpus| corpus == name);
            let expected = "a corpus that the axis learns from";
            require(learnt, &field("calibrate_on"), name, expected)?;
        }
        let measured = axis.measure.iter().map(|m| m.corpus.clone());
        self.check_corpora(&field("measure.corpus"), &measured.collect::<Vec<_>>())
    }

    fn check_calibration(&self, field: &str, names: &[String]) -> Result<(), RecipeError> {
        self.check_corpora(field, names)?;
        check_distinct(field, names, "each corpus once")?;
        require(!names.is_empty(), field, &"", "at least one corpus")
    }

    fn check_regression(&self, axis: &AxisRecipe, path: &str) -> Result<(), RecipeError> {
        if let Some(regression) = &axis.regression {
            let checked = regression.params.check();
            checked.map_err(|source| RecipeError::Fit {
                path: path.into(),
                source,
            })?;
            let words = regression.params.words;
            let known = self.words.is_some() || words <= 0.0;
            let expected = "0, or words in the recipe";
            require(known, &format!("{path}.words"), &words, expected)?;
            let some = regression
                .sources
                .iter()
                .any(|source| source.max_articles > 0);
            let sources = regression.sources.len();
            let expected = "one or more with max_articles above 0";
            require(some, &format!("{path}.sources"), &sources, expected)?;
        }
        let sources = axis.regression.iter().flat_map(|r| &r.sources);
        for source in sources.clone() {
            self.check_corpora(&format!("{path}.sources.corpora"), &source.corpora)?;
            check_weight(&format!("{path}.sources.weight"), source.weight)?;
        }
        let corpora = sources.flat_map(|source| &source.corpora);
        let expected = "each corpus once, in one of the sources";
        check_distinct(&format!("{path}.sources.corpora"), corpora, expected)
    }

    fn check_corpora(&self, field: &str, names: &[String]) -> Result<(), RecipeError> {
        for name in names {
            require(
                self.corpus(name).is_some(),
                field,
                name,
                "the name of one of the corpora",
            )?;
        }
        Ok(())
    }
}

fn check_selection(path: &str, selection: &SelectionParams) -> Result<(), RecipeError> {
    let least = selection.min_document_frequency;
    let field = format!("{path}.min_document_frequency");
    require(least > 0, &field, &least, "1 or more")?;
    let most = selection.max_terms;
    let possible = (1..=Vocabulary::MAX_TERMS).contains(&most);
    require(
        possible,
        &format!("{path}.max_terms"),
        &most,
        "1 to 4000000",
    )
}

fn check_weight(field: &str, weight: f64) -> Result<(), RecipeError> {
    let fits = weight > 0.0 && weight <= MAX_WEIGHT;
    require(fits, field, &weight, "more than 0, and at most 1000")
}

fn check_distinct<'n>(
    field: &str,
    names: impl IntoIterator<Item = &'n String>,
    expected: &'static str,
) -> Result<(), RecipeError> {
    let mut seen = HashSet::new();
    let mut names = names.into_iter();
    names.try_for_each(|name| require(seen.insert(name), field, name, expected))
}

/// Whether this is a date and time to the second with its distance from UTC.
fn is_instant(text: &str) -> bool {
    text.parse::<toml::value::Datetime>().is_ok_and(|found| {
        let second = found.time.and_then(|time| time.second);
        found.date.is_some() && second.is_some() && found.offset.is_some()
    })
}

fn require(
    holds: bool,
    field: &str,
    value: &impl Debug,
    expected: &'static str,
) -> Result<(), RecipeError> {
    if holds {
        return Ok(());
    }
    Err(RecipeError::Value {
        field: field.into(),
        value: format!("{value:?}"),
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::recipe::tests::GOOD;

    fn refused(recipe: &str) -> String {
        Recipe::parse(recipe).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_on_the_card_is_checked() {
        for (good, bad, message) in [
            ("\"tiny\"", "\"1tiny\"", "a letter first"),
            (
                "\"1.0.0\"",
                "\"1.0\"",
                "version = \"1.0\": a semantic version",
            ),
            (
                "2026-01-02T00:00:00Z",
                "2026-01-02",
                "created = \"2026-01-02\": ",
            ),
            ("00:00:00Z", "00:00:00", "such as 2026-01-02T00:00:00Z"),
            ("T00:00:00Z", "T00:00Z", "such as 2026-01-02T00:00:00Z"),
            ("[\"en\"]", "[]", "languages = \"\": at least one"),
            (
                "[\"en\"]",
                "[\"en\", \"EN\"]",
                "languages = \"EN\": lower-case codes",
            ),
            (
                "[\"en\"]",
                "[\"xx\"]",
                "languages = \"xx\": lower-case codes",
            ),
            (
                "[\"en\"]",
                "[\"eng\"]",
                "languages = \"eng\": lower-case codes",
            ),
        ] {
            let error = refused(&GOOD.replacen(good, bad, 1));
            assert!(error.contains(message), "{error}");
        }
        Recipe::parse(&GOOD.replace("00:00:00Z", "00:00:00.5+05:30")).unwrap();
    }

    #[test]
    fn names_of_corpora_are_distinct() {
        let (_, corpus) = GOOD.split_once("[[corpora]]").unwrap();
        let (corpus, _) = corpus.split_once("[[axes]]").unwrap();
        let twice = GOOD.replace("[[axes]]", &format!("[[corpora]]{corpus}[[axes]]"));
        assert_eq!(refused(&twice), "corpora.name = \"own\": each name once");
        let vocabulary = GOOD.replace(
            "vocabulary = { ",
            "vocabulary = { corpora = [\"own\", \"own\"], ",
        );
        let expected = "vocabulary.corpora = \"own\": each corpus once";
        assert_eq!(refused(&vocabulary), expected);
        let expert = GOOD.replace("corpora = [\"own\"]", "corpora = [\"own\", \"own\"]");
        let expected = "axes[0].experts.corpora = \"own\": each corpus once";
        assert_eq!(refused(&expert), expected);
        let (before, _) = GOOD.split_once("[[axes.experts]]").unwrap();
        for sources in [
            "{ corpora = [\"own\", \"own\"] }",
            "{ corpora = [\"own\"] }, { corpora = [\"own\"] }",
        ] {
            let recipe = format!("{before}regression = {{ ridge = 1.0, sources = [{sources}] }}");
            let expected = "axes[0].regression.sources.corpora = \"own\": each corpus once, in one";
            assert!(
                refused(&recipe).starts_with(expected),
                "{}",
                refused(&recipe)
            );
        }
    }

    #[test]
    fn a_vocabulary_has_room_for_terms() {
        for (bad, message) in [
            ("min_document_frequency = 0", "0: 1 or more"),
            (
                "min_document_frequency = 1, max_terms = 0",
                "0: 1 to 4000000",
            ),
            (
                "min_document_frequency = 1, max_terms = 4000001",
                "4000001: 1 to 4000000",
            ),
        ] {
            let recipe = GOOD.replacen("min_document_frequency = 1", bad, 1);
            assert!(refused(&recipe).ends_with(message), "{}", refused(&recipe));
        }
    }

    #[test]
    fn weights_are_positive_and_finite() {
        let (before, _) = GOOD.split_once("[[axes.experts]]").unwrap();
        for (weight, shown) in [
            ("0.0", "0.0"),
            ("-1", "-1.0"),
            ("1000.5", "1000.5"),
            ("inf", "inf"),
            ("nan", "NaN"),
        ] {
            let source = format!("{{ corpora = [\"own\"], weight = {weight} }}");
            let regression =
                format!("{before}regression = {{ ridge = 1.0, sources = [{source}] }}");
            let expected = format!("axes[0].regression.sources.weight = {shown}: more than 0");
            assert!(
                refused(&regression).starts_with(&expected),
                "{}",
                refused(&regression)
            );
            let expert = GOOD.replace("smoothing", &format!("weight = {weight}\nsmoothing"));
            let expected = format!("axes[0].experts.weight = {shown}: more than 0");
            assert!(
                refused(&expert).starts_with(&expected),
                "{}",
                refused(&expert)
            );
        }
    }

    #[test]
    fn smoothing_is_within_bounds() {
        for alpha in ["0.0", "-1.0", "nan"] {
            let recipe = GOOD.replace("alpha = 0.5", &format!("alpha = {alpha}"));
            let shown = refused(&recipe);
            assert!(
                recipe != GOOD && shown.starts_with("axes[0].experts.alpha = "),
                "{shown}"
            );
        }
    }

    #[test]
    fn the_shipped_recipes_pass() {
        for recipe in [
            include_str!("../../models/recipes/newstance-en.toml"),
            include_str!("../../models/recipes/alignment-syria.toml"),
            include_str!("../../models/recipes/ag-news-benchmark.toml"),
        ] {
            Recipe::parse(recipe).unwrap();
        }
    }
}
