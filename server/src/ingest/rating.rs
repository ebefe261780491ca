//! Ratings: one notification for each, negative where the score is (R9).

use campanile_core::ids::KindId;
use serde_json::{Map, Value};

/// The fact that somebody rated something.
pub const FACT: &str = "rating.given";
/// The kind of a rating.
pub const RECEIVED: &str = "csat_received";
/// The kind of a negative rating.
pub const NEGATIVE: &str = "csat_negative";

/// A rating, as an event's data tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    /// The source's id of the rating: by it, doubles are known.
    pub id: Option<String>,
    /// Whether the score is negative.
    pub negative: bool,
}

impl Rating {
    /// Reads the rating of an event of `kind`; none if it is of another kind.
    ///
    /// `data` may have `rating` (its id), `score`, `worst` (1 where it is missing) and `best` (5).
    /// Without a score the kind itself says whether it is negative.
    #[must_use]
    pub fn of(kind: &str, data: &Map<String, Value>, negative_percent: u8) -> Option<Self> {
        if ![FACT, RECEIVED, NEGATIVE].contains(&kind) {
            return None;
        }
        let id = match data.get("rating") {
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Number(id)) => Some(id.to_string()),
            _ => None,
        };
        let number = |key: &str| data.get(key).and_then(Value::as_f64);
        let negative = match number("score") {
            Some(score) => {
                let (worst, best) = (
                    number("worst").unwrap_or(1.0),
                    number("best").unwrap_or(5.0),
                );
                is_negative(score, worst, best, negative_percent)
            }
            None => kind == NEGATIVE,
        };
        Some(Self { id, negative })
    }

    /// Returns the kind under which an agent is told of it.
    #[must_use]
    pub fn kind(&self, negative_is_on: bool) -> Option<KindId> {
        KindId::new(if self.negative && negative_is_on {
            NEGATIVE
        } else {
            RECEIVED
        })
        .ok()
    }
}

/// Says whether a score is in the lowest `percent` of the steps of its scale: of 1 to 5, with 40, it is 1 and 2.
fn is_negative(score: f64, worst: f64, best: f64, percent: u8) -> bool {
    let steps = best - worst + 1.0;
    steps > 0.0 && (score - worst + 1.0) * 100.0 <= steps * f64::from(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_two_fifths_of_a_scale_are_negative() {
        for (worst, best, negative) in [(1, 5, 2), (1, 10, 4), (0, 10, 3), (0, 1, -1), (1, 3, 1)] {
            let lowest = (worst..=best).filter(|score| {
                is_negative(f64::from(*score), f64::from(worst), f64::from(best), 40)
            });
            assert_eq!(lowest.max().unwrap_or(-1), negative, "{worst}..{best}");
        }
    }

    #[test]
    fn a_score_says_more_than_the_kind() {
        let data = |json| serde_json::from_str::<Map<String, Value>>(json).expect("an object");
        let of = |kind, json| Rating::of(kind, &data(json), 40);
        assert_eq!(
            of(RECEIVED, r#"{"rating":7,"score":1}"#),
            Some(Rating {
                id: Some("7".into()),
                negative: true
            })
        );
        assert_eq!(
            of(NEGATIVE, r#"{"rating":"r","score":5}"#),
            Some(Rating {
                id: Some("r".into()),
                negative: false
            })
        );
        assert_eq!(
            of(NEGATIVE, "{}"),
            Some(Rating {
                id: None,
                negative: true
            })
        );
        assert_eq!(of("sla_expired", r#"{"score":1}"#), None);
    }
}
