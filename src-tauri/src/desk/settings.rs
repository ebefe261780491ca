//! What was chosen for this desk, in a small file of its own.

use std::{fs, io, path::PathBuf};

use campanile_client::{effect::DeskSettings, store};

use crate::places::Places;

/// Returns what was chosen; nothing where the file is missing or damaged.
pub fn read(places: &Places) -> DeskSettings {
    let text = fs::read(file(places)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Keeps what was chosen. A power cut leaves the old choice or the new one.
pub fn keep(places: &Places, settings: &DeskSettings) -> io::Result<()> {
    store::replace(&file(places), &serde_json::to_vec(settings)?)
}

fn file(places: &Places) -> PathBuf {
    places.data.join("desk.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_found_again_and_damage_is_no_choice() {
        let folder = tempfile::tempdir().expect("a folder");
        let places = Places::below(folder.path());
        assert_eq!(read(&places), DeskSettings::default());
        let chosen = DeskSettings {
            language: Some("uk".into()),
            theme: None,
        };
        keep(&places, &chosen).expect("kept");
        assert_eq!(read(&places), chosen);
        fs::write(file(&places), "{\"language\":").expect("written");
        assert_eq!(read(&places), DeskSettings::default());
    }
}
