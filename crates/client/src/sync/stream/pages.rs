//! The pages of a snapshot, fetched one after the other before the log goes on.

use campanile_protocol::{routes, snapshot::Snapshot};
use reqwest::Method;

use super::{
    super::{
        Why, frames,
        http::{Fault, Server},
    },
    Broke, Stream,
};
use crate::message::Message;

/// The most pages of one snapshot: ten million items. A server that sends more does not mean it.
const PAGES_MOST: usize = 20_000;

/// The pages of a snapshot that are still to be fetched.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    next: String,
    cursor: String,
    fetched: usize,
}

impl Stream<'_> {
    pub(super) async fn begin_snapshot(
        &mut self,
        snapshot: Snapshot,
        left_out: u32,
    ) -> Result<(), Broke> {
        let next = snapshot.next.clone();
        let cursor = snapshot.cursor.clone();
        self.state
            .tell(Message::Snapshot(Box::new(snapshot)))
            .await?;
        self.tell_left_out(left_out).await?;
        let Some(next) = next else { return Ok(()) };
        // The log waits: its entries are changes to what the other pages tell.
        self.pages = Some(Pages {
            next,
            cursor,
            fetched: 1,
        });
        Err(Broke::Pages)
    }

    pub(super) async fn fetch_pages(&mut self, server: &Server) -> Result<(), Broke> {
        while let Some(pages) = self.pages.clone() {
            if pages.fetched >= PAGES_MOST {
                self.pages = None;
                return Err(Fault::offline(Why::Server).into());
            }
            let request = server.request(Method::GET, routes::SNAPSHOT, &[("after", &pages.next)]);
            let body = server.ask_text(request).await?;
            let read = frames::page(&body).ok_or(Fault::offline(Why::Server))?;
            let next = read.is.next.clone();
            self.state
                .tell_entries(Message::Snapshot(Box::new(read.is)))
                .await?;
            self.tell_left_out(read.left_out).await?;
            match next {
                Some(next) => {
                    self.pages = Some(Pages {
                        next,
                        fetched: pages.fetched + 1,
                        ..pages
                    })
                }
                None => {
                    self.pages = None;
                    self.state.until_kept(&pages.cursor).await;
                }
            }
        }
        Ok(())
    }
}
