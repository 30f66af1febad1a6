//! The order of labels by their scores.

/// Positions of `scores` from the highest to the lowest; equal scores keep their order, so ties
/// break by the order of the labels.
#[must_use]
pub fn ranking(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_break_by_label_order() {
        assert_eq!(ranking(&[1.0, 3.0, 1.0, 3.0]), [1, 3, 0, 2]);
    }
}
