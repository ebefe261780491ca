//! The desktop's sound server, PulseAudio or PipeWire in its place.
//!
//! The connection's socket is held here: once it is shut down every thread of the connection ends, whatever the
//! server does or fails to do. One that is merely let go of stays until the server says something.

use std::{
    io::ErrorKind,
    net::Shutdown,
    num::NonZero,
    os::unix::net::UnixStream,
    sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use pulseaudio::{
    AsPlaybackSource as _, Client, ClientError, PlaybackStream,
    protocol::{
        self, ChannelMap, PlaybackStreamParams, ProtocolError, SampleFormat, SampleSpec,
        stream::{BufferAttr, StreamFlags},
    },
};
use rodio::mixer::{MixerSource, mixer};

use super::{Device, Deviceless, Lost, Output};

/// How long the server may take to let somebody in: less than is waited for a device.
const GREETING_WITHIN: Duration = Duration::from_secs(2);
/// How often it is looked whether the stream still plays: of one whose device was taken away nothing is told.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Two channels, which the server makes as many of as its device has.
const CHANNELS: NonZero<u16> = NonZero::new(2).unwrap();
const SAMPLE_BYTES: usize = size_of::<f32>();
/// How much the server keeps ready: a melody begins so much later, and a busy machine may be late by as much.
const AHEAD_MS: u32 = 100;

/// A connection. Dropped, it ends.
pub struct Connection {
    client: Client,
    socket: UnixStream,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // One that the server ended is shut down already.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// A stream that plays. Dropped, it ends.
pub struct Stream {
    /// The look at the stream ends with it, and before it could take the end for a loss.
    _watched: SyncSender<()>,
    _connection: Connection,
}

/// Connects to the sound server; `None` where there is none, or none that takes this user.
pub fn connect() -> Result<Option<Connection>, Deviceless> {
    let Some(path) = pulseaudio::socket_path_from_env() else {
        return Ok(None);
    };
    let cookie = pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok());
    let connected = UnixStream::connect(path).and_then(|socket| {
        socket.set_read_timeout(Some(GREETING_WITHIN))?;
        socket.set_write_timeout(Some(GREETING_WITHIN))?;
        Ok((socket.try_clone()?, socket))
    });
    let Ok((socket, to_greet)) = connected else {
        return Ok(None);
    };
    match Client::new_unix(c"Campanile", to_greet, cookie) {
        Ok(client) => Ok(Some(Connection { client, socket })),
        Err(error) if is_late(&error) => Err(Deviceless::Mute),
        Err(error) => {
            tracing::debug!("the sound server takes nobody in: {error}");
            Ok(None)
        }
    }
}

/// Opens a stream on the server's default device.
pub fn open<F: Fn() + Send + 'static>(
    connection: Connection,
    lost: Lost<F>,
) -> Result<Device, Deviceless> {
    let client = &connection.client;
    let sink = client.sink_info_by_name(protocol::DEFAULT_SINK.to_owned());
    let sink = async_io::block_on(sink).map_err(|error| refused(&error))?;
    let rate_hz = NonZero::new(sink.sample_spec.sample_rate).ok_or(Deviceless::None)?;
    let (mixer, source) = mixer(CHANNELS, rate_hz);
    let stream = client.create_playback_stream(
        params(sink.index, rate_hz),
        filled_from(source).as_playback_source(),
    );
    let stream = async_io::block_on(stream).map_err(|error| refused(&error))?;
    let name = sink.description.unwrap_or(sink.name);
    let is_lost = lost.flag.clone();
    let watched = watch(stream, lost).ok_or(Deviceless::None)?;
    Ok(Device {
        name: name.to_string_lossy().into_owned(),
        rate_hz,
        mixer,
        output: Some(Output::Server(Stream {
            _watched: watched,
            _connection: connection,
        })),
        is_lost,
    })
}

fn params(sink: u32, rate_hz: NonZero<u32>) -> PlaybackStreamParams {
    let frame_bytes = u32::from(CHANNELS.get()) * SAMPLE_BYTES as u32;
    PlaybackStreamParams {
        sink_index: Some(sink),
        sample_spec: SampleSpec {
            format: SampleFormat::Float32Le,
            channels: CHANNELS.get() as u8,
            sample_rate: rate_hz.get(),
        },
        channel_map: ChannelMap::stereo(),
        buffer_attr: BufferAttr {
            target_length: rate_hz.get() / 1_000 * AHEAD_MS * frame_bytes,
            ..BufferAttr::default()
        },
        flags: StreamFlags {
            adjust_latency: true,
            ..StreamFlags::default()
        },
        ..PlaybackStreamParams::default()
    }
}

/// Returns what fills a buffer of the server: with what is mixed, and with silence where there is nothing.
fn filled_from(mut source: MixerSource) -> impl FnMut(&mut [u8]) -> usize + Send + 'static {
    move |buffer| {
        for sample in buffer.chunks_exact_mut(SAMPLE_BYTES) {
            sample.copy_from_slice(&source.next().unwrap_or_default().to_le_bytes());
        }
        buffer.len() - buffer.len() % SAMPLE_BYTES
    }
}

/// Looks at the stream until what is returned is dropped; `None` where the system has no thread for it.
fn watch<F: Fn() + Send + 'static>(
    stream: PlaybackStream,
    lost: Lost<F>,
) -> Option<SyncSender<()>> {
    let (watched, is_watched) = sync_channel::<()>(0);
    let look = move || {
        while is_watched.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
            // A server that hangs answers nothing until the connection ends.
            if let Err(error) = async_io::block_on(stream.timing_info()) {
                return lost.tell(&error);
            }
        }
    };
    let watching = thread::Builder::new().name("sound watch".into());
    watching.spawn(look).is_ok().then_some(watched)
}

fn is_late(error: &ClientError) -> bool {
    match error {
        ClientError::Io(error) | ClientError::Protocol(ProtocolError::Io(error)) => {
            matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
        }
        _ => false,
    }
}

fn refused(error: &ClientError) -> Deviceless {
    tracing::debug!("the sound server has no device: {error}");
    match error {
        ClientError::ServerError(protocol::PulseError::Busy) => Deviceless::Busy,
        _ => Deviceless::None,
    }
}
