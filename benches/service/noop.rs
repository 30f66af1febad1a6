//! A tonic server that decodes the same requests and sends the same answers, and does nothing else.

use std::{net::SocketAddr, pin::Pin};

use newstance::server::pb::{
    self,
    tag_article_result::Outcome,
    tagging_service_client::TaggingServiceClient,
    tagging_service_server::{TaggingService, TaggingServiceServer},
};
use tokio_stream::{Stream, StreamExt};
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Channel, Server},
};

use super::{Fault, articles};

struct Noop(pb::Tagging);

#[tonic::async_trait]
impl TaggingService for Noop {
    async fn tag_article(
        &self,
        _: Request<pb::TagArticleRequest>,
    ) -> Result<Response<pb::TagArticleResponse>, Status> {
        let tagging = Some(self.0.clone());
        Ok(Response::new(pb::TagArticleResponse { tagging }))
    }

    async fn batch_tag_articles(
        &self,
        request: Request<pb::BatchTagArticlesRequest>,
    ) -> Result<Response<pb::BatchTagArticlesResponse>, Status> {
        let articles = request.into_inner().articles.into_iter();
        let results = articles
            .map(|article| self.result(article.article_id))
            .collect();
        Ok(Response::new(pb::BatchTagArticlesResponse { results }))
    }

    type StreamTagArticlesStream =
        Pin<Box<dyn Stream<Item = Result<pb::StreamTagArticlesResponse, Status>> + Send>>;

    async fn stream_tag_articles(
        &self,
        request: Request<Streaming<pb::StreamTagArticlesRequest>>,
    ) -> Result<Response<Self::StreamTagArticlesStream>, Status> {
        let like = self.result(String::new());
        let answers = request.into_inner().map(move |request| {
            let id = request?.article.unwrap_or_default().article_id;
            let result = Some(pb::TagArticleResult {
                article_id: id,
                ..like.clone()
            });
            Ok(pb::StreamTagArticlesResponse { result })
        });
        Ok(Response::new(Box::pin(answers)))
    }
}

impl Noop {
    fn result(&self, article_id: String) -> pb::TagArticleResult {
        pb::TagArticleResult {
            article_id,
            outcome: Some(Outcome::Tagging(self.0.clone())),
        }
    }
}

/// Serves the answer that the server at `like` gives to an article of so many bytes.
pub async fn serve(listen: SocketAddr, like: &str, bytes: usize) -> Result<(), Fault> {
    let channel = Channel::from_shared(format!("http://{like}"))?
        .connect()
        .await?;
    let mut client = TaggingServiceClient::new(channel);
    let answer = client.tag_article(articles::request(0, bytes)).await?;
    let tagging = answer.into_inner().tagging.unwrap_or_default();
    eprintln!("noop: serving on {listen}");
    let service = TaggingServiceServer::new(Noop(tagging));
    Server::builder().add_service(service).serve(listen).await?;
    Ok(())
}
