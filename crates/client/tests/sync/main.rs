//! Following a server that says exactly what a test lets it say, byte by byte, while time stands still.

mod authority;
mod bounds;
mod broken;
mod clock;
mod cuts;
mod downgrade;
mod dribble;
mod faults;
mod handshakes;
mod net;
mod pairing;
mod push;
mod silence;
mod snapshot;
mod stream;
mod tls;
mod verdict;
mod waits;
mod web_platform;
