//! Work that may never come back, on a thread of its own.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::sync_channel,
    },
    thread,
    time::Duration,
};

/// Sends out one piece of work at a time. One that is lost costs one thread, however often others are asked for.
#[derive(Debug, Default)]
pub struct Errand {
    is_out: Arc<AtomicBool>,
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// It took too long, or an earlier one still does.
    Late,
    /// It panicked, or the system had no thread for it.
    Broke,
}

impl Errand {
    /// Does `work` and waits for it, `patience` at most. What comes later is dropped on the thread that made it.
    ///
    /// # Errors
    /// [`Unfinished`].
    pub fn run<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        if self.is_out.swap(true, Ordering::AcqRel) {
            return Err(Unfinished::Late);
        }
        let back = Back(self.is_out.clone());
        let (result, results) = sync_channel(0);
        let spawned = thread::Builder::new().name("errand".into()).spawn(move || {
            let made = catch_unwind(AssertUnwindSafe(work));
            drop(back);
            // Nobody waits for what is late.
            let _ = result.send(made);
        });
        if spawned.is_err() {
            return Err(Unfinished::Broke);
        }
        match results.recv_timeout(patience) {
            Ok(Ok(made)) => Ok(made),
            Ok(Err(_)) => Err(Unfinished::Broke),
            Err(_) => Err(Unfinished::Late),
        }
    }
}

/// Lets the next errand out when it goes, also where its thread never began.
struct Back(Arc<AtomicBool>);

impl Drop for Back {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn an_errand_brings_its_result_also_after_one_that_broke() {
        let errand = Errand::default();
        assert_eq!(errand.run(LONG, || 7), Ok(7));
        assert_eq!(
            errand.run::<()>(LONG, || panic!("a hostile file")),
            Err(Unfinished::Broke)
        );
        assert_eq!(errand.run(LONG, || 8), Ok(8));
    }

    #[test]
    fn while_one_is_lost_no_other_goes_out() {
        let errand = Errand::default();
        let (release, held) = sync_channel::<()>(0);
        let (gone, is_gone) = sync_channel::<()>(0);
        struct Told(std::sync::mpsc::SyncSender<()>);
        impl Drop for Told {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        let told = Told(gone);
        let lost = errand.run(AT_ONCE, move || {
            let _ = held.recv();
            told
        });
        assert!(matches!(lost, Err(Unfinished::Late)));
        assert_eq!(errand.run(LONG, || ()), Err(Unfinished::Late));
        drop(release);
        // The result that nobody waited for is dropped after the way was cleared.
        is_gone.recv().expect("the errand came back");
        assert_eq!(errand.run(LONG, || ()), Ok(()));
    }
}
