//! What became of each label of a multi-label axis: its two by two, as bars.

use maud::{Markup, html};
use plotters::prelude::*;

use super::{
    Page, ReportError,
    canvas::{Anchor, Area, Drawn, TEXT, anchored, chart, font, line, pixels, px},
    numbers::{count, shortened},
    palette::{Colour, DATA, FAINT, GRID, INK, MUTED, WRONG},
};
use crate::evaluate::LabelReport;

const ROW: f64 = 27.0;
const NAMES: f64 = 310.0;
const BARS: f64 = 400.0;
const HEAD: f64 = 30.0;
/// Right edges of the columns of numbers, from the end of the bars.
const COLUMNS: [f64; 3] = [62.0, 124.0, 186.0];
const CHARACTERS: usize = 46;

/// Names and colours of the parts of a bar.
const PARTS: [(&str, Colour); 3] = [("found", DATA), ("missed", FAINT), ("wrong", WRONG)];

/// The bars and how to read them.
pub fn section(page: &Page<'_>) -> Result<Markup, ReportError> {
    let labels = &page.report.per_label;
    Ok(html! {
        figure .wide { (diagram(labels)?) }
        p .note {
            "Of each label: the articles that have it and were given it (found), that have it and were not (missed), "
            "and that were given it and do not have it (wrong). All other articles, of "
            (count(page.report.n)) ", rightly went without."
        }
    })
}

/// Found, missed, wrong.
fn parts(label: &LabelReport) -> [u64; 3] {
    [
        label.found,
        label.support - label.found,
        label.answered - label.found,
    ]
}

fn diagram(labels: &[LabelReport]) -> Result<Markup, ReportError> {
    let height = HEAD + ROW * labels.len() as f64 + 6.0;
    let width = NAMES + BARS + COLUMNS[2] + 8.0;
    let description = "Bars of the articles that were found, missed and wrongly given, by label";
    chart((pixels(width), pixels(height)), description, |area| {
        draw_head(area)?;
        let total = |label: &LabelReport| parts(label).iter().sum::<u64>();
        let longest = labels.iter().map(total).max().unwrap_or(0).max(1);
        for (place, label) in labels.iter().enumerate() {
            let top = HEAD + ROW * place as f64;
            draw_row(area, label, top, BARS / longest as f64)?;
        }
        Ok(())
    })
}

fn draw_head(area: &Area<'_>) -> Drawn {
    for ((name, colour), column) in PARTS.into_iter().zip(COLUMNS) {
        let right = NAMES + BARS + column;
        let style = anchored(&font(TEXT, MUTED), Anchor::Right);
        area.draw(&Text::new(name, (px(right), px(12.0)), style))?;
        let key = [(px(right - 40.0), px(20.0)), (px(right), px(23.0))];
        area.draw(&Rectangle::new(key, colour.light().filled()))?;
    }
    Ok(())
}

fn draw_row(area: &Area<'_>, label: &LabelReport, top: f64, scale: f64) -> Drawn {
    let middle = px(top + ROW / 2.0);
    let ends = [(px(0.0), px(top)), (px(NAMES + BARS + COLUMNS[2]), px(top))];
    area.draw(&PathElement::new(ends, line(GRID, 0.5)))?;
    let style = anchored(&font(TEXT, INK), Anchor::Right);
    let name = shortened(&label.name, CHARACTERS);
    area.draw(&Text::new(name, (px(NAMES - 12.0), middle), style.clone()))?;
    let mut left = NAMES;
    for ((number, (_, colour)), column) in parts(label).into_iter().zip(PARTS).zip(COLUMNS) {
        let right = left + scale * number as f64;
        let corners = [(px(left), px(top + 6.0)), (px(right), px(top + ROW - 5.0))];
        if number > 0 {
            area.draw(&Rectangle::new(corners, colour.light().filled()))?;
        }
        left = right;
        let at = (px(NAMES + BARS + column), middle);
        area.draw(&Text::new(count(number), at, style.clone()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_by_two_follows_from_the_counts() {
        let label = LabelReport {
            code: "x:a".into(),
            name: "a <b>".into(),
            support: 10,
            answered: 1_013,
            found: 7,
            precision: 0.0,
            recall: 0.0,
            f1: 0.0,
        };
        assert_eq!(parts(&label), [7, 3, 1_006]);
        let svg = diagram(&[label]).unwrap().into_string();
        assert!(
            svg.contains("1,006") && svg.contains("a &lt;b&gt;"),
            "{svg}"
        );
    }
}
