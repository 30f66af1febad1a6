//! `ModelService`: what is served, and its change.

use tonic::{Request, Response, Status};

use super::{Shared, find};
use crate::{
    server::{
        describe,
        models::Models,
        pb::{self, model_service_server::ModelService},
        resource::{ModelFile, ModelName, ModelVersion, Page, page_token},
        status::ApiError,
    },
    tagger::Tagger,
};

#[tonic::async_trait]
impl ModelService for Shared {
    async fn get_model(
        &self,
        request: Request<pb::GetModelRequest>,
    ) -> Result<Response<pb::GetModelResponse>, Status> {
        let models = self.store().serving()?;
        let pb::GetModelRequest { name } = request.into_inner();
        let name = ModelName::parse("name", &name)?;
        let model = find(&models, "name", name.as_ref())?.model();
        Ok(Response::new(pb::GetModelResponse {
            model: Some(describe::model(model)),
            limits: Some(describe::limits(model, self.config())),
            default_model: default_name(&models),
        }))
    }

    async fn list_models(
        &self,
        request: Request<pb::ListModelsRequest>,
    ) -> Result<Response<pb::ListModelsResponse>, Status> {
        let models = self.store().serving()?;
        let Page { from, size } = request.into_inner().try_into()?;
        let (page, next) = models.page(from.as_deref(), size);
        Ok(Response::new(pb::ListModelsResponse {
            models: page.iter().map(|t| describe::model(t.model())).collect(),
            next_page_token: next.map(page_token).unwrap_or_default(),
            default_model: default_name(&models),
        }))
    }

    async fn load_model(
        &self,
        request: Request<pb::LoadModelRequest>,
    ) -> Result<Response<pb::LoadModelResponse>, Status> {
        let pb::LoadModelRequest { file, activate } = request.into_inner();
        let file = ModelFile::parse("file", &file)?;
        let folder = self.config().reload.folder.as_ref();
        let path = folder.ok_or(ApiError::LoadingDisabled)?.join(file.as_str());
        // The first models are read by themselves.
        self.store().serving()?;
        let read = self.loading().read(path).await;
        let (model, _place) = read.map_err(|fault| ApiError::ModelUnsound {
            file: file.to_string(),
            fault,
        })?;
        let tagger = self.store().add(model)?;
        if activate {
            self.store().activate(&tagger, false)?;
        }
        let version = describe::version(tagger.model());
        tracing::info!(
            "loaded {} (sha256 {}){}",
            version.name,
            version.digest,
            if activate { ", now in service" } else { "" }
        );
        Ok(Response::new(pb::LoadModelResponse {
            version: Some(version),
            active: self.store().is_serving(&tagger),
        }))
    }

    async fn activate_model(
        &self,
        request: Request<pb::ActivateModelRequest>,
    ) -> Result<Response<pb::ActivateModelResponse>, Status> {
        let make_default = request.get_ref().make_default;
        let wanted = ModelVersion::try_from(request.into_inner())?;
        let tagger = self.store().loaded(&wanted)?;
        let replaced = self.store().activate(&tagger, make_default)?;
        let version = describe::version(tagger.model());
        tracing::info!("{} (sha256 {}) in service", version.name, version.digest);
        Ok(Response::new(pb::ActivateModelResponse {
            version: Some(version),
            replaced: replaced.map(|old| describe::version(old.model())),
            default_model: default_name(&*self.store().serving()?),
        }))
    }
}

fn default_name(models: &Models) -> String {
    let default: &Tagger = models.default_model();
    describe::resource_name(default.model())
}
