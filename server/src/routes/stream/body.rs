//! The body of a stream: what the hub brings, and what is read from the log where the hub dropped something.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::Bytes;
use campanile_core::change::Seq;
use campanile_protocol::changes::PAGE_MOST;
use http_body::Frame;

use crate::{
    catchup::{Log, Page},
    hub::{Heard, Listener, News},
    refusal::Refusal,
    store::Readers,
};

type Reading = Pin<Box<dyn Future<Output = Result<Page, Refusal>> + Send>>;

/// The frames of one stream.
pub struct Frames {
    listener: Listener,
    readers: Readers,
    log: Log,
    /// What is told first.
    first: Option<Bytes>,
    /// The last entry that was told.
    last: Seq,
    reading: Option<Reading>,
    has_ended: bool,
}

impl Frames {
    /// Returns the frames after the entry `last`, beginning with `first`; where there is `more`, it is read from the log.
    pub fn new(
        listener: Listener,
        readers: Readers,
        log: Log,
        first: Bytes,
        last: Seq,
        more: bool,
    ) -> Self {
        let mut frames = Self {
            listener,
            readers,
            log,
            first: Some(first),
            last,
            reading: None,
            has_ended: false,
        };
        if more {
            frames.read_on();
        }
        frames
    }

    fn read_on(&mut self) {
        let (readers, log, last) = (self.readers.clone(), self.log, self.last);
        self.reading = Some(Box::pin(async move {
            readers.read(move |db| log.page(db, last, PAGE_MOST)).await
        }));
    }

    /// Takes a page that was read; nothing if it has nothing.
    fn take(&mut self, page: &Page) -> Option<Bytes> {
        self.last = page.last;
        if page.more {
            self.read_on();
        }
        (!page.entries.is_empty()).then(|| Bytes::from(page.frame()))
    }
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        let told = |bytes| Poll::Ready(Some(Ok(Frame::data(bytes))));
        if let Some(first) = this.first.take() {
            return told(first);
        }
        loop {
            if this.has_ended {
                return Poll::Ready(None);
            }
            if let Some(reading) = &mut this.reading {
                if this.listener.slot().poll_end(cx).is_ready() {
                    this.reading = None;
                    continue;
                }
                let page = ready!(reading.as_mut().poll(cx));
                this.reading = None;
                match page {
                    Ok(page) => match this.take(&page) {
                        Some(frame) => {
                            this.listener.slot().took();
                            return told(frame);
                        }
                        None => continue,
                    },
                    Err(error) => {
                        // The desk comes back and asks again from its cursor.
                        tracing::error!(%error, "a stream cannot read its log");
                        return Poll::Ready(None);
                    }
                }
            }
            match ready!(this.listener.slot().poll(cx)) {
                Heard::News(News::Aside(frame)) => return told(frame),
                Heard::News(News::Entry(seq, frame)) => {
                    if seq.0 == this.last.0 + 1 {
                        this.last = seq;
                        return told(frame);
                    }
                    if seq > this.last {
                        this.read_on();
                    }
                }
                Heard::Behind => this.read_on(),
                Heard::Beat => {
                    let retry_ms = this.listener.hub().retry_ms();
                    return told(Bytes::from(format!(":\nretry: {retry_ms}\n\n")));
                }
                Heard::End(last) => {
                    this.has_ended = true;
                    if let Some(last) = last {
                        return told(last);
                    }
                }
            }
        }
    }
}
