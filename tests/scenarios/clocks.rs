//! The clock of a desk beside the server's.

use anyhow::Result;
use campanile_client::{
    act::Action,
    view::{Part, PartState},
};

use crate::world::World;

#[tokio::test]
async fn a_check_of_the_clock_reads_the_server_s_anew() -> Result<()> {
    let world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    let clock = desk.part(Part::Clock)?;
    assert_eq!(clock.measured.as_deref(), Some("agrees with the server’s"));
    // The stream goes on, so that only a check can notice.
    desk.wall.drift_ms(-301_000);
    desk.act(Action::Check { part: Part::Clock })?;
    let far = Part::Clock.fails("far");
    desk.until("the clock to be far", |desk| {
        desk.part(Part::Clock).is_ok_and(|clock| clock.is == far)
    })
    .await?;
    let clock = desk.part(Part::Clock)?;
    assert_eq!(clock.measured.as_deref(), Some("5 min behind the server’s"));
    desk.wall.drift_ms(0);
    desk.act(Action::Check { part: Part::Clock })?;
    desk.until("the clock to agree", |desk| {
        desk.part(Part::Clock)
            .is_ok_and(|clock| matches!(clock.is, PartState::Works { .. }))
    })
    .await
}
