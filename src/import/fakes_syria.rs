//! FA-KES (Abu Salem et al. 2019): a CSV of reports on the Syrian war.

use super::{Draft, ImportError, Raws, Sink, held_out::is_held_out, table::for_each_row, topics};

pub fn import(raws: &Raws, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    for raw in raws {
        for_each_row(raw.as_ref(), true, |row| {
            let id = format!("fakes-{}", row.get("unit_id")?);
            let outlet = row.get("source")?;
            let alignment = topics::alignment(outlet);
            let alignment =
                alignment.ok_or_else(|| row.place().field("source", "an unknown outlet"))?;
            let mut draft = Draft::new("fa-kes", id).split_by_id();
            draft.title = row.get("article_title")?.into();
            draft.body = row.get("article_content")?.into();
            draft.label("alignment", [alignment.to_owned()]);
            draft.outlet = Some(outlet.into());
            if is_held_out(&draft.id) {
                return Ok(());
            }
            sink(draft)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{import, raws};

    const TITLES: &str = "unit_id,article_title,article_content,source,date,location,labels\n";

    #[test]
    fn rows_become_records() {
        let text = format!(
            "{TITLES}7,Bridge reopens,\"The bridge, he said, is open.\",nna,1/2/2031,x,1\n"
        );
        assert_eq!(
            import("fakes-syria", &raws(&[("f.csv", &text)])).unwrap(),
            [
                r#"{"id":"fakes-7","title":"Bridge reopens","body":"The bridge, he said, is open.","lang":"en","source":"fa-kes","split":"test","labels":{"alignment":["alignment:other"]},"outlet":"nna"}"#
            ]
        );
    }

    #[test]
    fn errors_name_row_and_field() {
        let text = format!("{TITLES}7,Secret,Secret,courier,1/2/2031,x,1\n");
        assert_eq!(
            import("fakes-syria", &raws(&[("f.csv", &text)])).unwrap_err(),
            "f.csv: row 1: field source: an unknown outlet"
        );
        let text = "unit_id,article_title\n7,Secret\n";
        assert_eq!(
            import("fakes-syria", &raws(&[("f.csv", text)])).unwrap_err(),
            "f.csv: row 1: field source: missing"
        );
    }
}
