//! The default model on real corpora, where they are present beside the repository; they are not
//! part of it.

mod common;

use std::{fs::File, path::Path};

use newstance::{
    corpus::{Records, decompressed},
    evaluate::{Evaluation, judge_record},
    model::embedded::default_model,
    tagger::Tagger,
};

#[test]
fn the_default_model_still_does_what_its_card_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/annotated.jsonl.zst");
    let Ok(file) = File::open(&path) else {
        println!("skipped: {} is not here", path.display());
        return;
    };
    let tagger = Tagger::new(default_model().unwrap());
    let classifiers = tagger.model().all_classifiers();
    let mut evaluations: Vec<_> = classifiers.map(|c| Evaluation::new(c.axis())).collect();
    for record in Records::new("annotated", decompressed(file).unwrap()) {
        let record = record.unwrap();
        if record.split() != "dev" {
            continue;
        }
        for (classifier, evaluation) in tagger.model().all_classifiers().zip(&mut evaluations) {
            let judgement = judge_record(&tagger, classifier.axis(), record.clone()).unwrap();
            judgement
                .iter()
                .for_each(|judgement| evaluation.add(judgement));
        }
    }
    // An axis that is measured on another corpus has no dev split here.
    let reports = evaluations.iter().map(Evaluation::report);
    for report in reports.filter(|report| report.n > 0) {
        for (name, value) in report.figures() {
            let card = tagger.model().card().metrics.iter();
            let mut card =
                card.filter(|m| m.corpus == "annotated" && m.split == "dev" && m.name == name);
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
