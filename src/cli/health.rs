//! `newstance health`: the probe of a container that has no other program.

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use super::{CliError, read_to_string, serve::DEFAULT_LISTEN};
use crate::server::probe::{Probe, ProbeTls};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Host and port of the server; one that listens on every address is asked on this machine.
    #[arg(
        long,
        value_name = "ADDR",
        env = "NEWSTANCE_LISTEN",
        default_value_t = DEFAULT_LISTEN.to_string(),
        value_parser = reachable
    )]
    address: String,
    /// Service to ask about, such as newstance.v1.TaggingService, instead of the whole server.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    service: String,
    /// How long connection and answer may take together.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "2s",
        value_parser = humantime::parse_duration
    )]
    timeout: Duration,
    /// Roots of the server's certificate, in PEM form; turns TLS on.
    #[arg(long, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// Name in the server's certificate, where it is not the host of the address.
    #[arg(long, value_name = "NAME", requires = "tls_ca")]
    tls_name: Option<String>,
    /// Certificate to show to a server that asks for one, in PEM form.
    #[arg(long, value_name = "FILE", requires_all = ["tls_ca", "tls_key"])]
    tls_cert: Option<PathBuf>,
    /// Private key of that certificate, in PEM form.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Args {
    #[tokio::main(flavor = "current_thread")]
    pub async fn run(self) -> Result<(), CliError> {
        let tls = self.tls()?;
        let probe = Probe {
            address: self.address,
            service: self.service,
            timeout: self.timeout,
            tls,
        };
        let serving = probe.is_serving().await.map_err(|source| CliError::Probe {
            address: probe.address,
            source,
        })?;
        let word = if serving { "SERVING" } else { "NOT_SERVING" };
        writeln!(std::io::stdout(), "{word}")?;
        if serving {
            Ok(())
        } else {
            Err(CliError::NotServing)
        }
    }

    fn tls(&self) -> Result<Option<ProbeTls>, CliError> {
        let read = |path: &PathBuf| read_to_string(path).map(String::into_bytes);
        let Some(roots) = &self.tls_ca else {
            return Ok(None);
        };
        let pair = self.tls_cert.as_ref().zip(self.tls_key.as_ref());
        let pair =
            pair.map(|(certificate, key)| Ok::<_, CliError>((read(certificate)?, read(key)?)));
        Ok(Some(ProbeTls {
            roots: read(roots)?,
            name: self.tls_name.clone(),
            identity: pair.transpose()?,
        }))
    }
}

/// The address at which this machine reaches a server that listens there.
fn reachable(listen: &str) -> Result<String, String> {
    let Ok(address) = listen.parse::<SocketAddr>() else {
        let port = listen.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        return match port.and_then(|(_, port)| port.parse::<u16>().ok()) {
            Some(_) => Ok(listen.into()),
            None => Err("it takes a host with a port, such as 127.0.0.1:50051".into()),
        };
    };
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    Ok(SocketAddr::new(ip, address.port()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_asked_on_this_machine() {
        for (listen, expected) in [
            ("0.0.0.0:1", Some("127.0.0.1:1")),
            ("[::]:1", Some("[::1]:1")),
            ("10.0.0.7:1", Some("10.0.0.7:1")),
            ("newstance.news.svc:50051", Some("newstance.news.svc:50051")),
            ("newstance", None),
            (":50051", None),
            ("newstance:http", None),
        ] {
            assert_eq!(reachable(listen).ok().as_deref(), expected, "{listen}");
        }
    }
}
