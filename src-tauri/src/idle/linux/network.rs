//! Another network: the kernel tells of addresses and links, and what it then lists is compared with before. A carrier that was lost and is back leaves the lists as they were, and is told by the links' own words.

use std::{fs, io, os::fd::OwnedFd, thread, time::Duration};

use campanile_client::message::Message;
use rustix::{
    io::Errno,
    net::{
        AddressFamily, RecvFlags, SocketFlags, SocketType, bind, netlink::SocketAddrNetlink, recv,
        socket_with,
    },
};
use tokio::sync::mpsc;

use super::carrier::Lost;

/// The groups RTMGRP_LINK, RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR of rtnetlink(7).
const GROUPS: u32 = 0x1 | 0x10 | 0x100;
/// A change of network is told in many words; this long after the first one most have been said.
const SETTLES_WITHIN: Duration = Duration::from_secs(1);

/// Starts a thread that sends a message each time the machine has other addresses or another way out, or its way out carries again.
pub fn start(events: mpsc::Sender<Message>) {
    let listening = thread::Builder::new()
        .name("network".into())
        .spawn(move || {
            if let Err(error) = follow(&events) {
                tracing::info!(%error, "changes of the network cannot be heard");
            }
        });
    if let Err(error) = listening {
        tracing::info!(%error, "there is no thread left to hear changes of the network");
    }
}

fn follow(events: &mpsc::Sender<Message>) -> io::Result<()> {
    // NETLINK_ROUTE is number 0, which stands where no protocol is named.
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None,
    )?;
    bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
    let (mut before, mut lost) = (present(), Lost::default());
    while !events.is_closed() {
        let mut carry = read(&socket, RecvFlags::empty(), &mut lost)?.unwrap_or_default();
        thread::sleep(SETTLES_WITHIN);
        while let Some(more) = read(&socket, RecvFlags::DONTWAIT, &mut lost)? {
            carry.extend(more);
        }
        // A router repeats its word every few minutes: only another list is another network.
        let now = present();
        let is_another = now != before && !now.is_empty();
        // Of the links that carry again only those count that lead anywhere.
        let is_back = carry.iter().any(|link| leads(&now, link));
        before = now;
        if (is_another || is_back) && events.blocking_send(Message::Resumed).is_err() {
            break;
        }
    }
    Ok(())
}

/// Reads what the kernel says, if it says anything, and returns the links that carry again.
fn read(socket: &OwnedFd, flags: RecvFlags, lost: &mut Lost) -> io::Result<Option<Vec<String>>> {
    let mut words = [0; 8192];
    match recv(socket, words.as_mut_slice(), flags) {
        Ok((read, _)) => Ok(Some(lost.hear(words.get(..read).unwrap_or_default()))),
        // More was said than fits the socket's buffer: it is the present that counts.
        Err(Errno::NOBUFS | Errno::INTR) => Ok(Some(Vec::new())),
        Err(Errno::AGAIN) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// Says whether one of the facts is of this link.
fn leads(facts: &[String], link: &str) -> bool {
    facts
        .iter()
        .any(|fact| fact.split(' ').next() == Some(link))
}

/// Returns the ways out and the addresses that lead beyond this machine, in an order of their own.
fn present() -> Vec<String> {
    let routes = fs::read_to_string("/proc/net/route").unwrap_or_default();
    let addresses = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    facts(&routes, &addresses)
}

/// Picks interface, target and gateway of each IPv4 route, and interface and address of each IPv6 address of global scope.
fn facts(routes: &str, addresses: &str) -> Vec<String> {
    let routes = routes.lines().skip(1).map(|line| {
        line.split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" ")
    });
    let addresses = addresses.lines().filter_map(|line| {
        let columns: Vec<_> = line.split_whitespace().collect();
        match columns[..] {
            [address, _, _, "00", _, interface] => Some(format!("{interface} {address}")),
            _ => None,
        }
    });
    let mut facts: Vec<_> = routes.chain(addresses).collect();
    facts.sort();
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_lists_is_told_apart_by_what_leads_out() {
        let routes = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
                      eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
                      eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";
        let addresses = "00000000000000000000000000000001 01 80 10 80       lo\n\
                         20010db8000000000000000000000005 02 40 00 00     eth0\n\
                         fe80000000000000021122fffe334455 02 40 20 80     eth0\n";
        assert_eq!(
            facts(routes, addresses),
            [
                "eth0 00000000 0100000A",
                "eth0 0000000A 00000000",
                "eth0 20010db8000000000000000000000005"
            ]
        );
        assert_eq!(facts("", "garbage"), Vec::<String>::new());
    }
}
