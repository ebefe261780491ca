//! The way from the desk to an adapter's thread: bounded, and never waited on.

use campanile_client::{
    effect::{Toast, ToastKey},
    message::Message,
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::Adapter;

/// How many orders may wait for the thread, which takes them as they come.
const ORDERS: usize = 256;

/// What an adapter's thread is asked to do.
#[derive(Debug)]
pub enum Order {
    /// Show a toast, or put it in the place of the one with the same key.
    Show(Box<Toast>),
    /// Take one back.
    Withdraw(ToastKey),
    /// Say how the toasts are.
    Check,
}

/// The desk's end.
pub struct Queue {
    orders: Sender<Order>,
    events: Sender<Message>,
}

/// Returns both ends. The thread's end is closed when the desk's is dropped, and the thread ends then.
pub fn queue(events: Sender<Message>) -> (Queue, Receiver<Order>) {
    let (orders, taken) = channel(ORDERS);
    (Queue { orders, events }, taken)
}

impl Adapter for Queue {
    fn show(&self, toast: Toast) {
        if let Err(refused) = self.orders.try_send(Order::Show(Box::new(toast)))
            && let Order::Show(toast) = refused.into_inner()
            && self
                .events
                .try_send(Message::ToastFailed(toast.key))
                .is_err()
        {
            tracing::warn!("a toast was lost: the desk takes no messages");
        }
    }

    fn withdraw(&self, key: ToastKey) {
        if self.orders.try_send(Order::Withdraw(key)).is_err() {
            tracing::warn!("a toast stays: the thread of the toasts takes no orders");
        }
    }

    fn check(&self) {
        // A check that finds no place is one of hundreds; another of them answers.
        let _ = self.orders.try_send(Order::Check);
    }
}
