//! The tables of the worst mistakes.

use maud::{Markup, html};

use super::{Page, numbers::percent};
use crate::{
    evaluate::{Mistake, MistakeKind},
    label::AxisKind,
    model::STANCE,
};

/// The worst mistakes of each kind that the axis can make.
pub fn section(page: &Page<'_>) -> Markup {
    let of = |kind| -> Vec<&Mistake> {
        let all = page.report.mistakes.iter();
        all.filter(|mistake| mistake.kind == kind).collect()
    };
    html! {
        @if page.axis().kind() == AxisKind::Multi {
            h3 { "Given, and not true" }
            (table(page, &of(MistakeKind::Given), "Given"))
            h3 { "True, and not given" }
            (table(page, &of(MistakeKind::Missed), "Missed"))
        } @else {
            (table(page, &of(MistakeKind::Given), "Answer"))
        }
        p .note {
            "Wrong answers that the model was surest of, by the article's identifier"
            @if page.axis().name() == STANCE { " and the number of the target, from 0" }
            ". Look the articles up: "
            "either the model misread them, or their labels are wrong."
            @if page.axis().kind() == AxisKind::Single && page.axis().name() != STANCE {
                " An answer that is another of the article's true labels is not listed."
            }
        }
    }
}

fn table(page: &Page<'_>, mistakes: &[&Mistake], answer: &str) -> Markup {
    html! {
        @if mistakes.is_empty() {
            p { "None." }
        } @else {
            div .scroll { table .mistakes {
                thead { tr {
                    th scope="col" { "Article" } th scope="col" { "True labels" }
                    th scope="col" { (answer) } th .number scope="col" { "Probability" }
                } }
                tbody { @for mistake in mistakes { tr {
                    td { code { (mistake.id) } }
                    td { (names(page, &mistake.truth)) }
                    td { (name(page, &mistake.answer)) }
                    td .number { (percent(mistake.probability)) }
                } } }
            } }
        }
    }
}

fn names(page: &Page<'_>, codes: &[String]) -> String {
    if codes.is_empty() {
        return "none".into();
    }
    let names: Vec<_> = codes.iter().map(|code| name(page, code)).collect();
    names.join("; ")
}

fn name<'a>(page: &'a Page<'_>, code: &'a str) -> &'a str {
    let label = page.axis().index_of(code);
    label.map_or(code, |label| &page.axis().labels()[label].name)
}
