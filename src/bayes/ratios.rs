//! How unlike the labels of a [`regression`](super::regression) use a term: the weights of naive
//! Bayes on presence (Wang and Manning 2012 scale terms by them; here they are where weights start
//! and what they are pulled towards).

use super::{Document, Problem};

/// Log-ratios of terms and labels.
pub struct Ratios {
    labels: usize,
    documents: usize,
    /// Documents that have the term.
    frequencies: Vec<u32>,
    /// `R_tc` = ln [p(t given c) / p(t given another label)], term by term; 0 for terms that no
    /// document has. Frequencies are of documents, by the weight of their source, plus 1.
    weights: Vec<f64>,
}

impl Ratios {
    /// Counts the documents of each term and label.
    pub fn of(problem: &Problem<'_>, documents: &[&Document]) -> Self {
        let labels = problem.labels;
        let mut frequencies = vec![0u32; problem.terms];
        let mut with = vec![0.0; problem.terms * labels];
        let mut all = vec![0.0; problem.terms];
        for document in documents {
            let weight = problem.source_weights[document.source];
            let truth = document.labels(problem.kind);
            for entry in document.vector.entries() {
                let term = entry.term as usize;
                frequencies[term] += 1;
                all[term] += weight;
                truth
                    .iter()
                    .for_each(|label| with[term * labels + label] += weight);
            }
        }
        Self {
            labels,
            documents: documents.len(),
            weights: log_ratios(labels, &frequencies, &with, &all),
            frequencies,
        }
    }

    /// ln((N + 1) / (`df_t` + 1)) of each term.
    pub fn inverse_document_frequencies(&self) -> Vec<f64> {
        let all = self.documents as f64 + 1.0;
        let idf = |&frequency: &u32| libm::log(all / (f64::from(frequency) + 1.0));
        self.frequencies.iter().map(idf).collect()
    }

    /// The weights of naive Bayes for inputs of these scales, times `factor`.
    pub fn means(&self, factor: f64, scales: &[f64]) -> Vec<f64> {
        let rows = self.weights.chunks(self.labels).zip(scales);
        let means = rows.flat_map(|(row, &scale)| {
            let factor = if scale > 0.0 { factor / scale } else { 0.0 };
            row.iter().map(move |ratio| factor * ratio)
        });
        means.collect()
    }
}

fn log_ratios(labels: usize, frequencies: &[u32], with: &[f64], all: &[f64]) -> Vec<f64> {
    let mut total_with = vec![0.0; labels];
    let mut total_without = vec![0.0; labels];
    for (row, all) in with.chunks(labels).zip(all) {
        for (label, with) in row.iter().enumerate() {
            total_with[label] += with + 1.0;
            total_without[label] += all - with + 1.0;
        }
    }
    let rows = with.chunks(labels).zip(all).zip(frequencies);
    let ratios = rows.flat_map(|((row, all), &frequency)| {
        let (total_with, total_without) = (&total_with, &total_without);
        row.iter().enumerate().map(move |(label, with)| {
            let here = (with + 1.0) / total_with[label];
            let there = (all - with + 1.0) / total_without[label];
            if frequency > 0 {
                libm::log(here / there)
            } else {
                0.0
            }
        })
    });
    ratios.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_one_label_weigh_for_it_and_unused_ones_nothing() {
        // Three terms, two labels: the first is of label 0 alone, the second of both alike.
        let ratios = Ratios {
            labels: 2,
            documents: 4,
            frequencies: vec![2, 4, 0],
            weights: log_ratios(
                2,
                &[2, 4, 0],
                &[2.0, 0.0, 2.0, 2.0, 0.0, 0.0],
                &[2.0, 4.0, 0.0],
            ),
        };
        let row = |term: usize| &ratios.weights[term * 2..][..2];
        assert!((row(0)[0] - libm::log((3.0 / 7.0) / (1.0 / 5.0))).abs() < 1e-12);
        assert!((row(0)[0] + row(0)[1]).abs() < 1e-12);
        assert!(row(1)[0].abs() < row(0)[0] / 2.0);
        assert_eq!(row(2), [0.0, 0.0]);
        let idf = ratios.inverse_document_frequencies();
        assert!((idf[0] - libm::log(5.0 / 3.0)).abs() < 1e-12 && idf[1].abs() < 1e-12);
        let means = ratios.means(0.5, &idf);
        assert!((means[0] * idf[0] - 0.5 * row(0)[0]).abs() < 1e-12);
    }
}
