//! News Category Dataset, version 2 (Misra 2022): JSON lines of HuffPost headlines.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::{Draft, ImportError, Raws, Sink, clean::trim, lines::for_each_line, topics};

/// Headlines of one section, the first ones of the file.
const SECTION: usize = 900;

#[derive(Deserialize)]
struct Item {
    category: String,
    headline: String,
    short_description: String,
}

/// Takes as many headlines of every section, numbered section by section.
pub fn import(raws: &Raws, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut taken: HashMap<usize, usize> = HashMap::new();
    let mut drafts = Vec::new();
    for raw in raws {
        for_each_line(raw.as_ref(), |place, item: Item| {
            let section = item.category.to_lowercase();
            let found = topics::of_huffpost(&section);
            let (at, topic) = found.ok_or_else(|| place.field("category", "an unknown section"))?;
            let count = taken.entry(at).or_default();
            if *count < SECTION {
                let number = at * SECTION + *count;
                *count += 1;
                drafts.extend(topic.map(|topic| headline(number, topic, &section, &item)));
            }
            Ok(())
        })?;
    }
    drafts.sort_by(|a, b| a.id.cmp(&b.id));
    let mut titles = HashSet::new();
    for draft in drafts {
        if titles.insert(draft.title.clone()) {
            sink(draft)?;
        }
    }
    Ok(())
}

fn headline(number: usize, topic: &str, section: &str, item: &Item) -> Draft {
    let mut draft = Draft::new("huffpost-headlines", format!("hp-{number:05}")).split_by_id();
    draft.title = tokens_apart(&item.headline);
    draft.label("topic", [topic.to_owned()]);
    draft.label("section", [format!("huffpost:{section}")]);
    draft
}

/// Lower case, and typographic quotes set apart as in the published few-shot edition of the data
/// that the corpus was made from; ASCII punctuation stays attached.
fn tokens_apart(headline: &str) -> String {
    let headline = trim(headline).to_lowercase();
    let mut apart = Apart::default();
    let mut rest = headline.as_str();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            ' ' => {
                let more = rest.len() - rest.trim_start_matches(' ').len();
                apart.spaces(1 + more);
                rest = &rest[more..];
            }
            '‘' | '\u{a0}' => apart.alone(c),
            '’' => apart.apostrophe(rest),
            _ => apart.push(c),
        }
    }
    apart.text
}

/// A headline under way.
#[derive(Default)]
struct Apart {
    text: String,
    /// Whether a space is due before the next token.
    gap: bool,
}

impl Apart {
    fn push(&mut self, c: char) {
        if self.gap && !matches!(c, ',' | '.' | ':' | ';' | '!' | '?' | ')') {
            self.text.push(' ');
        }
        self.gap = false;
        self.text.push(c);
    }

    /// A single space parts tokens; of several, all but one are a token, parted by one more on
    /// either side.
    fn spaces(&mut self, count: usize) {
        self.gap = count == 1;
        if count > 1 {
            self.text.push_str(&" ".repeat(count + 1));
        }
    }

    /// Adds a character as a token of its own.
    fn alone(&mut self, c: char) {
        self.gap = !self.text.is_empty() && !self.text.ends_with(' ');
        self.push(c);
        self.gap = true;
    }

    /// Adds an apostrophe before the rest of the headline.
    fn apostrophe(&mut self, rest: &str) {
        let word: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
        let is_word = |c: char| c.is_alphanumeric() || c == '.';
        let is_inside = !self.gap && self.text.ends_with(is_word);
        match word.as_str() {
            "t" if is_inside && self.text.ends_with('n') => {
                self.text.insert(self.text.len() - 1, ' ');
                self.text.push('’');
            }
            "s" | "re" | "m" | "ll" | "ve" | "d" if is_inside => self.text.push_str(" ’"),
            // A name such as O’Hara is one token.
            word if is_inside && !word.is_empty() => self.text.push('’'),
            _ => self.alone('’'),
        }
    }
}

/// Takes every headline with its description, numbered by its line from 0.
pub fn import_items(raws: &Raws, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut number = 0;
    for raw in raws {
        for_each_line(raw.as_ref(), |_, item: Item| {
            let mut draft = Draft::new("huffpost", format!("hpv2-{number:05}")).split_by_id();
            number += 1;
            draft.title = trim(&item.headline).into();
            draft.body = trim(&item.short_description).into();
            sink(draft)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{import, raws};

    fn item(category: &str, headline: &str) -> String {
        let item = serde_json::json!({
            "category": category, "headline": headline, "short_description": "It is long.",
        });
        format!("{item}\n")
    }

    #[test]
    fn headlines_are_numbered_by_section() {
        let text = item("CRIME", "Thief Returns Boat")
            + &item("STYLE & BEAUTY", "Hats Are Back")
            + &item("WORLD NEWS", "Orlan Votes")
            + &item("CRIME", "Thief returns boat");
        assert_eq!(
            import("huffpost", &raws(&[("v2.json", &text)])).unwrap(),
            [
                r#"{"id":"hp-01800","title":"hats are back","body":"","lang":"en","source":"huffpost-headlines","split":"train","labels":{"topic":["medtop:10000000"],"section":["huffpost:style & beauty"]}}"#,
                r#"{"id":"hp-13500","title":"thief returns boat","body":"","lang":"en","source":"huffpost-headlines","split":"train","labels":{"topic":["medtop:02000000"],"section":["huffpost:crime"]}}"#,
            ]
        );
    }

    #[test]
    fn a_section_is_full_after_900() {
        let text: String = (0..950)
            .map(|n| item("CRIME", &format!("Thief No. {n}")))
            .collect();
        assert_eq!(
            import("huffpost", &raws(&[("v2.json", &text)]))
                .unwrap()
                .len(),
            900
        );
    }

    #[test]
    fn items_keep_their_text() {
        let text = item("CRIME", "Thief Returns Boat");
        let lines = import("huffpost-items", &raws(&[("v2.json", &text)])).unwrap();
        assert!(lines[0].starts_with(
            r#"{"id":"hpv2-00000","title":"Thief Returns Boat","body":"It is long.","#
        ));
    }

    #[test]
    fn typographic_quotes_stand_apart() {
        for (headline, expected) in [
            ("It’s Orlan’s Boat", "it ’s orlan ’s boat"),
            ("They Don’t Sail", "they do n’t sail"),
            (
                "‘Ferry’ Returns: ‘At Last’",
                "‘ ferry ’ returns: ‘ at last ’",
            ),
            ("She Said ‘No’, Again", "she said ‘ no ’, again"),
            ("Miss O’Hara’s Boat", "miss o’hara ’s boat"),
            ("The Skippers’ Union isn't", "the skippers ’ union isn't"),
            ("Ada Jr.’s Boat", "ada jr. ’s boat"),
            ("Orlan  Votes:\u{a0}Yes", "orlan   votes: \u{a0} yes"),
        ] {
            assert_eq!(tokens_apart(headline), expected);
        }
    }

    #[test]
    fn an_unknown_section_is_an_error() {
        let error = import("huffpost", &raws(&[("v2.json", &item("SECRET", "Secret"))]));
        assert_eq!(
            error.unwrap_err(),
            "v2.json: row 1: field category: an unknown section"
        );
    }
}
