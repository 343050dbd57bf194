//! `kinfolio serve`: the headless node.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use kinfolio_http::dto::ledger::{MemberBody, standing};
use kinfolio_http::{Access, log, router, serve, socket};
use kinfolio_library::layout::Layout;
use kinfolio_library::node::Door;
use kinfolio_library::{Library, Token, bucket, household, import};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::status::{advice, troubles};
use crate::failure::Failure;
use crate::output::{complain, safe};
use crate::usage::ServeArgs;

pub(crate) async fn run(root: &Path, args: &ServeArgs) -> Result<ExitCode, Failure> {
    Layout::new(root).expect_library()?;
    let (listener, peer) = listen_for_peers(args.peer)?;
    let token_path = args
        .web_token_file
        .clone()
        .unwrap_or_else(|| Layout::new(root).token());
    let token = Token::read(&token_path)?;
    let door = Door {
        listener: Some(listener),
        token: Some(token.secret().to_owned()),
        ..Door::default()
    };
    // Before the library is opened: what is wrong with it is to be found in the log.
    let _log = log::to(&Layout::new(root).logs());
    let library = Library::open_with(root, door).await?;
    let served = until_told(&library, args, peer, token).await;
    // The socket first, so that nobody comes to a closed door.
    let _ = std::fs::remove_file(library.layout().socket());
    library.close().await;
    tracing::info!("ended");
    served.map(|()| ExitCode::SUCCESS)
}

async fn until_told(
    library: &Library,
    args: &ServeArgs,
    peer: SocketAddr,
    token: Token,
) -> Result<(), Failure> {
    let mut terminate = on_signal(SignalKind::terminate())?;
    let mut interrupt = on_signal(SignalKind::interrupt())?;
    let (listener, address) = listen(args.api).await?;
    let path = library.layout().socket();
    let local = socket::bind(&path).map_err(|source| Failure::Io {
        doing: "listen at",
        path,
        source,
    })?;

    let stop = CancellationToken::new();
    let network = router(library.clone(), Access::Token(token));
    let here = router(library.clone(), Access::Local);
    let mut listeners = JoinSet::new();
    listeners.spawn(serve::on_tcp(listener, network, stop.clone()));
    listeners.spawn(serve::on_socket(local, here, stop.clone()));
    import::resume(library).await?;
    bucket::start(library);
    let mut warnings = Warnings::default();
    warnings.tell(library);
    tracing::info!(%address, device = %library.device(), "serving");
    announce(&format!(
        "ready api={address} peer={peer} device={}",
        library.device()
    ))?;

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = warnings.keep_telling(library) => {}
        ended = listeners.join_next() => tracing::error!(?ended, "a listener ended"),
    }
    tracing::info!("ending");
    stop.cancel();
    // Streams of events end with the library, not with their requests.
    library.closing().cancel();
    while listeners.join_next().await.is_some() {}
    Ok(())
}

/// How often it is looked whether anything is wrong.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What is wrong with the bucket and the devices, this one first, said on stderr once while it lasts.
#[derive(Default)]
struct Warnings(BTreeSet<String>);

impl Warnings {
    fn tell(&mut self, library: &Library) {
        let bucket = bucket::status(library).and_then(|bucket| bucket.trouble);
        let devices = household::devices(library);
        let devices: Vec<_> = devices.iter().map(MemberBody::new).collect();
        let here = household::status(library);
        let id = here.device.id.to_string();
        let here = advice(standing(&here.standing), &id, &devices);
        let here = here.map(|text| format!("this device does not vote: {text}"));
        let devices = devices.iter().flat_map(troubles);
        let now: BTreeSet<_> = here.into_iter().chain(bucket).chain(devices).collect();
        for trouble in now.difference(&self.0) {
            complain(&format!("warning: {}", safe(trouble)));
        }
        self.0 = now;
    }

    /// Ends with the process.
    async fn keep_telling(&mut self, library: &Library) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.tell(library);
        }
    }
}

/// Listens for the household's other devices before anything else is opened.
fn listen_for_peers(address: SocketAddr) -> Result<(std::net::TcpListener, SocketAddr), Failure> {
    let failed = |source| Failure::CannotListen {
        address: address.to_string(),
        option: "--peer",
        source,
    };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let failed = |source| Failure::CannotListen {
        address: address.to_string(),
        option: "--api",
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

fn on_signal(kind: SignalKind) -> Result<tokio::signal::unix::Signal, Failure> {
    signal(kind).map_err(|source| Failure::Runtime { source })
}

/// The one line on stdout.
fn announce(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(Failure::Print)
}
