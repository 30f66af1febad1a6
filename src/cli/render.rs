//! An answer for eyes: bars, colour, and the evidence marked in the text.

use std::{collections::BTreeMap, fmt::Write};

use anstyle::{AnsiColor, Style};

use crate::{
    article::{Article, ArticleField},
    model::Model,
    tagger::{AbstainReason, AxisTagging, Decision, LabelScore, Tagging, TargetStance, Warning},
    text::Span,
};

const BAR_CELLS: f64 = 24.0;
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const FOR: Style = AnsiColor::Green.on_default();
const AGAINST: Style = AnsiColor::Red.on_default();

/// Marks of the axes' evidence in the text, in the order of the axes.
const MARKS: [AnsiColor; 5] = [
    AnsiColor::Yellow,
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Green,
    AnsiColor::Blue,
];

/// The answer about one article. Without colour, evidence in the text stands between `[` and `]`.
pub fn text(article: &Article, tagging: &Tagging<'_>, model: &Model, colour: bool) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut out, article, tagging, model, colour);
    out
}

fn write_all(
    out: &mut String,
    article: &Article,
    tagging: &Tagging<'_>,
    model: &Model,
    colour: bool,
) -> std::fmt::Result {
    let heading = [article.text(ArticleField::Title), article.id()];
    if let Some(heading) = heading.iter().find(|text| !text.trim().is_empty()) {
        writeln!(out, "{BOLD}{}{BOLD:#}", printable(heading.trim()))?;
    }
    let text = &tagging.text;
    writeln!(
        out,
        "{DIM}{} {}, {} of {} tokens known{}{DIM:#}",
        model.card().name,
        model.card().version,
        text.known_tokens,
        text.tokens,
        text.language
            .map(|code| format!(", language {code}"))
            .unwrap_or_default()
    )?;
    for axis in &tagging.axes {
        write_axis(out, axis)?;
    }
    for stance in &tagging.stances {
        write_stance(out, stance)?;
    }
    let explained = tagging.axes.iter().flat_map(|axis| &axis.labels);
    if explained.clone().any(|label| label.explanation.is_some()) {
        write_marked(out, article, tagging, colour)?;
    }
    for warning in &tagging.warnings {
        writeln!(out, "\nwarning: {}", describe(*warning))?;
    }
    Ok(())
}

fn write_stance(out: &mut String, stance: &TargetStance<'_>) -> std::fmt::Result {
    let mentions = match stance.mentions.len() {
        1 => "1 mention".into(),
        count => format!("{count} mentions"),
    };
    let target = printable(&stance.target);
    write!(out, "\n{BOLD}stance{BOLD:#} towards {target}, {mentions}")?;
    write_answer(out, stance.decision, &stance.labels)
}

fn write_axis(out: &mut String, axis: &AxisTagging<'_>) -> std::fmt::Result {
    write!(out, "\n{BOLD}{}{BOLD:#}", axis.axis.name())?;
    write_answer(out, axis.decision, &axis.labels)
}

fn write_answer(
    out: &mut String,
    decision: Decision,
    labels: &[LabelScore<'_>],
) -> std::fmt::Result {
    if let Decision::Abstained(reason) = decision {
        write!(out, "  not answered: {}", because(reason))?;
    } else if !labels.iter().any(|label| label.assigned) {
        write!(out, "  none assigned")?;
    }
    writeln!(out)?;
    let names = labels.iter().map(|label| label.label.name.chars().count());
    let width = names.max().unwrap_or(0);
    for label in labels {
        write_label(out, label, width)?;
    }
    Ok(())
}

fn write_label(out: &mut String, label: &LabelScore<'_>, width: usize) -> std::fmt::Result {
    // Not always the most probable one.
    let (style, mark) = if label.assigned {
        (BOLD, '*')
    } else {
        (DIM, ' ')
    };
    writeln!(
        out,
        "{style}{mark} {} {:>5.1} %  {:<width$}{style:#}  {DIM}{}{DIM:#}",
        bar(label.probability),
        100.0 * label.probability,
        label.label.name,
        label.label.code
    )?;
    let Some(parts) = &label.explanation else {
        return Ok(());
    };
    for evidence in &parts.evidence {
        let style = if evidence.log_odds < 0.0 {
            AGAINST
        } else {
            FOR
        };
        let times = match evidence.count {
            1 => String::new(),
            count => format!(" \u{d7}{count}"),
        };
        writeln!(
            out,
            "      {style}{:+.3}{style:#}  {}{times}",
            evidence.log_odds, evidence.term
        )?;
    }
    writeln!(
        out,
        "      {DIM}{:+.3}  all other words\n      {:+.3}  before any word\n      {:+.3}  log-odds{DIM:#}",
        parts.unlisted_log_odds, parts.bias, label.log_odds
    )
}

/// A bar of eighths of a cell.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability times 192 is a small positive number"
)]
fn bar(probability: f64) -> String {
    const EIGHTHS: [char; 8] = [
        ' ', '\u{258F}', '\u{258E}', '\u{258D}', '\u{258C}', '\u{258B}', '\u{258A}', '\u{2589}',
    ];
    let eighths = (probability * BAR_CELLS * 8.0).round() as usize;
    let mut bar = "\u{2588}".repeat(eighths / 8);
    if bar.chars().count() < BAR_CELLS as usize {
        bar.push(EIGHTHS[eighths % 8]);
    }
    let missing = BAR_CELLS as usize - bar.chars().count();
    bar + &" ".repeat(missing)
}

/// The text with the words that spoke for each axis's first explained label.
fn write_marked(
    out: &mut String,
    article: &Article,
    tagging: &Tagging<'_>,
    colour: bool,
) -> std::fmt::Result {
    writeln!(out)?;
    for (axis, mark) in tagging.axes.iter().zip(MARKS.iter().cycle()) {
        let explained = axis.labels.iter().find(|label| label.explanation.is_some());
        if let Some(label) = explained {
            let style = marker(*mark);
            writeln!(
                out,
                "{style}{}{style:#} marks {}",
                axis.axis.name(),
                label.label.name
            )?;
        }
    }
    for field in ArticleField::ALL {
        let text = article.text(field);
        if text.trim().is_empty() {
            continue;
        }
        writeln!(out)?;
        write_text(out, text, marks(tagging, field), colour)?;
    }
    Ok(())
}

fn write_text(
    out: &mut String,
    text: &str,
    marks: Vec<(Span, AnsiColor)>,
    colour: bool,
) -> std::fmt::Result {
    let mut at = 0;
    for (span, mark) in marks {
        write!(out, "{}", printable(&text[at..span.start]))?;
        let word = printable(&text[span.clone()]);
        let style = marker(mark);
        if colour {
            write!(out, "{style}{word}{style:#}")?;
        } else {
            write!(out, "[{word}]")?;
        }
        at = span.end;
    }
    writeln!(out, "{}", printable(text[at..].trim_end()))
}

fn marker(mark: AnsiColor) -> Style {
    Style::new()
        .fg_color(Some(AnsiColor::Black.into()))
        .bg_color(Some(mark.into()))
}

/// Spans of the evidence for each axis's first explained label, in order, without overlaps; the
/// first axis wins.
fn marks(tagging: &Tagging<'_>, field: ArticleField) -> Vec<(Span, AnsiColor)> {
    let mut taken: BTreeMap<usize, (usize, AnsiColor)> = BTreeMap::new();
    for (axis, mark) in tagging.axes.iter().zip(MARKS.iter().cycle()) {
        let parts = axis.labels.iter().find_map(|l| l.explanation.as_ref());
        let evidence = parts.into_iter().flat_map(|parts| &parts.evidence);
        let spans = evidence
            .filter(|evidence| evidence.log_odds > 0.0)
            .flat_map(|evidence| &evidence.spans)
            .filter(|(place, _)| *place == field);
        for (_, span) in spans {
            let before = taken.range(..span.end).next_back();
            if before.is_none_or(|(_, (end, _))| *end <= span.start) {
                taken.insert(span.start, (span.end, *mark));
            }
        }
    }
    let spans = taken.into_iter();
    spans
        .map(|(start, (end, mark))| (start..end, mark))
        .collect()
}

/// Text of an article must not steer the terminal.
fn printable(text: &str) -> String {
    let safe = |c: char| {
        if c.is_control() && c != '\n' && c != '\t' {
            '\u{FFFD}'
        } else {
            c
        }
    };
    text.replace("\r\n", "\n").chars().map(safe).collect()
}

fn because(reason: AbstainReason) -> &'static str {
    match reason {
        AbstainReason::TooShort => "the text is too short",
        AbstainReason::UnknownWords => "too few of the words are known",
        AbstainReason::Language => "the text is not in a language of the model",
        AbstainReason::Uncertain => "no label stands out",
        AbstainReason::TargetNotFound => "the text does not name it",
        AbstainReason::Unsupported => "the model has no classifier for it",
    }
}

fn describe(warning: Warning) -> String {
    match warning {
        Warning::StanceUnsupported => "this model cannot judge stance".into(),
        Warning::TextTruncated { limit } => format!("only the first {limit} tokens were read"),
        Warning::TargetNotFound { index } => format!("target {} is not in the text", index + 1),
        Warning::LanguageMismatch { detected } => {
            format!("the text seems to be in another language: {detected}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_they_should_be() {
        assert_eq!(bar(0.0).trim(), "");
        assert_eq!(bar(1.0), "\u{2588}".repeat(24));
        assert_eq!(bar(0.5).trim(), "\u{2588}".repeat(12));
        for percent in 0..=100 {
            assert_eq!(bar(f64::from(percent) / 100.0).chars().count(), 24);
        }
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31m\r\nb\tc"), "a\u{FFFD}[31m\nb\tc");
    }
}
