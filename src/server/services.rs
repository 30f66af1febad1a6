//! The gRPC services: check, ask the tagger, convert.

use std::sync::{Arc, OnceLock};

use tonic::{Request, Response, Status};

use super::{
    MAX_REQUEST_BYTES,
    convert::{TagRequest, response},
    describe,
    models::Models,
    pb::{self, model_service_server::ModelService, tagging_service_server::TaggingService},
    resource::{ModelName, Page, page_token},
    status::ApiError,
};
use crate::{article::ArticleLimits, tagger::Tagger};

/// What all services share: the models once they are loaded, and the limits.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    models: Arc<OnceLock<Arc<Models>>>,
    limits: ArticleLimits,
}

impl Shared {
    /// Hands the loaded models to the services. Only the first ones count.
    pub fn set_models(&self, models: Arc<Models>) {
        // A server loads once, so there is no second call to lose.
        let _ = self.models.set(models);
    }

    fn models(&self) -> Result<&Models, ApiError> {
        Ok(self.models.get().ok_or(ApiError::ModelNotReady)?)
    }

    /// Answers one request.
    ///
    /// # Errors
    /// When the request is invalid or the model is not loaded.
    pub fn tag(&self, request: pb::TagArticleRequest) -> Result<pb::TagArticleResponse, ApiError> {
        let models = self.models()?;
        let request = TagRequest::new(request, &self.limits)?;
        let tagger = find(models, "model", request.model.as_ref())?;
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

#[tonic::async_trait]
impl ModelService for Shared {
    async fn get_model(
        &self,
        request: Request<pb::GetModelRequest>,
    ) -> Result<Response<pb::GetModelResponse>, Status> {
        let models = self.models()?;
        let pb::GetModelRequest { name } = request.into_inner();
        let name = ModelName::parse("name", &name)?;
        let model = find(models, "name", name.as_ref())?.model();
        Ok(Response::new(pb::GetModelResponse {
            model: Some(describe::model(model)),
            limits: Some(describe::limits(model, &self.limits, MAX_REQUEST_BYTES)),
            default_model: describe::resource_name(models.default_model().model()),
        }))
    }

    async fn list_models(
        &self,
        request: Request<pb::ListModelsRequest>,
    ) -> Result<Response<pb::ListModelsResponse>, Status> {
        let models = self.models()?;
        let Page { from, size } = request.into_inner().try_into()?;
        let (page, next) = models.page(from.as_deref(), size);
        Ok(Response::new(pb::ListModelsResponse {
            models: page.iter().map(|t| describe::model(t.model())).collect(),
            next_page_token: next.map(page_token).unwrap_or_default(),
            default_model: describe::resource_name(models.default_model().model()),
        }))
    }
}

/// The model that `field` of a request names, or the default.
fn find<'m>(
    models: &'m Models,
    field: &'static str,
    name: Option<&ModelName>,
) -> Result<&'m Tagger, ApiError> {
    let Some(name) = name else {
        return Ok(models.default_model());
    };
    let found = models.get(name.as_str());
    Ok(found.ok_or_else(|| ApiError::ModelNotFound {
        field,
        name: name.to_string(),
    })?)
}
