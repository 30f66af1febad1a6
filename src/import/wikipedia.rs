//! Wikipedia's Portal:Current events: one YAML file a day, its items by section.

use std::collections::HashSet;

use serde::Deserialize;
use serde_yaml_ng::{Mapping, Value};

use super::{
    Draft, ImportError, Raw, Raws, Sink, clean::squeeze, error::Place, lines::bytes, topics,
};

#[derive(Deserialize)]
struct Day {
    #[serde(rename = "Date")]
    date: String,
    #[serde(rename = "Intelligence_Payload", default)]
    sections: Mapping,
}

/// Items that are shorter say too little to be about anything.
const WORDS: usize = 6;

/// Takes the items of the sections that have a topic. Every item of every file has a number,
/// whether it is taken or not.
pub fn import(raws: &Raws, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut number = 0;
    let mut bodies = HashSet::new();
    for raw in raws {
        let day = read(raw.as_ref())?;
        for (section, items) in &day.sections {
            let topic = section.as_str().and_then(topics::of_current_events);
            let mut texts = Vec::new();
            collect(items, &mut texts);
            for text in texts {
                let body = without_sources(&squeeze(text));
                let draft = draft(number, topic, body, &day.date);
                number += 1;
                if let Some(draft) = draft
                    && bodies.insert(draft.body.clone())
                {
                    sink(draft)?;
                }
            }
        }
    }
    Ok(())
}

fn read(raw: &dyn Raw) -> Result<Day, ImportError> {
    let place = Place {
        file: raw.name(),
        row: 1,
    };
    // The parser's message may quote the text; its place does not.
    serde_yaml_ng::from_slice(&bytes(raw, place)?).map_err(|error| {
        let line = error.location().map_or(1, |at| at.line() as u64);
        Place { row: line, ..place }.row("not the YAML of a day")
    })
}

/// Items in their order; one that has others below it is the name of a story, not an item.
fn collect<'v>(value: &'v Value, items: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => items.push(text),
        Value::Sequence(values) => values.iter().for_each(|value| collect(value, items)),
        Value::Mapping(stories) => stories.values().for_each(|value| collect(value, items)),
        _ => {}
    }
}

fn draft(number: u32, topic: Option<&str>, body: String, date: &str) -> Option<Draft> {
    let split = split(date)?;
    if body.split(' ').count() < WORDS {
        return None;
    }
    let mut draft = Draft::new("wikipedia-current-events", format!("wce-{number:06}"));
    draft.split = split.into();
    draft.body = body;
    draft.label("topic", [topic?.to_owned()]);
    draft.date = Some(date.into());
    draft.method = Some("section");
    Some(draft)
}

/// News repeats itself from day to day, so the splits are spans of time; half a year between the
/// first two is left out. ISO dates compare as strings.
fn split(date: &str) -> Option<&'static str> {
    match date {
        date if date < "2024-07" => Some("train"),
        date if date < "2025" => None,
        date if date < "2025-07" => Some("dev"),
        _ => Some("test"),
    }
}

/// The item without the outlets in brackets at its end.
fn without_sources(item: &str) -> String {
    let mut text = item.trim_end();
    while let Some(inner) = text.strip_suffix(')')
        && let Some(at) = inner.rfind('(')
        && !inner[at..].contains(')')
    {
        text = inner[..at].trim_end();
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{import, raws};

    const DAY: &str = "Date: '2031-02-03'\nSource_URI: x\nIntelligence_Payload:\n  \
        Festivals:\n  - The great kite festival of Orlan is held. (Courier)\n  \
        Law and crime:\n  - A court in Orlan frees the captain of\n    the ferry. (Courier) (The\n    Gazette)(Post)\n  \
        - Ferry case:\n    - 'The owner of the ferry pays a fine: one crown.'\n    \
        - Too short.\n";

    #[test]
    fn items_become_records() {
        let lines = import("wikipedia-current-events", &raws(&[("d.yaml", DAY)])).unwrap();
        assert_eq!(
            lines[0],
            r#"{"id":"wce-000001","title":"","body":"A court in Orlan frees the captain of the ferry.","lang":"en","source":"wikipedia-current-events","split":"test","labels":{"topic":["02000000"]},"date":"2031-02-03","method":"section"}"#
        );
        assert!(lines[1].contains(r#""id":"wce-000002""#) && lines.len() == 2);
    }

    #[test]
    fn an_item_comes_once() {
        let days = raws(&[("d.yaml", DAY), ("e.yaml", DAY)]);
        assert_eq!(import("wikipedia-current-events", &days).unwrap().len(), 2);
    }

    #[test]
    fn only_brackets_at_the_end_are_sources() {
        for (item, expected) in [
            ("Rain (heavy) falls. (A) (B)(C)", "Rain (heavy) falls."),
            ("Rain falls (heavily).", "Rain falls (heavily)."),
            ("Rain )(", "Rain )("),
            ("(A)", ""),
            ("Odd) (A (b))", "Odd) (A (b))"),
        ] {
            assert_eq!(without_sources(item), expected);
        }
    }

    #[test]
    fn splits_are_spans_of_time() {
        let of = |date| split(date).unwrap_or("left out");
        let dates = ["2024-06-30", "2024-07-01", "2025-01-01", "2025-07-01"];
        assert_eq!(dates.map(of), ["train", "left out", "dev", "test"]);
    }

    #[test]
    fn errors_name_the_line_and_hold_no_text() {
        let error = import(
            "wikipedia-current-events",
            &raws(&[("d.yaml", "Date: [secret")]),
        );
        let error = error.unwrap_err();
        assert!(
            error.starts_with("d.yaml: row ") && !error.contains("secret"),
            "{error}"
        );
    }
}
