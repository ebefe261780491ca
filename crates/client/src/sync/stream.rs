//! The stream: connected, read, found silent or broken, and connected again.

mod pages;

use std::{convert::Infallible, time::Duration};

use campanile_core::change::Seq;
use campanile_protocol::{
    PROTOCOL,
    frame::{Frame, Hello},
    routes,
};
use reqwest::{
    Method, Response,
    header::{ACCEPT, CACHE_CONTROL, HeaderName, HeaderValue},
};
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Url;

use super::{
    End, SILENCE, Token, Why,
    backoff::{ASKED_MOST, Backoff, LEAST, Outcome, STABLE},
    frames,
    http::{BYTES_OF_LIFE, Fault, HEADERS_WITHIN, Server, expect_type},
    state::{Gone, State},
};
use crate::{
    message::{Link, Message},
    sse::{Event, Limits, Parser},
};
use pages::Pages;

/// Follows until there is no use in it any more; `None` when the desk is gone.
pub async fn run(state: &State, base: &Url, token: &Token) -> Option<End> {
    let mut stream = Stream {
        state,
        backoff: Backoff::new(),
        connected: None,
        missed_to: Seq(0),
        pages: None,
        paged: None,
        gap: None,
        gaps_are_normal: false,
    };
    stream.tell(Link::Connecting).await.ok()?;
    loop {
        let started = Instant::now();
        let broke = tokio::select! {
            () = state.nudged() => None,
            broke = stream.once(base, token) => Some(broke),
        };
        state.set_online(false);
        let stood = stream.connected.take().map(|since| since.elapsed());
        let step = match broke {
            None => Step::AtOnce,
            Some(Broke::Ended(end)) => return Some(end),
            Some(Broke::NobodyHears) => return None,
            Some(Broke::Gap) => Step::Silently,
            Some(Broke::Pages) => Step::Pages,
            Some(Broke::Fault(fault)) => match stream.judge(fault, stood) {
                Ok(step) => step,
                Err(end) => return Some(end),
            },
        };
        stream.wait(step, started).await.ok()?;
    }
}

struct Stream<'a> {
    state: &'a State,
    backoff: Backoff,
    /// Since when there is a link.
    connected: Option<Instant>,
    /// Where the log ended when the link came up.
    missed_to: Seq,
    /// The rest of a snapshot that has begun.
    pages: Option<Pages>,
    paged: Option<Instant>,
    gap: Option<(Seq, Seq)>,
    gaps_are_normal: bool,
}

/// How a connection ended.
enum Broke {
    Fault(Fault),
    Ended(End),
    /// Entries are missing: they are asked for anew.
    Gap,
    /// A snapshot has more pages, which come before the log goes on.
    Pages,
    NobodyHears,
}

impl From<Fault> for Broke {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Gone> for Broke {
    fn from(Gone: Gone) -> Self {
        Self::NobodyHears
    }
}

/// What to do before the next connection.
enum Step {
    /// Somebody asked for it.
    AtOnce,
    /// It goes on, and nobody need be told.
    Silently,
    /// It goes on without delay, unless it did so a moment ago.
    Pages,
    /// Wait, in any case for as long as the server asked for.
    Wait {
        wait: Duration,
        asked: Option<Duration>,
        why: Option<Why>,
    },
}

impl Stream<'_> {
    async fn tell(&self, link: Link) -> Result<(), Gone> {
        self.state.tell(Message::Link(link)).await
    }

    fn judge(&mut self, fault: Fault, stood: Option<Duration>) -> Result<Step, End> {
        let (why, asked) = match fault {
            Fault::SignedOut => return Err(End::SignedOut),
            Fault::Gone if self.pages.take().is_some() || self.state.cursor().is_some() => {
                self.state.forget_cursor();
                return Ok(Step::Silently);
            }
            Fault::Gone => (Why::NotCampanile, None),
            Fault::Refused(_) => {
                // A page that a server which was put back since never began: only the first one is good.
                if self.pages.take().is_some() {
                    self.state.forget_cursor();
                }
                (Why::Server, None)
            }
            Fault::Offline { why, asked, .. } => (why, asked),
        };
        let outcome = match (asked, stood) {
            (Some(asked), _) => Outcome::Asked(asked),
            (None, Some(stood)) => Outcome::Stood(stood),
            (None, None) => Outcome::Failed,
        };
        let wait = self
            .backoff
            .next(outcome, (self.state.surroundings.chance)());
        // A link that was good and broke is most often back at once: a word of it would only flicker.
        let flickers = stood.is_some_and(|stood| stood >= STABLE);
        Ok(Step::Wait {
            wait,
            asked: asked.map(|asked| asked.min(ASKED_MOST)),
            why: (!flickers).then_some(why),
        })
    }

    async fn wait(&mut self, step: Step, started: Instant) -> Result<(), Gone> {
        let at_once = match step {
            Step::AtOnce => true,
            Step::Silently => false,
            Step::Pages => {
                if let Some(last) = self.paged.replace(Instant::now()) {
                    sleep_until(last + LEAST).await;
                }
                return Ok(());
            }
            Step::Wait { wait, asked, why } => {
                let link = match why {
                    Some(why) => {
                        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                        let retry_at = (self.state.surroundings.wall)().plus_ms(wait_ms);
                        Link::Offline {
                            retry_at,
                            why: why.code(),
                        }
                    }
                    None => Link::Connecting,
                };
                let now = Instant::now();
                self.tell(link).await?;
                if let Some(asked) = asked {
                    // The server's own word: a machine that wakes or changes its network does not know better.
                    sleep_until(now + asked).await;
                }
                tokio::select! {
                    () = self.state.nudged() => true,
                    () = sleep_until(now + wait) => false,
                }
            }
        };
        if at_once {
            self.backoff.reset();
            self.tell(Link::Connecting).await?;
        }
        // However often somebody asks, and whatever the server does.
        sleep_until(started + LEAST).await;
        Ok(())
    }

    async fn once(&mut self, base: &Url, token: &Token) -> Broke {
        let connected = async {
            let server = Server::new(base, Some(token), &self.state.surroundings)?;
            self.fetch_pages(&server).await?;
            let cursor = self.state.cursor();
            let response = open(&server, cursor.as_deref()).await?;
            self.read(response, cursor.as_deref().unwrap_or_default())
                .await
        };
        match connected.await {
            Ok(never) => match never {},
            Err(broke) => broke,
        }
    }

    async fn read(&mut self, mut response: Response, cursor: &str) -> Result<Infallible, Broke> {
        let mut parser = Parser::resume(Limits::default(), cursor);
        let mut last_seq = None;
        let mut silent_at = Instant::now() + HEADERS_WITHIN;
        let mut brought_bytes = 0;
        loop {
            let chunk = match timeout_at(silent_at, response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) | Err(_) => return Err(Fault::offline(Why::NoAnswer).into()),
                Ok(Err(error)) => return Err(Fault::offline(Why::of(&error)).into()),
            };
            let lines = parser.lines();
            for event in parser.feed(&chunk) {
                let event = event.map_err(|overflow| {
                    tracing::warn!(%overflow, "the stream is closed");
                    Fault::offline(Why::Server)
                })?;
                self.take(event, &mut last_seq).await?;
            }
            if let Some(retry_ms) = parser.retry_ms() {
                self.backoff.start_at(retry_ms);
            }
            // A line of a catch-up takes minutes on a slow link. Single bytes that never end one keep nothing alive;
            // before `hello` nothing does.
            brought_bytes += chunk.len();
            let lives = parser.lines() > lines || brought_bytes >= BYTES_OF_LIFE;
            if lives && self.connected.is_some() {
                silent_at = Instant::now() + SILENCE;
                brought_bytes = 0;
            }
        }
    }

    async fn take(&mut self, event: Event, last_seq: &mut Option<Seq>) -> Result<(), Broke> {
        let frames::Read { is, left_out } =
            frames::read(&event.kind, &event.data).ok_or(Fault::offline(Why::Server))?;
        match is {
            Frame::Hello(hello) => return self.greet(&hello).await,
            // Whoever does not greet first is not the server.
            _ if self.connected.is_none() => return Err(Fault::offline(Why::NotCampanile).into()),
            Frame::Snapshot(snapshot) => {
                self.state.snapshot_came();
                return self.begin_snapshot(*snapshot, left_out).await;
            }
            Frame::Entries(entries) => {
                if event.id.is_empty() {
                    return Err(Fault::offline(Why::Server).into());
                }
                if left_out > 0 {
                    // Where it stood in the log may be unknown: a hole there is no gap.
                    *last_seq = None;
                } else {
                    let first = entries.entries.first().map(|entry| entry.seq);
                    self.mind_the_gap(*last_seq, first)?;
                    *last_seq = entries.entries.last().map(|entry| entry.seq).or(*last_seq);
                }
                // A desk that cannot keep up with a flood is told from the log, too: that is news (F26).
                let (first, last) = (entries.entries.first(), entries.entries.last());
                let catching_up = first.is_some_and(|entry| entry.seq <= self.missed_to);
                let goes_on = last.is_some_and(|entry| entry.seq < self.missed_to);
                let heard = Message::Heard {
                    catching_up,
                    // What could not be read may have been the end of it.
                    more: goes_on && left_out == 0,
                    entries: entries.entries,
                    cursor: event.id,
                };
                self.state.tell_entries(heard).await?;
                self.tell_left_out(left_out).await?;
            }
            Frame::Presence(presence) => self.state.tell(Message::Presence(presence)).await?,
            Frame::Goodbye => return Err(Broke::Ended(End::SignedOut)),
            Frame::Unknown => {}
        }
        Ok(())
    }

    async fn greet(&mut self, hello: &Hello) -> Result<(), Broke> {
        if hello.min_desk > PROTOCOL {
            return Err(Broke::Ended(End::TooOld));
        }
        if self.connected.is_none() {
            self.connected = Some(Instant::now());
            let offset_ms = hello.now.since_ms((self.state.surroundings.wall)());
            let last = hello.last;
            self.missed_to = last;
            self.tell(Link::Connected { offset_ms, last }).await?;
            self.state.set_online(true);
        }
        Ok(())
    }

    /// A hole in the log is closed by asking for it anew, once: where it stays, the server means it.
    fn mind_the_gap(&mut self, last: Option<Seq>, first: Option<Seq>) -> Result<(), Broke> {
        let (Some(last), Some(first)) = (last, first) else {
            return Ok(());
        };
        if self.gaps_are_normal || first.0 <= last.0.saturating_add(1) {
            return Ok(());
        }
        if self.gap.replace((last, first)) == Some((last, first)) {
            self.gaps_are_normal = true;
            return Ok(());
        }
        tracing::warn!(last = last.0, first = first.0, "the log has a gap");
        Err(Broke::Gap)
    }

    async fn tell_left_out(&self, count: u32) -> Result<(), Gone> {
        if count == 0 {
            return Ok(());
        }
        self.state.tell(Message::Unreadable { count }).await
    }
}

async fn open(server: &Server, cursor: Option<&str>) -> Result<Response, Fault> {
    let mut request = server
        .request(Method::GET, routes::STREAM, &[])
        .header(ACCEPT, "text/event-stream")
        .header(CACHE_CONTROL, "no-cache");
    if let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) {
        // Whatever the server called it goes back as it came.
        let id = HeaderValue::from_bytes(cursor.as_bytes()).map_err(|_| Fault::Gone)?;
        request = request.header(HeaderName::from_static("last-event-id"), id);
    }
    let response = server.send(request).await?;
    expect_type(response.headers(), "text/event-stream")?;
    Ok(response)
}
