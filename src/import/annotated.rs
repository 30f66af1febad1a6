//! Our annotations: labels without texts, and how they come together with the texts again.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    Draft, DraftStance, ImportError, Raw, Raws, Report,
    clean::squeeze,
    draft::fingerprint,
    error::Place,
    lines::{for_each_line, open},
};
use crate::corpus::{CorpusError, Record, Records};

/// The axes that were annotated, in the order of the corpus.
const AXES: [&str; 4] = ["topic", "frame", "primary_frame", "genre"];

/// The most characters of a text that were annotated.
const OPENING: usize = 1350;

/// An opening ends with a sentence, if one ends after so many characters.
const SENTENCE: usize = 810;

/// The labels of one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Annotation {
    id: String,
    /// Fingerprint of title and opening, to know the text by.
    text: String,
    split: String,
    topic: Vec<String>,
    frame: Vec<String>,
    primary_frame: Vec<String>,
    genre: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stances: Vec<DraftStance>,
}

impl Annotation {
    fn of(record: Record) -> Self {
        let mut labels = record.labels;
        let [topic, frame, primary_frame, genre] =
            AXES.map(|axis| labels.remove(axis).unwrap_or_default());
        let stances = record.stances.into_iter().map(|stance| DraftStance {
            target: stance.target,
            label: stance.label,
            mentions: stance.mentions,
        });
        Self {
            text: fingerprint(&record.title, &record.body),
            id: record.id,
            split: record.split,
            topic,
            frame,
            primary_frame,
            genre,
            stances: stances.collect(),
        }
    }

    fn into_draft(self, title: String, body: String) -> Draft {
        let mut draft = Draft::new("newstance-annotated", self.id);
        draft.title = title;
        draft.body = body;
        draft.split = self.split;
        let labels = [self.topic, self.frame, self.primary_frame, self.genre];
        AXES.iter()
            .zip(labels)
            .for_each(|(axis, codes)| draft.label(axis, codes));
        draft.stances = self.stances;
        draft
    }
}

/// Takes the texts out of annotated corpora of ours.
pub fn strip(
    raws: &Raws,
    sink: &mut dyn FnMut(Annotation) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    for raw in raws {
        for_each_record(raw.as_ref(), |record| sink(Annotation::of(record)))?;
    }
    Ok(())
}

/// Joins the annotations of the first file to the texts of the other ones, which are corpora of
/// ours. Only a text that is byte for byte the one that was annotated is taken, since labels and
/// offsets hold for no other.
pub fn join(raws: &Raws, sink: &mut super::Sink<'_>) -> Result<Report, ImportError> {
    let [annotations, corpora @ ..] = raws else {
        return Err(ImportError::Files("no file of annotations"));
    };
    let mut all = Vec::new();
    for_each_line(annotations.as_ref(), |_, annotation: Annotation| {
        all.push((annotation, Text::Missing));
        Ok(())
    })?;
    let places = all.iter().enumerate();
    let places: HashMap<String, usize> = places.map(|(at, (a, _))| (a.id.clone(), at)).collect();
    for corpus in corpora {
        for_each_record(corpus.as_ref(), |record| {
            if let Some((annotation, text)) = places.get(&record.id).map(|at| &mut all[*at]) {
                text.offer(annotation, record);
            }
            Ok(())
        })?;
    }
    let mut report = Report::default();
    for (annotation, text) in all {
        match text {
            Text::Found(title, body) => sink(annotation.into_draft(title, body))?,
            Text::Differs => report.differ += 1,
            Text::Missing => report.missing += 1,
        }
    }
    Ok(report)
}

/// What is known of an annotation's text.
enum Text {
    Missing,
    Differs,
    Found(String, String),
}

impl Text {
    /// Takes the record's text, if it is the annotated one.
    fn offer(&mut self, annotation: &Annotation, record: Record) {
        if matches!(self, Self::Found(..)) {
            return;
        }
        let body = opening(&record.body);
        *self = if fingerprint(&record.title, &body) == annotation.text {
            Self::Found(record.title, body)
        } else {
            Self::Differs
        };
    }
}

/// What was annotated of a text: its first 1,350 characters, white space squeezed, up to the end
/// of the last sentence in them. Those are about 200 words.
fn opening(body: &str) -> String {
    let mut body = squeeze(body);
    let Some((end, _)) = body.char_indices().nth(OPENING) else {
        return body;
    };
    body.truncate(end);
    if let Some(stop) = body.rfind(". ")
        && body[..stop].chars().count() > SENTENCE
    {
        body.truncate(stop + 1);
    }
    body.truncate(body.trim_end().len());
    body
}

fn for_each_record(
    raw: &dyn Raw,
    mut each: impl FnMut(Record) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    for record in Records::new(raw.name(), open(raw)?) {
        each(record.map_err(|error| in_place(raw, error))?)?;
    }
    Ok(())
}

fn in_place(raw: &dyn Raw, error: CorpusError) -> ImportError {
    let place = |row| Place {
        file: raw.name(),
        row,
    };
    match error {
        CorpusError::Open { source, .. } => place(0).read(source),
        CorpusError::Read { source, line, .. } => place(line).read(source),
        CorpusError::LineTooLong { line, .. } => place(line).row("the line is too long"),
        CorpusError::Record { line, message, .. } => place(line).row(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{import, raws, report};

    const RECORD: &str = r#"{"id":"g-1","title":"Ferry sails","body":"The ferry sails again.","lang":"en","source":"newstance-annotated","split":"dev","labels":{"topic":["t:trade"],"frame":["f:a","f:b"],"primary_frame":["f:b"],"genre":["g:news"]},"stances":[{"target":"ferry","label":"stance:favor","mentions":[[4,9]]}]}"#;

    #[test]
    fn labels_part_from_texts_and_join_them_again() {
        let labels = import("annotations", &raws(&[("annotated.jsonl", RECORD)])).unwrap();
        assert_eq!(
            labels,
            [
                r#"{"id":"g-1","text":"57abe645fd015435","split":"dev","topic":["t:trade"],"frame":["f:a","f:b"],"primary_frame":["f:b"],"genre":["g:news"],"stances":[{"target":"ferry","label":"stance:favor","mentions":[[4,9]]}]}"#
            ]
        );
        let text = r#"{"id":"g-1","title":"Ferry sails","body":"The  ferry\nsails again."}"#;
        let joined = raws(&[("labels", &labels[0]), ("a", "{\"id\":\"x\"}"), ("b", text)]);
        assert_eq!(import("annotated", &joined).unwrap(), [RECORD]);
        assert_eq!(report("annotated", &joined), Report::default());
    }

    #[test]
    fn another_text_is_not_taken() {
        let labels = import("annotations", &raws(&[("annotated.jsonl", RECORD)])).unwrap();
        let other = r#"{"id":"g-1","title":"Ferry sails","body":"The ferry sinks."}"#;
        let files = raws(&[("labels", &labels[0]), ("a", other)]);
        assert_eq!(import("annotated", &files).unwrap(), Vec::<String>::new());
        let report = |files: &[(&'static str, &str)]| {
            let report = report("annotated", &raws(files));
            (report.differ, report.missing)
        };
        assert_eq!(report(&[("labels", &labels[0]), ("a", other)]), (1, 0));
        assert_eq!(report(&[("labels", &labels[0])]), (0, 1));
        // A better one may come later.
        assert_eq!(
            report(&[("labels", &labels[0]), ("a", other), ("b", RECORD)]),
            (0, 0)
        );
    }

    #[test]
    fn an_opening_ends_with_a_sentence() {
        let sentence = "Rain fell on Zürich. ";
        let long = sentence.repeat(100);
        let cut = opening(&long);
        assert!(cut.ends_with("Zürich.") && cut.chars().count() == 64 * 21 - 1);
        let words = "rain ".repeat(400);
        assert_eq!(
            opening(&words).chars().count(),
            1349,
            "no sentence ends, and no space ends it"
        );
        let early = format!("{sentence}{words}");
        assert_eq!(
            opening(&early).chars().count(),
            1350,
            "a sentence ends too early"
        );
        assert_eq!(opening(" Rain\n fell. "), "Rain fell.");
    }

    #[test]
    fn errors_name_file_and_row() {
        let error = import("annotated", &raws(&[("labels", "{\"id\":\"secret\"}")]));
        assert_eq!(error.unwrap_err(), "labels: row 1: missing field `text`");
        let error = import("annotated", &raws(&[("labels", ""), ("a", "\n{secret")]));
        assert_eq!(error.unwrap_err(), "a: row 2: not valid JSON (column 2)");
        assert_eq!(
            import("annotated", &[]).unwrap_err(),
            "no file of annotations"
        );
    }
}
