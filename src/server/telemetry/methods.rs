//! The methods that the server knows. All others share one name, so that a client cannot make up
//! series of metrics.

use std::collections::HashMap;

use prost::Message;
use prost_types::FileDescriptorSet;
use rustc_hash::FxBuildHasher;

use crate::server::pb;

/// Name of every method that is not known; OpenTelemetry's own.
const OTHER: &str = "_OTHER";
/// Descriptors of everything that is served.
const DESCRIPTORS: [&[u8]; 4] = [
    pb::DESCRIPTORS,
    tonic_health::pb::FILE_DESCRIPTOR_SET,
    tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
    tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
];

/// One method, as a position in [`Methods::names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method(pub usize);

/// All methods.
#[derive(Debug, Default)]
pub struct Methods {
    names: Vec<String>,
    by_name: HashMap<String, usize, FxBuildHasher>,
}

impl Methods {
    /// The methods of the services.
    pub fn new() -> Self {
        let mut names = vec![OTHER.to_owned()];
        for bytes in DESCRIPTORS {
            // They were compiled in: they are sound, as a test of this file shows.
            let files = FileDescriptorSet::decode(bytes).unwrap_or_default().file;
            for file in &files {
                names.extend(file.service.iter().flat_map(|service| {
                    let methods = service.method.iter();
                    methods.map(|m| format!("{}.{}/{}", file.package(), service.name(), m.name()))
                }));
            }
        }
        let by_name = names.iter().cloned().zip(0..).collect();
        Self { names, by_name }
    }

    /// The method of a request's path.
    pub fn of(&self, path: &str) -> Method {
        let name = path.strip_prefix('/').unwrap_or_default();
        Method(self.by_name.get(name).copied().unwrap_or_default())
    }

    /// All names, each once.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Name of a method: `package.Service/Method`.
    pub fn name(&self, method: Method) -> &str {
        self.names.get(method.0).map_or(OTHER, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_served_has_a_name_and_all_else_shares_one() {
        let methods = Methods::new();
        for known in [
            "newstance.v1.TaggingService/TagArticle",
            "newstance.v1.TaggingService/StreamTagArticles",
            "newstance.v1.ModelService/LoadModel",
            "inference.GRPCInferenceService/ModelInfer",
            "grpc.health.v1.Health/Check",
            "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        ] {
            assert_eq!(methods.name(methods.of(&format!("/{known}"))), known);
        }
        for unknown in [
            "",
            "/",
            "/_OTHER/x",
            "/newstance.v1.TaggingService/Tag",
            "*",
        ] {
            assert_eq!(methods.name(methods.of(unknown)), OTHER, "{unknown:?}");
        }
    }
}
