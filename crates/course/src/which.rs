//! Which datagrams a fault is for, as people write it: `20%`, `1,3`.

use std::time::Duration;

use checker::proxy::datagram::Which;

use crate::units;

/// Parses `20%` (each by chance) or `1,3` (the first and the third of a direction).
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn which(text: &str) -> Result<Which, String> {
    let text = text.trim();
    let expected =
        || format!("'{text}' is neither a chance such as 20% nor a list of places such as 1,3");
    if let Some(percent) = text.strip_suffix('%') {
        let percent: f64 = percent.trim().parse().map_err(|_| expected())?;
        if !(0.0..=100.0).contains(&percent) {
            return Err(format!("'{text}' is not between 0% and 100%"));
        }
        return Ok(Which::Chance(percent / 100.0));
    }
    let places: Result<Vec<u64>, _> = text.split(',').map(|place| place.trim().parse()).collect();
    listed(places.map_err(|_| expected())?)
}

/// The same for places that are numbers already.
///
/// # Errors
///
/// When there is no first datagram of this number.
pub(crate) fn listed(places: Vec<u64>) -> Result<Which, String> {
    match places.contains(&0) {
        true => Err("places count from 1: there is no datagram 0".to_owned()),
        false => Ok(Which::Listed(places)),
    }
}

/// Parses `50ms` (all of them), `300ms:1,3` or `300ms:20%`.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn delay(text: &str) -> Result<(Which, Duration), String> {
    match text.split_once(':') {
        Some((time, places)) => Ok((which(places)?, units::duration(time)?)),
        None => Ok((Which::Chance(1.0), units::duration(text)?)),
    }
}

/// Whether chance decides anything.
pub(crate) fn is_chance(which: &Which) -> bool {
    matches!(which, Which::Chance(chance) if *chance > 0.0 && *chance < 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_for_some_by_chance_or_by_place() {
        assert_eq!(which("20%"), Ok(Which::Chance(0.2)));
        assert_eq!(which("0.5 %"), Ok(Which::Chance(0.005)));
        assert_eq!(which("1, 3"), Ok(Which::Listed(vec![1, 3])));
        for wrong in ["", "0", "x%", "101%", "-1%", "1,x", "nan%", "1,0"] {
            assert!(which(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_delay_is_for_all_or_for_some() {
        let time = Duration::from_millis(300);
        assert_eq!(delay("300ms"), Ok((Which::Chance(1.0), time)));
        assert_eq!(delay("300ms:2"), Ok((Which::Listed(vec![2]), time)));
        assert_eq!(delay("0.3s:10%"), Ok((Which::Chance(0.1), time)));
        assert!(delay("5h").is_err() && delay("300ms:").is_err());
    }
}
