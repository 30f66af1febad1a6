//! The default model on real corpora, where they are present beside the repository; they are not
//! part of it.

mod common;

use std::{fs::File, path::Path};

use newstance::{
    article::ArticleLimits,
    corpus::{Records, decompressed},
    evaluate::{Evaluation, judge},
    model::embedded::default_model,
    tagger::{TagOptions, Tagger},
};

#[test]
fn the_default_model_still_does_what_its_card_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/annotated.jsonl.zst");
    let Ok(file) = File::open(&path) else {
        println!("skipped: {} is not here", path.display());
        return;
    };
    let tagger = Tagger::new(default_model().unwrap());
    let classifiers = tagger.model().classifiers().iter();
    let mut evaluations: Vec<_> = classifiers.map(|c| Evaluation::new(c.axis())).collect();
    for record in Records::new("annotated", decompressed(file).unwrap()) {
        let record = record.unwrap();
        if record.split() != "dev" {
            continue;
        }
        let labels = record.labels.clone();
        let article = record.into_article(&ArticleLimits::default()).unwrap();
        let tagging = tagger.tag(&article, &TagOptions::default()).unwrap();
        for (axis, evaluation) in tagging.axes.iter().zip(&mut evaluations) {
            let codes = &labels[axis.axis.name()];
            let judgement = judge(axis.axis, axis, codes);
            judgement
                .iter()
                .for_each(|judgement| evaluation.add(judgement));
        }
    }
    for evaluation in evaluations {
        let report = evaluation.report();
        for (name, value) in report.figures() {
            let card = tagger.model().card().metrics.iter();
            let mut card = card.filter(|m| m.split == "dev" && m.name == name);
            let said = card.find(|m| m.axis == report.axis).unwrap();
            assert!(
                (said.value - value).abs() < 1e-9,
                "{} {name}: the card says {}, measured {value}",
                report.axis,
                said.value
            );
        }
    }
}
