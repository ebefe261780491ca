//! The rules of the time zones that this server decides by.

use std::sync::LazyLock;

use campanile_core::zone::Rules;

/// Returns the rules that are built in: a server decides the same on every machine.
pub fn rules() -> &'static Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(Rules::built_in);
    &RULES
}
