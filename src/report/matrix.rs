//! The confusion matrix of a single-label axis.

use maud::{Markup, html};
use plotters::prelude::*;

use super::{
    Page, ReportError,
    canvas::{Anchor, Area, Drawn, TEXT, anchored, chart, font, pixels, px},
    numbers::{count, percent, shortened},
    palette::{FIRST_DEEP, INK, MUTED, ON_DEEP, ON_PALE, SHADES},
};

/// Labels that are drawn; of a larger axis the most frequent ones.
const MOST: usize = 30;
/// Confusions that are listed.
const LISTED: usize = 8;

const LEGEND: f64 = 58.0;
/// Width of a shade in the legend.
const SWATCH: f64 = 36.0;
/// Characters of a name that fit beside a row and above a column.
const ROW_CHARACTERS: usize = 42;
const COLUMN_CHARACTERS: usize = 22;

/// Pixels that a character takes at most, on average.
const CHARACTER: f64 = 7.1;

/// Shares of a row from which on a cell has the next shade.
const LIMITS: [f64; 6] = [0.02, 0.1, 0.2, 0.35, 0.55, 0.75];

/// Pixels of the parts of a matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Layout {
    /// Names beside the rows.
    rows: f64,
    /// Names above the columns.
    columns: f64,
    /// Side of a cell.
    cell: f64,
}

impl Layout {
    /// As large as the names need and the page allows.
    fn of(names: &[&str]) -> Self {
        let longest = names.iter().map(|name| name.chars().count()).max();
        let room = |most: usize| 16.0 + CHARACTER * longest.unwrap_or(0).min(most) as f64;
        Self {
            // The corner needs room too.
            rows: room(ROW_CHARACTERS).max(160.0),
            columns: room(COLUMN_CHARACTERS).max(40.0),
            cell: (500.0 / names.len().max(1) as f64).clamp(34.0, 56.0),
        }
    }

    fn corners(&self, (column, row): (usize, usize)) -> [(f64, f64); 2] {
        let left = self.rows + self.cell * column as f64;
        let top = self.columns + self.cell * row as f64;
        [(left, top), (left + self.cell - 1.5, top + self.cell - 1.5)]
    }
}

/// The matrix and the most frequent confusions.
pub fn section(page: &Page<'_>) -> Result<Markup, ReportError> {
    let matrix = &page.report.confusion;
    let shown = shown(matrix);
    Ok(html! {
        figure .wide { (diagram(page, &shown)?) }
        p .note {
            "Each row holds the " (page.counted()) " of one " (page.truth()) ", each column the answers. The diagonal is right. "
            "Numbers are " (page.counted()) ", colour is their share of the row: where the diagonal is faint, the label is often missed."
            @if shown.len() < matrix.len() {
                " Shown are the " (shown.len()) " most frequent of " (matrix.len()) " labels."
            }
        }
        (most_frequent(page))
    })
}

/// The labels to draw, in the axis's order.
fn shown(matrix: &[Vec<u64>]) -> Vec<usize> {
    let mut labels: Vec<usize> = (0..matrix.len()).collect();
    labels.sort_by_key(|&label| std::cmp::Reverse(matrix[label].iter().sum::<u64>()));
    labels.truncate(MOST);
    labels.sort_unstable();
    labels
}

fn diagram(page: &Page<'_>, shown: &[usize]) -> Result<Markup, ReportError> {
    let labels = page.axis().labels();
    let names: Vec<&str> = shown.iter().map(|&l| labels[l].name.as_str()).collect();
    let layout = Layout::of(&names);
    let side = layout.cell * shown.len() as f64;
    let width = layout.rows + side.max(SWATCH * SHADES.len() as f64) + 8.0;
    let canvas = (pixels(width), pixels(layout.columns + side + LEGEND));
    let description = format!(
        "Confusion matrix of {} labels: {} of the {} are on the diagonal",
        shown.len(),
        percent(page.report.accuracy),
        page.counted()
    );
    chart(canvas, &description, |area| {
        draw_names(area, layout, &names)?;
        for (row, &truth) in shown.iter().enumerate() {
            let counts = &page.report.confusion[truth];
            let total: u64 = counts.iter().sum();
            for (column, &answer) in shown.iter().enumerate() {
                draw_cell(area, layout.corners((column, row)), counts[answer], total)?;
            }
        }
        draw_legend(area, (layout.rows, layout.columns + side))
    })
}

fn draw_names(area: &Area<'_>, layout: Layout, names: &[&str]) -> Drawn {
    let style = font(TEXT, INK);
    let upright = anchored(&style, Anchor::Right);
    let turned = anchored(&style, Anchor::Left).transform(FontTransform::Rotate270);
    let right = px(layout.rows - 10.0);
    for (place, name) in names.iter().enumerate() {
        let middle = layout.cell * (place as f64 + 0.5);
        let row = (right, px(layout.columns + middle));
        let text = shortened(name, ROW_CHARACTERS);
        area.draw(&Text::new(text, row, upright.clone()))?;
        let column = (px(layout.rows + middle), px(layout.columns - 8.0));
        let text = shortened(name, COLUMN_CHARACTERS);
        area.draw(&Text::new(text, column, turned.clone()))?;
    }
    let style = anchored(&font(TEXT, MUTED), Anchor::Right);
    let corner = (right, px(layout.columns - 14.0));
    area.draw(&Text::new(
        "true label \u{2193} answer \u{2192}",
        corner,
        style,
    ))
}

fn draw_cell(area: &Area<'_>, corners: [(f64, f64); 2], articles: u64, total: u64) -> Drawn {
    let shade = shade(articles, total);
    let [(left, top), (right, bottom)] = corners;
    let corners = [(px(left), px(top)), (px(right), px(bottom))];
    area.draw(&Rectangle::new(corners, SHADES[shade].light().filled()))?;
    if articles > 0 {
        let ink = if shade < FIRST_DEEP { ON_PALE } else { ON_DEEP };
        let style = anchored(&font(TEXT, ink), Anchor::Middle);
        let middle = (
            px(f64::midpoint(left, right)),
            px(f64::midpoint(top, bottom)),
        );
        area.draw(&Text::new(count(articles), middle, style))?;
    }
    Ok(())
}

/// The shade of a cell by its share of the row.
fn shade(articles: u64, total: u64) -> usize {
    let share = articles as f64 / total.max(1) as f64;
    LIMITS.iter().filter(|&&limit| share >= limit).count()
}

fn draw_legend(area: &Area<'_>, (left, top): (f64, f64)) -> Drawn {
    let style = anchored(&font(TEXT, MUTED), Anchor::Right);
    let at = (px(left - 10.0), px(top + 27.0));
    area.draw(&Text::new("share of the row, from", at, style))?;
    for (index, shade) in SHADES.iter().enumerate() {
        let left = left + SWATCH * index as f64;
        let corners = [
            (px(left), px(top + 20.0)),
            (px(left + SWATCH - 1.5), px(top + 34.0)),
        ];
        area.draw(&Rectangle::new(corners, shade.light().filled()))?;
        let from = index.checked_sub(1).map_or(0.0, |before| LIMITS[before]);
        let style = anchored(&font(11.0, MUTED), Anchor::Middle);
        let middle = (px(left + SWATCH / 2.0), px(top + 45.0));
        let text = format!("{:.0}\u{A0}%", 100.0 * from);
        area.draw(&Text::new(text, middle, style))?;
    }
    Ok(())
}

/// A confusion: true label, answer, articles.
type Confusion = (usize, usize, u64);

/// Cells off the diagonal, the largest first.
fn confusions(matrix: &[Vec<u64>]) -> Vec<Confusion> {
    let rows = matrix.iter().enumerate();
    let cells = rows.flat_map(|(truth, row)| {
        let cells = row.iter().enumerate();
        cells.map(move |(answer, &articles)| (truth, answer, articles))
    });
    let mut wrong: Vec<_> = cells
        .filter(|&(truth, answer, articles)| truth != answer && articles > 0)
        .collect();
    wrong.sort_by_key(|&(truth, answer, articles)| (std::cmp::Reverse(articles), truth, answer));
    wrong
}

fn most_frequent(page: &Page<'_>) -> Markup {
    let name = |label: usize| &page.axis().labels()[label].name;
    let listed = confusions(&page.report.confusion);
    let support = |label: usize| page.report.confusion[label].iter().sum::<u64>().max(1);
    html! {
        @if !listed.is_empty() {
            h3 { "Most frequent confusions" }
            div .scroll { table {
                thead { tr {
                    th scope="col" { "True label" } th scope="col" { "Answer" }
                    th .number scope="col" { (page.counted_title()) }
                    th .number scope="col" { "Share" }
                } }
                tbody { @for &(truth, answer, articles) in listed.iter().take(LISTED) { tr {
                    td { (name(truth)) } td { (name(answer)) }
                    td .number { (count(articles)) }
                    td .number { (percent(articles as f64 / support(truth) as f64)) }
                } } }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_darken_with_their_share_of_the_row() {
        let shades: Vec<_> = [0, 2, 10, 34, 35, 54, 75, 100]
            .map(|articles| shade(articles, 100))
            .into();
        assert_eq!(shades, [0, 1, 2, 3, 4, 4, 6, 6]);
        assert_eq!(shade(0, 0), 0);
    }

    #[test]
    fn the_layout_follows_the_names() {
        let small = Layout::of(&["news", "other"]);
        assert!(small.rows < 200.0 && small.cell > 50.0, "{small:?}");
        let long = Layout::of(&["x".repeat(99).as_str(); 30]);
        assert!(long.rows < 320.0 && long.columns < 180.0, "{long:?}");
    }

    #[test]
    fn the_largest_confusions_come_first() {
        let matrix = [vec![9, 1, 0], vec![3, 0, 1], vec![0, 0, 4]];
        assert_eq!(confusions(&matrix), [(1, 0, 3), (0, 1, 1), (1, 2, 1)]);
    }

    #[test]
    fn of_many_labels_the_frequent_ones_are_shown() {
        let matrix: Vec<Vec<u64>> = (0..40).map(|label| vec![label; 40]).collect();
        assert_eq!(shown(&matrix), (10..40).collect::<Vec<_>>());
    }
}
