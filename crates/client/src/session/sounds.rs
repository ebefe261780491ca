//! Melodies: at least a gap between two, one for a burst, again until read where that is wanted (R8).

use std::collections::VecDeque;

use campanile_core::{
    catalogue::UNKNOWN_MELODY,
    channel::Channel,
    decide,
    event::Notice,
    ids::EventId,
    time::{SECOND_MS, Timestamp},
};

use super::{Session, announce::Importance};
use crate::{
    effect::{Effect, Play},
    words::Fate,
};

/// How long until a melody or a toast comes again.
pub const REPEAT_MS: i64 = 30 * SECOND_MS;
/// How many notices that rang are remembered, to be hushed.
const MOST: usize = 50;
/// The id of the melody that is none.
const SILENT: &str = "silent";

/// A melody that a notice would play.
#[derive(Clone, Debug)]
pub struct Ring {
    /// The notice.
    pub id: EventId,
    /// How much it matters beside others.
    pub importance: Importance,
    /// The melody.
    pub play: Play,
}

/// What rang, and what is to ring.
#[derive(Debug, Default)]
pub struct Sounds {
    last: Option<(Timestamp, Importance)>,
    /// Something more important than what has just played, for the end of the gap.
    deferred: Option<(Timestamp, Ring)>,
    rung: VecDeque<Ring>,
    repeat_at: Option<Timestamp>,
}

impl Sounds {
    /// Returns when something is next to be played.
    pub fn next(&self) -> Option<Timestamp> {
        let deferred = self.deferred.as_ref().map(|(at, _)| *at);
        deferred.into_iter().chain(self.repeat_at).min()
    }

    /// Returns every moment that is a while from another.
    pub fn timed(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let last = self.last.iter_mut().map(|(at, _)| at);
        let deferred = self.deferred.iter_mut().map(|(at, _)| at);
        last.chain(deferred).chain(&mut self.repeat_at)
    }

    /// Forgets a notice, and says whether it had rung.
    pub fn forget(&mut self, id: EventId) -> bool {
        if self
            .deferred
            .as_ref()
            .is_some_and(|(_, ring)| ring.id == id)
        {
            self.deferred = None;
        }
        let before = self.rung.len();
        self.rung.retain(|ring| ring.id != id);
        if self.rung.is_empty() {
            self.repeat_at = None;
        }
        self.rung.len() < before
    }

    /// Returns everything that rang.
    pub fn rung(&self) -> impl Iterator<Item = EventId> {
        self.rung.iter().map(|ring| ring.id)
    }
}

impl Session {
    /// Returns the melody of a notice, unless it is silence.
    pub(super) fn melody_of(&self, notice: &Notice) -> Option<Play> {
        let kind = notice.kind.as_str();
        let scopes = self.of.preferences.scopes_of(notice);
        let melody = decide::melody(kind, &scopes, &self.of.preferences, &self.of.policy);
        let own = decide::volume(kind, &scopes, &self.of.preferences, &self.of.policy);
        let volume = u64::from(self.of.settings.sound.volume) * u64::from(own) / 100;
        let volume = u8::try_from(volume).unwrap_or(100);
        (melody != SILENT && volume > 0).then(|| Play {
            notice: Some(notice.id),
            melody: melody.to_owned(),
            instead: decide::default_melody(kind, &self.of.policy).to_owned(),
            volume,
        })
    }

    /// Plays a melody, or lets it be: within the gap only something more important comes after all.
    pub(super) fn ring(&mut self, ring: Ring, now: Timestamp) {
        let gap_ms = self.of.settings.sound.gap_ms;
        let sounds = &mut self.of.sounds;
        let within = sounds.last.filter(|(at, _)| now.since_ms(*at) < gap_ms);
        let Some((last, important)) = within else {
            return self.play(ring, now);
        };
        let deferred = sounds.deferred.as_ref().map(|(_, ring)| ring.importance);
        if ring.importance > important.max(deferred.unwrap_or_default()) {
            sounds.deferred = Some((last.plus_ms(gap_ms), ring));
        } else {
            self.of.rulings.sound(ring.id, Fate::TooSoon);
        }
    }

    /// Plays what its time has come for.
    pub(super) fn play_due(&mut self, now: Timestamp) {
        if let Some((_, ring)) = self.of.sounds.deferred.take_if(|(at, _)| *at <= now) {
            self.play_again(ring, now);
        }
        if self.of.sounds.repeat_at.is_some_and(|at| at <= now) {
            self.of.sounds.repeat_at = None;
            let ring = self
                .of
                .sounds
                .rung
                .iter()
                .max_by_key(|ring| ring.importance)
                .cloned();
            if let Some(ring) = ring.filter(|_| self.of.settings.sound.repeats) {
                self.play_again(ring, now);
            }
        }
    }

    /// Plays the melody that a notice has by now, if it would ring now: since it first rang the agent may have
    /// read or muted it, or chosen otherwise.
    fn play_again(&mut self, ring: Ring, now: Timestamp) {
        let notice = self.still_told(ring.id, Channel::Sound, now);
        if let Some(play) = notice.and_then(|notice| self.melody_of(notice)) {
            self.play(Ring { play, ..ring }, now);
        }
    }

    fn play(&mut self, ring: Ring, now: Timestamp) {
        let sounds = &mut self.of.sounds;
        sounds.last = Some((now, ring.importance));
        sounds.repeat_at = self
            .of
            .settings
            .sound
            .repeats
            .then(|| now.plus_ms(REPEAT_MS));
        sounds.rung.retain(|rung| rung.id != ring.id);
        if sounds.rung.len() == MOST {
            sounds.rung.pop_front();
        }
        self.out.push(Effect::Play(ring.play.clone()));
        sounds.rung.push_back(ring);
    }

    pub(super) fn preview(&mut self, melody: String, volume: Option<u8>) {
        let volume = volume.unwrap_or(self.of.settings.sound.volume).min(100);
        self.out.push(Effect::Play(Play {
            notice: None,
            melody,
            instead: UNKNOWN_MELODY.into(),
            volume,
        }));
    }
}
