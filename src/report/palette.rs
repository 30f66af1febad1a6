//! Colours, in one table for the charts and for the style sheet.
//!
//! Charts are drawn in the light colours. SVG's colour attributes give way to any CSS rule, so
//! [`css`] turns each of them into a variable, and a dark page gives the variables other values.

use std::fmt::Write;

use plotters::style::RGBColor;

/// A colour of the page.
#[derive(Debug, Clone, Copy)]
pub struct Colour {
    variable: &'static str,
    light: RGBColor,
    dark: RGBColor,
}

const fn colour(variable: &'static str, light: u32, dark: u32) -> Colour {
    Colour {
        variable,
        light: rgb(light),
        dark: rgb(dark),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "each byte of the number is one part of the colour"
)]
const fn rgb(hex: u32) -> RGBColor {
    RGBColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// Behind everything.
pub const PAPER: Colour = colour("paper", 0xFF_FF_FF, 0x11_17_1E);
/// Text.
pub const INK: Colour = colour("ink", 0x16_20_2B, 0xE8_ED_F2);
/// Text of less weight.
pub const MUTED: Colour = colour("muted", 0x55_62_70, 0x9C_AA_B8);
/// Lines of a grid and between rows.
pub const GRID: Colour = colour("grid", 0xE2_E7_EC, 0x2A_34_3F);
/// Data.
pub const DATA: Colour = colour("data", 0x1D_5F_A6, 0x6F_B1_EA);
/// Data of less weight.
pub const FAINT: Colour = colour("faint", 0xA9_C6_E3, 0x2F_5C_85);
/// Data to be told from other data by everyone: blue and orange differ to every kind of eye.
pub const WRONG: Colour = colour("wrong", 0xB8_55_0B, 0xF0_9A_4E);
/// Text on the paler shades.
pub const ON_PALE: Colour = colour("on-pale", 0x14_1F_2C, 0xF1_F5_F9);
/// Text on the deeper shades.
pub const ON_DEEP: Colour = colour("on-deep", 0xFD_FE_FF, 0x0A_11_19);

/// Shades of one hue from little to much, with a wide step in the middle, where text changes
/// from [`ON_PALE`] to [`ON_DEEP`], so that it can be read on all of them.
pub const SHADES: [Colour; 7] = [
    colour("shade-0", 0xF3_F6_F9, 0x18_20_29),
    colour("shade-1", 0xDC_E8_F4, 0x1D_2F_41),
    colour("shade-2", 0xBC_D4_EB, 0x21_42_5F),
    colour("shade-3", 0x93_BC_E0, 0x28_5A_82),
    colour("shade-4", 0x2F_6F_AC, 0x74_AE_DC),
    colour("shade-5", 0x1E_55_90, 0xA4_CC_EC),
    colour("shade-6", 0x10_3B_6B, 0xD5_E9_F9),
];

/// The first shade that needs light text on a light page.
pub const FIRST_DEEP: usize = 4;

const PLAIN: [Colour; 9] = [
    PAPER, INK, MUTED, GRID, DATA, FAINT, WRONG, ON_PALE, ON_DEEP,
];

impl Colour {
    /// As charts are drawn.
    pub fn light(self) -> RGBColor {
        self.light
    }
}

fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// The variables of a light and a dark page, and the rules that put them into the charts. Paper
/// is always light.
pub fn css() -> String {
    let all = || PLAIN.iter().chain(&SHADES);
    let variables = |value: fn(&Colour) -> RGBColor| -> String {
        let variable = |c| format!("--{}:{};", Colour::name(c), hex(value(c)));
        all().map(variable).collect()
    };
    let mut css = format!(":root{{{}}}\n", variables(|c| c.light));
    // Writing to a string cannot fail.
    let _ = writeln!(
        css,
        "@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}",
        variables(|c| c.dark)
    );
    for colour in all() {
        let (name, light) = (colour.variable, hex(colour.light));
        let _ = writeln!(
            css,
            "svg [fill=\"{light}\"]{{fill:var(--{name})}}svg [stroke=\"{light}\"]{{stroke:var(--{name})}}"
        );
    }
    css
}

impl Colour {
    fn name(&self) -> &'static str {
        self.variable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast by WCAG 2.2.
    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        let luminance = |RGBColor(r, g, b)| 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    fn readable(text: Colour, ground: Colour, least: f64) {
        for (text_is, ground_is) in [(text.light, ground.light), (text.dark, ground.dark)] {
            let got = contrast(text_is, ground_is);
            let (text, ground) = (text.variable, ground.variable);
            assert!(got >= least, "{text} on {ground}: {got:.2}");
        }
    }

    #[test]
    fn text_can_be_read_on_what_it_stands_on() {
        for text in [INK, MUTED, DATA, WRONG] {
            readable(text, PAPER, 4.5);
        }
        for (index, &shade) in SHADES.iter().enumerate() {
            let text = if index < FIRST_DEEP { ON_PALE } else { ON_DEEP };
            readable(text, shade, 4.5);
        }
    }

    #[test]
    fn shades_deepen_and_every_colour_is_its_own() {
        for pair in SHADES.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            assert!(contrast(PAPER.light, to.light) > contrast(PAPER.light, from.light));
            assert!(contrast(PAPER.dark, to.dark) > contrast(PAPER.dark, from.dark));
        }
        // A rule finds a colour by its light value alone.
        let mut lights: Vec<_> = PLAIN.iter().chain(&SHADES).map(|c| hex(c.light)).collect();
        lights.sort();
        lights.dedup();
        assert_eq!(lights.len(), PLAIN.len() + SHADES.len());
    }
}
