//! Toasts by the Desktop Notifications specification, over one connection that stays open: daemons answer only to the
//! connection that sent a toast, and some take a toast back when its sender goes.

mod courier;
mod wire;

use std::{
    future::poll_fn,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use async_io::Timer;
use campanile_client::{
    message::Message,
    view::{Part, PartState},
};
use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{self, Either},
};
use tokio::sync::mpsc;
use zbus::{Address, Connection, MessageStream, conn::Builder};

use super::{
    Adapter,
    queue::{Order, Queue, queue},
};
use courier::Courier;

use crate::bus::Return;

/// How long a daemon may think about a call.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 5 });

/// Which bus to use.
#[derive(Clone, Debug)]
enum Bus {
    /// The bus of the person's session.
    Session,
    /// The bus at this address.
    #[cfg(test)]
    At(String),
}

impl Bus {
    fn address(&self) -> zbus::Result<Address> {
        match self {
            Self::Session => Address::session(),
            #[cfg(test)]
            Self::At(address) => address.parse(),
        }
    }
}

/// Starts the thread that speaks with the notification daemon.
///
/// # Errors
/// The system's, if it has no thread to give. A bus or a daemon that is missing is no error: both may come later.
pub fn start(events: mpsc::Sender<Message>) -> anyhow::Result<Box<dyn Adapter>> {
    Ok(Box::new(start_on(Bus::Session, events)?))
}

fn start_on(bus: Bus, events: mpsc::Sender<Message>) -> std::io::Result<Queue> {
    let (desk, orders) = queue(events.clone());
    let courier = Courier::new(events);
    std::thread::Builder::new()
        .name("toast".into())
        .spawn(move || zbus::block_on(work(bus, courier, orders)))?;
    Ok(desk)
}

/// Serves the orders until there can be no more.
async fn work(bus: Bus, mut courier: Courier, mut orders: mpsc::Receiver<Order>) {
    let mut first = None;
    let mut lost = None;
    loop {
        match connect(&bus).await {
            Ok(connection) => {
                lost = None;
                let Ended::Bus = serve(&connection, &mut courier, &mut orders, first.take()).await
                else {
                    return;
                };
                courier.bus_lost().await;
            }
            Err(problem) => {
                tracing::debug!(%problem, "no session bus");
                courier.tell(Part::Toast.fails("no_bus")).await;
                if let Some(order) = first.take() {
                    courier.refuse(order).await;
                }
            }
        }
        // What could not be shown is summed up once the bus is back: nothing else may ask for it.
        let lost = lost.get_or_insert_with(|| Return::of(bus.address()));
        match future::select(pin!(orders.recv()), pin!(lost.again())).await {
            Either::Left((Some(order), _)) => first = Some(order),
            Either::Left((None, _)) => return,
            Either::Right(_) => {}
        }
    }
}

async fn connect(bus: &Bus) -> zbus::Result<Connection> {
    // Without an executor of its own the connection needs no second thread.
    Builder::address(bus.address()?)?
        .internal_executor(false)
        .method_timeout(PATIENCE)
        .build()
        .await
}

/// Why the serving ended.
enum Ended {
    /// The bus is gone.
    Bus,
    /// Nobody can order any more.
    Orders,
}

async fn serve(
    connection: &Connection,
    courier: &mut Courier,
    orders: &mut mpsc::Receiver<Order>,
    first: Option<Order>,
) -> Ended {
    let executor = connection.executor();
    let ticking = async {
        loop {
            executor.tick().await;
        }
    };
    let serving = async {
        let mut heard = MessageStream::from(connection);
        if let Err(problem) = courier.arrive(connection).await {
            tracing::debug!(%problem, "the session bus does not answer");
            return Ended::Bus;
        }
        if let Some(order) = first {
            courier.take(order).await;
        }
        loop {
            match next(&mut heard, orders, courier.deadline()).await {
                Happened::Heard(Some(Ok(message))) => courier.hear(&message).await,
                Happened::Heard(Some(Err(_)) | None) => return Ended::Bus,
                Happened::Ordered(Some(order)) => courier.take(order).await,
                Happened::Ordered(None) => return Ended::Orders,
                Happened::Late => courier.give_up(Instant::now()).await,
            }
        }
    };
    future::select(pin!(ticking), pin!(serving))
        .map(|done| match done {
            future::Either::Left((never, _)) => never,
            future::Either::Right((ended, _)) => ended,
        })
        .await
}

enum Happened {
    Heard(Option<zbus::Result<zbus::Message>>),
    Ordered(Option<Order>),
    Late,
}

async fn next(
    heard: &mut MessageStream,
    orders: &mut mpsc::Receiver<Order>,
    deadline: Option<Instant>,
) -> Happened {
    let mut late = deadline.map_or_else(Timer::never, Timer::at);
    poll_fn(|context| {
        if let Poll::Ready(message) = heard.poll_next_unpin(context) {
            Poll::Ready(Happened::Heard(message))
        } else if let Poll::Ready(order) = orders.poll_recv(context) {
            Poll::Ready(Happened::Ordered(order))
        } else {
            late.poll_unpin(context).map(|_| Happened::Late)
        }
    })
    .await
}

impl Courier {
    /// Says in which state the toasts are, where that is another than it was told to be.
    async fn tell(&mut self, state: PartState) {
        if self.told.as_ref() != Some(&state) {
            self.told = Some(state.clone());
            self.send(Message::Part(Part::Toast, state)).await;
        }
    }
}

#[cfg(test)]
pub mod tests;
