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
fn a_chosen_file_is_kept_under_a_made_up_name_and_can_be_played() {
    let (_outer, sounds) = folders();
    let melody = adopt(TONE.into(), "мій дзвін.mp3", &sounds).expect("a melody");
    let name = name(&melody).expect("an own file");
    // The ending is the format's, whatever the chosen file was called.
    assert!(name.ends_with(".ogg") && name.len() == 36, "{name}");
    assert_eq!(fs::read(sounds.join(name)).expect("the copy"), TONE);
    load(&sounds, name, &Errand::default()).expect("a clip");
    assert_ne!(
        adopt(TONE.into(), "мій дзвін.mp3", &sounds).expect("a second"),
        melody
    );
}

#[test]
fn own_melodies_are_listed_by_what_their_files_were_called_and_can_be_removed() {
    let (outer, sounds) = folders();
    let listed = || {
        let mut all = list(&sounds).expect("a list");
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    };
    let long = "я".repeat(5_000);
    let melody = adopt(TONE.into(), "a\u{202e}\ndoor.ogg", &sounds).expect("a melody");
    adopt(TONE.into(), &long, &sounds).expect("a melody");
    // Whatever else lies there is no melody; one whose label is lost is told by its name.
    fs::write(sounds.join("notes.txt"), "x").expect("a file");
    fs::create_dir(sounds.join("folder.ogg")).expect("a folder");
    fs::write(sounds.join("b.ogg"), TONE).expect("a file");
    let names: Vec<_> = listed().into_iter().map(|own| own.name).collect();
    let expected = words::plain(&long, words::TITLE_MOST);
    assert_eq!(names, ["a door.ogg", "b.ogg", &expected]);
    remove(&sounds, &melody).expect("removed");
    remove(&sounds, &melody).expect("removed already");
    assert_eq!(listed().len(), 2);
    // Nothing of it is left, and nothing else is touched.
    assert_eq!(fs::read_dir(&sounds).expect("the folder").count(), 5);
    // Were the name believed, this file would go, and none of the machine's.
    let precious = outer.path().join("precious.ogg");
    fs::write(&precious, TONE).expect("a file");
    let absolute = format!("own:{}", precious.display());
    for strange in ["own:../precious.ogg", "own:", "alarm", &absolute] {
        assert_eq!(code(remove(&sounds, strange)), "name", "{strange}");
        assert!(precious.exists(), "{strange}");
    }
    assert_eq!(list(&outer.path().join("none")).expect("a list"), []);
}

#[test]
fn a_desk_has_no_more_own_melodies_than_a_picker_can_show() {
    let (_outer, sounds) = folders();
    for number in 0..OWN_MOST {
        fs::write(sounds.join(format!("{number}.wav")), "x").expect("a file");
    }
    assert_eq!(code(adopt(TONE.into(), "", &sounds)), "too_many");
}

#[test]
fn what_is_no_sound_is_not_kept() {
    let (_outer, sounds) = folders();
    for (bytes, expected) in [
        (b"".as_slice(), "format"),
        (b"#!/bin/sh", "format"),
        (b"OggS\0\0\0\0", "damaged"),
        (&vec![0; FILE_MOST_BYTES + 1], "too_large"),
    ] {
        assert_eq!(code(adopt(bytes.into(), "x", &sounds)), expected);
    }
    assert_eq!(fs::read_dir(&sounds).expect("the folder").count(), 0);
}

#[test]
fn every_refusal_has_words_that_say_what_to_do() {
    let all = [
        Refused::Name,
        Refused::NotAFile,
        Refused::TooLarge,
        Refused::TooLong,
        Refused::Format,
        Refused::TooMany,
        Refused::Damaged,
        Refused::System(io::Error::other("the disk is full")),
    ];
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    for language in ["en", "uk"] {
        let words = format!("crates/client/locales/{language}/preferences.ftl");
        let words = fs::read_to_string(project.join(words)).expect("a file of the project");
        for refused in &all {
            let message = format!("\nmelody-refused-{} = ", refused.code());
            assert!(words.contains(&message), "{language} lacks {message}");
        }
    }
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let (_outer, sounds) = folders();
    for (bytes, expected) in [
        (FILE_MOST_BYTES as u64, "format"),
        (FILE_MOST_BYTES as u64 + 1, "too_large"),
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
    let _socket =
        std::os::unix::net::UnixListener::bind(sounds.join("socket.ogg")).expect("a socket");
    for (name, expected) in [
        ("link.ogg", "system"),
        ("zero.ogg", "system"),
        ("pipe.ogg", "not_a_file"),
        ("folder.ogg", "not_a_file"),
        ("socket.ogg", "system"),
    ] {
        assert_eq!(
            code(load(&sounds, name, &Errand::default())),
            expected,
            "{name}"
        );
    }
}
