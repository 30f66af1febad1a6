//! `TaggingService`: one article, many, or a stream of them.

use std::{iter::Peekable, sync::Arc};

use http::Extensions;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tonic::{Request, Response, Status, Streaming};

use super::{
    Shared, find,
    room::Room,
    stream::{AnswerStream, answers},
};
use crate::{
    article::Article,
    server::{
        admission::{LONG_ARTICLE, places},
        convert::{BatchRequest, TagRequest, TagSettings, answer, text_bytes},
        describe,
        lag::Lag,
        memory::Share,
        pb::{self, tagging_service_server::TaggingService},
        pool::{self, Abandoned},
        status::ApiError,
        telemetry::{CallRecord, WatchedTagger},
    },
    tagger::{TagOptions, Tagging},
};

impl Shared {
    /// Answers one request. The caller holds a permit.
    pub(super) async fn tag(
        &self,
        request: pb::TagArticleRequest,
        record: &CallRecord,
    ) -> Result<pb::Tagging, ApiError> {
        let models = self.store().serving()?;
        let id_bytes = request.article.as_ref().map_or(0, |a| a.article_id.len());
        let request = TagRequest::new(request, &self.config().requests.article)?;
        let TagRequest {
            article,
            mut settings,
        } = request;
        settings.options.max_places = Some(self.room().places());
        let tagger = find(&models, "model", settings.model.as_ref())?;
        let tagger = self.telemetry().watch(tagger, record);
        let tagging = if article.text_bytes() <= LONG_ARTICLE {
            label(&tagger, &article, &settings)
        } else {
            pool::run(move |_| label(&tagger, &article, &settings)).await?
        };
        self.room().only(id_bytes, tagging?)
    }

    fn room(&self) -> Room {
        Room::new(self.config().requests.answer_bytes)
    }

    /// Does the work of a batch on the pool, when there is room for its articles.
    pub(super) async fn on_pool<T: Send + 'static>(
        &self,
        articles: u32,
        call: &Extensions,
        job: impl FnOnce(&Abandoned) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let permit = self.admission().admit(articles, Lag::of(call)).await?;
        pool::run(move |abandoned| {
            // The permit ends with the work, also where the caller has gone before.
            let _permit = permit;
            job(abandoned)
        })
        .await
    }
}

/// Labels one article with one model.
fn label(
    tagger: &WatchedTagger,
    article: &Article,
    settings: &TagSettings,
) -> Result<pb::Tagging, ApiError> {
    let tagging = tagger.tag(article, &settings.options)?;
    let version = describe::version(tagger.model());
    Ok(answer(article, settings.encoding, version, tagging))
}

/// Labels the sound articles of a batch, on as many cores as there are, and puts each tagging into
/// the form of the answer.
pub(super) fn label_all<T: Send>(
    tagger: &WatchedTagger,
    articles: Vec<Result<Article, ApiError>>,
    options: &TagOptions,
    abandoned: &Abandoned,
    form: impl Fn(&Article, Tagging<'_>) -> T + Sync,
) -> Vec<Result<T, ApiError>> {
    let one = |article: Result<Article, ApiError>| {
        let article = article?;
        if abandoned.get() {
            return Err(ApiError::Internal);
        }
        pool::catch(|| Ok(form(&article, tagger.tag(&article, options)?)))?
    };
    articles.into_par_iter().map(one).collect()
}

/// Answers a batch, some articles at a time: what does not fit into the answer goes before the next
/// ones are labelled.
fn answer_all(
    tagger: &WatchedTagger,
    batch: BatchRequest,
    room: Room,
    share: Option<Arc<Share>>,
    abandoned: &Abandoned,
) -> Result<Vec<pb::TagArticleResult>, ApiError> {
    let BatchRequest {
        articles,
        mut settings,
    } = batch;
    settings.options.max_places = Some(room.places());
    let (ids, articles): (Vec<_>, Vec<_>) = articles.into_iter().unzip();
    let mut room = room.for_batch(ids, share)?;
    let mut articles = articles.into_iter().peekable();
    let form = |article: &Article, tagging: Tagging<'_>| {
        let version = describe::version(tagger.model());
        answer(article, settings.encoding, version, tagging)
    };
    while articles.peek().is_some() {
        let some = next_ones(&mut articles);
        let outcomes = label_all(tagger, some, &settings.options, abandoned, form);
        room.put(outcomes)?;
    }
    Ok(room.results())
}

/// As many articles as keep all threads busy for a while, one at least.
fn next_ones(
    articles: &mut Peekable<impl Iterator<Item = Result<Article, ApiError>>>,
) -> Vec<Result<Article, ApiError>> {
    let mut left = LONG_ARTICLE * rayon::current_num_threads();
    let mut some = Vec::new();
    let bytes =
        |article: &Result<Article, ApiError>| article.as_ref().map_or(0, Article::text_bytes);
    while let Some(article) = articles.next_if(|article| some.is_empty() || bytes(article) <= left)
    {
        left = left.saturating_sub(bytes(&article));
        some.push(article);
    }
    some
}

#[tonic::async_trait]
impl TaggingService for Shared {
    async fn tag_article(
        &self,
        request: Request<pb::TagArticleRequest>,
    ) -> Result<Response<pb::TagArticleResponse>, Status> {
        let waited = Lag::of(request.extensions());
        let articles = places(text_bytes(request.get_ref().article.as_ref()));
        let _permit = self.admission().admit(articles, waited).await?;
        let record = CallRecord::of(request.extensions());
        let tagging = Some(self.tag(request.into_inner(), &record).await?);
        Ok(Response::new(pb::TagArticleResponse { tagging }))
    }

    async fn batch_tag_articles(
        &self,
        request: Request<pb::BatchTagArticlesRequest>,
    ) -> Result<Response<pb::BatchTagArticlesResponse>, Status> {
        let (_, call, request) = request.into_parts();
        let record = CallRecord::of(&call);
        let models = self.store().serving()?;
        let batch = BatchRequest::new(request, &self.config().requests)?;
        let tagger = find(&models, "model", batch.settings.model.as_ref())?;
        tagger
            .check(&batch.settings.options)
            .map_err(ApiError::from)?;
        let tagger = self.telemetry().watch(tagger, &record);
        let count = batch.articles_to_label();
        let (room, share) = (self.room(), call.get().cloned());
        let results = self.on_pool(count, &call, move |abandoned| {
            answer_all(&tagger, batch, room, share, abandoned)
        });
        let results = results.await??;
        Ok(Response::new(pb::BatchTagArticlesResponse { results }))
    }

    type StreamTagArticlesStream = AnswerStream;

    async fn stream_tag_articles(
        &self,
        request: Request<Streaming<pb::StreamTagArticlesRequest>>,
    ) -> Result<Response<AnswerStream>, Status> {
        let permit = self.admission().open_stream()?;
        Ok(Response::new(answers(self.clone(), request, permit)))
    }
}
