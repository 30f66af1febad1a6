//! A Prometheus of a few lines: asks the port for metrics and reads what it says.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener as StdListener},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A port that is free for now.
pub fn free_port() -> SocketAddr {
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Sends these bytes and reads until the other side closes.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may have hung up on rubbish before all of it is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// Status line with headers, and the body.
pub async fn get(address: SocketAddr, path: &str, accept: &str) -> (String, String) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nAccept: {accept}\r\n\r\n");
    let answer = exchange(address, request.as_bytes()).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    (head.to_lowercase(), body.into())
}

/// Samples by name and labels, as they stand in the text.
pub struct Samples(BTreeMap<String, f64>);

pub async fn scrape(address: SocketAddr) -> Samples {
    let (head, body) = get(address, "/metrics", "*/*").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    Samples::parse(&body)
}

impl Samples {
    /// Every line is a comment or a sample, and no sample is there twice.
    pub fn parse(text: &str) -> Self {
        let mut samples = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').expect(line);
            let value = value.parse().expect(line);
            assert!(samples.insert(series.to_owned(), value).is_none(), "{line}");
        }
        Self(samples)
    }

    /// Sum of the samples of this name that have all these labels.
    pub fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        let fits = |series: &str| {
            series.split('{').next() == Some(name) && labels.iter().all(|l| series.contains(l))
        };
        let of_name = self.0.iter().filter(|(series, _)| fits(series));
        of_name.map(|(_, value)| value).sum()
    }

    /// Names of all series.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|s| s.split('{').next().unwrap_or(s))
    }
}
