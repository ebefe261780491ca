//! The server's program.

fn main() -> std::process::ExitCode {
    campanile_server::cli::run()
}
