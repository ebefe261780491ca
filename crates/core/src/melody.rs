//! The melodies: one table of scores, from which sound, preferences and validation read.

mod bell;
mod score;

pub use score::{BadScore, Note, Score, Tone};

/// A built-in melody (R8). Its label is the Fluent message `melody-<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Melody {
    /// The name by which preferences keep it.
    pub id: &'static str,
    /// Its score, in the language of [`Score`]; empty for silence.
    pub score: &'static str,
}

impl Melody {
    /// Every melody, in the order in which they are offered; silence first. To add one, add its line and its label.
    pub const ALL: &'static [Self] = &[
        melody("silent", ""),
        melody("two-bells", "t140 B5 e E6 q"),
        melody("soft-knock", "t200 D4 s D4 s R s D4 e"),
        melody("carillon", "t180 E5 e C5 e D5 e G4 q"),
        melody("pebble", "t180 E6 e A5 q"),
        melody("bright-star", "t200 C6 s E6 s G6 s C7 q"),
        melody("rising-fifth", "t150 C5 e G5 q"),
        melody("falling-third", "t150 A5 e F5 q."),
        melody("alarm", "t200 A5 s E6 s A5 s E6 s A5 s E6 s"),
        melody("metronome", "t150 A5 s R s E5 s R s E5 s R s"),
        melody(
            "ring-ring",
            "t200 E5 s G5 s E5 s G5 s R e E5 s G5 s E5 s G5 s",
        ),
        melody("clock-chime", "t160 G5 q E5 e F5 e C5 q."),
        melody("fanfare", "t200 C5 s C5 s C5 s F5 e A5 q"),
        melody("low-bell", "t140 F4 q C4 h"),
        melody("page-turn", "t240 C5 s D5 s E5 s G5 s A5 e"),
        melody("letter", "t160 G4 e B4 e D5 q"),
        melody("droplets", "t200 B5 s F#5 s B5 e"),
        melody("question", "t150 D5 e F#5 e E5 e A5 q"),
    ];

    /// Returns the melody of this id, if there is one.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|melody| melody.id == id)
    }

    /// Returns the notes; none for silence.
    #[must_use]
    pub fn notes(&self) -> Score {
        self.score.parse().unwrap_or_default()
    }

    /// Returns how long it sounds, in milliseconds.
    #[must_use]
    pub fn duration_ms(&self) -> u32 {
        self.notes().duration_ms()
    }

    /// Returns its samples, as [`Score::render`] does.
    #[must_use]
    pub fn render(&self, rate_hz: u32) -> Vec<f32> {
        self.notes().render(rate_hz)
    }
}

const fn melody(id: &'static str, score: &'static str) -> Melody {
    Melody { id, score }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn audible() -> impl Iterator<Item = &'static Melody> {
        Melody::ALL.iter().filter(|melody| melody.id != "silent")
    }

    #[test]
    fn every_melody_is_found_by_its_id_and_no_other_is() {
        for melody in Melody::ALL {
            assert_eq!(Melody::find(melody.id), Some(melody));
            assert!(
                melody
                    .id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{}",
                melody.id
            );
        }
        assert_eq!(Melody::find("Two-bells"), None);
        assert_eq!(Melody::find(""), None);
    }

    #[test]
    fn every_score_can_be_read_and_lasts_between_four_and_sixteen_tenths_of_a_second() {
        for melody in audible() {
            assert!(melody.score.parse::<Score>().is_ok(), "{}", melody.id);
            let duration_ms = melody.duration_ms();
            assert!(
                (400..=1600).contains(&duration_ms),
                "{} lasts {duration_ms} ms",
                melody.id
            );
        }
    }

    #[test]
    fn silence_is_silent() {
        let silent = Melody::find("silent").expect("in the table");
        assert_eq!((silent.duration_ms(), silent.render(48_000)), (0, vec![]));
    }

    #[test]
    fn no_melody_is_another_in_a_different_key() {
        let mut steps = BTreeSet::new();
        for melody in audible() {
            let notes = melody.notes();
            let tones: Vec<i32> = notes
                .notes()
                .iter()
                .filter_map(|note| Some(i32::from(note.tone?.number())))
                .collect();
            let step: Vec<i32> = tones.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!(
                steps.insert(step.clone()),
                "{} goes {step:?} as another does",
                melody.id
            );
        }
    }
}
