//! Sign-outs under way: each tells the server what it has yet to hear, and nobody can tell it later.

use std::time::Duration;

use tokio::{task::JoinSet, time::timeout};

/// So long the end of the desk waits for them.
const WITHIN: Duration = Duration::from_secs(5);

/// The sign-outs that are under way.
#[derive(Default)]
pub struct Departures(JoinSet<()>);

impl Departures {
    /// Lets one go on by itself. Must be called within the runtime.
    pub fn begin(&mut self, departure: impl Future<Output = ()> + Send + 'static) {
        // Those that ended are of no more use.
        while self.0.try_join_next().is_some() {}
        self.0.spawn(departure);
    }

    /// Waits until all have ended, though not for long, and says whether they have.
    pub async fn end(mut self) -> bool {
        timeout(WITHIN, async {
            while self.0.join_next().await.is_some() {}
        })
        .await
        .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        sync::oneshot,
        time::{Instant, sleep},
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_end_waits_for_a_sign_out_that_has_something_to_tell() {
        let (mut departures, (tell, told)) = (Departures::default(), oneshot::channel());
        departures.begin(async move {
            sleep(Duration::from_secs(4)).await;
            let _ = tell.send(());
        });
        departures.begin(async {});
        assert!(departures.end().await);
        assert_eq!(told.await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_does_not_answer_keeps_the_end_for_five_seconds() {
        let (mut departures, began) = (Departures::default(), Instant::now());
        departures.begin(std::future::pending());
        assert!(!departures.end().await);
        assert_eq!(began.elapsed(), Duration::from_secs(5));
    }
}
