//! The local store, seen through its one door.

mod chance;
mod damage;
mod fixture;
mod keep;
mod pages;
mod places;
