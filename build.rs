//! Compiles the protos with `protox`, so that no `protoc` is needed, into three things that
//! `src/server/pb.rs` includes: tonic services, their canonical JSON, and the descriptors that
//! reflection serves.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(
        [
            "inference/inference.proto",
            "newstance/v1/model_service.proto",
            "newstance/v1/tagging_service.proto",
        ],
        ["proto"],
    )?;
    let encoded = descriptors.encode_to_vec();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("newstance_descriptor.bin"), &encoded)?;

    tonic_prost_build::configure()
        .codec_path("crate::server::codec::CheckedCodec")
        .extern_path(".google.protobuf.Timestamp", "::pbjson_types::Timestamp")
        .extern_path(".google.rpc.Status", "::tonic_types::Status")
        // Texts are cut from what was received, not copied before.
        .bytes(".inference.ModelInferRequest.raw_input_contents")
        .compile_fds(descriptors)?;

    pbjson_build::Builder::new()
        .register_descriptors(&encoded)?
        // Only answers are printed, and an `Any` has no JSON of its own.
        .exclude([".newstance.v1.TagArticleResult"])
        .exclude([".newstance.v1.BatchTagArticlesResponse"])
        .exclude([".newstance.v1.StreamTagArticlesResponse"])
        .build(&[".newstance.v1"])?;
    Ok(())
}
