//! Connections: taken in as long as there is room, and served until either side has had enough.

mod gate;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};

use crate::{routes::Connection, serve::Stopped};

pub use gate::{Gate, Place};

/// A head that comes too slowly is not waited for, and neither is the next request on an idle connection.
const HEAD_PATIENCE: Duration = Duration::from_secs(60);
/// Whoever connects and asks for nothing within this time is let go.
const FIRST_HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of a request's head. A stream keeps this much for as long as it is open.
const HEAD_MOST_BYTES: usize = 8 * 1024;
/// How long to wait where the system gives no connection.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Takes connections in and serves each, until the server stops and the last of them has ended.
pub async fn accept(listener: TcpListener, gate: Arc<Gate>, router: Router, stopped: Stopped) {
    let mut connections = JoinSet::new();
    let mut is_failing = false;
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    is_failing = false;
                    // One too many is closed at once, before anything is spent on it.
                    if let Some(place) = gate.enter(peer.ip()) {
                        connections.spawn(serve(stream, peer, place, router.clone(), stopped.clone()));
                    }
                }
                Err(error) => {
                    // Out of files or memory: what is in use must end first. The log is told once, not each time.
                    if !is_failing {
                        tracing::warn!(%error, "a connection cannot be accepted");
                    }
                    is_failing = true;
                    tokio::time::sleep(TRY_AGAIN_AFTER).await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            () = stopped.wait() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    _place: Place,
    router: Router,
    stopped: Stopped,
) {
    // A notice is small and must not wait for another to fill the packet.
    let _ = stream.set_nodelay(true);
    let cut = Arc::new(Notify::new());
    let connection = Connection {
        address: peer.ip(),
        cut: cut.clone(),
    };
    let router = TowerToHyperService::new(router);
    let has_asked = Arc::new(AtomicBool::new(false));
    let asked = has_asked.clone();
    let service =
        hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            asked.store(true, Relaxed);
            let mut request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(connection.clone());
            hyper::service::Service::call(&router, request)
        });
    let mut serving = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_PATIENCE)
            .max_buf_size(HEAD_MOST_BYTES)
            .serve_connection(TokioIo::new(stream), service)
    );
    let mut first_head = std::pin::pin!(tokio::time::sleep(FIRST_HEAD_PATIENCE));
    let (mut is_stopping, mut is_new) = (false, true);
    loop {
        tokio::select! {
            // Whoever breaks off is gone; there is nobody to tell.
            _ = serving.as_mut() => return,
            () = cut.notified() => return,
            () = first_head.as_mut(), if is_new => {
                if !has_asked.load(Relaxed) {
                    return;
                }
                is_new = false;
            }
            () = stopped.wait(), if !is_stopping => {
                is_stopping = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}
