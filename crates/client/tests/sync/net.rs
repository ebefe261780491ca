//! A server of raw bytes, a desk that follows it, and a clock that moves only when it is told to.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self as std_mpsc, RecvTimeoutError},
    },
    time::Duration,
};

use campanile_client::{
    effect::Following,
    message::{Link, Message},
    sync::{Command, Surroundings, Token, follow},
};
use campanile_core::time::Timestamp;
use campanile_protocol::problem::{Code, MEDIA_TYPE};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
    time::Instant,
};
use url::Url;

/// When every test begins.
pub const START: Timestamp = Timestamp::from_ms(1_795_249_800_000);

/// No test lets so much time pass.
const IN_VAIN: Duration = Duration::from_secs(2 * 3_600);

pub const TOKEN: &str = "canary-token";
/// Where its log ends.
pub const LAST: i64 = 9;
pub const HELLO: &str = "event: hello\ndata: {\"protocol\":1,\"epoch\":\"00000000-0000-0000-0000-000000000001\",\"now\":\"2026-11-21T08:30:05.000Z\",\"min_desk\":1,\"last\":9}\n\n";
pub const STREAM_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// Time that stands still: a paused clock runs ahead whenever nothing else is to be done, and a byte on its way
/// through the loopback is nothing to be done. While a blocking task is out, it does not.
///
/// A test that waits in vain is let go after a minute, and fails: then the clock runs ahead to the end of [`IN_VAIN`].
pub struct Still {
    hold: Option<std_mpsc::Sender<()>>,
    in_vain: Arc<AtomicBool>,
}

impl Still {
    pub fn new() -> Self {
        let (hold, held) = std_mpsc::channel::<()>();
        let in_vain = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&in_vain);
        tokio::task::spawn_blocking(move || {
            let end = held.recv_timeout(Duration::from_secs(60));
            told.store(end == Err(RecvTimeoutError::Timeout), Ordering::SeqCst);
        });
        Self {
            hold: Some(hold),
            in_vain,
        }
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        self.hold.take();
        let in_vain = self.in_vain.load(Ordering::SeqCst);
        assert!(!in_vain || std::thread::panicking(), "waited in vain");
    }
}

/// A server that says nothing of its own.
pub struct Net {
    listener: TcpListener,
    _still: Still,
}

impl Net {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        Self {
            listener,
            _still: Still::new(),
        }
    }

    pub fn base(&self) -> Url {
        Url::parse(&format!(
            "http://{}/",
            self.listener.local_addr().expect("bound")
        ))
        .expect("a URL")
    }

    /// The next connection, once its request was read.
    pub async fn accept(&self) -> Conversation {
        let (stream, _) = or_fail(self.listener.accept()).await.expect("accepts");
        stream.set_nodelay(true).expect("sets");
        Conversation::read(stream).await
    }

    /// A connection that nobody reads from.
    pub async fn accept_deaf(&self) -> TcpStream {
        or_fail(self.listener.accept()).await.expect("accepts").0
    }

    /// The next connection, opened as a stream that has greeted.
    pub async fn accept_stream(&self, desk: &mut Desk) -> Conversation {
        let mut conversation = self.accept().await;
        conversation.send(STREAM_HEAD).await;
        conversation.send(HELLO).await;
        assert!(matches!(
            desk.next().await,
            Message::Link(Link::Connected { .. })
        ));
        conversation
    }

    /// Whether somebody waits to be accepted.
    pub async fn is_called(&self) -> bool {
        is_called(&self.listener).await
    }
}

/// Whether somebody waits to be accepted there.
pub async fn is_called(listener: &TcpListener) -> bool {
    settle().await;
    tokio::select! {
        biased;
        called = listener.accept() => called.is_ok(),
        () = settle() => false,
    }
}

/// One request and the way to answer it.
pub struct Conversation {
    pub stream: TcpStream,
    pub method: String,
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Conversation {
    async fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(
                stream.read_buf(&mut bytes).await.expect("reads") > 0,
                "it ended amid its head"
            );
        };
        let head = String::from_utf8(bytes[..end].to_vec()).expect("text");
        let mut lines = head.lines();
        let mut first = lines.next().expect("a request").split(' ');
        let (method, path) = (
            first.next().expect("a method").to_owned(),
            first.next().expect("a path").to_owned(),
        );
        let headers: HashMap<_, _> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers
            .get("content-length")
            .map_or(0, |length| length.parse().expect("a number"));
        let mut body = bytes[end..].to_vec();
        while body.len() < length {
            assert!(
                stream.read_buf(&mut body).await.expect("reads") > 0,
                "it ended amid its body"
            );
        }
        Self {
            stream,
            method,
            path,
            headers,
            body,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Sends bytes; whether the other end still wants them is the other end's affair.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Answers with a status, headers and a body, and closes.
    pub async fn answer(mut self, status: &str, headers: &str, body: impl AsRef<[u8]>) {
        let length = body.as_ref().len();
        self.send(format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
        ))
        .await;
        self.send(body).await;
        let _ = self.stream.shutdown().await;
    }

    pub async fn answer_json(self, body: &str) {
        self.answer("200 OK", "Content-Type: application/json\r\n", body)
            .await;
    }

    /// Answers with a problem, as the server tells it.
    pub async fn answer_problem(self, code: Code) {
        let problem = serde_json::to_string(&code.because("see the log")).expect("writes");
        let headers = format!("Content-Type: {MEDIA_TYPE}\r\n");
        self.answer(&format!("{} Told", code.status()), &headers, &problem)
            .await;
    }

    /// Ends the connection as a machine does that lost its memory.
    pub fn reset(self) {
        self.stream.set_zero_linger().expect("sets");
    }

    /// Whether the other end has closed.
    pub fn is_closed(&self) -> bool {
        match self.stream.try_read(&mut [0; 64]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }

    /// Waits until the other end has closed.
    pub async fn until_closed(&mut self) {
        let mut rest = Vec::new();
        let _ = or_fail(self.stream.read_to_end(&mut rest)).await;
    }
}

/// A desk that follows.
pub struct Desk {
    pub commands: mpsc::Sender<Command>,
    messages: mpsc::Receiver<Message>,
    task: JoinHandle<()>,
}

impl Desk {
    pub fn follow(net: &Net, cursor: Option<&str>) -> Self {
        Self::follow_with(net.base(), cursor, surroundings(), 16)
    }

    pub fn follow_with(
        server: Url,
        cursor: Option<&str>,
        surroundings: Surroundings,
        mailbox: usize,
    ) -> Self {
        let (commands, commanded) = mpsc::channel(16);
        let (tell, messages) = mpsc::channel(mailbox);
        let following = Following {
            server,
            account: "mira".to_owned(),
            cursor: cursor.map(str::to_owned),
        };
        let token = Token::new(TOKEN).expect("a token");
        let task = tokio::spawn(follow(following, token, surroundings, commanded, tell));
        Self {
            commands,
            messages,
            task,
        }
    }

    /// The next message.
    pub async fn next(&mut self) -> Message {
        match or_fail(self.messages.recv())
            .await
            .expect("it still follows")
        {
            Message::From { account, message } => {
                assert_eq!(account, "mira");
                *message
            }
            other => panic!("not told of an account: {other:?}"),
        }
    }

    pub async fn link(&mut self) -> Link {
        match self.next().await {
            Message::Link(link) => link,
            other => panic!("no word of the link: {other:?}"),
        }
    }

    /// Expects to be told of no answer; returns why, and after how long it is tried again.
    pub async fn offline(&mut self) -> (&'static str, Duration) {
        match self.link().await {
            Link::Offline { retry_at, why } => {
                let wait_ms = retry_at.since_ms(now());
                (
                    why,
                    Duration::from_millis(u64::try_from(wait_ms).expect("later")),
                )
            }
            other => panic!("not offline: {other:?}"),
        }
    }

    /// Whether it has nothing to say.
    pub async fn is_silent(&mut self) -> bool {
        settle().await;
        self.messages.is_empty()
    }

    pub async fn command(&self, command: Command) {
        self.commands.send(command).await.expect("it still follows");
    }

    /// Waits for the task's end.
    pub async fn ended(mut self) {
        or_fail(&mut self.task).await.expect("no panic");
        assert_eq!(self.messages.recv().await, None);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The time by the wall: it moves with the test's clock.
pub fn now() -> Timestamp {
    EPOCH.with(|epoch| {
        let mut epoch = epoch.lock().expect("no panic");
        let since = epoch.get_or_insert_with(Instant::now).elapsed();
        START.plus_ms(i64::try_from(since.as_millis()).expect("short"))
    })
}

thread_local! {
    static EPOCH: Mutex<Option<Instant>> = const { Mutex::new(None) };
}

/// The wall clock of the test, and a chance that always falls in the middle.
pub fn surroundings() -> Surroundings {
    now();
    Surroundings {
        wall: Arc::new(now),
        chance: Arc::new(|| 0.5),
        authorities: None,
    }
}

/// Waits for what must come.
async fn or_fail<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(IN_VAIN, what)
        .await
        .expect("it came to nothing")
}

/// Lets time pass, at once.
pub async fn pass(time: Duration) {
    tokio::time::advance(time).await;
}

/// Lets everything that can go on go on.
pub async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

/// An entries frame with one entry for each of `seqs`; its cursor is `c<last>`.
pub fn entries(seqs: &[i64]) -> String {
    let all: Vec<_> = seqs
        .iter()
        .map(|seq| format!(r#"{{"seq":{seq},"at":"2026-11-21T08:30:00.000Z","change":{{"type":"all_read","up_to":{seq}}}}}"#))
        .collect();
    format!(
        "event: entries\nid: c{}\ndata: {{\"entries\":[{}]}}\n\n",
        seqs.last().copied().unwrap_or(0),
        all.join(",")
    )
}

/// The places in the log that a message brings.
pub fn seqs(message: &Message) -> Vec<i64> {
    match message {
        Message::Heard { entries, .. } => entries.iter().map(|entry| entry.seq.0).collect(),
        other => panic!("nothing heard: {other:?}"),
    }
}
