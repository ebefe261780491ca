//! The whole in one process, as stories: what happened, and what the agent saw and heard of it.

mod choices;
mod clocks;
mod copies;
mod desk;
mod elsewhere;
mod naughty;
mod releases;
mod retention;
mod stories;
mod why;
mod world;
