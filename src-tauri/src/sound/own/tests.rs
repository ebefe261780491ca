//! Files that a person may choose and names that a server may send.

use super::*;

const TONE: &[u8] = include_bytes!("../decode/tone.ogg");

fn folders() -> (tempfile::TempDir, PathBuf) {
    let outer = tempfile::tempdir().expect("a folder");
    let sounds = outer.path().join("sounds");
    fs::create_dir(&sounds).expect("a folder");
    (outer, sounds)
}

fn code<T>(result: Result<T, Refused>) -> &'static str {
    result.map_or_else(|refused| refused.code(), |_| "taken")
}

#[test]
fn a_chosen_file_is_copied_under_a_made_up_name_and_can_be_played() {
    let (outer, sounds) = folders();
    let chosen = outer.path().join("мій дзвін.mp3");
    fs::write(&chosen, TONE).expect("a file");
    let melody = choose(&chosen, &sounds).expect("a melody");
    let name = name(&melody).expect("an own file");
    // The ending is the format's, whatever the chosen file was called.
    assert!(name.ends_with(".ogg") && name.len() == 36, "{name}");
    assert_eq!(fs::read(sounds.join(name)).expect("the copy"), TONE);
    load(&sounds, name, &Errand::default()).expect("a clip");
    assert_ne!(choose(&chosen, &sounds).expect("a second"), melody);
}

#[test]
fn what_is_no_sound_is_not_copied() {
    let (outer, sounds) = folders();
    for (bytes, expected) in [
        (b"".as_slice(), "format"),
        (b"#!/bin/sh", "format"),
        (b"OggS\0\0\0\0", "damaged"),
    ] {
        let chosen = outer.path().join("chosen.ogg");
        fs::write(&chosen, bytes).expect("a file");
        assert_eq!(code(choose(&chosen, &sounds)), expected, "{bytes:?}");
    }
    assert_eq!(code(choose(outer.path(), &sounds)), "not_a_file");
    assert_eq!(
        code(choose(&outer.path().join("missing.ogg"), &sounds)),
        "system"
    );
    assert_eq!(fs::read_dir(&sounds).expect("the folder").count(), 0);
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let (_outer, sounds) = folders();
    for (bytes, expected) in [
        (FILE_MOST_BYTES, "format"),
        (FILE_MOST_BYTES + 1, "too_large"),
        (2 << 30, "too_large"),
    ] {
        let file = File::create(sounds.join("large.wav")).expect("a file");
        file.set_len(bytes).expect("a sparse file");
        assert_eq!(
            code(load(&sounds, "large.wav", &Errand::default())),
            expected,
            "{bytes}"
        );
    }
}

#[test]
fn a_name_leads_nowhere_but_into_the_folder() {
    let (outer, sounds) = folders();
    fs::write(outer.path().join("tone.ogg"), TONE).expect("a file");
    fs::write(sounds.join("tone.ogg"), TONE).expect("a file");
    let absolute = outer.path().join("tone.ogg").display().to_string();
    let long = "a".repeat(NAME_MOST_BYTES + 1);
    for name in [
        "",
        ".",
        "..",
        "../tone.ogg",
        "..\\tone.ogg",
        "/etc/passwd",
        &absolute,
        "a/../tone.ogg",
        "./tone.ogg",
        "tone.ogg\n",
        "tone.ogg\0",
        "tone.ogg.",
        "tone.ogg::$DATA",
        "C:tone.ogg",
        "\\\\host\\share",
        "дзвін.ogg",
        "~",
        "$HOME",
        ".hidden.ogg",
        "NUL",
        "nul.wav",
        "com1.ogg",
        "LPT9",
        "aux.tar.ogg",
        &long,
    ] {
        assert_eq!(
            code(load(&sounds, name, &Errand::default())),
            "name",
            "{name:?}"
        );
    }
    for name in [
        "tone.ogg",
        "TONE-1_a.b.ogg",
        "company.ogg",
        "com10.ogg",
        &long[1..],
    ] {
        let place = place(&sounds, name).expect("a place");
        assert_eq!(place.parent(), Some(sounds.as_path()), "{name}");
    }
    load(&sounds, "tone.ogg", &Errand::default()).expect("a clip");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_devices_are_refused_and_not_waited_for() {
    use rustix::fs::{CWD, Mode, mkfifoat};
    let (outer, sounds) = folders();
    fs::write(outer.path().join("tone.ogg"), TONE).expect("a file");
    std::os::unix::fs::symlink(outer.path().join("tone.ogg"), sounds.join("link.ogg"))
        .expect("a link");
    std::os::unix::fs::symlink("/dev/zero", sounds.join("zero.ogg")).expect("a link");
    mkfifoat(CWD, sounds.join("pipe.ogg"), Mode::RWXU).expect("a pipe");
    fs::create_dir(sounds.join("folder.ogg")).expect("a folder");
    for (name, expected) in [
        ("link.ogg", "system"),
        ("zero.ogg", "system"),
        ("pipe.ogg", "not_a_file"),
        ("folder.ogg", "not_a_file"),
    ] {
        assert_eq!(
            code(load(&sounds, name, &Errand::default())),
            expected,
            "{name}"
        );
    }
    for path in [
        sounds.join("pipe.ogg"),
        sounds.join("zero.ogg"),
        "/dev/zero".into(),
    ] {
        assert_eq!(
            code(choose(&path, outer.path())),
            "not_a_file",
            "{}",
            path.display()
        );
    }
    // A link that a person chose is theirs to follow.
    assert_eq!(code(choose(&sounds.join("link.ogg"), &sounds)), "taken");
}
