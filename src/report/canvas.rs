//! What all charts share: a surface, text and lines.

use maud::{Markup, PreEscaped, html};
use plotters::{
    coord::{Shift, types::RangedCoordf64},
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{
    ReportError,
    palette::{Colour, GRID, INK, MUTED},
};

/// Where a chart is drawn.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// How drawing ends.
pub type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// The library draws on whole units, so a unit is half a pixel for lines to be smooth.
const UNITS: u32 = 2;

/// The library makes text smaller than it is told, by this.
const FONT_SHRINKS: f64 = 1.24;

/// Size of most text, in pixels.
pub const TEXT: f64 = 12.5;

/// Pixels in units of the surface.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a chart is a few thousand units wide"
)]
pub fn px(pixels: f64) -> i32 {
    (pixels * f64::from(UNITS)).round() as i32
}

/// Draws a chart of so many pixels. `description` stands for it where it cannot be seen.
pub fn chart(
    (width, height): (u32, u32),
    description: &str,
    draw: impl FnOnce(&Area<'_>) -> Drawn,
) -> Result<Markup, ReportError> {
    let (wide, high) = (width * UNITS, height * UNITS);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (wide, high)).into_drawing_area();
        draw(&area)
            .and_then(|()| area.present())
            .map_err(|error| ReportError::Chart(error.to_string()))?;
    }
    // The library's own head has a fixed size and a name space that HTML does not need.
    let body = svg.split_once('>').map_or("", |(_, rest)| rest).trim_end();
    let body = body.strip_suffix("</svg>").unwrap_or(body);
    Ok(html! {
        svg viewBox=(format!("0 0 {wide} {high}")) role="img" aria-label=(description)
            style=(format!("width:{width}px")) {
            // The library escapes text.
            (PreEscaped(body))
        }
    })
}

/// Where text stands of its point.
#[derive(Debug, Clone, Copy)]
pub enum Anchor {
    Left,
    Middle,
    Right,
}

/// Text of a size in pixels and a colour.
pub fn font(size: f64, colour: Colour) -> TextStyle<'static> {
    let size = size * f64::from(UNITS) * FONT_SHRINKS;
    ("sans-serif", size).into_font().color(&colour.light())
}

/// Text that is centred on the height of its point.
pub fn anchored(style: &TextStyle<'static>, anchor: Anchor) -> TextStyle<'static> {
    let horizontal = match anchor {
        Anchor::Left => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::Right => HPos::Right,
    };
    style.pos(Pos::new(horizontal, VPos::Center))
}

/// A line of a width in pixels.
pub fn line(colour: Colour, width: f64) -> ShapeStyle {
    colour.light().stroke_width(px(width).unsigned_abs())
}

/// Two axes of numbers.
type Plane = Cartesian2d<RangedCoordf64, RangedCoordf64>;

/// Grid, axes and numbers of a chart over the unit square or a part of it; both axes in percent.
pub fn percent_mesh(
    chart: &mut ChartContext<'_, SVGBackend<'_>, Plane>,
    x: &str,
    y: &str,
) -> Drawn {
    let percent = |value: &f64| format!("{:.0}", 100.0 * value);
    chart
        .configure_mesh()
        .max_light_lines(0)
        .bold_line_style(line(GRID, 1.0))
        .axis_style(line(GRID, 1.0))
        .set_all_tick_mark_size(px(2.0))
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&percent)
        .y_label_formatter(&percent)
        .label_style(font(TEXT, MUTED))
        .axis_desc_style(font(TEXT, INK))
        .x_desc(x)
        .y_desc(y)
        .draw()
}

/// The size of a chart that measures so much.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a chart is a few thousand pixels wide"
)]
pub fn pixels(value: f64) -> u32 {
    value.ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_needs_no_other_file_and_escapes_its_text() {
        let hostile = "<script>&\"";
        let svg = chart((10, 10), hostile, |area| {
            area.draw_text(hostile, &font(TEXT, INK), (0, 0))
        });
        let svg = svg.unwrap().into_string();
        assert!(
            svg.starts_with("<svg viewBox=\"0 0 20 20\" role=\"img\""),
            "{svg}"
        );
        assert!(
            svg.ends_with("</svg>") && svg.matches("</svg>").count() == 1,
            "{svg}"
        );
        assert_eq!(svg.matches("&lt;script&gt;&amp;&quot;").count(), 2, "{svg}");
        assert!(!svg.contains("http") && !svg.contains("<script"), "{svg}");
    }
}
