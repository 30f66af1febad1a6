//! The risk-coverage curve: how right are the surest answers?

use maud::Markup;
use plotters::prelude::*;

use super::{
    ReportError,
    canvas::{self, Anchor, TEXT, anchored, chart, font, line, px},
    numbers::percent,
    palette::{DATA, INK, PAPER},
};

const SIZE: (u32, u32) = (480, 420);

/// A point of the curve: coverage and figure.
pub type Point = (f64, f64);

/// What a curve shows.
#[derive(Debug, Clone, Copy)]
pub struct Curve<'a> {
    /// Name of the figure.
    pub figure: &'a str,
    /// The curve, from little coverage to all.
    pub points: &'a [Point],
    /// Points to name.
    pub marks: &'a [Point],
}

/// Draws a curve.
pub fn diagram(curve: &Curve<'_>) -> Result<Markup, ReportError> {
    let named = |&(coverage, value): &Point| {
        format!("{} at {:.0} % coverage", percent(value), 100.0 * coverage)
    };
    let named: Vec<_> = curve.marks.iter().map(named).collect();
    let description = format!(
        "Risk-coverage curve: {} by the share of answers that are kept; {}",
        curve.figure,
        named.join(", ")
    );
    chart(SIZE, &description, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_top(px(10.0))
            .margin_right(px(12.0))
            .x_label_area_size(px(44.0))
            .y_label_area_size(px(56.0))
            .build_cartesian_2d(0.0..1.0, lowest(curve.points)..1.0)?;
        let y = format!("{} of what is kept, %", curve.figure);
        canvas::percent_mesh(&mut chart, "share kept, the surest first, %", &y)?;
        let points = curve.points.iter().copied();
        chart.draw_series(LineSeries::new(points, line(DATA, 2.0)))?;
        for &(coverage, value) in curve.marks {
            let text = format!("{} at {:.0}\u{A0}%", percent(value), 100.0 * coverage);
            let style = anchored(&font(TEXT, INK), Anchor::Right);
            let text = Text::new(text, (px(-6.0), px(14.0)), style);
            chart.draw_series([EmptyElement::at((coverage, value))
                + Circle::new((0, 0), px(4.5), PAPER.light().filled())
                + Circle::new((0, 0), px(3.5), DATA.light().filled())
                + text])?;
        }
        Ok(())
    })
}

/// Where the axis begins: at the tenth below the curve, so that it fills the chart.
fn lowest(points: &[Point]) -> f64 {
    let least = points.iter().map(|point| point.1).fold(1.0, f64::min);
    ((least * 10.0 - 0.2).floor() / 10.0).clamp(0.0, 0.9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_begins_below_the_curve() {
        for (least, expected) in [
            (0.734, 0.7),
            (0.0, 0.0),
            (1.0, 0.9),
            (0.99, 0.9),
            (0.31, 0.2),
        ] {
            let got = lowest(&[(0.5, 1.0), (1.0, least)]);
            assert!((got - expected).abs() < 1e-12, "{least}: {got}");
        }
    }

    #[test]
    fn marks_are_named() {
        let points = [(0.5, 0.91), (0.8, 0.815), (1.0, 0.734)];
        let curve = Curve {
            figure: "accuracy",
            points: &points,
            marks: &points[..2],
        };
        let svg = diagram(&curve).unwrap().into_string();
        for expected in ["91.0\u{A0}% at 50", "81.5\u{A0}% at 80"] {
            assert!(svg.contains(expected), "{expected} in {svg}");
        }
    }
}
