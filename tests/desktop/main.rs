//! The real desktop: what a person sees, hears and clicks, driven through the panel, the daemon and the windows.

mod attacks;
mod choices;
mod daemons;
mod links;
mod outlets;
mod parts;
mod starts;
mod windows;
