//! Labels that are passed over because the axis does not have them.

use std::{cmp::Reverse, collections::BTreeMap};

/// Codes that are named; of more, the most frequent ones.
const NAMED: usize = 5;

/// Codes and how often they were passed over.
#[derive(Debug, Default)]
pub struct PassedOver(BTreeMap<String, u64>);

impl PassedOver {
    /// Counts one more.
    pub fn add(&mut self, code: String) {
        *self.0.entry(code).or_default() += 1;
    }

    /// A line that names them, where there are any.
    #[must_use]
    pub fn line(&self, axis: &str) -> Option<String> {
        let all: u64 = self.0.values().sum();
        let mut codes: Vec<_> = self.0.iter().collect();
        codes.sort_by_key(|&(_, count)| Reverse(*count));
        let named = codes.iter().take(NAMED);
        let named: Vec<String> = named.map(|(code, n)| format!("{code:?} ({n})")).collect();
        let more = match codes.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more codes"),
        };
        let line = format!(
            "{all} labels passed over, which axis {axis} does not have: {}{more}",
            named.join(", ")
        );
        (all > 0).then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_codes_are_named() {
        let mut passed = PassedOver::default();
        assert_eq!(passed.line("beat"), None);
        for code in ["a", "b", "b", "c", "d", "e", "f", "g"] {
            passed.add(code.into());
        }
        let expected = "8 labels passed over, which axis beat does not have: \"b\" (2), \"a\" (1), \
                        \"c\" (1), \"d\" (1), \"e\" (1) and 2 more codes";
        assert_eq!(passed.line("beat").unwrap(), expected);
    }
}
