//! The page around the charts.

use std::borrow::Cow;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Page, ReportError,
    coverage::{self, Curve, Point},
    labels, matrix, mistakes,
    numbers::{count, figure, percent},
    outcomes, palette, reliability,
};
use crate::{
    evaluate::{AxisReport, CoveragePoint},
    label::AxisKind,
};

const STYLE: &str = include_str!("style.css");

/// Even a browser that finds something to load in this page must not load it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const SECTIONS: [(&str, &str); 6] = [
    ("labels", "Labels"),
    ("confusion", "Confusion"),
    ("calibration", "Calibration"),
    ("coverage", "Coverage"),
    ("terms", "Top terms"),
    ("mistakes", "Worst mistakes"),
];

/// The whole page.
pub fn page(page: &Page<'_>) -> Result<Markup, ReportError> {
    let title = format!("{} of {}", page.axis().name(), page.model.card().name);
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " \u{b7} newstance evaluation" }
                // Both are our own; as text, quotes of a rule would be escaped.
                style { (PreEscaped(palette::css())) (PreEscaped(STYLE)) }
            }
            body {
                (header(page))
                main {
                    @if page.report.n == 0 {
                        p { "No article of the data is labelled for this axis: there is nothing to show." }
                    } @else {
                        (summary(page))
                        nav aria-label="Sections" { @for (id, title) in SECTIONS {
                            a href={ "#" (id) } { (title) }
                        } }
                        (sections(page)?)
                    }
                }
            }
        }
    })
}

fn header(page: &Page<'_>) -> Markup {
    let card = page.model.card();
    let digest = page.model.digest();
    html! {
        header {
            p .eyebrow { "newstance evaluation" }
            h1 { (page.axis().name()) }
            p .lead { (page.axis().definition()) }
            dl .facts {
                div { dt { "Model" } dd { (card.name) " " (card.version) } }
                div { dt { "Digest" } dd { code { (digest) } } }
                div { dt { "Data" } dd { (page.data.join(", ")) } }
                div { dt { "Split" } dd { (page.split.unwrap_or("all")) } }
                div { dt { (page.counted_title()) } dd { (count(page.report.n)) } }
            }
        }
    }
}

/// A figure to look at first: name, value, meaning.
type Tile = (&'static str, String, Cow<'static, str>);

fn summary(page: &Page<'_>) -> Markup {
    let report = page.report;
    let [first, at_80, at_50, last] = match page.axis().kind() {
        AxisKind::Single => single_tiles(page),
        AxisKind::Multi => multi_tiles(report),
    };
    let macro_f1 = "mean over labels, rare ones as much as frequent ones";
    let error = "how far probabilities are from what comes true";
    let tiles = [
        first,
        at_80,
        at_50,
        ("Macro-F1", figure(report.macro_f1), macro_f1.into()),
        ("Calibration error", figure(report.ece), error.into()),
        last,
    ];
    html! {
        dl .tiles { @for (name, value, meaning) in tiles {
            div { dt { (name) } dd .value { (value) } dd { (meaning) } }
        } }
    }
}

const AT_80: &str = "At 80\u{A0}% coverage";
const AT_50: &str = "At 50\u{A0}% coverage";

fn single_tiles(page: &Page<'_>) -> [Tile; 4] {
    let report = page.report;
    let accuracy = format!("the answer is the {}", page.truth());
    let at_80 = "accuracy when the least sure fifth is left out";
    let at_50 = "accuracy of the surer half";
    let answered = "the rest the model declined";
    [
        ("Accuracy", percent(report.accuracy), accuracy.into()),
        (AT_80, percent(report.accuracy_at_80), at_80.into()),
        (AT_50, percent(report.accuracy_at_50), at_50.into()),
        ("Answered", percent(report.coverage), answered.into()),
    ]
}

fn multi_tiles(report: &AxisReport) -> [Tile; 4] {
    let micro_f1 = "over all labels given and all labels true";
    let at_80 = "micro-F1 when the least sure fifth is left out";
    let at_50 = "micro-F1 of the surer half";
    let exact = "the answer is exactly the true set";
    [
        ("Micro-F1", figure(report.micro_f1), micro_f1.into()),
        (AT_80, figure(report.micro_f1_at_80), at_80.into()),
        (AT_50, figure(report.micro_f1_at_50), at_50.into()),
        ("All labels right", percent(report.accuracy), exact.into()),
    ]
}

fn sections(page: &Page<'_>) -> Result<Markup, ReportError> {
    let confusion = match page.axis().kind() {
        AxisKind::Single => matrix::section(page)?,
        AxisKind::Multi => outcomes::section(page)?,
    };
    let bodies = [
        labels::table(page),
        confusion,
        calibration(page)?,
        risk_coverage(page)?,
        labels::terms(page),
        mistakes::section(page),
    ];
    Ok(html! {
        @for ((id, title), body) in SECTIONS.into_iter().zip(bodies) {
            section id=(id) { h2 { (title) } (body) }
        }
    })
}

fn calibration(page: &Page<'_>) -> Result<Markup, ReportError> {
    let what = match page.axis().kind() {
        AxisKind::Single => page.counted(),
        AxisKind::Multi => "decisions",
    };
    let bins = page.report.reliability.len();
    Ok(html! {
        div .beside {
            figure { (reliability::diagram(&page.report.reliability, what)?) }
            div .note {
                p {
                    "Does a probability mean what it says? Answers are put into " (bins) " bins by "
                    @match page.axis().kind() {
                        AxisKind::Single => "the probability of the answer",
                        AxisKind::Multi => "probability, each label of each article by itself",
                    }
                    ". On the dashed line, of a hundred answers with 70\u{A0}% seventy are right."
                }
                p {
                    "Below the line the model is surer than it should be; above it, less sure. "
                    "A larger dot stands for more " (what) "; a small dot off the line is mostly chance."
                }
                p {
                    "The expected calibration error, the mean distance from the line, is "
                    b { (figure(page.report.ece)) } "."
                }
            }
        }
    })
}

fn curve(report: &AxisReport, kind: AxisKind) -> Result<Markup, ReportError> {
    let (figure, value): (_, fn(&CoveragePoint) -> f64) = match kind {
        AxisKind::Single => ("accuracy", |point| point.accuracy),
        AxisKind::Multi => ("micro-F1", |point| point.micro_f1),
    };
    let point = |point: &CoveragePoint| -> Point { (point.coverage, value(point)) };
    // The surest half article of a small set would only be noise.
    let whole = |point: &&CoveragePoint| point.coverage * report.n as f64 >= 1.0;
    let points = report.risk_coverage.iter().filter(whole);
    let at = |percent: usize| report.risk_coverage.get(percent - 1);
    let marks = [at(50), at(80), at(100)].into_iter().flatten();
    coverage::diagram(&Curve {
        figure,
        points: &points.map(point).collect::<Vec<_>>(),
        marks: &marks.map(point).collect::<Vec<_>>(),
    })
}

fn risk_coverage(page: &Page<'_>) -> Result<Markup, ReportError> {
    let report = page.report;
    let kind = page.axis().kind();
    Ok(html! {
        div .beside {
            figure { (curve(report, kind)?) }
            div .note {
                p {
                    "How good is the model when only its surest answers are kept, and the rest goes to a person? "
                    "From right to left the least sure answers are left out. A curve that climbs to the left "
                    "shows that the model knows what it does not know."
                }
                p {
                    "Sure means: "
                    @match kind {
                        AxisKind::Single => "a high probability of the answer.",
                        AxisKind::Multi => "a high mean probability that each of the article's decisions, to give or not to give a label, is right.",
                    }
                    " The far left rests on few " (page.counted()) "."
                }
                (own_rule(report, kind))
            }
        }
    })
}

fn own_rule(report: &AxisReport, kind: AxisKind) -> Markup {
    let right = match kind {
        AxisKind::Single => "of these answers are right",
        AxisKind::Multi => "of these have exactly the true labels",
    };
    html! {
        p {
            "By its own rule the model answers " b { (percent(report.coverage)) } "; "
            b { (percent(report.selective_accuracy)) } " " (right) "."
        }
    }
}
