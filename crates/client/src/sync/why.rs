//! Why there is no answer, in terms of what a person can do about it.

use std::{error::Error, io};

macro_rules! whys {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Why the server gives no answer. Each has a message `offline-<code>` in the language catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Why { $($(#[$doc])* $name,)* }

        impl Why {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the code of its message.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

whys! {
    /// Nothing came, or it broke off.
    NoAnswer = "no_answer";
    /// The name was not found.
    Dns = "dns";
    /// Nobody listens there.
    Refused = "refused";
    /// The network's own page came instead: a captive portal, a redirect.
    Portal = "portal";
    /// A proxy stands between, and gives no way to the server or no answer.
    Proxy = "proxy";
    /// The server has trouble, or said something that cannot be read.
    Server = "server";
    /// The server asks to be left alone for a while.
    Busy = "busy";
    /// Something else answers at this address.
    NotCampanile = "not_campanile";
    /// A safe connection could not be made, for no reason that has a name here.
    Tls = "tls";
    /// The server's certificate is no longer valid, or not yet: its clock or ours.
    TlsExpired = "tls_expired";
    /// The server's certificate is for another name.
    TlsHost = "tls_host";
    /// The server's certificate is of an authority that this machine does not know.
    TlsUnknownAuthority = "tls_unknown_authority";
    /// The server offers only what is no longer safe: a TLS older than 1.2, or a certificate that is signed with SHA-1.
    TlsWeak = "tls_weak";
    /// The server's certificate was taken back.
    TlsRevoked = "tls_revoked";
    /// The file of additional authorities cannot be read.
    Authorities = "authorities";
    /// A part of this program broke down.
    Broken = "broken";
    /// The address is plain http beyond this machine, which is never followed.
    Insecure = "insecure";
}

impl Why {
    /// Says whether the server could not prove who it is.
    #[must_use]
    pub const fn is_untrusted(self) -> bool {
        matches!(
            self,
            Self::Tls
                | Self::TlsExpired
                | Self::TlsHost
                | Self::TlsUnknownAuthority
                | Self::TlsWeak
                | Self::TlsRevoked
        )
    }

    /// Returns what stands behind a failed request.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let mut proxied: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = proxied {
            // The connectors of proxies tell their errors by words alone.
            let words = error.to_string();
            if words.starts_with("tunnel error") || words.ends_with("socks proxy") {
                return Self::Proxy;
            }
            proxied = error.source();
        }
        if error.is_dns() {
            return Self::Dns;
        }
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = next {
            if let Some(why) = error.downcast_ref::<rustls::Error>().map(of_tls) {
                return why;
            }
            let io = error.downcast_ref::<io::Error>();
            if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
                return Self::Refused;
            }
            // What an I/O error carries is not its source, but what it is.
            next = match io.and_then(io::Error::get_ref) {
                Some(inner) => Some(inner),
                None => error.source(),
            };
        }
        Self::NoAnswer
    }
}

fn of_tls(error: &rustls::Error) -> Why {
    use rustls::{AlertDescription, CertificateError as Bad, Error, PeerIncompatible};
    let bad = match error {
        Error::InvalidCertificate(bad) => bad,
        Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13)
        | Error::AlertReceived(AlertDescription::ProtocolVersion) => return Why::TlsWeak,
        _ => return Why::Tls,
    };
    match bad {
        Bad::Expired
        | Bad::ExpiredContext { .. }
        | Bad::NotValidYet
        | Bad::NotValidYetContext { .. } => Why::TlsExpired,
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => Why::TlsHost,
        Bad::UnknownIssuer | Bad::BadSignature => Why::TlsUnknownAuthority,
        Bad::UnsupportedSignatureAlgorithmContext { .. } => Why::TlsWeak,
        Bad::Revoked => Why::TlsRevoked,
        _ => Why::Tls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_in_every_language() {
        let catalogues = [
            ("en", include_str!("../../locales/en/problems.ftl")),
            ("uk", include_str!("../../locales/uk/problems.ftl")),
        ];
        for (language, catalogue) in catalogues {
            for why in Why::ALL {
                let message = format!("\noffline-{} = ", why.code());
                assert!(
                    catalogue.contains(&message),
                    "{language}: {}",
                    message.trim()
                );
            }
        }
    }
}
