//! The device that the system itself gives: WASAPI, CoreAudio, and ALSA where there is no sound server.

use std::time::{Duration, Instant};

use cpal::{
    ErrorKind,
    traits::{DeviceTrait as _, HostTrait as _},
};
use rodio::{DeviceSinkBuilder, DeviceSinkError};

use super::{Device, Deviceless, Lost, Output};

/// ALSA begins with a burst of troubles and then plays; a device that is gone reports them for longer.
const TROUBLE: Duration = Duration::from_secs(1);
/// What comes so long after the trouble before it is another.
const TROUBLE_GAP: Duration = Duration::from_millis(250);

pub fn open<F: Fn() + Clone + Send + 'static>(lost: Lost<F>) -> Result<Device, Deviceless> {
    // ALSA's library writes to the standard error what is told by a code anyway.
    #[cfg(target_os = "linux")]
    let _kept = alsa::Output::local_error_handler();

    let device = cpal::default_host()
        .default_output_device()
        .ok_or(Deviceless::None)?;
    let name = device
        .description()
        .map(|description| description.name().to_owned())
        .unwrap_or_default();
    let is_lost = lost.flag.clone();
    let mut trouble = Trouble::default();
    let on_error = move |error: cpal::Error| {
        let is_trouble = error.kind() == ErrorKind::BackendError;
        if is_loss(error.kind()) || is_trouble && trouble.lasts(Instant::now()) {
            lost.tell(&error);
        }
    };
    let mut sink = DeviceSinkBuilder::from_device(device)
        .and_then(|builder| {
            builder
                .with_error_callback(on_error)
                .open_sink_or_fallback()
        })
        .map_err(|error| {
            tracing::debug!("the sound device cannot be opened: {error:?}");
            reason(&error)
        })?;
    // It would tell the standard error that it ends.
    sink.log_on_drop(false);
    Ok(Device {
        name,
        rate_hz: sink.config().sample_rate(),
        mixer: sink.mixer().clone(),
        output: Some(Output::Native(sink)),
        is_lost,
    })
}

/// From when to when there was trouble.
#[derive(Clone, Default)]
struct Trouble(Option<(Instant, Instant)>);

impl Trouble {
    /// Takes in a trouble, and says whether it lasts for too long.
    fn lasts(&mut self, now: Instant) -> bool {
        let goes_on = self
            .0
            .filter(|(_, last)| now.duration_since(*last) < TROUBLE_GAP);
        let began = goes_on.map_or(now, |(began, _)| began);
        self.0 = Some((began, now));
        now.duration_since(began) >= TROUBLE
    }
}

/// Says whether nothing more is heard after such an error.
const fn is_loss(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated
    )
}

fn reason(error: &DeviceSinkError) -> Deviceless {
    match error {
        DeviceSinkError::PlayError(error)
        | DeviceSinkError::DefaultSinkConfigError(error)
        | DeviceSinkError::BuildError(error)
        | DeviceSinkError::SupportedConfigsError(error)
            if matches!(error.kind(), ErrorKind::DeviceBusy) =>
        {
            Deviceless::Busy
        }
        _ => Deviceless::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_troubles_passes_and_a_lasting_one_is_a_loss() {
        let start = Instant::now();
        for (case, at_ms, expected) in [
            ("one", &[0][..], false),
            ("a burst", &[0, 1, 2, 3, 200, 400], false),
            ("now and then", &[0, 400, 800, 1_200, 1_600], false),
            ("without end", &[0, 200, 400, 600, 800, 1_000], true),
            ("after a burst", &[0, 1, 2, 5_000, 5_200, 5_400], false),
        ] {
            let mut trouble = Trouble::default();
            let lasts = at_ms
                .iter()
                .map(|ms| trouble.lasts(start + Duration::from_millis(*ms)))
                .last();
            assert_eq!(lasts, Some(expected), "{case}");
        }
    }
}
