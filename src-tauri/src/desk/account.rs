//! Accounts: paired, signed in with a store of their own, signed out without a trace.

use std::sync::Arc;

use campanile_client::{
    message::{Account, Loaded, Message, PairingFault},
    store::{Store, StoreError, StoreHandle, accounts},
    sync,
};
use campanile_core::time::Timestamp;
use campanile_protocol::changes::PushedChange;

use super::{alarm, follow, resident::Resident};
use crate::places;

/// An account that is signed in: its store is open.
pub struct SignedIn {
    /// Whose it is.
    pub account: Account,
    /// Where what it was told is kept.
    pub store: Arc<StoreHandle>,
}

impl Resident {
    /// Opens the store of the account that was signed in when the desk ended, if one was.
    pub(super) fn resume(&mut self) -> anyhow::Result<()> {
        // The desk was ended before their tokens were handed back.
        for account in accounts::left(&self.places.data) {
            self.depart(account, Vec::new());
        }
        match accounts::list(&self.places.data).into_iter().next() {
            Some(account) => self.open_store(account)?,
            None => self.tell(Message::Loaded(Box::default())),
        }
        Ok(())
    }

    /// Turns a link into an account in the background; the answer comes as [`Message::Paired`].
    pub(super) fn pair(&self, link: Box<str>) {
        let (events, secrets) = (self.events.clone(), self.secrets.clone());
        let known = accounts::list(&self.places.data);
        tokio::spawn(async move {
            let surroundings = follow::surroundings();
            let (paired, old) =
                match sync::pair(&link, &places::machine_name(), &surroundings).await {
                    Ok((mut account, token)) => {
                        let is_known = known.iter().any(|known| known.id == account.id);
                        let old = is_known.then(|| secrets.take(&account.id));
                        account.session_only = !secrets.keep(&account.id, token).await;
                        let old = match old {
                            Some(old) => old.await.map(|old| (account.server.clone(), old)),
                            None => None,
                        };
                        (Ok(Box::new(account)), old)
                    }
                    Err(fault) => (Err(fault), None),
                };
            // The desk may be ending; then the code is spent, and the next link works.
            let _ = events.send(Message::Paired(paired)).await;
            // Else the server's list of devices would show this one twice.
            if let Some((server, old)) = old {
                sync::sign_out(&server, &old, &[], &surroundings).await;
            }
        });
    }

    /// Keeps the account and opens its store.
    pub(super) async fn sign_in(&mut self, account: Account) {
        self.close_store().await;
        if let Err(error) = accounts::keep(&self.places.data, &account) {
            tracing::error!(%error, "the account cannot be kept; it lasts until the desk ends");
        }
        if let Err(error) = self.open_store(account) {
            tracing::error!(%error, "the store cannot be opened");
            self.tell(Message::Loaded(Box::default()));
        }
    }

    /// Forgets the account: here at once, at the server as soon as it answers.
    pub(super) async fn sign_out(&mut self, account: Account, pending: Vec<PushedChange>) {
        self.close_store().await;
        self.depart(account, pending);
    }

    /// Removes what was kept for an account, and hands its token back in the background.
    fn depart(&mut self, account: Account, pending: Vec<PushedChange>) {
        let data = self.places.data.clone();
        if let Err(error) = accounts::leave(&data, &account.id) {
            tracing::error!(%error, "what was kept for the account cannot be removed");
        }
        let token = self.secrets.take(&account.id);
        self.departures.begin(async move {
            if let Some(token) = token.await
                && !sync::sign_out(&account.server, &token, &pending, &follow::surroundings()).await
            {
                tracing::warn!(
                    "the server could not be told of the sign-out; its list of devices still shows this one"
                );
            }
            if let Err(error) = accounts::forget(&data, &account.id) {
                tracing::error!(%error, "the name of the account cannot be removed");
            }
        });
    }

    /// Writes what waits, and closes the files.
    pub(super) async fn close_store(&mut self) {
        self.follow = None;
        let Some(SignedIn { store, .. }) = self.signed_in.take() else {
            return;
        };
        store.close().await;
    }

    fn open_store(&mut self, account: Account) -> Result<(), StoreError> {
        let no_folder = || StoreError::NotAFolder(self.places.data.join("accounts"));
        let folder = accounts::folder(&self.places.data, &account.id).ok_or_else(no_folder)?;
        let (store, loaded) = Store::open(&folder, alarm::now())?;
        match StoreHandle::start(store) {
            Ok(store) => {
                let store = Arc::new(store);
                tokio::spawn(store.report(account.id.clone(), self.events.clone()));
                self.signed_in = Some(SignedIn {
                    account: account.clone(),
                    store,
                });
            }
            Err(error) => tracing::error!(%error, "there is no thread left for the store"),
        }
        self.tell(Message::Loaded(Box::new(Loaded {
            account: Some(account),
            ..loaded
        })));
        Ok(())
    }

    /// Forgets what retention no longer covers; nobody waits for it.
    pub(super) fn prune(&self, at: Timestamp) {
        let Some(signed_in) = &self.signed_in else {
            return;
        };
        let store = Arc::clone(&signed_in.store);
        tokio::spawn(async move {
            match store.prune(at).await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "notices beyond their retention were forgotten"),
                Err(fault) => tracing::warn!(
                    ?fault,
                    "what retention no longer covers could not be forgotten"
                ),
            }
        });
    }
}

/// Says why pairing failed, in one line for a terminal.
pub fn say(fault: &PairingFault) -> &'static str {
    match fault {
        PairingFault::NotALink => {
            "this is no pairing link; it looks like campanile://pair?server=…&code=…"
        }
        PairingFault::Code => {
            "the code is wrong, used or older than ten minutes; ask for a new link"
        }
        PairingFault::NoAnswer => {
            "the server does not answer; see that it runs and can be reached from here"
        }
        PairingFault::DesksFull => {
            "you have as many desks as one may have; have an administrator revoke one that you no longer use"
        }
        PairingFault::Busy => "the server asks to be left alone; wait a minute and try again",
        PairingFault::Insecure => {
            "the server is to be reached by plain http beyond this machine; ask for a link with https"
        }
        PairingFault::Untrusted => {
            "the server's certificate is not trusted; have its authority installed, or name it in CAMPANILE_CA_FILE"
        }
    }
}
