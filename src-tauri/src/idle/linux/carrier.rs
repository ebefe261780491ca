//! Carriers that were lost and are back, by the kernel's words on links (rtnetlink(7)).

use std::collections::HashSet;

/// The number of a word that tells how a link is.
const RTM_NEWLINK: u16 = 16;
/// The flag of a link that carries.
const IFF_LOWER_UP: u32 = 0x1_0000;
/// The attribute that is the link's name.
const IFLA_IFNAME: u16 = 3;

/// `nlmsghdr`, and `ifinfomsg` behind it.
const HEADER_BYTES: usize = 16;
const ABOUT_BYTES: usize = 16;

/// The links that have lost their carrier.
#[derive(Default)]
pub struct Lost(HashSet<String>);

impl Lost {
    /// Takes in what the kernel says; returns the names of the links that carry again.
    pub fn hear(&mut self, words: &[u8]) -> Vec<String> {
        links(words)
            .into_iter()
            .filter(|(name, carries)| {
                if *carries {
                    self.0.remove(name)
                } else {
                    self.0.insert(name.clone());
                    false
                }
            })
            .map(|(name, _)| name)
            .collect()
    }
}

/// Returns each link that is told of, and whether it carries.
fn links(mut words: &[u8]) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    while let Some(length) = number(words, 0) {
        let length = (length as usize).max(HEADER_BYTES);
        let word = words.get(..length).unwrap_or(words);
        if short(word, 4) == Some(RTM_NEWLINK)
            && let Some(flags) = number(word, HEADER_BYTES + 8)
            && let Some(name) = word.get(HEADER_BYTES + ABOUT_BYTES..).and_then(name)
        {
            found.push((name, flags & IFF_LOWER_UP != 0));
        }
        words = words.get(aligned(length)..).unwrap_or_default();
    }
    found
}

/// Finds the name among the attributes.
fn name(mut attributes: &[u8]) -> Option<String> {
    loop {
        let length = usize::from(short(attributes, 0)?).max(4);
        if short(attributes, 2)? == IFLA_IFNAME {
            let name = attributes.get(4..length)?;
            let name = name.split(|byte| *byte == 0).next()?;
            return Some(String::from_utf8_lossy(name).into_owned());
        }
        attributes = attributes.get(aligned(length)..)?;
    }
}

const fn aligned(length: usize) -> usize {
    (length + 3) & !3
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_ne_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A word on a link, with an attribute of another number before its name.
    fn word(number: u16, name: &str, carries: bool) -> Vec<u8> {
        let mut attributes = vec![5, 0, 1, 0, 7, 0, 0, 0];
        attributes.extend(u16::try_from(5 + name.len()).expect("short").to_ne_bytes());
        attributes.extend(IFLA_IFNAME.to_ne_bytes());
        attributes.extend(name.bytes().chain([0]));
        attributes.resize(aligned(attributes.len()), 0);
        let length = HEADER_BYTES + ABOUT_BYTES + attributes.len();
        let mut word = u32::try_from(length).expect("short").to_ne_bytes().to_vec();
        word.extend(number.to_ne_bytes());
        word.resize(HEADER_BYTES + 8, 0);
        let flags = 0x1003 | if carries { IFF_LOWER_UP } else { 0 };
        word.extend(flags.to_ne_bytes());
        word.resize(HEADER_BYTES + ABOUT_BYTES, 0);
        word.extend(attributes);
        word
    }

    #[test]
    fn a_carrier_is_back_only_where_it_was_lost() {
        let mut lost = Lost::default();
        let none: [&str; 0] = [];
        // A link is told of for many reasons.
        assert_eq!(lost.hear(&word(RTM_NEWLINK, "eth0", true)), none);
        let both = [
            word(RTM_NEWLINK, "eth0", false),
            word(RTM_NEWLINK, "wlan0", true),
        ];
        assert_eq!(lost.hear(&both.concat()), none);
        assert_eq!(lost.hear(&word(20, "eth0", true)), none);
        assert_eq!(lost.hear(&word(RTM_NEWLINK, "eth0", true)), ["eth0"]);
        assert_eq!(lost.hear(&word(RTM_NEWLINK, "eth0", true)), none);
        // Lost and back between two looks.
        let both = [
            word(RTM_NEWLINK, "eth0", false),
            word(RTM_NEWLINK, "eth0", true),
        ];
        assert_eq!(lost.hear(&both.concat()), ["eth0"]);
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_read_to_its_end(words: Vec<u8>) {
            Lost::default().hear(&words);
        }
    }
}
