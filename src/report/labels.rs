//! The tables of the labels: how well each is found, and the terms that speak for it.

use maud::{Markup, html};

use super::{
    Page,
    numbers::{count, figure},
};

/// Terms that are shown of each label.
const TERMS: usize = 12;

/// Support, precision, recall and F1 of every label.
pub fn table(page: &Page<'_>) -> Markup {
    html! {
        div .scroll { table .labels {
            thead { tr {
                th scope="col" { "Label" }
                th .number scope="col" { (page.counted_title()) } th .number scope="col" { "Answered" }
                th .number scope="col" { "Precision" } th .number scope="col" { "Recall" }
                th .number scope="col" { "F1" } th aria-hidden="true" {}
            } }
            tbody { @for label in &page.report.per_label { tr {
                th scope="row" { (label.name) " " code { (label.code) } }
                td .number { (count(label.support)) } td .number { (count(label.answered)) }
                td .number { (figure(label.precision)) } td .number { (figure(label.recall)) }
                td .number { (figure(label.f1)) }
                td .bar aria-hidden="true" { span { i style=(format!("width:{:.1}%", 100.0 * label.f1)) {} } }
            } } }
        } }
        p .note {
            (page.counted_title()) ": how many " @if page.report.confusion.is_empty() { "truly have the label" } @else { "have this as their " (page.truth()) } ". "
            "Answered: how many were given it. Precision: the share of those that is right. "
            "Recall: the share of the " (page.counted()) " that was found. F1: the harmonic mean of both, also as a bar. "
            "Figures of a label with few " (page.counted()) " are chance."
        }
    }
}

/// The terms that speak most for every label.
pub fn terms(page: &Page<'_>) -> Markup {
    let labels = page.axis().labels().iter().enumerate();
    html! {
        dl .terms { @for (index, label) in labels {
            div {
                dt { (label.name) }
                dd { @for term in page.model.top_terms(page.classifier, index, TERMS) {
                    span { (term) } " "
                } }
            }
        } }
        p .note {
            "The " (TERMS) " words and word pairs that add most to the log-odds of the label each time they occur, "
            "strongest first. They come from the model, whatever the measured data. A name or a place among them "
            "is a sign that the model leans on its time."
        }
    }
}
