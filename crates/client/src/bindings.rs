//! The types that the windows share with the desk, written as TypeScript for `ui/src/bindings/`.

use std::{collections::BTreeMap, fs, path::Path};

use ts_rs::{Config, ExportError, TS};

use crate::{
    act::Action,
    view::{BellView, Page, PageFilter, PreferencesView, WhyView, Window},
};

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/bindings");

/// Writes what the windows ask for, say and draw; the types that these are made of follow by themselves.
fn export(folder: &Path) -> Result<(), ExportError> {
    let config = Config::new().with_out_dir(folder);
    BellView::export_all(&config)?;
    PreferencesView::export_all(&config)?;
    Page::export_all(&config)?;
    PageFilter::export_all(&config)?;
    WhyView::export_all(&config)?;
    Window::export_all(&config)?;
    Action::export_all(&config)
}

fn read(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let texts = files.filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        Some((name, fs::read_to_string(file.path()).ok()?))
    });
    texts.collect()
}

/// Run with `UPDATE_EXPECT=1` to write them.
#[test]
fn the_bindings_checked_in_are_those_of_the_views() {
    let fresh = tempfile::tempdir().expect("a folder");
    export(fresh.path()).expect("the types can be written");
    let (fresh, checked_in) = (read(fresh.path()), Path::new(CHECKED_IN));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        drop(fs::remove_dir_all(checked_in));
        fs::create_dir_all(checked_in).expect("the folder can be made");
        for (name, text) in &fresh {
            fs::write(checked_in.join(name), text).expect("a file can be written");
        }
    }
    let cure = "run `UPDATE_EXPECT=1 cargo test -p campanile-client bindings`";
    assert_eq!(
        fresh.keys().collect::<Vec<_>>(),
        read(checked_in).keys().collect::<Vec<_>>(),
        "{cure}"
    );
    for (name, text) in &fresh {
        assert_eq!(Some(text), read(checked_in).get(name), "{name}: {cure}");
        assert!(
            !text.contains("bigint"),
            "{name}: no 64-bit integer reaches TypeScript"
        );
    }
}
