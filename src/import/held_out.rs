//! Articles that were kept out of every corpus: they were annotated twice to measure how well the
//! annotations agree.

use std::{collections::HashSet, sync::LazyLock};

static IDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    include_str!("../../models/annotations/held-out.txt")
        .lines()
        .collect()
});

/// Whether the article of this identifier was kept out.
pub fn is_held_out(id: &str) -> bool {
    IDS.contains(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_of_identifiers() {
        assert_eq!(IDS.len(), 307);
        assert!(IDS.iter().all(|id| id.contains('-') && !id.contains(' ')));
        assert!(!is_held_out("allsides-") && !is_held_out(""));
    }
}
