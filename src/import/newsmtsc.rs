//! NewsMTSC (Hamborg and Donnay 2021): JSON lines of sentences with the persons in them.

use std::collections::HashSet;

use serde::Deserialize;

use super::{Draft, DraftStance, ImportError, Raws, Sink, error::Place, lines::for_each_line};

#[derive(Deserialize)]
struct Sentence {
    sentence_normalized: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "Input.gid")]
    id: String,
    from: usize,
    to: usize,
    mention: String,
    polarity: f64,
}

/// Makes one record of every target.
pub fn import(raws: &Raws, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut ids = HashSet::new();
    for raw in raws {
        let split = split(raw.file_name());
        for_each_line(raw.as_ref(), |place, sentence: Sentence| {
            for target in sentence.targets {
                if ids.insert(target.id.clone()) {
                    sink(draft(place, split, &sentence.sentence_normalized, target)?)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// The publisher's split, by the name of the file.
fn split(file: &str) -> &'static str {
    match file {
        file if file.contains("_rw") => "test-rw",
        file if file.contains("_mt") => "test-mt",
        _ => "train",
    }
}

fn draft(
    place: Place<'_>,
    split: &str,
    sentence: &str,
    target: Target,
) -> Result<Draft, ImportError> {
    let label = match target.polarity {
        2.0 => "stance:against",
        4.0 => "stance:neutral",
        6.0 => "stance:favor",
        _ => return Err(place.field("polarity", "not 2, 4 or 6")),
    };
    let start = byte_offset(sentence, target.from);
    let end = byte_offset(sentence, target.to);
    let mention = start.zip(end).filter(|(start, end)| start < end);
    let mention = mention.ok_or_else(|| place.field("from, to", "not a range of the sentence"))?;
    let mut draft = Draft::new("newsmtsc", target.id);
    draft.split = split.into();
    draft.body = sentence.into();
    draft.stances = vec![DraftStance {
        target: target.mention,
        label: label.into(),
        mentions: vec![mention],
    }];
    Ok(draft)
}

/// Where the character of this number starts; the publisher counts code points.
fn byte_offset(text: &str, characters: usize) -> Option<usize> {
    let ends = std::iter::once(text.len());
    text.char_indices()
        .map(|(at, _)| at)
        .chain(ends)
        .nth(characters)
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{import, raws};

    const LINE: &str = r#"{"primary_gid":"g1","sentence_normalized":"“Zoë” thanked Ada.","targets":[{"Input.gid":"g1","from":1,"to":4,"mention":"Zoë","polarity":6.0},{"Input.gid":"g2","from":14,"to":17,"mention":"Ada","polarity":4.0,"further_mentions":[]}]}"#;

    #[test]
    fn every_target_becomes_a_record_with_byte_offsets() {
        let lines = import("newsmtsc", &raws(&[("devtest_rw.jsonl", LINE)])).unwrap();
        assert_eq!(
            lines[0],
            r#"{"id":"g1","title":"","body":"“Zoë” thanked Ada.","lang":"en","source":"newsmtsc","split":"test-rw","labels":{},"stances":[{"target":"Zoë","label":"stance:favor","mentions":[[3,7]]}]}"#
        );
        assert!(lines[1].contains(r#""mentions":[[19,22]]"#), "{}", lines[1]);
        let twice = raws(&[("train.jsonl", LINE), ("devtest_mt.jsonl", LINE)]);
        assert_eq!(import("newsmtsc", &twice).unwrap().len(), 2);
    }

    #[test]
    fn errors_name_the_field() {
        for (from, to, message) in [
            ("6.0", "5.0", "field polarity: not 2, 4 or 6"),
            (
                "\"to\":4",
                "\"to\":400",
                "field from, to: not a range of the sentence",
            ),
            (
                "\"to\":4",
                "\"to\":1",
                "field from, to: not a range of the sentence",
            ),
        ] {
            let line = LINE.replace(from, to);
            let error = import("newsmtsc", &raws(&[("train.jsonl", &line)])).unwrap_err();
            assert_eq!(error, format!("train.jsonl: row 1: {message}"));
        }
    }
}
