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
    /// A frame that is in no log. It tells all there is to tell, so that only the last one matters.
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
    /// Of what was dropped, the last that cannot be read from the log.
    aside: Option<Bytes>,
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
            for dropped in std::mem::take(&mut waiting.queue) {
                waiting.drop_news(dropped);
            }
            waiting.bytes = 0;
            waiting.behind = true;
            waiting.drop_news(news);
        } else if waiting.behind {
            waiting.drop_news(news);
        } else {
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

    /// Gives a sign of life. A reader that has taken nothing since `patience` signs ago is cut off.
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
        if let Some(frame) = waiting.aside.take() {
            waiting.beats = 0;
            return Poll::Ready(Heard::News(News::Aside(frame)));
        }
        if std::mem::take(&mut waiting.beats) > 0 {
            return Poll::Ready(Heard::Beat);
        }
        waiting.listen(cx);
        Poll::Pending
    }

    /// Notes that the reader takes something that did not wait here.
    pub fn took(&self) {
        self.waiting().beats = 0;
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
    fn drop_news(&mut self, news: News) {
        if let News::Aside(frame) = news {
            self.aside = Some(frame);
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn slot() -> (Slot, Arc<Notify>) {
        let cut = Arc::new(Notify::new());
        (Slot::new(0, DeviceNo(1), cut.clone()), cut)
    }

    fn heard(slot: &Slot) -> String {
        match slot.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Heard::News(News::Entry(seq, _))) => format!("entry {}", seq.0),
            Poll::Ready(Heard::News(News::Aside(frame))) => {
                format!("aside {}", String::from_utf8_lossy(&frame))
            }
            Poll::Ready(heard) => format!("{heard:?}"),
            Poll::Pending => "nothing".to_owned(),
        }
    }

    #[test]
    fn of_what_is_dropped_the_last_that_is_in_no_log_is_told() {
        let (slot, _) = slot();
        let aside = |text: &'static str| News::Aside(Bytes::from_static(text.as_bytes()));
        slot.put(aside("busy"));
        for seq in 0..=WAITING_MOST {
            slot.put(News::Entry(Seq(seq as i64), Bytes::from_static(b"x")));
        }
        slot.put(aside("away"));
        slot.put(aside("available"));
        slot.put(News::Entry(Seq(99), Bytes::from_static(b"x")));
        let told: Vec<_> = (0..3).map(|_| heard(&slot)).collect();
        assert_eq!(told, ["Behind", "aside available", "nothing"]);
    }

    #[test]
    fn a_reader_that_takes_what_did_not_wait_is_not_cut_off() {
        let (slot, cut) = slot();
        for _ in 0..10 {
            slot.beat(2);
            slot.beat(2);
            slot.took();
        }
        let is_cut = |cut: &Notify| {
            let notified = std::pin::pin!(cut.notified());
            notified
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_ready()
        };
        assert!(!is_cut(&cut));
        for _ in 0..3 {
            slot.beat(2);
        }
        assert!(is_cut(&cut), "one that takes nothing is");
    }
}
