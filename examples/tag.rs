//! Labels articles with a running server: one, a batch, a stream; reads rich errors and tries
//! again when the server asks for it.
//!
//! ```sh
//! cargo run -- serve &
//! cargo run --example tag -- http://127.0.0.1:50051
//! ```

use std::{error::Error, future::Future, time::Duration};

use newstance::server::pb::{self, tagging_service_client::TaggingServiceClient};
use tag_article_result::Outcome;
use tonic::{Code, Request, Status, transport::Channel};
use tonic_types::StatusExt;

use pb::tag_article_result;

type Client = TaggingServiceClient<Channel>;

/// How long a call may take; the server gives up at the same moment as the client.
const DEADLINE: Duration = Duration::from_secs(10);
/// How often a call is made at most.
const ATTEMPTS: u32 = 7;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "http://127.0.0.1:50051".into());
    let articles: Vec<pb::Article> = serde_json::from_str(include_str!("articles.json"))?;
    // It connects with the first call, so that a server that is not there yet is a call to retry.
    let client = TaggingServiceClient::new(Channel::from_shared(address)?.connect_lazy());

    one(&client, &articles[0]).await?;
    batch(&client, &articles).await?;
    stream(&client, articles.clone()).await?;
    refused(&client, &articles[0]).await;
    Ok(())
}

/// One article, with the words that decided.
async fn one(client: &Client, article: &pb::Article) -> Result<(), Box<dyn Error>> {
    let request = pb::TagArticleRequest {
        article: Some(article.clone()),
        options: Some(pb::TagOptions {
            axes: vec!["topic".into()],
            max_labels: 1,
            explain: true,
            max_evidence: 3,
            ..pb::TagOptions::default()
        }),
        ..pb::TagArticleRequest::default()
    };
    let call = || async { client.clone().tag_article(within(request.clone())).await };
    let response = retrying(call).await?.into_inner();
    let tagging = response.tagging.unwrap_or_default();
    let (Some(topic), Some(label)) = (tagging.axes.first(), first_label(&tagging)) else {
        return Err("the model has no topics".into());
    };
    let terms: Vec<_> = topic.evidence.iter().map(|e| e.term.as_str()).collect();
    println!(
        "one: {} is about {} ({:.3}) by the words {}",
        tagging.article_id,
        label.name,
        label.probability,
        terms.join(", ")
    );
    Ok(())
}

/// Many articles in one call; one that is refused spoils no other.
async fn batch(client: &Client, articles: &[pb::Article]) -> Result<(), Status> {
    let request = pb::BatchTagArticlesRequest {
        articles: articles.into(),
        options: Some(topic_alone()),
        ..pb::BatchTagArticlesRequest::default()
    };
    let call = || async {
        client
            .clone()
            .batch_tag_articles(within(request.clone()))
            .await
    };
    for result in retrying(call).await?.into_inner().results {
        println!("batch: {}", describe(&result));
    }
    Ok(())
}

/// Articles as they come: answers arrive while others are still being sent.
async fn stream(client: &Client, articles: Vec<pb::Article>) -> Result<(), Status> {
    let requests = articles
        .into_iter()
        .map(|article| pb::StreamTagArticlesRequest {
            article: Some(article),
            options: Some(topic_alone()),
            ..pb::StreamTagArticlesRequest::default()
        });
    let requests = tokio_stream::iter(requests);
    let mut answers = client
        .clone()
        .stream_tag_articles(requests)
        .await?
        .into_inner();
    while let Some(answer) = answers.message().await? {
        println!("stream: {}", describe(&answer.result.unwrap_or_default()));
    }
    Ok(())
}

/// An error says what is wrong with which field, for programs and for people.
async fn refused(client: &Client, article: &pb::Article) {
    let request = pb::TagArticleRequest {
        article: Some(article.clone()),
        options: Some(pb::TagOptions {
            axes: vec!["mood".into()],
            ..pb::TagOptions::default()
        }),
        ..pb::TagArticleRequest::default()
    };
    if let Err(status) = client.clone().tag_article(within(request)).await {
        println!("refused: {}", reason_and_field(&status));
    }
}

/// Makes a call again, as long as the server says that this may help.
async fn retrying<T, F>(mut call: impl FnMut() -> F) -> Result<T, Status>
where
    F: Future<Output = Result<T, Status>>,
{
    let mut backoff = Duration::from_millis(100);
    let mut attempt = 1;
    loop {
        let status = match call().await {
            Ok(answer) => return Ok(answer),
            Err(status) => status,
        };
        // The server knows best when to come back; a server that is not there says nothing.
        let told = status
            .get_details_retry_info()
            .and_then(|info| info.retry_delay);
        let delay = match (status.code(), told) {
            (Code::Unavailable | Code::ResourceExhausted, Some(delay)) => delay,
            (Code::Unavailable, None) => backoff,
            _ => return Err(status),
        };
        if attempt == ATTEMPTS {
            return Err(status);
        }
        tokio::time::sleep(delay).await;
        backoff *= 2;
        attempt += 1;
    }
}

fn within<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(DEADLINE);
    request
}

fn topic_alone() -> pb::TagOptions {
    pb::TagOptions {
        axes: vec!["topic".into()],
        max_labels: 1,
        ..pb::TagOptions::default()
    }
}

fn first_label(tagging: &pb::Tagging) -> Option<&pb::LabelScore> {
    tagging.axes.first()?.labels.first()
}

fn describe(result: &pb::TagArticleResult) -> String {
    let id = &result.article_id;
    match &result.outcome {
        Some(Outcome::Tagging(tagging)) => {
            let code = first_label(tagging).map_or("", |label| label.code.as_str());
            format!("{id} {code}")
        }
        Some(Outcome::Error(error)) => {
            let code = Code::from(error.code);
            let status = Status::with_details(
                code,
                &*error.message,
                prost::Message::encode_to_vec(error).into(),
            );
            format!("{id} refused, {}", reason_and_field(&status))
        }
        None => format!("{id} without an outcome"),
    }
}

fn reason_and_field(status: &Status) -> String {
    let details = status.get_error_details();
    let reason = details.error_info().map_or("", |info| info.reason.as_str());
    let request = details.bad_request();
    let field = request.and_then(|request| request.field_violations.first());
    format!(
        "{reason} at {}",
        field.map_or("", |field| field.field.as_str())
    )
}
