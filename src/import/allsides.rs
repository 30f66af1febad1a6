//! Article-Bias-Prediction (Baly et al. 2020): one JSON file an article, named by its identifier.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{
    Draft, ImportError, Raw, Raws, Sink,
    clean::{paragraphs, trim},
    error::Place,
    held_out::is_held_out,
    lines::whole_file,
    topics,
};

/// A paragraph in as many articles as this is a notice of the publisher and no part of them.
const NOTICE: u32 = 20;

const LEANINGS: [&str; 3] = ["left", "center", "right"];

#[derive(Deserialize)]
struct Article {
    #[serde(default)]
    title: String,
    content_original: String,
    topic: String,
    bias: u8,
    #[serde(default)]
    source: String,
    #[serde(default)]
    date: String,
}

/// Reads every file twice: the first time to find the notices.
pub fn import(raws: &Raws, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut articles_with = HashMap::new();
    for raw in raws {
        let article: Article = whole_file(raw.as_ref())?;
        let all: HashSet<u64> = paragraphs(&article.content_original)
            .map(|paragraph| digest(&paragraph))
            .collect();
        all.into_iter()
            .for_each(|paragraph| *articles_with.entry(paragraph).or_insert(0) += 1);
    }
    articles_with.retain(|_, count: &mut u32| *count >= NOTICE);
    let mut bodies = HashSet::new();
    for raw in raws {
        let article = whole_file(raw.as_ref())?;
        let draft = draft(raw.as_ref(), article, |paragraph| {
            !articles_with.contains_key(&digest(paragraph))
        })?;
        // An article that was collected twice counts once.
        let is_new = bodies.insert(digest(&draft.body));
        if is_new && !draft.body.is_empty() && !is_held_out(&draft.id) {
            sink(draft)?;
        }
    }
    Ok(())
}

/// Keeps the notices, and the articles that were held out: the annotations are of these texts.
pub fn import_whole(raws: &Raws, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    for raw in raws {
        let article = whole_file(raw.as_ref())?;
        sink(draft(raw.as_ref(), article, |_| true)?)?;
    }
    Ok(())
}

fn draft(
    raw: &dyn Raw,
    article: Article,
    keep: impl Fn(&str) -> bool,
) -> Result<Draft, ImportError> {
    let place = Place {
        file: raw.name(),
        row: 1,
    };
    let leaning = LEANINGS.get(usize::from(article.bias));
    let leaning = leaning.ok_or_else(|| place.field("bias", "not 0 to 2"))?;
    let body: Vec<_> = paragraphs(&article.content_original)
        .filter(|paragraph| keep(paragraph))
        .collect();
    let mut draft = Draft::new("allsides", format!("allsides-{}", stem(raw))).split_by_id();
    draft.title = trim(&article.title).into();
    draft.body = body.join("\n");
    draft.label("topic", topics::of_issue(&article.topic).map(Into::into));
    draft.label("issue", [format!("issue:{}", article.topic)]);
    draft.label("leaning", [format!("leaning:{leaning}")]);
    draft.outlet = Some(article.source);
    draft.date = Some(article.date).filter(|date| !date.is_empty());
    Ok(draft)
}

/// The article's identifier.
fn stem(raw: &dyn Raw) -> &str {
    let name = raw.file_name();
    let name = name.strip_suffix(".zst").unwrap_or(name);
    name.strip_suffix(".json").unwrap_or(name)
}

/// Stands for a text whose equals are looked for.
fn digest(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{Memory, import, raws};

    fn article(body: &str) -> String {
        serde_json::json!({
            "title": " Ferry returns ", "content_original": body, "topic": "trade", "bias": 2,
            "source": "Orlan Courier", "date": "2031-02-03", "content": "unused",
        })
        .to_string()
    }

    fn many(count: usize) -> Vec<Box<dyn Raw>> {
        const NAMES: [&str; 21] = [
            "a.json", "b.json", "c.json", "d.json", "e.json", "f.json", "g.json", "h.json",
            "i.json", "j.json", "k.json", "l.json", "m.json", "n.json", "o.json", "p.json",
            "q.json", "r.json", "s.json", "t.json", "u.json",
        ];
        let body = |name| {
            article(&format!(
                "Ferry {name}  returned.\n\nAll rights reserved.\n"
            ))
        };
        let files = NAMES[..count].iter();
        files
            .map(|name| Box::new(Memory(name, body(*name).into())) as Box<dyn Raw>)
            .collect()
    }

    #[test]
    fn an_article_becomes_a_record() {
        let file = article("The  ferry\u{a0}returned.\n\nNobody was hurt.");
        assert_eq!(
            import("allsides", &raws(&[("Xy1.json", &file)])).unwrap(),
            [
                r#"{"id":"allsides-Xy1","title":"Ferry returns","body":"The ferry returned.\nNobody was hurt.","lang":"en","source":"allsides","split":"train","labels":{"topic":["medtop:04000000"],"issue":["issue:trade"],"leaning":["leaning:right"]},"outlet":"Orlan Courier","date":"2031-02-03"}"#
            ]
        );
    }

    #[test]
    fn what_twenty_articles_share_is_no_part_of_them() {
        let notices = |format, count| {
            let lines = import(format, &many(count)).unwrap();
            lines.iter().filter(|line| line.contains("rights")).count()
        };
        assert_eq!(notices("allsides", 19), 19);
        assert_eq!(notices("allsides", 20), 0);
        assert_eq!(notices("allsides-whole", 20), 20);
    }

    #[test]
    fn equal_bodies_come_once() {
        let file = article("The ferry returned.");
        let twice = raws(&[("a.json", &file), ("b.json", &file)]);
        assert_eq!(import("allsides", &twice).unwrap().len(), 1);
        assert_eq!(import("allsides-whole", &twice).unwrap().len(), 2);
    }

    #[test]
    fn errors_name_file_and_field() {
        let file = article("Secret.").replace("\"bias\":2", "\"bias\":7");
        let error = import("allsides", &raws(&[("a.json", &file)]));
        assert_eq!(error.unwrap_err(), "a.json: row 1: field bias: not 0 to 2");
        let error = import("allsides", &raws(&[("a.json", "{\"title\":\"Secret\"}")]));
        assert_eq!(
            error.unwrap_err(),
            "a.json: row 1: missing field `content_original`"
        );
    }
}
