//! Code generated from `proto/`: messages, services, canonical JSON and descriptors.
#![allow(missing_docs, clippy::all, clippy::pedantic)]
// Comments of protos are no Markdown: `[n]` is a shape there, and no link.
#![allow(rustdoc::broken_intra_doc_links)]

tonic::include_proto!("newstance.v1");
include!(concat!(env!("OUT_DIR"), "/newstance.v1.serde.rs"));

/// The Open Inference Protocol.
pub mod inference {
    tonic::include_proto!("inference");
}

/// Descriptors of both packages, for reflection.
pub const DESCRIPTORS: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/newstance_descriptor.bin"));
