//! Load on a running server, and a server that does nothing to compare with.
//!
//! ```text
//! cargo bench --bench service -- noop --listen 127.0.0.1:50052
//! cargo bench --bench service -- load --address 127.0.0.1:50051 --seconds 10
//! cargo bench --bench service -- load --rate 4000 --seconds 60 --pid PID
//! cargo bench --bench service -- request --bytes 2400 --out request.bin   # for h2load
//! ```

#[path = "../common/allocator.rs"]
mod allocator;
mod articles;
mod load;
mod noop;
mod process;
mod tally;

use std::{fs, net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};
use newstance::server::pb;
use prost::Message;

type Fault = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// What `cargo bench` adds.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the same answers without any work: the floor of what gRPC costs.
    Noop {
        #[arg(long, default_value = "127.0.0.1:50052")]
        listen: SocketAddr,
        /// A server that labels, to take the answer from.
        #[arg(long, default_value = "127.0.0.1:50051")]
        like: String,
        #[arg(long, default_value_t = 2400)]
        bytes: usize,
    },
    /// Call a server and count what comes back.
    Load(load::Args),
    /// Write one framed request, as `h2load` sends it.
    Request {
        #[arg(long, default_value_t = 2400)]
        bytes: usize,
        #[arg(long)]
        out: PathBuf,
    },
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    match Cli::parse().command {
        Command::Noop {
            listen,
            like,
            bytes,
        } => noop::serve(listen, &like, bytes).await,
        Command::Load(args) => load::run(args).await,
        Command::Request { bytes, out } => {
            Ok(fs::write(out, framed(&articles::request(0, bytes)))?)
        }
    }
}

/// A message with gRPC's header of five bytes: not compressed, and its length.
fn framed(request: &pb::TagArticleRequest) -> Vec<u8> {
    let message = request.encode_to_vec();
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&[0][..], &length.to_be_bytes(), &message].concat()
}
