//! Calls a server: as many calls at once as told (closed), or so many a second whatever comes back
//! (open).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use newstance::server::pb::{self, tagging_service_client::TaggingServiceClient};
use tokio::{sync::Semaphore, time};
use tokio_util::task::TaskTracker;
use tonic::transport::{Channel, Endpoint};

use super::{
    Fault, articles,
    process::Usage,
    tally::{Report, Tally},
};

/// Calls that the generator keeps in flight at most, of an open load.
const OPEN_CALLS: usize = 20_000;

#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[arg(long, default_value = "127.0.0.1:50051")]
    address: String,
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Calls a second; without it, one follows another.
    #[arg(long)]
    rate: Option<u64>,
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// Calls at once of each connection, where no rate is given.
    #[arg(long, default_value_t = 8)]
    calls: usize,
    #[arg(long, value_enum, default_value_t = Mode::Unary)]
    mode: Mode,
    /// Articles of a batch.
    #[arg(long, default_value_t = 32)]
    batch: u64,
    /// Size of an article.
    #[arg(long, default_value_t = 5000)]
    bytes: usize,
    /// The server's process, to watch what it takes.
    #[arg(long)]
    pid: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    Unary,
    Batch,
    Stream,
    /// Each connection in its turn one of the three.
    Mixed,
}

/// Runs the load and prints what came of it.
pub async fn run(args: Args) -> Result<(), Fault> {
    let watch = |when: &str| {
        if let Some(pid) = args.pid {
            println!("{when:8} {}", Usage::of(pid));
        }
    };
    watch("before");
    let report = call(&args).await?;
    watch("after");
    println!("{report}");
    Ok(())
}

async fn call(args: &Args) -> Result<Report, Fault> {
    let mut clients = Vec::new();
    for _ in 0..args.connections {
        let endpoint = Endpoint::from_shared(format!("http://{}", args.address))?;
        clients.push(
            TaggingServiceClient::new(endpoint.connect().await?)
                .max_decoding_message_size(usize::MAX),
        );
    }
    let tally = Arc::new(Tally::default());
    let tasks = TaskTracker::new();
    let started = Instant::now();
    let until = started + Duration::from_secs(args.seconds);
    match args.rate {
        Some(rate) => open(args, rate, &clients, &tally, &tasks, until).await,
        None => closed(args, &clients, &tally, &tasks, until),
    }
    tasks.close();
    tasks.wait().await;
    let tally = Arc::into_inner(tally).ok_or("a task is still running")?;
    Ok(tally.report(started.elapsed()))
}

type Client = TaggingServiceClient<Channel>;

fn closed(
    args: &Args,
    clients: &[Client],
    tally: &Arc<Tally>,
    tasks: &TaskTracker,
    until: Instant,
) {
    let modes = [Mode::Unary, Mode::Batch, Mode::Stream];
    for (number, client) in clients.iter().enumerate() {
        let mode = match args.mode {
            Mode::Mixed => modes[number % 3],
            mode => mode,
        };
        for _ in 0..args.calls {
            let (client, tally, args) = (client.clone(), tally.clone(), args.clone());
            tasks.spawn(async move {
                if mode == Mode::Stream {
                    stream(client, &args, &tally, until).await;
                } else {
                    one_by_one(client, mode, &args, &tally, until).await;
                }
            });
        }
    }
}

async fn one_by_one(mut client: Client, mode: Mode, args: &Args, tally: &Tally, until: Instant) {
    let mut number = 0;
    while Instant::now() < until {
        number += 1;
        once(&mut client, mode, number, args, tally).await;
    }
}

async fn once(client: &mut Client, mode: Mode, number: u64, args: &Args, tally: &Tally) {
    let (outcome, took, articles) = if mode == Mode::Batch {
        let articles = (0..args.batch)
            .map(|n| articles::article(number + n, args.bytes))
            .collect();
        let request = pb::BatchTagArticlesRequest {
            articles,
            ..Default::default()
        };
        let begun = Instant::now();
        let outcome = client.batch_tag_articles(request).await.map(drop);
        (outcome, begun.elapsed(), args.batch)
    } else {
        let request = articles::request(number, args.bytes);
        let begun = Instant::now();
        let outcome = client.tag_article(request).await.map(drop);
        (outcome, begun.elapsed(), 1)
    };
    tally.add(
        outcome,
        took,
        usize::try_from(articles).unwrap_or(usize::MAX),
    );
}

async fn stream(mut client: Client, args: &Args, tally: &Tally, until: Instant) {
    let bytes = args.bytes;
    let requests = (0..).map_while(move |number| {
        (Instant::now() < until).then(|| pb::StreamTagArticlesRequest {
            article: Some(articles::article(number, bytes)),
            ..Default::default()
        })
    });
    let answers = client
        .stream_tag_articles(tokio_stream::iter(requests))
        .await;
    let mut answers = match answers {
        Ok(answers) => answers.into_inner(),
        Err(status) => return tally.add(Err(status), Duration::ZERO, 0),
    };
    loop {
        let begun = Instant::now();
        match answers.message().await {
            Ok(None) => return,
            Ok(Some(_)) => tally.add(Ok(()), begun.elapsed(), 1),
            Err(status) => return tally.add(Err(status), begun.elapsed(), 0),
        }
    }
}

async fn open(
    args: &Args,
    rate: u64,
    clients: &[Client],
    tally: &Arc<Tally>,
    tasks: &TaskTracker,
    until: Instant,
) {
    let room = Arc::new(Semaphore::new(OPEN_CALLS));
    let started = Instant::now();
    let mut tick = time::interval(Duration::from_millis(1));
    let mut sent = 0;
    while Instant::now() < until {
        tick.tick().await;
        // What is due by now, also where a tick came late.
        let due = started.elapsed().as_micros() * u128::from(rate) / 1_000_000;
        while u128::from(sent) < due {
            sent += 1;
            let Ok(place) = room.clone().try_acquire_owned() else {
                tally.unsent();
                continue;
            };
            let mut client = clients[usize::try_from(sent).unwrap_or(0) % clients.len()].clone();
            let (tally, args) = (tally.clone(), args.clone());
            tasks.spawn(async move {
                let _place = place;
                once(&mut client, args.mode, sent, &args, &tally).await;
            });
        }
    }
}
