//! macOS, where an app stands in the Dock unless it says otherwise.

/// Says yes.
pub fn has_display() -> bool {
    true
}

/// Keeps the desk out of the Dock and of the switcher.
pub fn stay_in_the_background(app: &mut tauri::App) {
    app.set_activation_policy(tauri::ActivationPolicy::Accessory);
}
