//! The session as a person meets it: messages in, effects out, as text.

mod accounts;
mod arrivals;
mod catch_up;
mod chance;
mod choices;
mod clocks;
mod deeds;
mod elsewhere;
mod hostile;
mod links;
mod locks;
mod moments;
mod order;
mod put_back;
mod quiet;
mod refill;
mod stage;
mod standing;
mod stores;
mod stranded;
mod switches;
mod text;
mod tray;
mod undo;
mod views;
mod why;
