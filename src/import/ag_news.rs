//! AG News (Zhang, Zhao and LeCun 2015): a CSV without titles of class, headline and description.

use super::{
    Draft, ImportError, Raws, Sink,
    clean::squeeze,
    table::{Row, for_each_row},
};

const CLASSES: [&str; 4] = ["world", "sports", "business", "sci_tech"];

pub fn import(raws: &Raws, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    for raw in raws {
        let split = if raw.file_name().contains("test") {
            "test"
        } else {
            "train"
        };
        for_each_row(raw.as_ref(), false, |row| sink(draft(split, row)?))?;
    }
    Ok(())
}

fn draft(split: &str, row: &Row<'_>) -> Result<Draft, ImportError> {
    let place = row.place();
    let [class, title, body] = row.fields() else {
        return Err(place.row(format!("{} fields instead of 3", row.fields().len())));
    };
    let class = class.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let class = class.and_then(|at| CLASSES.get(at));
    let class = class.ok_or_else(|| place.field("class", "not 1 to 4"))?;
    let mut draft = Draft::new("ag-news", format!("ag{split}-{}", place.row - 1));
    draft.split = split.into();
    draft.title = plain(title);
    draft.body = plain(body);
    draft.label("ag", [format!("ag:{class}")]);
    Ok(draft)
}

/// The text without what is left of its markup. The publisher's text lost the ampersands of its
/// character references (`#36;`, `quot;`) and has `\` or `\n` for a line break.
fn plain(text: &str) -> String {
    let mut text = text.replace("\\n", " ").replace('\\', " ");
    // An apostrophe was set off by one space: `China #39;s`.
    text = text
        .replace("&#39;", "'")
        .replace(" #39;", "'")
        .replace("#39;", "'");
    for (reference, character) in [("quot;", "\""), ("lt;", "<"), ("gt;", ">"), ("amp;", "&")] {
        text = text.replace(&format!("&{reference}"), character);
        text = text.replace(reference, character);
    }
    squeeze(&without_tags(&without_numbers(&text)))
}

/// Replaces `#36;` and `&#36;` by the character of that number.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split('#');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let reference = part.split_once(';').and_then(|(number, rest)| {
            let character = char::from_u32(number.parse().ok()?)?;
            // "Seed #1; ..." is no reference.
            (!character.is_control()).then_some((character, rest))
        });
        if let Some((character, rest)) = reference {
            if plain.ends_with('&') {
                plain.pop();
            }
            plain.push(character);
            plain.push_str(rest);
        } else {
            plain.push('#');
            plain.push_str(part);
        }
    }
    plain
}

/// Drops `<A HREF="...">` and the like; a `<` that nothing closes stays.
fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let Some(length) = rest[at..].find('>') else {
            break;
        };
        plain.push_str(&rest[..at]);
        rest = &rest[at + length + 1..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{import, raws};

    #[test]
    fn rows_become_records() {
        let file = (
            "test.csv",
            "\"4\",\"Robot \"\"Ada\"\" sails\",\"A ship\\without crew.\"\n",
        );
        assert_eq!(
            import("ag-news", &raws(&[file])).unwrap(),
            [
                r#"{"id":"agtest-0","title":"Robot \"Ada\" sails","body":"A ship without crew.","lang":"en","source":"ag-news","split":"test","labels":{"ag":["ag:sci_tech"]}}"#
            ]
        );
        let error = import("ag-news", &raws(&[("train.csv", "1,a,b\n9,secret,b\n")]));
        assert_eq!(
            error.unwrap_err(),
            "train.csv: row 2: field class: not 1 to 4"
        );
        let error = import("ag-news", &raws(&[("train.csv", "1,a\n")]));
        assert_eq!(
            error.unwrap_err(),
            "train.csv: row 1: 2 fields instead of 3"
        );
    }

    #[test]
    fn leftovers_of_markup_go() {
        for (raw, expected) in [
            ("Orlan #39;s  #36;10 fund", "Orlan's $10 fund"),
            (" quot;We sail quot; she said", "\"We sail \" she said"),
            (
                "R amp;D at &lt;A HREF=\"x\"&gt;ORL.N&lt;/A&gt;",
                "R &D at ORL.N",
            ),
            ("\\\\A net\\nwork \\", "A net work"),
            ("No. #1; or #x; # 5 < 6", "No. #1; or #x; # 5 < 6"),
            ("&#233;t&#233;", "été"),
        ] {
            assert_eq!(plain(raw), expected, "{raw}");
        }
    }
}
