//! The table of options as documentation.

use std::fmt::Write;

use super::{flags::plain, options::GROUPS};

/// The options of `newstance serve` as tables in Markdown: what stands in `docs/configuration.md`.
#[must_use]
pub fn options_table() -> String {
    let mut out = String::new();
    for group in GROUPS {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "### {}\n", group.title);
        out += "| key | default | purpose | takes |\n| --- | --- | --- | --- |\n";
        for option in group.options {
            // The page says once how sizes and durations are written.
            let takes = option.kind.range().unwrap_or(option.kind.to_string());
            let default = option.default();
            let default = default.map_or("none".into(), |value| format!("`{}`", plain(&value)));
            let _ = writeln!(
                out,
                "| `{}` | {default} | {} | {takes} |",
                option.key(),
                option.purpose,
            );
        }
        out.push('\n');
    }
    out
}
