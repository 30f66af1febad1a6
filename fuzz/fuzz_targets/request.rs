//! Bytes from the network: decode, check, label, convert. Every span of the answer must cut the
//! text, in the unit that was asked for.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use newstance::{
    article::ArticleLimits,
    model::Model,
    server::{
        convert::{self, TagRequest},
        describe, pb,
    },
    tagger::Tagger,
    text::OffsetEncoding,
};
use prost::Message;

static TAGGER: LazyLock<Tagger> = LazyLock::new(|| {
    let file = include_bytes!("../../tests/data/model-v3.safetensors");
    Tagger::new(Model::from_bytes(file).expect("the committed model"))
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(request) = pb::TagArticleRequest::decode(bytes) else {
        return;
    };
    let Ok(TagRequest { article, settings }) = TagRequest::new(request, &ArticleLimits::default())
    else {
        return;
    };
    let Ok(tagging) = TAGGER.tag(&article, &settings.options) else {
        return;
    };
    let version = describe::version(TAGGER.model());
    let answer = convert::answer(&article, settings.encoding, version, tagging);
    let evidence = answer.axes.iter().flat_map(|axis| &axis.evidence);
    let spans = evidence.flat_map(|evidence| &evidence.spans);
    let mentions = answer.stances.iter().flat_map(|stance| &stance.mentions);
    for span in spans.chain(mentions) {
        let text = match span.field() {
            pb::ArticleField::Title => article.zones()[0],
            pb::ArticleField::Body => article.zones()[1],
            pb::ArticleField::Unspecified => panic!("a span without a field"),
        };
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(start < end && cuts(text, settings.encoding, start, end));
    }
    let bytes = answer.encode_to_vec();
    assert_eq!(pb::Tagging::decode(&bytes[..]).as_ref(), Ok(&answer));
});

fn cuts(text: &str, encoding: OffsetEncoding, start: usize, end: usize) -> bool {
    match encoding {
        OffsetEncoding::Utf8 => text.get(start..end).is_some(),
        OffsetEncoding::Utf16 => {
            let units: Vec<u16> = text.encode_utf16().collect();
            units.get(start..end).is_some_and(|units| String::from_utf16(units).is_ok())
        }
        OffsetEncoding::Utf32 => end <= text.chars().count(),
    }
}
