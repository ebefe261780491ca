//! Quiet hours: examples by hand, and arbitrary weeks against an oracle.

mod hours;
mod mutes;
mod oracle;
mod python;
mod stage;
