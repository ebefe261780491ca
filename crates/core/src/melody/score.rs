//! The language in which melodies are written.

use std::str::FromStr;

/// A melody's notes, read from text such as `t120 C5 e E5 e. R s G#5 q`.
///
/// ```text
/// score    = [ tempo ] { ( note | "R" ) duration }      words, parted by white space
/// tempo    = "t" 40 … 240                               quarter notes a minute; 120 if left out
/// note     = "A" … "G" [ "#" | "b" ] 2 … 7              C4 is the middle C, A4 has 440 Hz
/// duration = "w" | "h" | "q" | "e" | "s" [ "." ]        whole to sixteenth; the dot adds half
/// ```
///
/// The default is silence, which no text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    tempo: u32,
    notes: Vec<Note>,
}

/// One note or rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// What sounds; nothing in a rest.
    pub tone: Option<Tone>,
    /// How long, in thirty-seconds of a whole note.
    pub length: u32,
}

/// A tone of the equally tempered scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tone(u8);

/// Why a score cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadScore {
    /// The text or its list of notes is too long.
    #[error("a melody has at most {MAX_NOTES} notes")]
    TooManyNotes,
    /// It would sound too long.
    #[error("a melody lasts at most {} seconds", MAX_SCORE_MS / 1000)]
    TooLong,
    /// No note sounds.
    #[error("a melody has at least one note, such as C5 q")]
    NothingSounds,
    /// The tempo is none.
    #[error("word 1 is not a tempo; write t40 to t240")]
    Tempo,
    /// A word is no note.
    #[error(
        "word {0} is not a note; write a letter from A to G, perhaps # or b, and an octave from 2 to 7, such as F#5, or R for a rest"
    )]
    Tone(usize),
    /// A word is no duration, or it is missing.
    #[error("word {0} is not a duration; write w, h, q, e or s, perhaps with a dot")]
    Duration(usize),
}

const MAX_NOTES: usize = 64;
const MAX_SCORE_MS: u32 = 5_000;
const DEFAULT_TEMPO: u32 = 120;

impl Score {
    /// Returns the notes and rests in their order.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Returns when each note begins, in milliseconds from the start, and when the last one ends.
    #[must_use]
    pub fn starts_ms(&self) -> Vec<u32> {
        let mut passed = 0;
        let ends = self.notes.iter().map(|note| {
            passed += note.length;
            self.ms(passed)
        });
        std::iter::once(0).chain(ends).collect()
    }

    /// Returns how long the written notes last, without what rings on after the last.
    pub(super) fn written_ms(&self) -> u32 {
        self.ms(self.notes.iter().map(|note| note.length).sum())
    }

    /// Converts thirty-seconds of a whole note.
    fn ms(&self, length: u32) -> u32 {
        // A quarter note is eight of them, and there are `tempo` quarter notes a minute.
        (length * (60_000 / 8)).checked_div(self.tempo).unwrap_or(0)
    }
}

impl FromStr for Score {
    type Err = BadScore;

    fn from_str(text: &str) -> Result<Self, BadScore> {
        let mut words = (1..).zip(text.split_ascii_whitespace()).peekable();
        let tempo = words
            .next_if(|(_, word)| word.starts_with('t'))
            .map(|(_, word)| tempo(word));
        let mut score = Self {
            tempo: tempo.transpose()?.unwrap_or(DEFAULT_TEMPO),
            notes: Vec::new(),
        };
        while let Some((place, word)) = words.next() {
            if score.notes.len() == MAX_NOTES {
                return Err(BadScore::TooManyNotes);
            }
            let tone = if word == "R" {
                None
            } else {
                Some(tone(word).ok_or(BadScore::Tone(place))?)
            };
            let length = words
                .next()
                .and_then(|(_, word)| length(word))
                .ok_or(BadScore::Duration(place + 1))?;
            score.notes.push(Note { tone, length });
        }
        if score.written_ms() > MAX_SCORE_MS {
            return Err(BadScore::TooLong);
        }
        if score.notes.iter().any(|note| note.tone.is_some()) {
            Ok(score)
        } else {
            Err(BadScore::NothingSounds)
        }
    }
}

fn tempo(word: &str) -> Result<u32, BadScore> {
    let digits = word
        .strip_prefix('t')
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    let tempo = digits
        .and_then(|digits| digits.parse().ok())
        .ok_or(BadScore::Tempo)?;
    if (40..=240).contains(&tempo) {
        Ok(tempo)
    } else {
        Err(BadScore::Tempo)
    }
}

fn tone(word: &str) -> Option<Tone> {
    let (letter, sharps, octave) = match *word.as_bytes() {
        [letter, octave] => (letter, 0, octave),
        [letter, b'#', octave] => (letter, 1, octave),
        [letter, b'b', octave] => (letter, -1, octave),
        _ => return None,
    };
    let step = match letter {
        b'C' => 0,
        b'D' => 2,
        b'E' => 4,
        b'F' => 5,
        b'G' => 7,
        b'A' => 9,
        b'B' => 11,
        _ => return None,
    };
    let octave = (b'2'..=b'7')
        .contains(&octave)
        .then(|| i16::from(octave - b'0'))?;
    u8::try_from((octave + 1) * 12 + step + sharps)
        .ok()
        .map(Tone)
}

fn length(word: &str) -> Option<u32> {
    let (letter, is_dotted) = word
        .strip_suffix('.')
        .map_or((word, false), |letter| (letter, true));
    let length = match letter {
        "w" => 32,
        "h" => 16,
        "q" => 8,
        "e" => 4,
        "s" => 2,
        _ => return None,
    };
    Some(if is_dotted { length * 3 / 2 } else { length })
}

impl Tone {
    /// Returns its number in MIDI, where the middle C is 60.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Returns the frequency of its fundamental.
    #[must_use]
    pub fn hz(self) -> f64 {
        440.0 * ((f64::from(self.0) - 69.0) / 12.0).exp2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Score, BadScore> {
        text.parse()
    }

    #[test]
    fn notes_rests_dots_and_accidentals_are_read() {
        let score = read("t60 A4 q R e C#5 s.\n Db5 h").expect("a score");
        let seen: Vec<_> = score
            .notes()
            .iter()
            .map(|note| (note.tone.map(Tone::number), note.length))
            .collect();
        assert_eq!(
            seen,
            [(Some(69), 8), (None, 4), (Some(73), 3), (Some(73), 16)]
        );
        assert_eq!(score.starts_ms(), [0, 1000, 1500, 1875, 3875]);
    }

    #[test]
    fn the_tempo_is_120_if_none_is_written() {
        assert_eq!(read("C4 q").expect("a score").starts_ms(), [0, 500]);
    }

    #[test]
    fn the_concert_pitch_is_440_hz() {
        for (text, hz) in [
            ("A4 q", 440.0),
            ("A5 q", 880.0),
            ("C4 q", 261.63),
            ("B3 q", 246.94),
            ("Cb4 q", 246.94),
            ("B7 q", 3951.07),
        ] {
            let tone = read(text).expect("a score").notes()[0]
                .tone
                .expect("a tone");
            assert!((tone.hz() - hz).abs() < 0.01, "{text} has {} Hz", tone.hz());
        }
    }

    #[test]
    fn what_is_no_score_is_refused_with_the_word_at_fault() {
        for (text, error) in [
            ("", BadScore::NothingSounds),
            ("t100", BadScore::NothingSounds),
            ("R q", BadScore::NothingSounds),
            ("C5", BadScore::Duration(2)),
            ("C5 q E5 x", BadScore::Duration(4)),
            ("C5 q..", BadScore::Duration(2)),
            ("C5 q H5 q", BadScore::Tone(3)),
            ("C5 q c5 q", BadScore::Tone(3)),
            ("C5 q C8 q", BadScore::Tone(3)),
            ("C5 q C##5 q", BadScore::Tone(3)),
            ("t120 C5 q é5 q", BadScore::Tone(4)),
            ("C5 q t120", BadScore::Tone(3)),
            ("t30 C5 q", BadScore::Tempo),
            ("t+99 C5 q", BadScore::Tempo),
            ("t99999999999 C5 q", BadScore::Tempo),
            ("t40 C5 w", BadScore::TooLong),
        ] {
            assert_eq!(read(text), Err(error), "{text:?}");
        }
        assert_eq!(read(&"t240 ".repeat(2)), Err(BadScore::Tone(2)));
        assert_eq!(
            read(&"C5 s ".repeat(MAX_NOTES + 1)),
            Err(BadScore::TooManyNotes)
        );
    }

    proptest! {
        #[test]
        fn no_text_does_harm(text in "[tA-H#b0-9R whqes.\\PC]{0,200}") {
            if let Ok(score) = read(&text) {
                prop_assert!(score.written_ms() <= MAX_SCORE_MS && score.notes().len() <= MAX_NOTES);
            }
        }
    }
}
