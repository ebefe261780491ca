//! One stream's place in the hub: a short queue, and no more when the reader is slow.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use axum::body::Bytes;
use campanile_core::change::Seq;
use tokio::sync::Notify;

use crate::store::DeviceNo;

/// So many frames wait for a reader; one that is slower reads from the log.
const WAITING_MOST: usize = 64;
/// So many bytes wait for a reader.
const WAITING_MOST_BYTES: usize = 64 * 1024;

/// Something for a stream.
#[derive(Clone, Debug)]
pub enum News {
    /// An entry of the log, as a frame.
    Entry(Seq, Bytes),
    /// A frame that is in no log.
    Aside(Bytes),
}

/// What a stream hears next.
#[derive(Debug)]
pub enum Heard {
    /// Something new.
    News(News),
    /// Something was dropped: it is to be read from the log.
    Behind,
    /// It is time for a sign of life.
    Beat,
    /// The stream ends, after this frame if there is one.
    End(Option<Bytes>),
}

/// One stream's place.
#[derive(Debug)]
pub struct Slot {
    /// The number of the stream, from 0.
    pub serial: u64,
    /// Whose stream it is.
    pub device: DeviceNo,
    cut: Arc<Notify>,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<News>,
    bytes: usize,
    behind: bool,
    /// So many beats were not taken.
    beats: u32,
    ending: Option<Option<Bytes>>,
    waker: Option<Waker>,
}

impl Slot {
    pub(super) fn new(serial: u64, device: DeviceNo, cut: Arc<Notify>) -> Self {
        Self {
            serial,
            device,
            cut,
            waiting: Mutex::default(),
        }
    }

    /// Puts something in for the reader.
    pub fn put(&self, news: News) {
        let mut waiting = self.waiting();
        let bytes = news.bytes();
        if waiting.queue.len() >= WAITING_MOST || waiting.bytes + bytes > WAITING_MOST_BYTES {
            // The memory goes back, too: the log will be read instead.
            waiting.queue = VecDeque::new();
            waiting.bytes = 0;
            waiting.behind = true;
        } else if !waiting.behind {
            waiting.bytes += bytes;
            waiting.queue.push_back(news);
        }
        waiting.wake();
    }

    /// Ends the stream, after `last` if there is one. A reader that takes nothing is cut off.
    pub fn end(&self, last: Option<Bytes>) {
        let mut waiting = self.waiting();
        waiting.ending = Some(last);
        waiting.wake();
        if waiting.beats > 0 {
            self.cut.notify_one();
        }
    }

    /// Gives a sign of life. A reader that took none of the last `patience` is cut off.
    pub fn beat(&self, patience: u32) {
        let mut waiting = self.waiting();
        if waiting.beats >= patience {
            self.cut.notify_one();
        } else {
            waiting.beats += 1;
            waiting.wake();
        }
    }

    /// Takes what is next.
    pub fn poll(&self, cx: &mut Context<'_>) -> Poll<Heard> {
        let mut waiting = self.waiting();
        if let Some(last) = waiting.ending.take() {
            waiting.ending = Some(None);
            return Poll::Ready(Heard::End(last));
        }
        if let Some(news) = waiting.queue.pop_front() {
            waiting.bytes -= news.bytes();
            waiting.beats = 0;
            if waiting.queue.is_empty() {
                // Five thousand idle streams must not each keep the room of their busiest moment.
                waiting.queue = VecDeque::new();
            }
            return Poll::Ready(Heard::News(news));
        }
        if std::mem::take(&mut waiting.behind) {
            waiting.beats = 0;
            return Poll::Ready(Heard::Behind);
        }
        if std::mem::take(&mut waiting.beats) > 0 {
            return Poll::Ready(Heard::Beat);
        }
        waiting.listen(cx);
        Poll::Pending
    }

    /// Says whether the stream ends, while it waits for something else.
    pub fn poll_end(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waiting = self.waiting();
        if waiting.ending.is_some() {
            return Poll::Ready(());
        }
        waiting.listen(cx);
        Poll::Pending
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn listen(&mut self, cx: &Context<'_>) {
        match &mut self.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }
}

impl News {
    fn bytes(&self) -> usize {
        match self {
            Self::Entry(_, frame) | Self::Aside(frame) => frame.len(),
        }
    }
}
