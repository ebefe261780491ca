//! The whole in one process, as stories: what happened, and what the agent saw and heard of it.

mod desk;
mod stories;
mod world;
