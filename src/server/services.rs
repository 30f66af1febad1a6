//! The gRPC services: check, ask the tagger, convert.

use std::sync::{Arc, OnceLock};

use tonic::{Request, Response, Status};

use super::{
    MAX_REQUEST_BYTES,
    convert::{TagRequest, response},
    describe, pb,
    pb::{model_service_server::ModelService, tagging_service_server::TaggingService},
    status::ApiError,
};
use crate::{article::ArticleLimits, tagger::Tagger};

/// What all services share: the model once it is loaded, and the limits.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    tagger: Arc<OnceLock<Arc<Tagger>>>,
    limits: ArticleLimits,
}

impl Shared {
    /// Hands the loaded model to the services. Only the first one counts.
    pub fn set_tagger(&self, tagger: Arc<Tagger>) {
        // A server loads one model, so there is no second call to lose.
        let _ = self.tagger.set(tagger);
    }

    fn tagger(&self) -> Result<&Tagger, ApiError> {
        let tagger = self.tagger.get().ok_or(ApiError::ModelNotReady)?;
        Ok(tagger)
    }

    /// Answers one request.
    ///
    /// # Errors
    /// When the request is invalid or the model is not loaded.
    pub fn tag(&self, request: pb::TagArticleRequest) -> Result<pb::TagArticleResponse, ApiError> {
        let tagger = self.tagger()?;
        let request = TagRequest::new(request, &self.limits)?;
        let tagging = tagger.tag(&request.article, &request.options)?;
        let model = describe::version(tagger.model());
        Ok(response(&request.article, request.encoding, model, tagging))
    }
}

#[tonic::async_trait]
impl TaggingService for Shared {
    async fn tag_article(
        &self,
        request: Request<pb::TagArticleRequest>,
    ) -> Result<Response<pb::TagArticleResponse>, Status> {
        Ok(Response::new(self.tag(request.into_inner())?))
    }
}

/// The most models on a page of `ListModels`.
const MAX_PAGE_SIZE: i32 = 1000;

#[tonic::async_trait]
impl ModelService for Shared {
    async fn get_model(
        &self,
        request: Request<pb::GetModelRequest>,
    ) -> Result<Response<pb::GetModelResponse>, Status> {
        let model = self.tagger()?.model();
        let pb::GetModelRequest { name } = request.into_inner();
        if !name.is_empty() && name != describe::resource_name(model) {
            let shown = name.chars().take(128).collect();
            return Err(ApiError::ModelNotFound(shown).into());
        }
        Ok(Response::new(pb::GetModelResponse {
            model: Some(describe::model(model)),
            limits: Some(describe::limits(model, &self.limits, MAX_REQUEST_BYTES)),
        }))
    }

    async fn list_models(
        &self,
        request: Request<pb::ListModelsRequest>,
    ) -> Result<Response<pb::ListModelsResponse>, Status> {
        let model = self.tagger()?.model();
        let pb::ListModelsRequest {
            page_size,
            page_token,
        } = request.into_inner();
        let fault = |field, value, expected: String| ApiError::Field {
            field,
            value,
            expected,
        };
        if !(0..=MAX_PAGE_SIZE).contains(&page_size) {
            let expected = format!("0 to {MAX_PAGE_SIZE}");
            return Err(fault("page_size", page_size.to_string(), expected).into());
        }
        if !page_token.is_empty() {
            let expected = "a token that this server gave out".into();
            return Err(fault("page_token", "unknown token".into(), expected).into());
        }
        Ok(Response::new(pb::ListModelsResponse {
            models: vec![describe::model(model)],
            next_page_token: String::new(),
        }))
    }
}
