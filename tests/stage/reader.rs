//! A screen reader: what stands where, as the programs themselves tell it to people who cannot see.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use zbus::{
    blocking::{Connection, Proxy, connection::Builder},
    zvariant::{OwnedObjectPath, OwnedValue},
};

use super::{deadline, desktop, screen::click};

const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
/// A program that takes longer is ending, or not up yet.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Places are told from the corner of the screen.
const ON_SCREEN: u32 = 0;

/// Where something of the accessibility tree is asked: a connection and a path.
type Node = (String, OwnedObjectPath);

/// The reader; it hears the parts that are started after it. Dropped, the accessibility bus ends.
pub struct Reader {
    connection: Connection,
}

/// Something that stands on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// `label`, `push button` and so on.
    pub role: String,
    /// The words that it bears.
    pub name: String,
    place: (i32, i32, i32, i32),
}

impl Reader {
    pub fn start() -> Result<Self> {
        desktop(&["start", "accessibility"])?;
        let session = Connection::session()?;
        let bus = "org.a11y.Bus";
        let answer =
            session.call_method(Some(bus), "/org/a11y/bus", Some(bus), "GetAddress", &())?;
        let address: String = answer.body().deserialize()?;
        let connection = Builder::address(address.as_str())?
            .method_timeout(ANSWER_WITHIN)
            .build()?;
        Ok(Self { connection })
    }

    /// Waits for something that fits and stands still, and returns it.
    pub fn find(&self, what: &str, wanted: impl Fn(&Thing) -> bool) -> Result<Thing> {
        let limit = deadline();
        let mut before = None;
        loop {
            // What moves in is asked again: each round takes its time.
            let things = self.things();
            let found = things.iter().find(|thing| wanted(thing)).cloned();
            match found {
                Some(found) if before.as_ref() == Some(&found) => return Ok(found),
                found => before = found,
            }
            if Instant::now() > limit {
                bail!("waited for {what}; there is only {things:#?}");
            }
        }
    }

    /// Waits for something of this role and name, and clicks its middle.
    pub fn click(&self, role: &str, name: &str) -> Result<()> {
        self.find(name, |thing| thing.role == role && thing.name == name)?
            .click()
    }

    /// Waits until nothing of this role and name stands on the screen.
    pub fn miss(&self, role: &str, name: &str) -> Result<()> {
        let limit = deadline();
        let is_it = |thing: &Thing| thing.role == role && thing.name == name;
        while self.things().iter().any(is_it) {
            if Instant::now() > limit {
                bail!("{name} stays");
            }
        }
        Ok(())
    }

    /// Returns all that stands on the screen.
    fn things(&self) -> Vec<Thing> {
        let mut things = Vec::new();
        let mut left: Vec<Node> = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root")
            .map(|root| ("org.a11y.atspi.Registry".to_owned(), root))
            .into_iter()
            .collect();
        while let Some(node) = left.pop() {
            // What went meanwhile is of no interest.
            left.extend(self.children(&node).unwrap_or_default());
            things.extend(self.thing(&node).ok());
        }
        things.retain(|thing| thing.place.0 >= 0 && thing.place.2 > 1);
        things
    }

    fn children(&self, node: &Node) -> Result<Vec<Node>> {
        Ok(self.at(node, ACCESSIBLE)?.call("GetChildren", &())?)
    }

    fn thing(&self, node: &Node) -> Result<Thing> {
        let component = self.at(node, "org.a11y.atspi.Component")?;
        let properties = self.at(node, "org.freedesktop.DBus.Properties")?;
        let name: OwnedValue = properties.call("Get", &(ACCESSIBLE, "Name"))?;
        Ok(Thing {
            role: self.at(node, ACCESSIBLE)?.call("GetRoleName", &())?,
            name: name.try_into().context("a name is text")?,
            place: component.call("GetExtents", &ON_SCREEN)?,
        })
    }

    fn at<'a>(&self, (owner, path): &'a Node, interface: &'a str) -> Result<Proxy<'a>> {
        Ok(Proxy::new(
            &self.connection,
            owner.as_str(),
            path,
            interface,
        )?)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = desktop(&["stop", "accessibility"]);
    }
}

impl Thing {
    /// Clicks its middle with the left button, once its window lies under the pointer.
    pub fn click(&self) -> Result<()> {
        let (x, y, width, height) = self.place;
        click(x + width / 2, y + height / 2, 1)
    }
}
