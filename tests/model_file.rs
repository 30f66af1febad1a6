//! Model files of the present version are read, and nothing else is.

mod common;

use std::collections::HashMap;

use newstance::{
    bayes::Scorer,
    model::{Classifier, Model, ModelFileError},
};
use proptest::prelude::*;
use safetensors::SafeTensors;

fn error_of(bytes: &[u8]) -> String {
    match Model::from_bytes(bytes) {
        Ok(_) => panic!("the file was accepted"),
        Err(error) => error.to_string(),
    }
}

/// The fixture with its manifest and tensors changed, and with a digest that fits.
fn forged(
    change: impl Fn(&mut serde_json::Value, &mut Vec<(String, Vec<usize>, Vec<u8>)>),
) -> Vec<u8> {
    forged_from(&common::fixture(), change)
}

/// The same of any model file.
fn forged_from(
    bytes: &[u8],
    change: impl Fn(&mut serde_json::Value, &mut Vec<(String, Vec<usize>, Vec<u8>)>),
) -> Vec<u8> {
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    let manifest = &header.metadata().as_ref().unwrap()["newstance"];
    let mut manifest: serde_json::Value = serde_json::from_str(manifest).unwrap();
    let file = SafeTensors::deserialize(bytes).unwrap();
    let mut types = HashMap::new();
    let mut tensors: Vec<_> = file
        .iter()
        .map(|(name, view)| {
            types.insert(name.to_owned(), view.dtype());
            (name.to_owned(), view.shape().to_vec(), view.data().to_vec())
        })
        .collect();
    manifest["digest"] = "0".repeat(64).into();
    change(&mut manifest, &mut tensors);
    let views = tensors.iter().map(|(name, shape, data)| {
        let view = safetensors::tensor::TensorView::new(types[name], shape.clone(), data);
        (name.clone(), view.unwrap())
    });
    let metadata = HashMap::from([("newstance".to_owned(), manifest.to_string())]);
    let mut bytes = safetensors::serialize(views, Some(metadata)).unwrap();
    let zeros = "0".repeat(64);
    let place = bytes
        .windows(64)
        .position(|window| window == zeros.as_bytes());
    if let Some(place) = place {
        use sha2::Digest;
        let digest = newstance::model::file::hex(&sha2::Sha256::digest(&bytes));
        bytes[place..place + 64].copy_from_slice(digest.as_bytes());
    }
    bytes
}

#[test]
fn version_3_is_read() {
    let model = Model::from_bytes(&common::fixture()).unwrap();
    assert_eq!(model.card().name, "tiny");
    assert_eq!(model.digest().len(), 64);
    let axes: Vec<_> = model
        .classifiers()
        .iter()
        .map(|c| c.axis().name())
        .collect();
    assert_eq!(axes, ["beat", "angle"]);
    assert_eq!(
        model.to_bytes().unwrap(),
        common::fixture(),
        "and written as it was"
    );
}

#[test]
fn earlier_versions_are_refused_by_their_version() {
    for version in [1, 2] {
        let path = common::path(&format!("data/model-v{version}.safetensors"));
        assert_eq!(
            error_of(&std::fs::read(path).unwrap()),
            format!(
                "model format \"newstance-model\" version {version}; this program reads \"newstance-model\" version 3"
            )
        );
    }
}

#[test]
fn a_forgery_without_changes_is_accepted() {
    assert!(
        Model::from_bytes(&forged(|_, _| {})).is_ok(),
        "so the forgeries below test what they say"
    );
}

#[test]
fn every_truncation_is_refused() {
    let bytes = common::fixture();
    for length in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        error_of(&bytes[..length]);
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    error_of(&longer);
}

#[test]
fn a_flipped_bit_is_refused_wherever_it_is() {
    let bytes = common::fixture();
    for at in (0..bytes.len()).step_by(41).chain(0..16) {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            error_of(&flipped);
        }
    }
}

#[test]
fn another_format_or_version_is_told_from_damage() {
    let newer = forged(|manifest, _| manifest["format_version"] = 4.into());
    assert_eq!(
        error_of(&newer),
        "model format \"newstance-model\" version 4; this program reads \"newstance-model\" version 3"
    );
    let other = forged(|manifest, _| manifest["format"] = "other".into());
    assert!(error_of(&other).contains("\"other\""));
    assert!(error_of(b"PK\x03\x04 something else").starts_with("not a model file"));
}

#[test]
fn a_table_has_a_column_a_label() {
    let model = Model::from_bytes(&common::fixture()).unwrap();
    let beat = &model.classifiers()[0];
    let one_column = Scorer::from_parts(vec![0.0], vec![0.0], &[0], 1).unwrap();
    let (axis, rule) = (beat.axis().clone(), beat.rule().clone());
    let classifier = Classifier::new(axis, one_column, beat.calibration().clone(), rule);
    let error = classifier.unwrap_err().to_string();
    assert!(error.contains("has not one column a label"), "{error}");
}

#[test]
fn words_around_a_target_have_a_scale_a_region() {
    let model = common::train_text(include_str!("data/harbour.toml"), 1).unwrap();
    let bytes = model.to_bytes().unwrap();
    let with = |change: fn(&mut Vec<serde_json::Value>)| {
        let forgery = forged_from(&bytes, |manifest, _| {
            let scales = &mut manifest["stance"]["axis"]["around_scales"];
            change(scales.as_array_mut().unwrap());
        });
        Model::from_bytes(&forgery).map_err(|error| error.to_string())
    };
    assert!(with(|_| {}).is_ok());
    let missing = with(|scales| drop(scales.pop())).unwrap_err();
    let surplus = with(|scales| scales.push(scales[0].clone())).unwrap_err();
    for error in [missing, surplus] {
        assert!(error.contains("a scale a region and label"), "{error}");
    }
}

#[test]
fn consistent_lies_are_refused() {
    type Change = fn(&mut serde_json::Value, &mut Vec<(String, Vec<usize>, Vec<u8>)>);
    let cases: &[(&str, Change)] = &[
        ("canary 1 failed", |m, _| {
            m["canaries"][1]["tokens"] = 1.into();
        }),
        ("card.name is out of range", |m, _| {
            m["card"]["name"] = "../x".into();
        }),
        ("min_known_share is out of range", |m, _| {
            m["abstention"]["min_known_share"] = 2.into();
        }),
        ("axes is out of range", |m, _| {
            m["axes"] = serde_json::json!([]);
        }),
        ("axes is out of range", |m, _| {
            m["axes"][1] = m["axes"][0].clone();
        }),
        ("decision rule does not fit", |m, _| {
            m["axes"][0]["rule"] = m["axes"][1]["rule"].clone();
        }),
        ("calibration does not fit", |m, _| {
            m["axes"][0]["calibration"]["labels"][0]["slope"] = (-1).into();
        }),
        ("max_ngram = 9", |m, _| {
            m["featurizer"]["max_ngram"] = 9.into();
        }),
        ("a bias and a scale a label", |m, _| {
            m["axes"][0]["bias"] = serde_json::json!([0.0]);
            m["axes"][0]["scales"] = serde_json::json!([0.0]);
        }),
        ("stands twice", |m, _| {
            m["axes"][0]["axis"]["labels"][1] = m["axes"][0]["axis"]["labels"][0].clone();
        }),
        ("unknown field", |m, _| m["surprise"] = 1.into()),
        ("expected U8 of shape", |_, tensors| {
            let weights = tensors.iter_mut().find(|t| t.0 == "weights.beat").unwrap();
            weights.1.reverse();
        }),
        ("usable numbers", |m, _| {
            m["axes"][0]["scales"][0] = (-1).into();
        }),
        ("usable numbers", |m, _| {
            m["axes"][0]["max_count"] = 32_768.into();
        }),
        ("a scale a label", |m, _| {
            m["axes"][0]["scales"] = serde_json::json!([]);
        }),
        ("rising ends", |_, tensors| {
            let ends = tensors
                .iter_mut()
                .find(|t| t.0 == "vocabulary.ends")
                .unwrap();
            ends.2[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        }),
        ("does not come after", |_, tensors| {
            let text = tensors
                .iter_mut()
                .find(|t| t.0 == "vocabulary.text")
                .unwrap();
            text.2[0] = b'~';
        }),
        ("UTF-8", |_, tensors| {
            let text = tensors
                .iter_mut()
                .find(|t| t.0 == "vocabulary.text")
                .unwrap();
            text.2[0] = 0xff;
        }),
    ];
    for (message, change) in cases {
        let error = error_of(&forged(change));
        assert!(error.contains(message), "expected {message:?} in {error:?}");
    }
}

#[test]
fn a_header_that_claims_gigabytes_costs_nothing() {
    for claimed in [u64::MAX, 1 << 40, 99_999_999] {
        let bytes = [&claimed.to_le_bytes()[..], b"{}"].concat();
        let refused = Model::from_bytes(&bytes);
        assert!(matches!(refused, Err(ModelFileError::SafeTensors(_))));
    }
    let header = br#"{"a":{"dtype":"F32","shape":[4294967295,4294967295],"data_offsets":[0,4]}}"#;
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header, &[0; 4]].concat();
    error_of(&bytes);
}

proptest! {
    #[test]
    fn rubbish_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Model::from_bytes(&bytes).is_err());
    }

    #[test]
    fn rubbish_in_a_json_header_is_refused(header in "[ -~]{0,200}") {
        let header = format!("{{\"__metadata__\":{{\"newstance\":{}}}}}", serde_json::Value::from(header));
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
        prop_assert!(Model::from_bytes(&bytes).is_err());
    }
}
