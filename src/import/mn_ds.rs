//! MN-DS (Petukhova and Fachada 2023): a CSV of articles labelled by hand with Media Topics.

use super::{
    Draft, ImportError, Raws, Sink,
    clean::{paragraphs, squeeze},
    table::for_each_row,
    topics,
};

pub fn import(raws: &Raws, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    for raw in raws {
        for_each_row(raw.as_ref(), true, |row| {
            let topic = topics::of_media_topic(row.get("category_level_1")?);
            let topic =
                topic.ok_or_else(|| row.place().field("category_level_1", "no Media Topic"))?;
            let id = format!("mnds-{}", row.get("id")?);
            let mut draft = Draft::new("mn-ds", id).split_by_id();
            draft.title = squeeze(row.get("title")?);
            draft.body = paragraphs(row.get("content")?)
                .collect::<Vec<_>>()
                .join("\n");
            draft.label("topic", [topic.to_owned()]);
            draft.outlet = Some(row.get("source")?.into());
            draft.date = Some(row.get("date")?.to_owned()).filter(|date| !date.is_empty());
            sink(draft)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{import, raws};

    const TITLES: &str = "id,date,source,title,content,author,url,published,published_utc,\
                          collection_utc,category_level_1,category_level_2\n";

    #[test]
    fn rows_become_records() {
        let text = format!(
            "{TITLES}5,2031-02-03,courier,Ferry  sails,\"One.\n\nTwo.\",x,x,x,1,2,Labour,strike\n"
        );
        assert_eq!(
            import("mn-ds", &raws(&[("mn.csv", &text)])).unwrap(),
            [
                r#"{"id":"mnds-5","title":"Ferry sails","body":"One.\nTwo.","lang":"en","source":"mn-ds","split":"train","labels":{"topic":["medtop:09000000"]},"outlet":"courier","date":"2031-02-03"}"#
            ]
        );
    }

    #[test]
    fn an_unknown_category_is_an_error() {
        let text = format!("{TITLES}5,,courier,Secret,Secret,x,x,x,1,2,Ferries,x\n");
        assert_eq!(
            import("mn-ds", &raws(&[("mn.csv", &text)])).unwrap_err(),
            "mn.csv: row 1: field category_level_1: no Media Topic"
        );
    }
}
