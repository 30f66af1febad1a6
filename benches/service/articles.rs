//! Articles of any length: fiction, put together from sentences that differ from one to the next.

use newstance::server::pb;

const WHO: [&str; 8] = [
    "The foreign minister of Orlan",
    "A spokesman for the harbour police",
    "The central bank of Veshta",
    "The opposition leader Mira Tolan",
    "Doctors at the city hospital",
    "The regional court",
    "Farmers along the river Ambe",
    "The coach of the national team",
];
const DID: [&str; 8] = [
    "said on Monday that",
    "warned in a report that",
    "told reporters after the meeting that",
    "denied once more that",
    "announced to the surprise of many that",
    "wrote in an open letter that",
    "agreed after long talks that",
    "accused the government of hiding that",
];
const WHAT: [&str; 8] = [
    "troops had crossed the border near the town and fired on soldiers",
    "interest rates would rise again because inflation stayed high",
    "the new vaccine protects older patients against the disease",
    "voters had the right to see the results of the election",
    "the factory had let waste into the river for years",
    "three men were guilty of fraud and would go to prison",
    "the striker would miss the final because of an injury",
    "refugees from the war needed food, water and shelter before winter",
];

/// The next number of a sequence that is the same in every run.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

/// An article of about so many bytes.
pub fn article(number: u64, bytes: usize) -> pb::Article {
    let mut state = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut pick = |of: &[&'static str; 8]| of[next(&mut state) % 8];
    let mut body = String::with_capacity(bytes + 200);
    while body.len() < bytes {
        for part in [pick(&WHO), " ", pick(&DID), " ", pick(&WHAT), ". "] {
            body.push_str(part);
        }
    }
    pb::Article {
        article_id: number.to_string(),
        title: "Talks on the border war go on".into(),
        body,
        ..pb::Article::default()
    }
}

/// A request for it.
pub fn request(number: u64, bytes: usize) -> pb::TagArticleRequest {
    pb::TagArticleRequest {
        article: Some(article(number, bytes)),
        ..pb::TagArticleRequest::default()
    }
}
