//! `GRPCInferenceService`: the Open Inference Protocol.

use std::{collections::HashMap, sync::Arc};

use http::Extensions;
use tonic::{Request, Response, Status};

use super::{Shared, tagging::label_all};
use crate::{
    article::{Article, ArticleLimits, ArticleParts},
    model::Model,
    server::{
        admission::places_of,
        inference::{
            Form, check_version, metadata,
            outputs::Output,
            request::InferRequest,
            rows::{Table, Tensors, wanted_axes},
        },
        models::Models,
        pb::inference::{
            self as pb, grpc_inference_service_server::GrpcInferenceService,
            infer_parameter::ParameterChoice,
        },
        pool::Abandoned,
        resource::ModelName,
        status::ApiError,
        telemetry::{CallRecord, WatchedTagger},
    },
    tagger::{TagOptions, Tagger, Tagging},
};

/// Fields of a request that name the model and its version.
struct Fields(&'static str, &'static str);

impl Fields {
    /// The model in service.
    fn find(&self, models: &Models, name: &str, version: &str) -> Result<Arc<Tagger>, ApiError> {
        let Self(name_field, version_field) = *self;
        let name = ModelName::parse_bare(name_field, name)?;
        let tagger = super::find(models, name_field, name.as_ref())?;
        check_version(tagger, version_field, version)?;
        Ok(tagger.clone())
    }
}

/// One request, ready to be answered.
struct Job {
    tagger: WatchedTagger,
    articles: Vec<Article>,
    outputs: Vec<Output>,
    form: Form,
}

impl Job {
    /// Labels every article; the first fault is that of all.
    fn run(self, abandoned: &Abandoned) -> Result<Tensors, ApiError> {
        let model = self.tagger.model();
        let axes = wanted_axes(&self.outputs).into_iter();
        let options = TagOptions {
            axes: axes.map(|axis| name(model, axis)).collect(),
            ..TagOptions::default()
        };
        let table = Table::new(model, &self.outputs);
        let articles = self.articles.into_iter().map(Ok).collect();
        let row = |_: &Article, tagging: Tagging<'_>| table.row(&tagging);
        let rows = label_all(&self.tagger, articles, &options, abandoned, row);
        let rows: Result<Vec<_>, _> = rows.into_iter().collect();
        Ok(table.tensors(&rows?, self.form))
    }
}

fn name(model: &Model, axis: usize) -> String {
    model.classifiers()[axis].axis().name().into()
}

impl Shared {
    async fn infer(
        &self,
        request: pb::ModelInferRequest,
        call: &Extensions,
    ) -> Result<pb::ModelInferResponse, ApiError> {
        let models = self.store().serving()?;
        let request = InferRequest::new(request, &self.config().requests)?;
        let fields = Fields("model_name", "model_version");
        let tagger = fields.find(&models, &request.model_name, &request.model_version)?;
        let job = Job {
            outputs: Output::named(tagger.model(), &request.outputs)?,
            articles: all_sound(request.articles, &self.config().requests.article)?,
            form: request.form,
            tagger: self.telemetry().watch(&tagger, &CallRecord::of(call)),
        };
        let count = places_of(job.articles.iter());
        let tensors = self.on_pool(count, call, move |abandoned| job.run(abandoned));
        Ok(response(tagger.model(), request.id, tensors.await??))
    }
}

/// The articles, where all of them are sound.
fn all_sound(parts: Vec<ArticleParts>, limits: &ArticleLimits) -> Result<Vec<Article>, ApiError> {
    let check = |(index, parts)| {
        let article = Article::new(parts, limits);
        article.map_err(|error| ApiError::ArticleAt { index, error })
    };
    parts.into_iter().enumerate().map(check).collect()
}

fn response(model: &Model, id: String, tensors: Tensors) -> pb::ModelInferResponse {
    let digest = pb::InferParameter {
        parameter_choice: Some(ParameterChoice::StringParam(model.digest().into())),
    };
    pb::ModelInferResponse {
        model_name: model.card().name.clone(),
        model_version: model.card().version.clone(),
        id,
        parameters: HashMap::from([("digest".into(), digest)]),
        outputs: tensors.outputs,
        raw_output_contents: tensors.raw,
    }
}

#[tonic::async_trait]
impl GrpcInferenceService for Shared {
    async fn server_live(
        &self,
        _request: Request<pb::ServerLiveRequest>,
    ) -> Result<Response<pb::ServerLiveResponse>, Status> {
        Ok(Response::new(pb::ServerLiveResponse { live: true }))
    }

    async fn server_ready(
        &self,
        _request: Request<pb::ServerReadyRequest>,
    ) -> Result<Response<pb::ServerReadyResponse>, Status> {
        let ready = self.is_ready();
        Ok(Response::new(pb::ServerReadyResponse { ready }))
    }

    async fn model_ready(
        &self,
        request: Request<pb::ModelReadyRequest>,
    ) -> Result<Response<pb::ModelReadyResponse>, Status> {
        let pb::ModelReadyRequest { name, version } = request.into_inner();
        let found = |models: Arc<Models>| Fields("name", "version").find(&models, &name, &version);
        let ready = self.is_ready() && self.store().serving().and_then(found).is_ok();
        Ok(Response::new(pb::ModelReadyResponse { ready }))
    }

    async fn server_metadata(
        &self,
        _request: Request<pb::ServerMetadataRequest>,
    ) -> Result<Response<pb::ServerMetadataResponse>, Status> {
        Ok(Response::new(pb::ServerMetadataResponse {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            extensions: Vec::new(),
        }))
    }

    async fn model_metadata(
        &self,
        request: Request<pb::ModelMetadataRequest>,
    ) -> Result<Response<pb::ModelMetadataResponse>, Status> {
        let pb::ModelMetadataRequest { name, version } = request.into_inner();
        let models = self.store().serving()?;
        let tagger = Fields("name", "version").find(&models, &name, &version)?;
        Ok(Response::new(metadata(tagger.model())))
    }

    async fn model_infer(
        &self,
        request: Request<pb::ModelInferRequest>,
    ) -> Result<Response<pb::ModelInferResponse>, Status> {
        let (_, call, request) = request.into_parts();
        let response = self.infer(request, &call).await?;
        Ok(Response::new(response))
    }
}
