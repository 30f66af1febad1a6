//! The reliability diagram: does a probability come true as often as it says?

use maud::Markup;
use plotters::prelude::*;

use super::{
    ReportError,
    canvas::{self, Anchor, Area, Drawn, TEXT, anchored, chart, font, line, px},
    numbers::count,
    palette::{DATA, FAINT, GRID, INK, MUTED, PAPER},
};
use crate::evaluate::ReliabilityBin;

const SIZE: (u32, u32) = (480, 500);
/// Pixels left of the plots, for the numbers of the axis.
const MARGIN: f64 = 56.0;
const RIGHT: f64 = 12.0;

/// Draws the bins over the diagonal on which a calibrated model lies, and how many each holds.
pub fn diagram(bins: &[ReliabilityBin], what: &str) -> Result<Markup, ReportError> {
    let description = format!(
        "Reliability diagram: share that is right by probability, and how many {what} each of {} bins of probability holds",
        bins.len()
    );
    chart(SIZE, &description, |area| {
        let (above, below) = area.split_vertically(px(390.0));
        draw_bins(&above, bins)?;
        draw_counts(&below, bins, what)
    })
}

fn draw_bins(area: &Area<'_>, bins: &[ReliabilityBin]) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin_top(px(10.0))
        .margin_right(px(RIGHT))
        .x_label_area_size(px(44.0))
        .y_label_area_size(px(MARGIN))
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    canvas::percent_mesh(&mut chart, "probability, %", "share that is right, %")?;
    chart.draw_series(DashedLineSeries::new(
        [(0.0, 0.0), (1.0, 1.0)],
        px(4.0),
        px(4.0),
        line(MUTED, 1.0),
    ))?;
    let note = |text, x, y, anchor| {
        let style = anchored(&font(TEXT, MUTED), anchor);
        Text::new(text, (x, y), style)
    };
    chart.draw_series([
        note("more often right than it says", 0.03, 0.95, Anchor::Left),
        note("surer than it should be", 0.97, 0.05, Anchor::Right),
    ])?;
    let held = bins.iter().filter(|bin| bin.count > 0);
    let points = || held.clone().map(|bin| (bin.confidence, bin.accuracy));
    chart.draw_series(LineSeries::new(points(), line(DATA, 1.5)))?;
    let largest = bins.iter().map(|bin| bin.count).max().unwrap_or(0);
    let radius = |bin: &ReliabilityBin| radius(bin.count, largest);
    chart.draw_series(held.clone().map(|bin| {
        let at = (bin.confidence, bin.accuracy);
        Circle::new(at, radius(bin) + px(1.0), PAPER.light().filled())
    }))?;
    chart.draw_series(held.clone().map(|bin| {
        let at = (bin.confidence, bin.accuracy);
        Circle::new(at, radius(bin), DATA.light().filled())
    }))?;
    Ok(())
}

/// Larger for more, by area, but never too small to see.
fn radius(count: u64, largest: u64) -> i32 {
    let share = count as f64 / largest.max(1) as f64;
    px(2.5 + 5.0 * share.sqrt())
}

fn draw_counts(area: &Area<'_>, bins: &[ReliabilityBin], what: &str) -> Drawn {
    let (width, height) = area.dim_in_pixel();
    let right = f64::from(width) - f64::from(px(RIGHT));
    let left = f64::from(px(MARGIN));
    let step = (right - left) / bins.len().max(1) as f64;
    let floor = i32::try_from(height).unwrap_or(0) - px(24.0);
    let room = floor - px(18.0);
    let largest = bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1);
    for (index, bin) in bins.iter().enumerate() {
        let from = whole(left + step * index as f64) + px(1.0);
        let to = whole(left + step * (index + 1) as f64) - px(1.0);
        let top = floor - whole(f64::from(room) * bin.count as f64 / largest as f64);
        area.draw(&Rectangle::new(
            [(from, top), (to, floor)],
            FAINT.light().filled(),
        ))?;
        let style = anchored(&font(9.0, MUTED), Anchor::Middle);
        let middle = i32::midpoint(from, to);
        area.draw(&Text::new(count(bin.count), (middle, top - px(7.0)), style))?;
    }
    area.draw(&PathElement::new(
        [(whole(left), floor), (whole(right), floor)],
        line(GRID, 1.0),
    ))?;
    let style = anchored(&font(TEXT, INK), Anchor::Middle);
    let middle = i32::midpoint(whole(left), whole(right));
    let text = format!("{what} in each bin of probability");
    area.draw(&Text::new(text, (middle, floor + px(13.0)), style))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a chart is a few thousand units wide"
)]
fn whole(units: f64) -> i32 {
    units.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bins_that_hold_something_are_points() {
        let bin = |count, confidence, accuracy| ReliabilityBin {
            count,
            confidence,
            accuracy,
        };
        let bins = [bin(0, 0.0, 0.0), bin(1_200, 0.5, 0.4), bin(3, 0.9, 1.0)];
        let svg = diagram(&bins, "answers").unwrap().into_string();
        assert_eq!(svg.matches("<circle").count(), 4, "each with a rim");
        assert!(svg.contains("1,200"));
        let empty = diagram(&[], "answers").unwrap().into_string();
        assert!(!empty.contains("<circle"));
    }
}
