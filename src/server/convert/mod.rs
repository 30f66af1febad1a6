//! Conversions between the wire and the domain: [`request`]s in, [`mod@answer`]s out.

pub mod answer;
pub mod request;

pub use answer::{answer, result};
pub use request::{BatchRequest, TagRequest, TagSettings, bounded_id, text_bytes};
