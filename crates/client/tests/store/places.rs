//! Where the files lie, who may read them, and which accounts there are.

use campanile_client::{
    message::Account,
    store::{Store, accounts},
};
use tempfile::TempDir;
use url::Url;

use crate::fixture::NOW;

fn account(id: &str) -> Account {
    Account {
        id: id.to_owned(),
        server: Url::parse("https://desk.example.org/").expect("a URL"),
        name: "Mira Oak".to_owned(),
        session_only: false,
    }
}

#[test]
fn an_account_is_kept_listed_and_left_with_its_store() {
    let data = TempDir::new().expect("a folder");
    assert_eq!(accounts::list(data.path()), []);
    accounts::keep(data.path(), &account("b")).expect("keeps");
    let folder = accounts::keep(data.path(), &account("a")).expect("keeps");
    let renamed = Account {
        name: "Mira Elm".to_owned(),
        session_only: true,
        ..account("a")
    };
    accounts::keep(data.path(), &renamed).expect("keeps again");
    assert_eq!(accounts::list(data.path()), [renamed.clone(), account("b")]);
    assert_eq!(
        Store::open(&folder, NOW).expect("opens").1.account,
        Some(renamed.clone())
    );
    for again in ["leaves", "has left already"] {
        accounts::leave(data.path(), "a").expect(again);
        assert_eq!(accounts::list(data.path()), [account("b")]);
        assert_eq!(accounts::left(data.path()), std::slice::from_ref(&renamed));
        assert_eq!(files(&folder), ["left.json"]);
    }
    for again in ["forgets", "has forgotten already"] {
        accounts::forget(data.path(), "a").expect(again);
        assert_eq!(accounts::left(data.path()), []);
        assert!(!folder.exists());
    }
}

#[test]
fn who_signs_in_again_before_the_token_was_handed_back_stays() {
    let data = TempDir::new().expect("a folder");
    accounts::keep(data.path(), &account("a")).expect("keeps");
    accounts::leave(data.path(), "a").expect("leaves");
    accounts::keep(data.path(), &account("a")).expect("keeps again");
    assert_eq!(accounts::left(data.path()), []);
    accounts::forget(data.path(), "a").expect("there is nothing to forget");
    assert_eq!(accounts::list(data.path()), [account("a")]);
}

#[test]
fn the_account_that_was_kept_last_comes_first() {
    let data = TempDir::new().expect("a folder");
    for (id, second) in [("a", 1), ("c", 3), ("b", 2)] {
        let folder = accounts::keep(data.path(), &account(id)).expect("keeps");
        let kept = std::fs::File::options()
            .write(true)
            .open(folder.join("account.json"))
            .expect("opens");
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(second);
        kept.set_modified(at).expect("sets");
    }
    assert_eq!(accounts::list(data.path()), ["c", "b", "a"].map(account));
}

fn files(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("lists");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        name.to_string_lossy().into_owned()
    };
    entries.map(name).collect()
}

#[test]
fn a_name_that_leads_elsewhere_is_no_accounts_name() {
    let data = TempDir::new().expect("a folder");
    for id in [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "a\\b",
        ".hidden",
        "ü",
        "a b",
        "a\0b",
        &"a".repeat(201),
    ] {
        assert_eq!(accounts::folder(data.path(), id), None, "{id:?}");
        assert!(accounts::keep(data.path(), &account(id)).is_err(), "{id:?}");
        assert!(accounts::leave(data.path(), id).is_err(), "{id:?}");
    }
}

#[test]
fn a_folder_without_a_readable_account_is_none() {
    let data = TempDir::new().expect("a folder");
    for (name, text) in [
        ("empty", ""),
        ("words", "hello"),
        ("list", "[]"),
        ("large", &"x".repeat(100_000)),
    ] {
        let folder = accounts::keep(data.path(), &account(name)).expect("keeps");
        std::fs::write(folder.join("account.json"), text).expect("writes");
    }
    std::fs::write(data.path().join("accounts/file"), "").expect("writes");
    assert_eq!(accounts::list(data.path()), []);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_look_into_the_folder_or_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let rights = |path: &std::path::Path| {
        std::fs::metadata(path).expect("there").permissions().mode() & 0o777
    };
    let data = TempDir::new().expect("a folder");
    let folder = accounts::keep(data.path(), &account("a")).expect("keeps");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("opens up");
    let (mut store, _) = Store::open(&folder, NOW).expect("opens");
    store
        .keep(&campanile_client::effect::Kept {
            cursor: Some("c".to_owned()),
            ..Default::default()
        })
        .expect("keeps");
    assert_eq!(rights(&folder), 0o700);
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("lists")
        .map(|found| found.expect("an entry").path())
        .map(|path| {
            (
                path.file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                rights(&path),
            )
        })
        .collect();
    names.sort();
    let private = |name: &str| (name.to_owned(), 0o600);
    let expected = [
        "account.json",
        "changes.db",
        "changes.db-shm",
        "changes.db-wal",
        "inbox.db",
        "inbox.db-shm",
        "inbox.db-wal",
    ];
    assert_eq!(names, expected.map(private));
}
