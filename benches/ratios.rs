//! The figures of the library in `docs/performance.md`. Whatever is compared runs in turns, many
//! times, and the best processor time of each counts: a noisy machine disturbs both sides alike.
//!
//! `cargo bench --bench ratios` uses made-up articles; `-- --corpus` adds those of a corpus.
//! `-- --rows FILE` tags the records of a file once, for `peers.py`, and prints articles and seconds.

mod common;

use std::{hint::black_box, time::Duration};

use common::fiction::ACTORS;
use cpu_time::ThreadTime;
use newstance::{
    article::Article,
    bayes::ClassCounts,
    features::{
        FeaturizerConfig,
        selection::{SelectionParams, Sketch},
    },
    label::{Axis, AxisParts},
    model::{Classifier, Model},
    tagger::{TagOptions, Tagger},
};

const ROUNDS: usize = 30;

/// Something that is timed: its name and the work on one set of articles.
type Case<'c> = (&'c str, Box<dyn Fn() + 'c>);

/// The best time of each case over rounds that take turns.
fn best(cases: &[Case<'_>], rounds: usize) -> Vec<Duration> {
    let mut best = vec![Duration::MAX; cases.len()];
    for _ in 0..rounds {
        for ((_, work), best) in cases.iter().zip(&mut best) {
            let start = ThreadTime::now();
            work();
            *best = start.elapsed().min(*best);
        }
    }
    best
}

fn tag_all(tagger: &Tagger, articles: &[Article], options: &TagOptions) {
    for article in articles {
        black_box(tagger.tag(article, options).is_ok());
    }
}

/// Options for all axes of documents, without stance.
fn documents(tagger: &Tagger) -> TagOptions {
    let axes = tagger.model().classifiers().iter();
    TagOptions {
        axes: axes.map(|c| c.axis().name().to_owned()).collect(),
        ..TagOptions::default()
    }
}

fn line(name: &str, articles: &[Article], time: Duration, base: Duration) {
    let seconds = time.as_secs_f64();
    println!(
        "{name:<34} {:>9.0} articles/s {:>7.1} MB/s {:>8.1} us {:>6.2} x",
        articles.len() as f64 / seconds,
        common::bytes(articles) as f64 / 1e6 / seconds,
        1e6 * seconds / articles.len() as f64,
        seconds / base.as_secs_f64(),
    );
}

/// Tagging, and what evidence and stance add to it.
fn detail(name: &str, tagger: &Tagger, articles: &[Article]) {
    println!(
        "\n{name}, {} bytes a text",
        common::bytes(articles) / articles.len()
    );
    let plain = documents(tagger);
    let explained = TagOptions {
        max_evidence: Some(10),
        ..plain.clone()
    };
    let everything = TagOptions {
        max_evidence: Some(10),
        ..TagOptions::default()
    };
    let five = |a: &Article| common::with_targets(a, &ACTORS[..5]);
    let targeted: Vec<Article> = articles.iter().map(five).collect();
    let all = TagOptions::default();
    let featurizer = tagger.model().featurizer();
    let cases: [Case<'_>; 6] = [
        (
            "tag, all document axes",
            Box::new(|| tag_all(tagger, articles, &plain)),
        ),
        (
            "  featurizer alone",
            Box::new(|| {
                for article in articles {
                    black_box(featurizer.transform(&article.zones()));
                }
            }),
        ),
        (
            "with evidence",
            Box::new(|| tag_all(tagger, articles, &explained)),
        ),
        (
            "with stance, targets found",
            Box::new(|| tag_all(tagger, articles, &all)),
        ),
        (
            "with stance, five targets given",
            Box::new(|| tag_all(tagger, &targeted, &all)),
        ),
        (
            "with stance and all evidence",
            Box::new(|| tag_all(tagger, articles, &everything)),
        ),
    ];
    let times = best(&cases, ROUNDS);
    for ((name, _), time) in cases.iter().zip(&times) {
        line(name, articles, *time, times[0]);
    }
}

/// Time per byte of short and of long texts.
fn lengths(tagger: &Tagger) {
    println!("\nlength: time per byte");
    let sets = [1_000, 10_000, 100_000, 1_000_000].map(|bytes| {
        let count = (2_000_000 / bytes) as u64;
        (bytes, common::made_up(count, bytes))
    });
    let plain = documents(tagger);
    let cases = sets
        .each_ref()
        .map(|(_, articles)| -> Case<'_> { ("", Box::new(|| tag_all(tagger, articles, &plain))) });
    let times = best(&cases, ROUNDS / 3);
    let per_byte = |at: usize| times[at].as_secs_f64() * 1e9 / common::bytes(&sets[at].1) as f64;
    for (at, (bytes, _)) in sets.iter().enumerate() {
        let ratio = per_byte(at) / per_byte(0);
        println!(
            "{bytes:>9} bytes {:>8.2} ns/byte {ratio:>6.2} x",
            per_byte(at)
        );
    }
}

/// A model with `copies` times the axes.
fn multiplied(copies: usize) -> Tagger {
    let model = common::tagger().into_model();
    let copy = |classifier: &Classifier, at: usize| {
        let mut parts = AxisParts::from(classifier.axis().clone());
        parts.name = format!("{}_{at}", parts.name);
        let (scorer, calibration) = (classifier.scorer(), classifier.calibration());
        Classifier::new(
            Axis::try_from(parts).expect("a good name"),
            scorer.clone(),
            calibration.clone(),
            classifier.rule().clone(),
        )
        .expect("parts that belonged together")
    };
    let all = (0..copies).flat_map(|at| model.classifiers().iter().map(move |c| copy(c, at)));
    Tagger::new(Model::new(
        model.card().clone(),
        model.featurizer().clone(),
        *model.abstention(),
        all.collect(),
    ))
}

fn axes(articles: &[Article]) {
    println!("\nlabels: 37 and four times as many");
    let taggers = [multiplied(1), multiplied(4)];
    let options = TagOptions::default();
    let cases = taggers.each_ref().map(|tagger| -> Case<'_> {
        let options = &options;
        (
            "labels",
            Box::new(move || tag_all(tagger, articles, options)),
        )
    });
    let times = best(&cases, ROUNDS);
    times
        .iter()
        .for_each(|&time| line("labels", articles, time, times[0]));
}

/// The three passes of training over a text.
fn counting(tagger: &Tagger, articles: &[Article]) {
    println!("\ntraining, counting on one thread");
    let config = FeaturizerConfig::default();
    let params = SelectionParams::default();
    let mut sketch = Sketch::default();
    for article in articles {
        sketch.add(&Sketch::slots(&config, &article.zones()));
    }
    let featurizer = tagger.model().featurizer();
    let counts = ClassCounts::zero(17, featurizer.vocabulary().len());
    let counts = std::cell::RefCell::new(counts);
    let cases: [Case<'_>; 3] = [
        (
            "sketching",
            Box::new(|| {
                for article in articles {
                    black_box(Sketch::slots(&config, &article.zones()));
                }
            }),
        ),
        (
            "choosing terms",
            Box::new(|| {
                for article in articles {
                    black_box(sketch.candidates(&config, &params, &article.zones()));
                }
            }),
        ),
        (
            "learning",
            Box::new(|| {
                for (at, article) in articles.iter().enumerate() {
                    let vector = featurizer.transform(&article.zones());
                    counts.borrow_mut().add(at % 17, &vector, 3);
                }
            }),
        ),
    ];
    let times = best(&cases, ROUNDS);
    for ((name, _), &time) in cases.iter().zip(&times) {
        line(name, articles, time, times[2]);
    }
}

/// One pass over the records of a file.
fn rows(tagger: &Tagger, file: &str) {
    let articles = common::corpus(file, usize::MAX).expect("the file is there");
    let plain = documents(tagger);
    tag_all(tagger, &articles[..articles.len().min(100)], &plain);
    let start = ThreadTime::now();
    tag_all(tagger, &articles, &plain);
    let seconds = start.elapsed().as_secs_f64();
    println!("{} {seconds}", articles.len());
}

fn main() {
    let tagger = common::tagger();
    let mut arguments = std::env::args().skip_while(|argument| argument != "--rows");
    if let Some(file) = arguments.nth(1) {
        return rows(&tagger, &file);
    }
    let articles = common::made_up(200, 5000);
    detail("made-up articles", &tagger, &articles);
    lengths(&tagger);
    axes(&articles);
    counting(&tagger, &articles);
    if std::env::args().any(|argument| argument == "--corpus")
        && let Some(articles) = common::corpus("allsides-1.jsonl.zst", 500)
    {
        detail("allsides-1", &tagger, &articles);
        counting(&tagger, &articles);
    }
}
