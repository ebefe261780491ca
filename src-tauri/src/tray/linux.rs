//! The tray on Linux: a StatusNotifierItem, which waits for a panel that comes late and for one that comes back.

mod host;
mod item;

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use async_io::Timer;
use campanile_client::view::{Part, PartState, TrayView};
use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{self, BoxFuture},
    stream::BoxStream,
};
use ksni::TrayMethods as _;
use tauri::AppHandle;
use tokio::sync::watch;
use zbus::{Address, Connection, conn::Builder};

use super::Desk;
use host::Host;
use item::Item;

use crate::bus::Return;

/// How long a panel may take to come up, before somebody is told that there is none.
const GRACE: Duration = Duration::from_secs(10);

/// How long one picture stands at least: a burst of notices must not make the panel draw each of them.
const STILL: Duration = Duration::from_millis(100);

/// Starts the thread. It needs no Tauri app: the tray is reached over the session's bus.
///
/// # Errors
/// The system's, if it has no thread to give.
pub fn start(desk: Desk, _app: BoxFuture<'static, Option<AppHandle>>) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name("tray".into())
        .spawn(move || zbus::block_on(Keeper { desk }.work()))?;
    Ok(())
}

/// Keeps the icon in the tray.
struct Keeper {
    desk: Desk,
}

/// Why the keeping ended.
enum Ended {
    /// The bus is gone.
    Bus,
    /// Nobody draws any more.
    Views,
    /// Whoever had the tray never answered, and does not have it any more.
    Host,
}

impl Keeper {
    async fn work(mut self) {
        let mut lost = None;
        loop {
            let Some(view) = self.desk.view().await else {
                return;
            };
            match connect().await {
                Ok(bus) => match self.keep(&bus, view).await {
                    Ok(Ended::Views) => return,
                    Ok(Ended::Bus) => lost = None,
                    Ok(Ended::Host) => continue,
                    Err(problem) => tracing::debug!(%problem, "the tray has no session bus"),
                },
                Err(problem) => tracing::debug!(%problem, "the tray has no session bus"),
            }
            self.desk.tell(Part::Tray.fails("no_bus")).await;
            let lost = lost.get_or_insert_with(|| Return::of(Address::session()));
            if !self.wait(lost.again()).await {
                return;
            }
        }
    }

    /// Waits before the icon is tried again; says whether somebody still draws.
    async fn wait(&mut self, again: impl Future<Output = ()>) -> bool {
        let checked = pin!(self.desk.checks.changed());
        match future::select(checked, pin!(again)).await {
            future::Either::Left((checked, _)) => {
                self.desk.told = None;
                checked.is_ok()
            }
            future::Either::Right(_) => true,
        }
    }

    /// Shows the icon, and keeps it as it is to be, until the bus is gone.
    async fn keep(&mut self, bus: &Connection, view: Arc<TrayView>) -> Result<Ended, ksni::Error> {
        let executor = bus.executor();
        let ticking = async {
            loop {
                executor.tick().await;
            }
        };
        let keeping = async {
            let (hosts, mut host) = watch::channel(Host::Here);
            let item = Item::new(view, self.desk.events.clone(), hosts);
            let mut keepers = host::changes(bus).await.map_err(ksni::Error::Dbus)?;
            // Without a panel the icon waits for one; by default that would be an error.
            // It goes by its connection's own name: any other may be taken already, by whoever wants it to be seen nowhere.
            let icon = item
                .assume_sni_available(true)
                .disable_dbus_name(true)
                .spawn();
            let icon = match future::select(pin!(icon), Timer::after(GRACE)).await {
                future::Either::Left((icon, _)) => icon?,
                future::Either::Right(_) => {
                    self.desk.tell(Part::Tray.fails("no_host")).await;
                    let is_drawn = self.wait(keepers.next().map(drop)).await;
                    return Ok(if is_drawn { Ended::Host } else { Ended::Views });
                }
            };
            host.borrow_and_update();
            let ended = self.follow(bus, &icon, &mut host, &mut keepers).await;
            icon.shutdown().await;
            Ok(ended)
        };
        match future::select(pin!(ticking), pin!(keeping)).await {
            future::Either::Left((never, _)) => never,
            future::Either::Right((ended, _)) => ended,
        }
    }

    async fn follow(
        &mut self,
        bus: &Connection,
        icon: &ksni::Handle<Item>,
        host: &mut watch::Receiver<Host>,
        keepers: &mut BoxStream<'static, ()>,
    ) -> Ended {
        let mut draw_at = None;
        let mut still_until = Instant::now();
        let mut give_up_at = self.look(bus, *host.borrow()).await;
        loop {
            let due = [draw_at, give_up_at].into_iter().flatten().min();
            match self.next(bus, host, keepers, due).await {
                Happened::BusLost => return Ended::Bus,
                Happened::NoViews => return Ended::Views,
                Happened::View => draw_at = draw_at.or(Some(still_until)),
                Happened::Host => give_up_at = self.look(bus, *host.borrow_and_update()).await,
                Happened::Check => {
                    self.desk.told = None;
                    give_up_at = self.look(bus, *host.borrow()).await.map(|_| Instant::now());
                }
                Happened::Late => {}
            }
            let now = Instant::now();
            if draw_at.is_some_and(|at| at <= now) {
                draw_at = None;
                still_until = now + STILL;
                let view = self.desk.views.borrow_and_update().clone();
                if let Some(view) = view
                    && icon.update(|item| item.show(view)).await.is_none()
                {
                    return Ended::Bus;
                }
            }
            if give_up_at.is_some_and(|at| at <= now) {
                give_up_at = None;
                self.desk.tell(Part::Tray.fails("no_host")).await;
            }
        }
    }

    /// Tells of a panel that is there; of one that is missing, returns when to tell.
    async fn look(&mut self, bus: &Connection, host: Host) -> Option<Instant> {
        if host == Host::Here
            && let Some(detail) = host::name(bus).await
        {
            self.desk.tell(PartState::Works { detail }).await;
            return None;
        }
        Some(Instant::now() + GRACE)
    }

    async fn next(
        &mut self,
        bus: &Connection,
        host: &mut watch::Receiver<Host>,
        keepers: &mut BoxStream<'static, ()>,
        at: Option<Instant>,
    ) -> Happened {
        let mut late = at.map_or_else(Timer::never, Timer::at);
        let mut lost = pin!(bus.closed());
        let mut view = pin!(self.desk.views.changed());
        let mut check = pin!(self.desk.checks.changed());
        let mut host = pin!(host.changed());
        poll_fn(|context| {
            if let Poll::Ready(drawn) = view.poll_unpin(context) {
                Poll::Ready(drawn.map_or(Happened::NoViews, |()| Happened::View))
            } else if lost.poll_unpin(context).is_ready() {
                Poll::Ready(Happened::BusLost)
            } else if let Poll::Ready(changed) = host.poll_unpin(context) {
                // The icon holds the other end, and ends only with the bus.
                Poll::Ready(changed.map_or(Happened::BusLost, |()| Happened::Host))
            } else if let Poll::Ready(change) = keepers.poll_next_unpin(context) {
                Poll::Ready(change.map_or(Happened::BusLost, |_| Happened::Host))
            } else if let Poll::Ready(Ok(())) = check.poll_unpin(context) {
                Poll::Ready(Happened::Check)
            } else {
                late.poll_unpin(context).map(|_| Happened::Late)
            }
        })
        .await
    }
}

enum Happened {
    View,
    NoViews,
    Host,
    Check,
    BusLost,
    Late,
}

/// Opens a connection beside the icon's own: the icon does not tell when its bus is gone.
async fn connect() -> zbus::Result<Connection> {
    Builder::session()?
        .internal_executor(false)
        .method_timeout(Duration::from_secs(5))
        .build()
        .await
}
