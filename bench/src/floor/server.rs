//! The floor of the server: each event is a row that is on the disk before it is answered and pushed, and nothing else.
//!
//! It knows no source, no agent and no kind, verifies nothing and decides nothing.

mod rows;

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
    task::{Context, Poll},
};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Either, Full};
use hyper::{
    Request, Response,
    body::{Body, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::mpsc};

use rows::Rows;

/// As much of a request's head as our server keeps.
const HEAD_MOST_BYTES: usize = 8 * 1024;

/// The floor server.
struct Floor {
    rows: Rows,
    streams: Mutex<HashMap<String, Vec<mpsc::UnboundedSender<Bytes>>>>,
}

/// What is pushed to one agent.
struct Pushed(mpsc::UnboundedReceiver<Bytes>);

type Answer = Response<Either<Full<Bytes>, Pushed>>;

/// Serves on `port` of loopback until the process is ended.
pub fn run(port: u16, folder: &Path) -> Result<()> {
    crate::limits::allow_files(0)?;
    let floor = Arc::new(Floor {
        rows: Rows::open(folder)?,
        streams: Mutex::default(),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    // On the worker's own thread: to hand each connection over would cost more than to serve it.
    runtime.block_on(runtime.spawn(async move {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
        println!("the floor listens on {}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let floor = Arc::clone(&floor);
            tokio::spawn(async move {
                let answer = service_fn(move |request| answer(Arc::clone(&floor), request));
                // Whoever breaks off is gone.
                let _ = http1::Builder::new()
                    .max_buf_size(HEAD_MOST_BYTES)
                    .serve_connection(TokioIo::new(stream), answer)
                    .await;
            });
        }
    }))?
}

async fn answer(floor: Arc<Floor>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let path = request.uri().path().to_owned();
    let mut words = path.trim_start_matches('/').split('/');
    let (verb, agents) = (words.next(), words.next().unwrap_or_default());
    Ok(match verb {
        Some("stream") => Response::new(Either::Right(floor.follow(agents))),
        Some("publish") => {
            let body = request
                .into_body()
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes);
            let text = String::from_utf8(body.unwrap_or_default().into()).unwrap_or_default();
            floor.publish(agents, text).await;
            full("{}".into())
        }
        _ => full(floor.metrics()),
    })
}

impl Floor {
    fn follow(&self, agent: &str) -> Pushed {
        let (sender, receiver) = mpsc::unbounded_channel();
        // The head of an answer leaves with the first bytes of its body.
        let _ = sender.send(Bytes::from_static(b": hello\n\n"));
        self.streams()
            .entry(agent.to_owned())
            .or_default()
            .push(sender);
        Pushed(receiver)
    }

    async fn publish(&self, agents: &str, text: String) {
        let rows = text.lines().flat_map(|event| {
            agents
                .split(',')
                .map(|agent| (agent.to_owned(), event.to_owned()))
        });
        let rows: Vec<_> = rows.collect();
        self.rows.keep(rows.clone()).await;
        let streams = self.streams();
        for (agent, event) in rows {
            let frame = Bytes::from(format!("data: {event}\n\n"));
            for stream in streams.get(&agent).into_iter().flatten() {
                // A stream that has ended has nobody to tell.
                let _ = stream.send(frame.clone());
            }
        }
    }

    /// In the words of our server's, so that one reader reads both.
    fn metrics(&self) -> String {
        let mut streams = self.streams();
        for of_one in streams.values_mut() {
            of_one.retain(|stream| !stream.is_closed());
        }
        let open: usize = streams.values().map(Vec::len).sum();
        let commits = self.rows.commits.load(Relaxed);
        format!("campanile_streams {open}\ncampanile_commits_total {commits}\n")
    }

    fn streams(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<String, Vec<mpsc::UnboundedSender<Bytes>>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Body for Pushed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(context)
            .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

fn full(text: String) -> Answer {
    Response::new(Either::Left(Full::new(text.into())))
}
